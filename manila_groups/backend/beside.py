# SPDX-License-Identifier: Apache-2.0
"""Work that was found, done beside the loop that finds it.

A driver that hangs must not keep the loop from looking for other work.
"""

from collections.abc import Callable
from concurrent import futures
import threading

from manila_groups import service

#: How much found work is done at the same time.
THREADS = 16


class Beside:
    """Calls functions in threads; one that waits or runs is not added again.

    :param threads: how many at the same time
    """

    def __init__(self, threads: int = THREADS):
        self._pool = futures.ThreadPoolExecutor(threads)
        self._pending = set()
        self._lock = threading.Lock()

    def __call__(self, function: Callable, *args) -> None:
        """Have a function called soon.

        :param args: the last two name what the call is for
        """
        key = function, args[-2:]
        with self._lock:
            if key in self._pending:
                return
            self._pending.add(key)
        self._pool.submit(self._call, key, args)

    def _call(self, key, args):
        try:
            service.quietly(key[0], *args)
        finally:
            with self._lock:
                self._pending.discard(key)

    def wait(self) -> None:
        """Begin nothing more, and wait for what runs."""
        self._pool.shutdown(cancel_futures=True)
