# SPDX-License-Identifier: Apache-2.0
"""Writes down what goes wrong with those who connect, but not too often."""

import collections
from collections.abc import Callable
import logging
import threading
import time

#: How many seconds go by between two lines about the same peer.
INTERVAL = 60.0

#: How many peers are remembered.
_MOST = 1000


class PeerLog:
    """Writes at most one line per peer and minute; others at level DEBUG.

    :param log: where to
    :param clock: returns seconds
    """

    def __init__(
        self,
        log: logging.Logger | logging.LoggerAdapter,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._log, self._clock = log, clock
        self._lock = threading.Lock()
        self._last: collections.OrderedDict[str, float] = (
            collections.OrderedDict()
        )

    def write(
        self,
        level: int,
        peer: str,
        what: object,
        error: Exception | None = None,
    ) -> None:
        """Write a line.

        :param peer: who has connected, without what changes each time
        :param what: what was wrong
        :param error: to be written with its traceback
        """
        self._log.log(
            level if self._is_new(peer) else logging.DEBUG,
            'A connection from %s failed: %s',
            peer,
            what,
            exc_info=error,
        )

    def _is_new(self, peer: str) -> bool:
        with self._lock:
            now = self._clock()
            if now - self._last.get(peer, -INTERVAL) < INTERVAL:
                return False
            self._last[peer] = now
            self._last.move_to_end(peer)
            if len(self._last) > _MOST:
                self._last.popitem(last=False)
            return True
