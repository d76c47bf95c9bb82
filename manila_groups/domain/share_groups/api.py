# SPDX-License-Identifier: Apache-2.0
"""Share groups: their operations for users."""

from collections.abc import Mapping
import dataclasses
from typing import Any

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.db import share_group_backups as backup_rows
from manila_groups.db import share_group_snapshots as snapshot_rows
from manila_groups.db import share_groups as rows
from manila_groups.db import shares as share_rows
from manila_groups.domain import changes
from manila_groups.domain import visibility
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import purge
from manila_groups.domain.share_group_backups import insert as backup_insertion
from manila_groups.domain.share_groups import clone
from manila_groups.domain.share_groups import create
from manila_groups.domain.share_groups import delete
from manila_groups.domain.share_groups import from_source
from manila_groups.domain.share_groups import insert as share_group_creation
from manila_groups.domain.share_groups import rebuild
from manila_groups.domain.share_groups import revert_request
from manila_groups.rpc import wake

_NOT_BACKED_UP = (
    'The share group backup was not made: its share group was deleted by '
    'force meanwhile.'
)


@dataclasses.dataclass(frozen=True, slots=True)
class NewShareGroup:
    """What a request asks for; None where it says nothing.

    :ivar share_types: ids
    :ivar availability_zone: a name
    :ivar scheduler_hints: see domain.scheduler_hints
    """

    name: str | None = None
    description: str | None = None
    share_types: list[str] | None = None
    share_group_type_id: str | None = None
    share_network_id: str | None = None
    source_share_group_snapshot_id: str | None = None
    source_share_group_id: str | None = None
    source_share_group_backup_id: str | None = None
    availability_zone: str | None = None
    scheduler_hints: Mapping[str, Any] | None = None


class ShareGroups:
    """The share groups of the service.

    :param types: the share group types
    :param share_types: the share types
    :param waker: wakes schedulers and back ends
    """

    def __init__(
        self,
        conf,
        db: db_api.Database,
        types,
        share_types,
        waker: wake.Waker,
    ):
        self._conf = conf
        self._db = db
        self._creation = share_group_creation.Creation(
            conf, types, share_types
        )
        self._waker = waker

    def list_page(
        self, ctxt, filters: Mapping[str, Any], page: paging.Page, details
    ) -> tuple[list[records.ShareGroup] | list[records.Summary], bool]:
        """Read one page of share groups, in full or in short.

        :param filters: keys of db.share_groups.FILTERS; project_id, and
            all_tenants (a boolean), count for administrators only
        :returns: the groups, and whether more follow
        :raises Invalid: an unknown marker
        """
        narrowed = visibility.narrow(ctxt, filters)
        with self._db.reader() as conn:
            return rows.list_page(conn, narrowed, page, details)

    def get(self, ctxt, group_id: str) -> records.ShareGroup:
        """Read one share group.

        :raises NotFound: there is none that the caller may see
        """
        with self._db.reader() as conn:
            return changes.SHARE_GROUP.find(conn, ctxt, group_id)

    def create(self, ctxt, wanted: NewShareGroup) -> records.ShareGroup:
        """Create a share group; a scheduler then chooses its pool.

        :raises Invalid: types, network, zone or source do not go together
        :raises NotFound: an unknown availability zone
        :raises Conflict: the source is not available, or scheduler_hints
            name what is on no back end
        :raises OverQuota: the project has as many as it may
        """
        group, wakes = self._insert(ctxt, wanted)
        wake.wake_all(self._waker, wakes)
        return group

    @db_api.transaction
    def _insert(self, conn, ctxt, wanted):
        return self._begin_create(conn, ctxt, wanted)

    @db_api.retry_on_deadlock
    def rehearse(self, ctxt, wanted) -> tuple[str, placing.Waiting]:
        """Tell what a scheduler would decide on; nothing is made.

        :returns: an id for the group, and what is known of it
        :raises ServiceError: see create
        """
        with self._db.rehearsal() as conn:
            group, _wakes = self._begin_create(conn, ctxt, wanted)
            return group.id, placing.of_new(conn, _creator(group), group.id)

    def _begin_create(self, conn, ctxt, wanted):
        group = self._insert_group(conn, ctxt, wanted)
        events.note(conn, 'share_group.create.start', group, ctxt)
        return group, beginning.begin_many(conn, _creator(group), [group])

    def _insert_group(self, conn, ctxt, wanted):
        field = from_source.field_of(wanted)
        if field is None:
            return self._creation.insert(conn, ctxt, wanted)
        if field == from_source.BACKUP:
            return from_source.insert_from_backup(
                conn, self._conf, ctxt, wanted, self._creation
            )
        return from_source.insert(conn, self._conf, ctxt, wanted)

    @changes.locked(changes.SHARE_GROUP)
    def update(
        self,
        group: changes.Locked[records.ShareGroup],
        values: Mapping[str, str | None],
    ) -> records.ShareGroup:
        """Change the name or the description.

        :raises NotFound: there is no group that the caller may see
        """
        group.update(**values)
        group.note('update')
        return group.row

    def revert(self, ctxt, group_id: str, snapshot_id: str) -> None:
        """Begin to give all shares of a group the content of a snapshot.

        :raises NotFound: there is no group that the caller may see
        :raises Invalid: it has no such snapshot, or its back end can't
        :raises Conflict: what is in it, or at work on it, forbids it
        :raises OverQuota: the project may not have so much more
        """
        wakes = self._begin_revert(ctxt, group_id, snapshot_id)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.SHARE_GROUP, with_content=True)
    def _begin_revert(self, group, snapshot_id):
        return [revert_request.begin(group, self._conf, snapshot_id)]

    def delete(self, ctxt, group_id: str) -> None:
        """Begin to delete an empty share group.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: its status, its shares or its snapshots forbid it
        """
        wakes = self._begin_delete(ctxt, group_id)
        wake.wake_all(self._waker, wakes)

    def force_delete(self, ctxt, group_id: str) -> None:
        """Begin to delete a share group with its shares and snapshots.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: a share group is being created from it or from a
            snapshot of it, or this release does not know its status
        """
        wakes = self._begin_force_delete(ctxt, group_id)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.SHARE_GROUP)
    def _begin_delete(self, group):
        from_source.check_no_copy(group)
        transition = deleting.transition_for(
            self._conf, group.row, states.ShareGroup
        )
        if not group.transition(
            transition,
            rows.is_empty(),
            backup_rows.needs_no_group(),
            event='delete.start',
        ):
            backup_insertion.check_no_backup(group)
            raise _not_deletable(group.row, transition)
        return deleting.begin(group, delete.VERB, purge.all_share_groups)

    # With the snapshots locked, what is being created from them can be seen;
    # and what is counted is as it is when it goes.
    @changes.locked(changes.SHARE_GROUP, with_content=True)
    def _begin_force_delete(self, group):
        from_source.check_no_copy(group)
        if not group.transition(
            states.ShareGroup.FORCE_DELETE,
            reason=deleting.FORCED,
            forced=True,
        ):
            raise _in_wrong_status(group.row, states.ShareGroup.FORCE_DELETE)
        _force_delete_content(group)
        _end_backups(group.conn, self._conf, group.row.id)
        group.note('delete.start')
        return deleting.begin_forced(
            group,
            self._conf,
            delete.VERB,
            purge.all_share_groups,
            delete.remove_without_backend,
            lambda locked: operations.cancel_queue(locked.conn, locked.row.id),
        )

    @changes.locked(changes.SHARE_GROUP)
    def reset_status(
        self, group: changes.Locked[records.ShareGroup], status: str
    ) -> None:
        """Set the status by hand; the operation on the group is given up.

        :raises NotFound: there is no group that the caller may see
        """
        group.set_status(status)
        _end_content_work(group.conn, group.row.id)
        deleting.cancel(group)


