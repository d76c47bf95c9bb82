# SPDX-License-Identifier: Apache-2.0
"""Share group snapshots: their operations for users."""

from collections.abc import Mapping
from typing import Any

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.db import share_group_backups as backups
from manila_groups.db import share_group_snapshots as rows
from manila_groups.domain import changes
from manila_groups.domain import visibility
from manila_groups.domain.events import base as events
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import purge
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_group_snapshots import create
from manila_groups.domain.share_group_snapshots import delete
from manila_groups.domain.share_groups import members
from manila_groups.rpc import wake


class ShareGroupSnapshots:
    """The share group snapshots of the service.

    :param waker: wakes back ends
    """

    def __init__(self, conf, db: db_api.Database, waker: wake.Waker):
        self._conf = conf
        self._db = db
        self._waker = waker

    def list_page(
        self, ctxt, filters: Mapping[str, Any], page: paging.Page, details
    ) -> tuple[list[records.ShareGroupSnapshot], bool]:
        """Read one page of snapshots.

        :param filters: keys of db.share_group_snapshots.FILTERS; project_id,
            and all_tenants (a boolean), count for administrators only
        :returns: the snapshots, and whether more follow
        :raises Invalid: an unknown marker
        """
        narrowed = visibility.narrow(ctxt, filters)
        # What a short list shows is read by one statement.
        reading = self._db.snapshot if details else self._db.reader
        with reading() as conn:
            return rows.list_page(conn, narrowed, page, details)

    def list_members(
        self, ctxt, snapshot_id: str, page: paging.Page
    ) -> tuple[list[records.ShareGroupSnapshotMember], bool]:
        """Read one page of a snapshot's members.

        :returns: the members, and whether more follow
        :raises NotFound: there is no snapshot that the caller may see
        :raises Invalid: an unknown marker
        """
        with self._db.snapshot() as conn:
            changes.SNAPSHOT.find(conn, ctxt, snapshot_id)
            return rows.list_members(conn, snapshot_id, page)

    def get(self, ctxt, snapshot_id: str) -> records.ShareGroupSnapshot:
        """Read one snapshot.

        :raises NotFound: there is none that the caller may see
        """
        with self._db.snapshot() as conn:
            return changes.SNAPSHOT.find(conn, ctxt, snapshot_id)

    def create(
        self,
        ctxt,
        group_id: str,
        name: str | None = None,
        description: str | None = None,
    ) -> records.ShareGroupSnapshot:
        """Begin to take a snapshot of all shares of a group.

        :raises Invalid: the caller sees no such group
        :raises Conflict: the group, or a share in it, is not available
        :raises OverQuota: the project may not have so much more
        """
        snapshot, wakes = self._insert(ctxt, group_id, name, description)
        wake.wake_all(self._waker, wakes)
        return snapshot

    @db_api.transaction
    def _insert(self, conn, ctxt, group_id, name, description):
        group = changes.lock_source(
            conn, changes.SHARE_GROUP, ctxt, 'share_group_id', group_id
        )
        shares = members.lock_available(conn, group)
        owner = {'project_id': ctxt.project_id, 'user_id': ctxt.user_id}
        values = {
            **owner,
            'id': uuidutils.generate_uuid(),
            'request_id': ctxt.request_id,
            'share_group_id': group_id,
            'name': name,
            'description': description,
        }
        rows.insert(conn, values, [_new_member(one, owner) for one in shares])
        snapshot = utils.present(rows.get(conn, values['id']))
        purge.count_snapshots(conn, [snapshot], self._take_quota)
        events.note(conn, 'share_group_snapshot.create.start', snapshot, ctxt)
        return snapshot, beginning.begin_many(conn, create.VERB, [snapshot])

    def _take_quota(self, conn, owner, amounts):
        quotas.take(conn, self._conf, owner, amounts)

    @changes.locked(changes.SNAPSHOT)
    def update(
        self,
        snapshot: changes.Locked[records.ShareGroupSnapshot],
        values: Mapping[str, str | None],
    ) -> records.ShareGroupSnapshot:
        """Change the name or the description.

        :raises NotFound: there is no snapshot that the caller may see
        """
        snapshot.update(**values)
        snapshot.note('update')
        return snapshot.row

    def delete(self, ctxt, snapshot_id: str) -> None:
        """Begin to delete a snapshot.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: its status forbids it, or a share group is being
            created from it
        """
        wakes = self._begin_delete(ctxt, snapshot_id)
        wake.wake_all(self._waker, wakes)

    def force_delete(self, ctxt, snapshot_id: str) -> None:
        """Begin to delete a snapshot in whatever status it is.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: a share group is being created from it, or reverted
            to it
        """
        wakes = self._begin_force_delete(ctxt, snapshot_id)
        wake.wake_all(self._waker, wakes)

    @changes.locked(changes.SNAPSHOT)
    def _begin_delete(self, snapshot):
        transition = deleting.transition_for(
            self._conf, snapshot.row, states.ShareGroupSnapshot
        )
        _begin_to_delete(snapshot, transition)
        return deleting.begin(snapshot, delete.VERB, purge.all_snapshots)

    @changes.locked(changes.SNAPSHOT)
    def _begin_force_delete(self, snapshot):
        _begin_to_delete(
            snapshot,
            states.ShareGroupSnapshot.FORCE_DELETE,
            reason=deleting.FORCED,
            forced=True,
        )
        return deleting.begin_forced(
            snapshot,
            self._conf,
            delete.VERB,
            purge.all_snapshots,
            delete.remove_without_backend,
        )

    @changes.locked(changes.SNAPSHOT)
    def reset_status(
        self, snapshot: changes.Locked[records.ShareGroupSnapshot], status: str
    ) -> None:
        """Set the status by hand; the operation on it is given up.

        :raises NotFound: there is no snapshot that the caller may see
        """
        snapshot.set_status(status)
        operations.cancel(snapshot.conn, snapshot.kind, snapshot.row.id)


def _begin_to_delete(snapshot, transition, **details):
    if not snapshot.transition(
        transition,
        rows.is_no_source(),
        backups.needs_no_snapshot(),
        event='delete.start',
        **details,
    ):
        raise _not_deletable(snapshot.row, transition)


def _new_member(share, owner):
    return {
        **owner,
        'id': uuidutils.generate_uuid(),
        'share_id': share.id,
        'share_type_id': share.share_type_id,
        'size': share.size,
        'share_proto': share.share_proto,
    }


def _not_deletable(snapshot, transition):
    is_by_hand = snapshot.stepped_at is None
    if snapshot.status == states.RESTORING and not is_by_hand:
        return exception.Conflict(
            f'The share group {snapshot.share_group_id} is being reverted to '
            f'the share group snapshot {utils.label(snapshot)}.'
        )
    if snapshot.status in transition.expected:
        return exception.Conflict(
            'A share group or a share group backup is being created from the '
            f'share group snapshot {utils.label(snapshot)}.'
        )
    return exception.Conflict(
        f'The share group snapshot {utils.label(snapshot)} has the status '
        f'{snapshot.status}; it can be deleted when it is '
        f'{" or ".join(transition.expected)}.'
    )
