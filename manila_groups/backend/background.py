# SPDX-License-Identifier: Apache-2.0
"""Work that reconciliation found, done in the background.

A driver that hangs must not keep the search from finding other work.
"""

from collections.abc import Callable
from collections.abc import Hashable
from concurrent import futures
import threading

from manila_groups import utils

#: How many calls run at the same time.
THREADS = 16


class Background:
    """Calls functions in threads.

    :param threads: how many at the same time
    """

    def __init__(self, threads: int = THREADS):
        self._pool = futures.ThreadPoolExecutor(threads)
        self._pending = set()
        self._lock = threading.Lock()

    def __call__(self, function: Callable, *args, key: Hashable) -> None:
        """Call a function soon, in a thread.

        :param key: what the call is for; while a call with this key waits or
            runs, no other one is added
        """
        with self._lock:
            if key in self._pending:
                return
            self._pending.add(key)
        self._pool.submit(self._call, key, function, args)

    def _call(self, key, function, args):
        try:
            utils.call_logging_errors(function, *args)
        finally:
            with self._lock:
                self._pending.discard(key)

    def wait(self) -> None:
        """Drop the calls that wait, and wait for those that run."""
        self._pool.shutdown(cancel_futures=True)


def at_once(function: Callable, *args, key: Hashable) -> None:
    """Call a function now, in this thread, in place of a Background.

    :param key: has no use here: no call is ever pending
    """
    utils.call_logging_errors(function, *args)
