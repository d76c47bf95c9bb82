# SPDX-License-Identifier: Apache-2.0
"""Sends messages in a thread of its own: no request waits for the broker."""

import atexit
import collections
from collections.abc import Callable
from collections.abc import Hashable
import threading
import time
import weakref

from oslo_log import log

LOG = log.getLogger(__name__)

#: How many seconds a process that ends waits for unsent messages.
LAST_SECONDS = 2

_all: weakref.WeakSet['Sender'] = weakref.WeakSet()


class Sender:
    """Sends messages in a thread, in their order.

    The thread starts with the first message, and ends when there have been
    none for a while: WSGI servers fork after they have loaded the
    application, and threads do not survive a fork.
    """

    #: How many seconds the thread waits for another message.
    IDLE = 5

    #: Seconds between two messages with the same key: under load one of them
    #: stands for many.
    SPACING = 0.02

    #: How many keys are remembered at least for that.
    MAX_SPACED = 100

    #: How many messages may wait for the broker; further ones are dropped.
    MAX_WAITING = 10000

    def __init__(self):
        self._changed = threading.Condition()
        self._waiting: collections.deque = collections.deque()
        self._keys: set[Hashable] = set()
        self._sent: dict[Hashable, float] = {}
        self._has_thread = self._is_sending = self._is_full = False
        self._turn_since = None
        _all.add(self)

    def put(self, send: Callable, *args, key: Hashable | None = None) -> None:
        """Call a function soon, in another thread.

        :param send: sends a message; its errors go to the log
        :param key: what the message says; while one with this key waits,
            no other one is added
        """
        with self._changed:
            if key is None or key not in self._keys:
                self._add(key, send, args)
            if self._has_thread:
                self._changed.notify_all()
            else:
                # Also for what waits since no thread could be started.
                self._start()

    def _add(self, key, send, args):
        if len(self._waiting) >= self.MAX_WAITING:
            self._drop()
            return
        self._waiting.append((key, send, args))
        if key is not None:
            self._keys.add(key)

    def _start(self):
        try:
            threading.Thread(target=self._send_all, daemon=True).start()
            self._has_thread = True
        except RuntimeError as error:
            LOG.error(
                'Failed to start a thread for messages; the next message '
                'will retry: %s',
                error,
            )

    def _drop(self):
        if not self._is_full:
            LOG.error(
                '%s messages wait for the broker; dropping further ones',
                len(self._waiting),
            )
        self._is_full = True

    def _send_all(self):
        while (message := self._next()) is not None:
            send, args = message
            try:
                send(*args)
            except Exception:
                LOG.exception('Failed to send a message')

    def _next(self):
        """Wait for a message; None if none has come for a while."""
        with self._changed:
            self._is_sending, self._turn_since = False, None
            if not self._waiting:
                self._is_full = False
                self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._waiting, self.IDLE):
                self._has_thread = False
                return None
            key, send, args = self._waiting[0]
            self._space(key)
            self._is_sending, self._turn_since = True, time.monotonic()
            self._waiting.popleft()
            return send, args

    def _space(self, key):
        """Wait until a message with this key may be sent again."""
        if key is None:
            return
        due = self._sent.get(key, -self.SPACING) + self.SPACING
        while (seconds := due - time.monotonic()) > 0:
            self._changed.wait(seconds)
        now = time.monotonic()
        if len(self._sent) > self.MAX_SPACED:
            self._sent = {
                one: sent
                for one, sent in self._sent.items()
                if sent + self.SPACING > now
            }
        self._sent[key] = now
        # What is put from now on is news.
        self._keys.discard(key)

    def waits(self) -> float:
        """Return for how many seconds the broker has not taken a message."""
        with self._changed:
            since = self._turn_since
        return 0.0 if since is None else time.monotonic() - since

    def flush(self, seconds: float) -> bool:
        """Wait until everything is sent; False if the time was too short."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not (self._waiting or self._is_sending), seconds
            )


@atexit.register
def flush_all(seconds: float = LAST_SECONDS) -> None:
    """Wait for every sender of the process, for at most so many seconds."""
    deadline = time.monotonic() + seconds
    for sender in list(_all):
        if not sender.flush(max(0, deadline - time.monotonic())):
            LOG.warning('The process ends with unsent messages')
            return
