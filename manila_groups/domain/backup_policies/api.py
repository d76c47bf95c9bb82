# SPDX-License-Identifier: Apache-2.0
"""Backup policies of share groups: their operations for users."""

from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils

from manila_groups import exception
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import backup_policies as rows
from manila_groups.db import records
from manila_groups.domain import changes
from manila_groups.domain.backup_policies import schedule as schedules

#: How many backups of a kind are kept, where a request says nothing.
KEPT = {'keep_daily': 0, 'keep_weekly': 0, 'keep_monthly': 0}


class BackupPolicies:
    """The backup policies of share groups."""

    def __init__(self, conf, db: db_api.Database):
        self._conf = conf
        self._db = db

    def get(self, ctxt, group_id: str) -> records.BackupPolicy:
        """Read the policy of a group.

        :raises NotFound: there is no group that the caller may see, or it has
            none
        """
        with self._db.snapshot() as conn:
            changes.SHARE_GROUP.find(conn, ctxt, group_id)
            found = rows.get(conn, group_id)
        if found is None:
            raise _without(group_id)
        return found

    @changes.locked(changes.SHARE_GROUP)
    def put(
        self,
        group: changes.Locked[records.ShareGroup],
        values: Mapping[str, Any],
    ) -> records.BackupPolicy:
        """Give a group a policy, in place of the one that it has.

        :param values: schedule, and some of KEPT
        :raises NotFound: there is no group that the caller may see
        :raises Invalid: the schedule is none, or no backup would be kept
        """
        wanted = {**KEPT, **values}
        if not any(wanted[name] for name in KEPT):
            raise exception.Invalid(
                f'{", ".join(KEPT)}: at least one of them must be more than 0.'
            )
        now = timeutils.utcnow()
        shortest = self._conf.backup.shortest_interval
        schedules.check(wanted['schedule'], now, shortest)
        next_run_at = schedules.next_after(wanted['schedule'], now)
        owner = _owner(group)
        rows.put(
            group.conn,
            group.row.id,
            {**owner, **wanted, 'next_run_at': next_run_at},
        )
        return utils.present(rows.get(group.conn, group.row.id))

    @changes.locked(changes.SHARE_GROUP)
    def delete(self, group: changes.Locked[records.ShareGroup]) -> None:
        """Take a group's policy away; its backups stay.

        :raises NotFound: there is no group that the caller may see, or it has
            none
        """
        if not rows.delete(group.conn, group.row.id):
            raise _without(group.row.id)


def _owner(group):
    """Name whose the backups are: the caller's, or the group's user's."""
    is_own = group.ctxt.project_id == group.row.project_id
    user_id = group.ctxt.user_id if is_own else group.row.user_id
    return {'project_id': group.row.project_id, 'user_id': user_id}


def _without(group_id):
    return exception.NotFound(
        f'The share group {group_id} has no backup policy.'
    )
