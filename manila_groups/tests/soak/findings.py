# SPDX-License-Identifier: Apache-2.0
"""What is not as it should be, and figures of what was done."""

import collections
import statistics
import threading


class Findings:
    """Collects from all threads what is wrong."""

    #: How many of a kind are told in full.
    MOST_TOLD = 10

    def __init__(self):
        self._lock = threading.Lock()
        self._by_kind = collections.defaultdict(list)

    def __bool__(self):
        return bool(self._by_kind)

    def add(self, kind: str, text: str) -> None:
        """Note one.

        :param kind: the heading that it is told under
        """
        with self._lock:
            self._by_kind[kind].append(text)

    def texts(self, kind: str) -> list[str]:
        """List those of one kind."""
        with self._lock:
            return list(self._by_kind.get(kind, ()))

    def lines(self):
        """Tell them, as many of each kind as people read."""
        for kind, texts in sorted(self._by_kind.items()):
            yield f'FOUND {kind}: {len(texts)}'
            for text in texts[: self.MOST_TOLD]:
                yield f'    {text}'


class Tally:
    """Counts requests, and times what was waited for."""

    def __init__(self):
        self._lock = threading.Lock()
        self.statuses = collections.Counter()
        self._seconds = collections.defaultdict(list)

    def answered(self, status: int) -> None:
        """Count an answer."""
        with self._lock:
            self.statuses[status] += 1

    def took(self, what: str, seconds: float) -> None:
        """Note how long something took from the request to its end."""
        with self._lock:
            self._seconds[what].append(seconds)

    @property
    def requests(self) -> int:
        """How many answers there were."""
        return sum(self.statuses.values())

    def times(self):
        """Rows of (what, number, median, 99 of 100, most), in seconds."""
        for what, seconds in sorted(self._seconds.items()):
            ordered = sorted(seconds)
            yield (
                what,
                len(ordered),
                statistics.median(ordered),
                ordered[len(ordered) * 99 // 100],
                ordered[-1],
            )
