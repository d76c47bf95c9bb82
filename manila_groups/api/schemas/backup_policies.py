# SPDX-License-Identifier: Apache-2.0
"""The schema of backup policies of share groups."""

from manila_groups.api.schemas import base

#: The version that has policies.
SINCE = 'share-groups 1.9'

_SCHEDULE = {
    'type': 'string',
    'maxLength': 255,
    'pattern': r'^[0-9A-Za-z*/,#?-]+( +[0-9A-Za-z*/,#?-]+){4}\Z',
    'description': 'a schedule as cron has it: minute, hour, day of the '
    "month, month and day of the week, such as '0 3 * * *'",
    'examples': ['0 3 * * *'],
}
_KEEP = {'type': 'integer', 'minimum': 0, 'maximum': 10000}
_KEPT = ('keep_daily', 'keep_weekly', 'keep_monthly')

PUT = base.Schema(
    {'schedule': _SCHEDULE, **dict.fromkeys(_KEPT, _KEEP)},
    required=('schedule',),
    absent=_KEPT,
)
