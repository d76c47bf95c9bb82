# SPDX-License-Identifier: Apache-2.0
"""What a run has seen, as text."""

import collections
from collections.abc import Iterator


def server_errors(answers: dict[str, collections.Counter]) -> int:
    """Count the answers that tell of a failure of the service.

    :param answers: operation to how many answers had which status
    """
    return sum(
        count
        for found in answers.values()
        for status, count in found.items()
        if status >= 500
    )


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
    yield (
        f'{total.total()} requests, {server_errors(run.answers)} server errors'
    )


def _row(name, found, statuses):
    return f'{name:34}' + ''.join(f'{found[one] or "":7}' for one in statuses)
