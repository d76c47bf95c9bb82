# SPDX-License-Identifier: Apache-2.0
"""Share group backups: their operations for users."""

from collections.abc import Mapping
from typing import Any

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.db import share_group_backups as rows
from manila_groups.domain import changes
from manila_groups.domain import visibility
from manila_groups.domain.events import base as events
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import transaction
from manila_groups.domain.share_group_backups import clean_up
from manila_groups.domain.share_group_backups import create
from manila_groups.domain.share_group_backups import delete
from manila_groups.domain.share_group_backups import import_
from manila_groups.domain.share_group_backups import insert
from manila_groups.domain.share_group_backups import places
from manila_groups.domain.share_group_backups import record
from manila_groups.domain.share_groups import restore_request
from manila_groups.rpc import wake


class ShareGroupBackups:
    """The share group backups of the service.

    :param waker: wakes back ends
    """

    def __init__(self, conf, db: db_api.Database, waker: wake.Waker):
        self._conf = conf
        self._db = db
        self._waker = waker

    def list_page(
        self, ctxt, filters: Mapping[str, Any], page: paging.Page, details
    ) -> tuple[list[records.ShareGroupBackup], bool]:
        """Read one page of backups.

        :param filters: keys of db.share_group_backups.FILTERS; project_id,
            and all_tenants (a boolean), count for administrators only
        :param details: read their members and how far they are too
        :returns: the backups, and whether more follow
        :raises Invalid: an unknown marker
        """
        narrowed = visibility.narrow(ctxt, filters)
        # What a short list shows is read by one statement.
        reading = self._db.snapshot if details else self._db.reader
        with reading() as conn:
            return rows.list_page(conn, narrowed, page, details)

    def list_members(
        self, ctxt, backup_id: str, page: paging.Page
    ) -> tuple[list[records.ShareGroupBackupMember], bool]:
        """Read one page of a backup's members.

        :returns: the members, and whether more follow
        :raises NotFound: there is no backup that the caller may see
        :raises Invalid: an unknown marker
        """
        with self._db.snapshot() as conn:
            changes.BACKUP.find(conn, ctxt, backup_id)
            return rows.list_members(conn, backup_id, page)

    def get(self, ctxt, backup_id: str) -> records.ShareGroupBackup:
        """Read one backup, and how far it is.

        :raises NotFound: there is none that the caller may see
        """
        with self._db.snapshot() as conn:
            found = changes.BACKUP.find(conn, ctxt, backup_id)
            return rows.with_progress(conn, found)

    def location_of(self, backup: records.ShareGroupBackup) -> str | None:
        """Tell in which repository a backup is; None without any."""
        repository = self._conf.backup.repository
        return repository and f'{repository.rstrip("/")}/{backup.project_id}'

    def create(
        self,
        ctxt,
        group_id: str | None = None,
        snapshot_id: str | None = None,
        name: str | None = None,
        description: str | None = None,
    ) -> records.ShareGroupBackup:
        """Begin to back up a group, as it is now or as a snapshot shows it.

        :raises Invalid: none or both are given, the caller sees no such
            source, or its back end can't
        :raises Conflict: the source, or a share in it, is not available
        :raises OverQuota: the project may not have so much more
        """
        if (group_id is None) == (snapshot_id is None):
            raise exception.Invalid(
                f'{insert.SHARE_GROUP}: exactly one of it and '
                f'{insert.SNAPSHOT} must be given.'
            )
        backup, wakes = self._insert(
            ctxt,
            group_id,
            snapshot_id,
            name=name,
            description=description,
        )
        wake.wake_all(self._waker, wakes)
        return backup

    @db_api.transaction
    def _insert(self, conn, ctxt, group_id, snapshot_id, **values):
        return self.begin(conn, ctxt, group_id, snapshot_id, **values)

    def begin(
        self,
        conn: db_api.Connection,
        ctxt,
        group_id: str | None,
        snapshot_id: str | None = None,
        **values: Any,
    ) -> tuple[records.ShareGroupBackup, list[wake.Wake]]:
        """Begin to back up a group in a transaction; see create().

        To be called before anything is read in it.

        :param values: further columns
        :returns: the backup, and who has to be woken after the commit
        """
        backup = insert.insert(
            conn, self._conf, ctxt, group_id, snapshot_id, **values
        )
        events.note(conn, 'share_group_backup.create.start', backup, ctxt)
        return backup, beginning.begin_many(conn, create.VERB, [backup])

    @changes.locked(changes.BACKUP)
    def update(
        self,
        backup: changes.Locked[records.ShareGroupBackup],
        values: Mapping[str, str | None],
    ) -> records.ShareGroupBackup:
        """Change the name or the description.

        :raises NotFound: there is no backup that the caller may see
        """
        backup.update(**values)
        backup.note('update')
        return rows.with_progress(backup.conn, backup.row)

    def delete(self, ctxt, backup_id: str) -> None:
        """Begin to delete a backup.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: its status forbids it, or a share group is being
            created from it
        """
        wakes = self._begin_delete(ctxt, backup_id)
        wake.wake_all(self._waker, wakes)

    def force_delete(self, ctxt, backup_id: str) -> None:
        """Begin to delete a backup in whatever status it is.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: a share group is being created from it, or its
            shares are getting its content
        """
        wakes = self._begin_force_delete(ctxt, backup_id)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.BACKUP)
    def _begin_delete(self, backup):
        transition = deleting.transition_for(
            self._conf, backup.row, states.ShareGroupBackup
        )
        wakes = self._begin_to_delete(backup, transition)
        return [
            *wakes,
            *deleting.begin(backup, delete.VERB, purge.all_backups),
        ]

    @changes.locked(changes.BACKUP)
    def _begin_force_delete(self, backup):
        wakes = self._begin_to_delete(
            backup,
            states.ShareGroupBackup.FORCE_DELETE,
            ~rows.ROWS.waiting((states.RESTORING,)),
            reason=deleting.FORCED,
            forced=True,
        )
        more = deleting.begin_forced(
            backup,
            self._conf,
            delete.VERB,
            purge.all_backups,
            delete.remove_without_backend,
        )
        return [*wakes, *more]

    def _begin_to_delete(self, backup, transition, *conditions, **details):
        place = places.choose(backup.conn, self._conf, backup.row.host)
        moment = backup.row
        if not backup.transition(
            transition,
            rows.is_no_source(),
            *conditions,
            event='delete.start',
            host=place or backup.row.host,
            **details,
        ):
            raise _not_deletable(backup.row, transition)
        return self._drop_moment(backup.conn, moment)

    def _drop_moment(self, conn, backup):
        """Begin to delete the snapshot that a backup may still have."""
        tx = transaction.Tx(conn, self._conf, None)
        if backup.has_moment:
            clean_up.begin(tx, [backup])
        return tx.wakes

    def reset_status(self, ctxt, backup_id: str, status: str) -> None:
        """Set the status by hand; the operation on it is given up.

        :raises NotFound: there is no backup that the caller may see
        :raises Conflict: it is being restored, or has no content
        """
        wakes = self._reset_status(ctxt, backup_id, status)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.BACKUP)
    def _reset_status(self, backup, status):
        _check_not_restoring(backup)
        if status == states.AVAILABLE:
            record.check_complete(backup.row)
        backup.set_status(status)
        backup.update(restoring_share_group_id=None)
        operations.cancel(backup.conn, backup.kind, backup.row.id)
        return self._drop_moment(backup.conn, backup.row)

    def restore(
        self, ctxt, backup_id: str, group_id: str | None = None
    ) -> str:
        """Begin to give the shares of a group the content of a backup.

        :param group_id: None is the group that was backed up
        :returns: the id of the group
        :raises NotFound: there is no backup that the caller may see
        :raises Invalid: the caller sees no such group, or its back end can't
        :raises Conflict: what is in it, or at work on it, forbids it
        :raises OverQuota: the project may not have so much more
        """
        with self._db.reader() as conn:
            backup = changes.BACKUP.find(conn, ctxt, backup_id)
        wanted = group_id or restore_request.own_group(backup)
        wakes = self._begin_restore(ctxt, wanted, backup_id)
        wake.wake_all(self._waker, wakes)
        return wanted

    @db_api.transaction
    def _begin_restore(self, conn, ctxt, group_id, backup_id):
        group = restore_request.lock(conn, ctxt, group_id)
        return [restore_request.begin(group, self._conf, backup_id)]

    def record(self, ctxt, backup_id: str) -> dict[str, Any]:
        """Describe a backup so that it can be imported elsewhere.

        :raises NotFound: there is no backup that the caller may see
        :raises Conflict: it is not complete, or has too many members
        """
        backup = self.get(ctxt, backup_id)
        if backup.reference is None or backup.status not in (
            states.AVAILABLE,
            states.RESTORING,
        ):
            raise exception.Conflict(
                f'The share group backup {utils.label(backup)} has the '
                f'status {backup.status}; it must be {states.AVAILABLE}.'
            )
        record.check_size(backup)
        return record.of(backup)

    def import_record(
        self, ctxt, given: Mapping[str, Any]
    ) -> records.ShareGroupBackup:
        """Begin to import a backup that a record describes.

        :raises Invalid: the record is incomplete, or no back end can
        :raises Conflict: the backup is there already
        :raises OverQuota: the project may not have so much more
        """
        backup, wakes = self._import(ctxt, given)
        wake.wake_all(self._waker, wakes)
        return backup

    @db_api.transaction
    def _import(self, conn, ctxt, given):
        backup = import_.insert(conn, self._conf, ctxt, given)
        events.note(conn, 'share_group_backup.import.start', backup, ctxt)
        return backup, beginning.begin_many(conn, import_.VERB, [backup])


def _check_not_restoring(backup):
    """Leave a backup to the group that is getting its content."""
    group_id = backup.row.restoring_share_group_id
    if group_id and operations.open_on(
        backup.conn, states.SHARE_GROUP, group_id
    ):
        raise exception.Conflict(
            f'The share group {group_id} is getting the content of the share '
            f'group backup {utils.label(backup.row)}: set the status of that.'
        )


def _not_deletable(backup, transition):
    if backup.status == states.RESTORING and backup.stepped_at is not None:
        return exception.Conflict(
            f'The share group {backup.restoring_share_group_id} is getting '
            f'the content of the share group backup {utils.label(backup)}.'
        )
    if backup.status in transition.expected:
        return exception.Conflict(
            'A share group is being created from the share group backup '
            f'{utils.label(backup)}.'
        )
    return exception.Conflict(
        f'The share group backup {utils.label(backup)} has the status '
        f'{backup.status}; it can be deleted when it is '
        f'{" or ".join(transition.expected)}.'
    )
