# SPDX-License-Identifier: Apache-2.0
"""Carries out backup policies: begins what is due, and ends what is old."""

from typing import Any

from oslo_log import log
from oslo_utils import timeutils

from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import backup_policies as rows
from manila_groups.db import records
from manila_groups.db import share_group_backups as backups
from manila_groups.db import share_groups
from manila_groups.domain.backup_policies import schedule as schedules
from manila_groups.domain.messages import api as messages
from manila_groups.domain.share_group_backups import api as backups_api
from manila_groups.rpc import wake

LOG = log.getLogger(__name__)

#: How many policies are taken up at once.
_MOST = 100


class _Taken(Exception):
    """Another process has taken up what is due."""


class Policies:
    """Carries out the policies of all groups, in each scheduler.

    :param waker: wakes back ends
    """

    def __init__(self, conf: Any, db: db_api.Database, waker: wake.Waker):
        self._db = db
        self._backups = backups_api.ShareGroupBackups(conf, db, waker)
        self._conf = conf
        self._waker = waker

    def run(self) -> None:
        """Take up what is due now."""
        with self._db.reader() as conn:
            due = rows.due(conn, timeutils.utcnow(), _MOST)
            ended = rows.to_expire(conn, _MOST)
        for policy in due:
            utils.call_logging_errors(self._begin, policy)
        for policy in ended:
            utils.call_logging_errors(self._expire, policy)

    def _begin(self, policy):
        """Begin the backup that is due, once, however late it is."""
        next_run_at = schedules.next_after(policy.schedule, timeutils.utcnow())
        try:
            wakes = self._take_up(policy, next_run_at)
        except _Taken:
            return
        except exception.ServiceError as error:
            LOG.warning(
                'The backup of the share group %s that was due at %s has not '
                'begun: %s',
                policy.share_group_id,
                policy.next_run_at,
                error.message,
            )
            self._put_off(policy, next_run_at, error.message)
        else:
            wake.wake_all(self._waker, wakes)

    @db_api.transaction
    def _take_up(self, conn, policy, next_run_at):
        # Locks the group first, as changes of its policy do.
        backup, wakes = self._backups.begin(
            conn,
            _caller(policy),
            policy.share_group_id,
            name=f'scheduled-{policy.next_run_at:%Y%m%dT%H%MZ}',
            is_scheduled=True,
        )
        if not rows.advance(conn, policy, next_run_at):
            raise _Taken
        rows.note_backup(conn, policy.share_group_id, backup.id)
        return wakes

    @db_api.transaction
    def _put_off(self, conn, policy, next_run_at, reason):
        """Let the next one be due, and tell why this one has not begun."""
        if not rows.advance(conn, policy, next_run_at):
            return
        group = share_groups.get(conn, policy.share_group_id)
        due = f'{policy.next_run_at:%Y-%m-%d %H:%M}'
        if group is not None:
            messages.add(
                conn,
                self._conf,
                states.SHARE_GROUP,
                group,
                messages.BACK_UP,
                messages.REFUSED,
                f'The backup that was due at {due} UTC has not begun: '
                f'{reason}',
            )

    def _expire(self, policy):
        """Delete what need not be kept, now that the newest is complete."""
        with self._db.snapshot() as conn:
            found = backups.scheduled_of(conn, policy.share_group_id)
        for one in schedules.expired(policy, found):
            try:
                self._backups.delete(_caller(policy), one.id)
            except (exception.Conflict, exception.NotFound) as error:
                # The next one is looked at again after the next backup.
                LOG.info('A backup stays for now: %s', error.message)
        self._note_expired(policy)

    @db_api.transaction
    def _note_expired(self, conn, policy):
        rows.note_expired(conn, policy.share_group_id, policy.last_backup_id)


def _caller(policy: records.BackupPolicy) -> context.RequestContext:
    return context.RequestContext(
        project_id=policy.project_id,
        user_id=policy.user_id,
        is_admin=False,
        overwrite=False,
    )
