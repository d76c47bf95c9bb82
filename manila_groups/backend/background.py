# SPDX-License-Identifier: Apache-2.0
"""Work that reconciliation found, done in the background.

A driver that hangs must not keep the search from finding other work.
"""

from collections.abc import Callable
from collections.abc import Hashable
from concurrent import futures
import threading
from typing import Any
from typing import Protocol

from manila_groups import utils

#: How many calls run at the same time.
THREADS = 16


class Executor(Protocol):
    """Calls functions, now or soon."""

    def __call__(self, function: Callable, *args: Any, key: Hashable) -> None:
        """Call a function, unless a call with this key is pending."""

    def wait(self) -> None:
        """Wait for the calls that run; those that wait are dropped."""


class Background:
    """Calls functions in threads.

    :param threads: how many at the same time
    """

    def __init__(self, threads: int = THREADS):
        self._pool = futures.ThreadPoolExecutor(threads)
        self._pending: set[Hashable] = set()
        self._lock = threading.Lock()

    def __call__(self, function: Callable, *args: Any, key: Hashable) -> None:
        """Call a function soon, in a thread.

        :param key: what the call is for; while a call with this key waits or
            runs, no other one is added
        """
        with self._lock:
            if key in self._pending:
                return
            self._pending.add(key)
        self._pool.submit(self._call, key, function, args)

    def _call(self, key: Hashable, function: Callable, args: tuple) -> None:
        try:
            utils.call_logging_errors(function, *args)
        finally:
            with self._lock:
                self._pending.discard(key)

    def wait(self) -> None:
        """Drop the calls that wait, and wait for those that run."""
        self._pool.shutdown(cancel_futures=True)


class AtOnce:
    """Calls functions now, in the caller's thread, in place of a Background.

    The key has no use here: no call is ever pending.
    """

    def __call__(self, function: Callable, *args: Any, key: Hashable) -> None:
        """Call a function."""
        utils.call_logging_errors(function, *args)

    def wait(self) -> None:
        """There is nothing to wait for."""
