# SPDX-License-Identifier: Apache-2.0
"""What was done and what came of it, in tables."""

import prettytable

_TIMES = ('number', 'median', '99 %', 'most')
_FIGURES = set(_TIMES)


def _table(headers, rows):
    table = prettytable.PrettyTable(headers)
    table.align = 'l'
    for name in headers:
        if name in _FIGURES:
            table.align[name] = 'r'
    table.add_rows(rows)
    return str(table)


def _counts(headers, counted):
    rows = [
        (*(key if isinstance(key, tuple) else (key,)), number)
        for key, number in sorted(counted.items())
    ]
    return _table([*headers, 'number'], rows)


def lines(schedule_done, injected, ledger, times, ended):
    """Tell what was seen.

    :param schedule_done: faults of processes, by (who, what)
    :param injected: faults within processes, by what
    :param ledger: of all clients
    :param times: of answers: see Tally.times
    :param ended: what has become of things, by (kind, end)
    """
    yield _counts(['process', 'fault'], schedule_done)
    yield _counts(['fault within a process'], injected)
    yield _counts(
        ['request', 'outcome'],
        {
            (what, outcome): number
            for what, outcomes in ledger.counted.items()
            for outcome, number in outcomes.items()
        },
    )
    yield _table(
        ['answer', *_TIMES],
        [
            (status, number, *(f'{one:.2f} s' for one in seconds))
            for status, number, *seconds in times
        ],
    )
    yield _counts(['thing', 'end'], ended)
