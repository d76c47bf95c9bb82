# SPDX-License-Identifier: Apache-2.0
"""One thing at a time for a share group and all that is in it."""

import collections
from collections.abc import Callable
import threading

from manila_groups import service


class Turns:
    """Calls functions; those with one key one after another.

    A thread that asks while another one works with the same key leaves its
    call to that one, and goes on. A call that waits already is not added
    again.
    """

    def __init__(self):
        self._waiting = {}
        self._lock = threading.Lock()

    def take(self, key: str, function: Callable, *args) -> None:
        """Call a function, or leave that to the thread at work.

        :param key: what the calls that must not overlap have in common
        :param args: the last names what the call is for; a function that
            waits already with the same last one is called once
        """
        with self._lock:
            at_work = key in self._waiting
            calls = self._waiting.setdefault(key, collections.OrderedDict())
            calls[(function, args[-1])] = args
        if not at_work:
            while (call := self._next(key)) is not None:
                service.quietly(*call)

    def _next(self, key):
        with self._lock:
            calls = self._waiting[key]
            if not calls:
                del self._waiting[key]
                return None
            (function, _last), args = calls.popitem(last=False)
            return (function, *args)