def _force_delete_content(group):
    """Let what is in a group be the work of the group's deletion only."""
    details = {'reason': deleting.FORCED, 'stepped_at': None}
    snapshot_rows.ROWS.transition_many(
        group.conn,
        states.ShareGroupSnapshot.FORCE_DELETE,
        snapshot_rows.in_group(group.row.id),
        **details,
    )
    share_rows.ROWS.transition_many(
        group.conn,
        states.Share.FORCE_DELETE,
        share_rows.in_group(group.row.id),
        new_size=None,
        **details,
    )
    events.note_content(
        group.conn, 'delete.start', group.row, (states.DELETING,)
    )


def _end_backups(conn, conf, group_id):
    """End what is being made of a group, or restored to it, at once."""
    _free_backups(conn, group_id)
    made = backup_rows.being_made_of(conn, group_id)
    if not made:
        return
    backup_rows.ROWS.transition_many(
        conn,
        states.ShareGroupBackup.CREATE_FAILED,
        backup_rows.is_made_of(group_id),
        reason=deleting.FORCED,
    )
    for one in backup_rows.get_many(conn, made):
        operations.cancel(conn, states.SHARE_GROUP_BACKUP, one.id)
        messages.add(
            conn,
            conf,
            states.SHARE_GROUP_BACKUP,
            one,
            messages.CREATE,
            messages.SOURCE_DELETED,
            _NOT_BACKED_UP,
        )


def _free_backups(conn, group_id):
    backup_rows.ROWS.transition_many(
        conn,
        states.ShareGroupBackup.RESTORED,
        backup_rows.restoring_to([group_id]),
        restoring_share_group_id=None,
    )


def _creator(group):
    if group.source_share_group_id is not None:
        return clone.VERB
    is_restored = group.source_share_group_backup_id is not None
    return rebuild.VERB if is_restored else create.VERB


def _end_content_work(conn, group_id):
    """End what a group whose work has ended did with what is in it."""
    snapshot_rows.ROWS.transition_many(
        conn,
        states.ShareGroupSnapshot.RESTORED,
        snapshot_rows.in_group(group_id),
    )
    snapshot_rows.ROWS.transition_many(
        conn,
        states.ShareGroupSnapshot.DELETE_FAILED,
        snapshot_rows.in_group(group_id),
        snapshot_rows.ROWS.has_no_work(),
    )
    share_rows.ROWS.transition_many(
        conn,
        states.Share.DELETE_FAILED,
        share_rows.in_group(group_id),
        share_rows.ROWS.has_no_work(),
    )
    share_rows.ROWS.transition_many(
        conn,
        states.Share.CREATE_FAILED,
        share_rows.in_group(group_id),
        ~share_rows.is_made_alone(),
    )
    for transition in (
        states.Share.REVERT_FAILED,
        states.Share.RESTORE_FAILED,
    ):
        share_rows.ROWS.transition_many(
            conn, transition, share_rows.in_group(group_id)
        )
    _free_backups(conn, group_id)


def _not_deletable(group, transition):
    if group.status in transition.expected:
        return exception.Conflict(
            f'The share group {utils.label(group)} has shares or share group '
            'snapshots, which must be deleted first.'
        )
    return _in_wrong_status(group, transition)


def _in_wrong_status(group, transition):
    return exception.Conflict(
        f'The share group {utils.label(group)} has the status '
        f'{group.status}; it can '
        f'be deleted when it is {" or ".join(transition.expected)}.'
    )
