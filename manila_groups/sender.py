# SPDX-License-Identifier: Apache-2.0
"""Sends messages in a thread of its own: no request waits for the broker."""

import atexit
import collections
from collections.abc import Callable
import threading
import time
import weakref

from oslo_log import log

LOG = log.getLogger(__name__)

#: Seconds that a process which ends gives to what has not been sent yet.
LAST_SECONDS = 2

_all = weakref.WeakSet()


class Sender:
    """Sends messages in a thread, in the order in which they come.

    The thread comes with the first message, and goes when there have been
    none for a while: WSGI servers fork after they have loaded the
    application, and threads don't survive that.
    """

    #: Seconds that the thread waits for another message.
    IDLE = 5

    #: How many may wait, for a broker that is away; more are dropped.
    MAX_WAITING = 10000

    def __init__(self):
        self._changed = threading.Condition()
        self._waiting = collections.deque()
        self._has_thread = self._is_sending = self._is_full = False
        self._turn_since = None
        _all.add(self)

    def put(self, send: Callable, *args) -> None:
        """Have a function called soon, in another thread.

        :param send: sends a message; its errors go to the log
        """
        with self._changed:
            if len(self._waiting) >= self.MAX_WAITING:
                self._drop()
                return
            self._waiting.append((send, args))
            if self._has_thread:
                self._changed.notify_all()
            else:
                self._start()

    def _start(self):
        try:
            threading.Thread(target=self._send_all, daemon=True).start()
            self._has_thread = True
        except RuntimeError as error:
            LOG.error('Messages wait for the next one: %s', error)

    def _drop(self):
        if not self._is_full:
            LOG.error(
                '%s messages wait for the broker: further ones are dropped',
                len(self._waiting),
            )
        self._is_full = True

    def _send_all(self):
        while (message := self._next()) is not None:
            send, args = message
            try:
                send(*args)
            except Exception:
                LOG.exception('A message was not sent')

    def _next(self):
        """Wait for a message; None when none has come for a while."""
        with self._changed:
            self._is_sending, self._turn_since = False, None
            if not self._waiting:
                self._is_full = False
                self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._waiting, self.IDLE):
                self._has_thread = False
                return None
            self._is_sending, self._turn_since = True, time.monotonic()
            return self._waiting.popleft()

    def waits(self) -> float:
        """For how many seconds the broker has not taken what is being sent."""
        with self._changed:
            since = self._turn_since
        return 0.0 if since is None else time.monotonic() - since

    def flush(self, seconds: float) -> bool:
        """Wait until everything is sent; False when the time was too short."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not (self._waiting or self._is_sending), seconds
            )


@atexit.register
def flush_all(seconds: float = LAST_SECONDS) -> None:
    """Wait for every sender of the process, but not for longer than this."""
    deadline = time.monotonic() + seconds
    for sender in list(_all):
        if not sender.flush(max(0, deadline - time.monotonic())):
            LOG.warning('The process ends before all messages were sent')
            return
