# SPDX-License-Identifier: Apache-2.0
"""What a run has seen, as text."""

import collections
from collections.abc import Iterator


def lines(run) -> Iterator[str]:
    """Tell how many requests had which answer, and what was excused.

    :param run: the hooks' Run
    """
    total = collections.Counter()
    for found in run.answers.values():
        total.update(found)
    statuses = sorted(total)
    yield f'{"operation":34}' + ''.join(f'{one:7}' for one in statuses)
    for name, found in sorted(run.answers.items()):
        yield _row(name, found, statuses)
    yield _row('all', total, statuses)
    for reason, count in sorted(run.excused.items()):
        yield f'{count} excused: {reason}'
    yield f'{total.total()} requests'


def _row(name, found, statuses):
    return f'{name:34}' + ''.join(f'{found[one] or "":7}' for one in statuses)
