# SPDX-License-Identifier: Apache-2.0
"""Limits how much all connections of a process send together."""

from collections.abc import Callable
import threading
import time

#: After a pause, as much may be sent at once as in so many seconds.
BURST = 0.25


class Limit:
    """A token bucket, of which several threads may take.

    :param rate: returns the number of bytes per second; 0 is no limit
    :param clock: returns seconds
    :param sleep: waits for seconds
    """

    def __init__(
        self,
        rate: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._rate, self._clock, self._sleep = rate, clock, sleep
        self._lock = threading.Lock()
        #: When all that was taken so far has been sent at that rate.
        self._until = -BURST

    def take(self, amount: int) -> None:
        """Wait until so many bytes may be sent; who asks first goes first."""
        rate = self._rate()
        if not rate:
            return
        with self._lock:
            now = self._clock()
            self._until = max(self._until, now - BURST) + amount / rate
            seconds = self._until - now
        if seconds > 0:
            self._sleep(seconds)
