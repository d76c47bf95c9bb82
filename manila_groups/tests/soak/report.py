# SPDX-License-Identifier: Apache-2.0
"""What was seen, in tables; and what of it is growth."""

import dataclasses

from manila_groups.tests.soak import growth
from manila_groups.tests.soak import sampler

#: What does not count as growth of the other figures: pools of connections
#: grow with what happens to happen at once, and oslo.messaging's pool of 64
#: threads with each message, until it is full.
LIMIT = 16
LIMITS = {sampler.THREADS: 64}


def judge(samples, memory_limit: float, findings) -> None:
    """Note what has grown after the warm-up.

    :param samples: a sampler's
    :param memory_limit: MiB that do not count
    """
    limits = LIMITS | {sampler.MEMORY: memory_limit}
    for (who, what), values in sorted(samples.items()):
        course = growth.course(values)
        if course is not None and course.grows(limits.get(what, LIMIT)):
            findings.add('growth', f'{what} of {who}: {course}')


def lines(samples, tally, seconds: float):
    """Tell what was seen.

    :param seconds: for how long there was load
    """
    yield from _memory(samples)
    yield ''
    yield from _other_figures(samples)
    yield ''
    yield from _times(tally, seconds)
    yield ''
    yield (
        f'{tally.requests} requests in {seconds:.0f} s: '
        f'{tally.requests / seconds:.1f}/s; '
        + ', '.join(f'{n} x {s}' for s, n in sorted(tally.statuses.items()))
    )


def _memory(samples):
    yield (
        f'{sampler.MEMORY:24} {"start":>8} {"warm":>8} {"end":>8} '
        f'{"growth":>8} {"rise":>8}'
    )
    total = [0] * 4
    for (who, what), values in samples.items():
        course = growth.course(values)
        if what != sampler.MEMORY or course is None:
            continue
        figures = dataclasses.astuple(course)
        total = [a + b for a, b in zip(total, figures, strict=True)]
        yield _row(who, *figures)
    yield _row('all', *total)


def _row(who, start, warm, end, rise):
    return (
        f'{who:24} {start:8.1f} {warm:8.1f} {end:8.1f} {end - warm:8.1f} '
        f'{rise:8.1f}'
    )


def _other_figures(samples):
    yield f'{"other figures":40} {"start":>8} {"warm":>8} {"end":>8}'
    for (who, what), values in samples.items():
        course = growth.course(values)
        if what == sampler.MEMORY or course is None:
            continue
        yield (
            f'{who + ": " + what:40} {course.start:8.0f} '
            f'{course.warm:8.0f} {course.end:8.0f}'
        )


def _times(tally, seconds):
    yield (
        f'{"work":32} {"number":>8} {"a minute":>9} {"median":>8} '
        f'{"99 %":>8} {"most":>8}'
    )
    for what, number, *times in tally.times():
        figures = ' '.join(f'{one:7.2f}s' for one in times)
        yield f'{what:32} {number:8} {number * 60 / seconds:9.1f} {figures}'
