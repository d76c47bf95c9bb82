# SPDX-License-Identifier: Apache-2.0
"""Queues of calls: the calls of one queue never overlap."""

import collections
from collections.abc import Callable
from collections.abc import Hashable
import threading
from typing import Any

from manila_groups import utils


class SerialQueues:
    """Calls functions; those of one queue one after the other.

    A thread that adds a call while another thread works on the same queue
    leaves the call to that thread, and goes on.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, collections.OrderedDict] = {}
        self._lock = threading.Lock()

    def run(
        self, queue: str, function: Callable, *args: Any, key: Hashable
    ) -> None:
        """Call a function, or leave it to the thread that works on the queue.

        :param queue: names the queue
        :param key: what the call is for; while a call with this key waits in
            the queue, no other one is added
        """
        with self._lock:
            at_work = queue in self._waiting
            calls = self._waiting.setdefault(queue, collections.OrderedDict())
            calls[key] = (function, *args)
        if not at_work:
            while (call := self._next(queue)) is not None:
                utils.call_logging_errors(*call)

    def _next(self, queue: str) -> tuple | None:
        with self._lock:
            calls = self._waiting[queue]
            if not calls:
                del self._waiting[queue]
                return None
            _key, call = calls.popitem(last=False)
            return tuple(call)
