# SPDX-License-Identifier: Apache-2.0
"""Tells growth from noise in figures that were taken again and again."""

from collections.abc import Sequence
import dataclasses
import itertools
import statistics

#: Parts of the time: the warm-up ends where the first of the two windows
#: that are compared begins.
FIRST_WINDOW = (1 / 3, 1 / 2)
LAST_WINDOW = (5 / 6, 1)
SECOND_HALF = (1 / 2, 1)

#: The most points that a slope is found from: the work grows with the square.
_MOST_POINTS = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """How a figure went.

    :ivar start: its first value
    :ivar warm: its median after the warm-up
    :ivar end: its median at the end
    :ivar rise: how much the slope of the second half makes of that half
    """

    start: float
    warm: float
    end: float
    rise: float

    def grows(self, limit: float) -> bool:
        """Tell whether it has grown, and still does.

        A step that is taken once is no growth, and neither is a slope that
        has led to nothing.

        :param limit: what does not count
        """
        return self.end - self.warm > limit and self.rise > limit / 4


def course(samples: Sequence[tuple[float, float]]) -> Course | None:
    """Find out how a figure went.

    :param samples: (seconds, value), in the order of time
    :returns: None where there are too few of them
    """
    windows = [
        _window(samples, *part)
        for part in (FIRST_WINDOW, LAST_WINDOW, SECOND_HALF)
    ]
    if not all(windows) or len(windows[2]) < 2:
        return None
    first, last, half = windows
    return Course(
        start=samples[0][1],
        warm=statistics.median(value for _time, value in first),
        end=statistics.median(value for _time, value in last),
        rise=slope(half) * (half[-1][0] - half[0][0]),
    )


def _window(samples, begin, end):
    if not samples:
        return []
    zero, length = samples[0][0], samples[-1][0] - samples[0][0]
    return [
        (time, value)
        for time, value in samples
        if begin * length <= time - zero <= end * length
    ]


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between any two points (Theil and Sen).

    Some values that stand out do not change it.

    :returns: change per second; 0 where all are of one time
    """
    every = -(-len(samples) // _MOST_POINTS) or 1
    slopes = [
        (later - earlier) / (end - begin)
        for (begin, earlier), (end, later) in itertools.combinations(
            samples[::every], 2
        )
        if end > begin
    ]
    return statistics.median(slopes) if slopes else 0.0
