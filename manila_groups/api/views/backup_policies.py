# SPDX-License-Identifier: Apache-2.0
"""Backup policies of share groups in responses."""

from manila_groups.api.schemas import backup_policies as schemas
from manila_groups.api.views import base
from manila_groups.api.views import shapes

SINCE = schemas.SINCE


def _number(name):
    return base.Field(name, SINCE, shape=shapes.COUNT)


DETAIL = base.View(
    base.Field('schedule', SINCE),
    _number('keep_daily'),
    _number('keep_weekly'),
    _number('keep_monthly'),
    base.time('next_run_at', SINCE),
    base.time('last_run_at', SINCE, shapes.OPTIONAL_TIME),
    base.optional('last_backup_id', SINCE),
    base.time('created_at', SINCE),
    base.updated_at(SINCE),
)

ONE = shapes.one('backup_policy', shape=DETAIL)
