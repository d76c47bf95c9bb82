# SPDX-License-Identifier: Apache-2.0
"""When backups are due, and which of them are kept: pure functions."""

from collections.abc import Callable
from collections.abc import Collection
import datetime
import itertools
import re
from typing import Any

import croniter

from manila_groups import exception
from manila_groups import states
from manila_groups.db import records

#: How many times of a schedule are looked at to find the shortest interval.
_LOOKED_AT = 100
#: The fields of a schedule: minute, hour, day, month, day of the week.
_FIELDS = 5
#: What some programs replace by a time of their own choice.
_RANDOM = re.compile(r'(?<![a-z])[rh](?![a-z])', re.IGNORECASE)


def check(schedule: str, now: datetime.datetime, shortest: int) -> None:
    """Check a schedule that a user has given.

    :param shortest: the least seconds between two backups
    :raises Invalid: it is none, is never due, or is due too often
    """
    if len(schedule.split()) != _FIELDS:
        raise exception.Invalid(
            f'schedule: {schedule!r} must have five fields: minute, hour, '
            'day of the month, month and day of the week.'
        )
    if any(_RANDOM.search(one) for one in schedule.split()):
        raise exception.Invalid(
            f'schedule: {schedule!r} is not an expression of cron: R and H '
            'leave the time open.'
        )
    try:
        times = list(itertools.islice(_times(schedule, now), _LOOKED_AT))
    except (ValueError, KeyError, AttributeError) as error:
        raise exception.Invalid(
            f'schedule: {schedule!r} is not an expression of cron, or is '
            f'never due: {error}.'
        ) from error
    least = min(
        (later - earlier).total_seconds()
        for earlier, later in itertools.pairwise(times)
    )
    if least < shortest:
        raise exception.Invalid(
            f'schedule: {schedule!r} is due every {least:.0f} seconds; at '
            f'least {shortest} seconds must be between two backups.'
        )


def _times(schedule, now):
    found = croniter.croniter(schedule, now, max_years_between_matches=8)
    while True:
        yield found.get_next(datetime.datetime)


def next_after(schedule: str, now: datetime.datetime) -> datetime.datetime:
    """Return when a schedule is due next, in UTC without a zone."""
    return next(_times(schedule, now))


#: What one backup is kept of, by the field of the policy.
_PERIODS: dict[str, Callable[[datetime.datetime], Any]] = {
    'keep_daily': lambda time: time.date(),
    'keep_weekly': lambda time: time.isocalendar()[:2],
    'keep_monthly': lambda time: (time.year, time.month),
}


def expired(
    policy: records.BackupPolicy, backups: Collection[records.ShareGroupBackup]
) -> list[records.ShareGroupBackup]:
    """Choose the backups that need not be kept.

    Of each of the last days, weeks and months that have any, the newest is
    kept; and the newest of all is, whatever the policy says. A deletion that
    has failed is tried again.

    :param backups: all complete ones that the policy has made
    """
    failed = [one for one in backups if one.status == states.ERROR_DELETING]
    newest_first = sorted(
        (one for one in backups if one not in failed),
        key=lambda one: (one.taken_at, one.id),
        reverse=True,
    )
    kept = {one.id for one in newest_first[:1]}
    for field, period_of in _PERIODS.items():
        newest: dict[Any, str] = {}
        for one in newest_first:
            if one.taken_at is not None:
                newest.setdefault(period_of(one.taken_at), one.id)
        kept.update(list(newest.values())[: getattr(policy, field)])
    return [*failed, *(one for one in newest_first if one.id not in kept)]
