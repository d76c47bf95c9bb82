# SPDX-License-Identifier: Apache-2.0
"""Share group snapshots: what the service does with them for its users."""

from collections.abc import Mapping
import dataclasses
from typing import Any

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import share_group_snapshots as rows
from manila_groups.db import share_groups as group_rows
from manila_groups.db import shares as share_rows
from manila_groups.groups import events
from manila_groups.groups import force_delete
from manila_groups.groups import purge
from manila_groups.groups import quotas
from manila_groups.groups import transitions
from manila_groups.groups import visibility


class ShareGroupSnapshots:
    """The share group snapshots of the service.

    :param backends: tells back ends of waiting work
    """

    def __init__(self, conf, db: db_api.Database, backends):
        self._conf = conf
        self._db = db
        self._backends = backends

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
        with self._db.reader() as conn:
            return rows.list_page(conn, narrowed, page, details)

    def list_members(
        self, ctxt, snapshot_id: str, page: paging.Page
    ) -> tuple[list[records.ShareGroupSnapshotMember], bool]:
        """Read one page of a snapshot's members.

        :returns: the members, and whether more follow
        :raises NotFound: there is no snapshot that the caller sees
        :raises Invalid: an unknown marker
        """
        with self._db.reader() as conn:
            _get(conn, ctxt, snapshot_id)
            return rows.list_members(conn, snapshot_id, page)

    def get(self, ctxt, snapshot_id: str) -> records.ShareGroupSnapshot:
        """Read one snapshot.

        :raises NotFound: there is none that the caller sees
        """
        with self._db.reader() as conn:
            return _get(conn, ctxt, snapshot_id)

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
        snapshot = self._insert(ctxt, group_id, name, description)
        self._tell_backend(ctxt, snapshot)
        return snapshot

    def _tell_backend(self, ctxt, snapshot):
        if snapshot.host is not None:
            self._backends.work(
                ctxt, snapshot.host, states.SHARE_GROUP_SNAPSHOT, snapshot.id
            )

    @db_api.transaction
    def _insert(self, conn, ctxt, group_id, name, description):
        _lock_group(conn, ctxt, group_id)
        # So that none is resized meanwhile, either.
        share_rows.ROWS.lock_many(conn, share_rows.in_group(group_id))
        shares = share_rows.of_group(conn, group_id)
        _check_available(shares)
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
        snapshot = rows.get(conn, values['id'])
        purge.count_snapshots(conn, [snapshot], self._take_quota)
        events.note(conn, 'share_group_snapshot.create.start', snapshot, ctxt)
        return snapshot

    def _take_quota(self, conn, owner, amounts):
        quotas.take(conn, self._conf, owner, amounts)

    @db_api.transaction
    def update(
        self, conn, ctxt, snapshot_id: str, values: Mapping[str, str | None]
    ) -> records.ShareGroupSnapshot:
        """Change the name or the description.

        :raises NotFound: there is no snapshot that the caller sees
        """
        _get(conn, ctxt, snapshot_id)
        rows.ROWS.update(conn, snapshot_id, values)
        snapshot = _get(conn, ctxt, snapshot_id)
        events.note(conn, 'share_group_snapshot.update', snapshot, ctxt)
        return snapshot

    def delete(self, ctxt, snapshot_id: str) -> None:
        """Begin to delete a snapshot.

        :raises NotFound: there is none that the caller sees
        :raises Conflict: its status forbids it, or a share group is being
            created from it
        """
        self._tell_backend(ctxt, self._begin_delete(ctxt, snapshot_id))

    def force_delete(self, ctxt, snapshot_id: str) -> None:
        """Begin to delete a snapshot in whatever status it is.

        :raises NotFound: there is none that the caller sees
        :raises Conflict: a share group is being created from it
        """
        self._tell_backend(ctxt, self._begin_force_delete(ctxt, snapshot_id))

    @db_api.transaction
    def _begin_delete(self, conn, ctxt, snapshot_id):
        rows.ROWS.lock(conn, snapshot_id)
        snapshot = _get(conn, ctxt, snapshot_id)
        transition = transitions.deletion(
            self._conf, snapshot, states.SNAPSHOT_DELETE
        )
        return _begin_to_delete(conn, ctxt, snapshot, transition)

    @db_api.transaction
    def _begin_force_delete(self, conn, ctxt, snapshot_id):
        rows.ROWS.lock(conn, snapshot_id)
        snapshot = _begin_to_delete(
            conn,
            ctxt,
            _get(conn, ctxt, snapshot_id),
            states.SNAPSHOT_FORCE_DELETE,
            reason=force_delete.REASON,
            forced=True,
        )
        if force_delete.is_reachable(conn, self._conf, snapshot.host):
            return snapshot
        force_delete.end(conn, states.SHARE_GROUP_SNAPSHOT, snapshot)
        return dataclasses.replace(snapshot, host=None)

    @db_api.transaction
    def reset_status(self, conn, ctxt, snapshot_id: str, status: str) -> None:
        """Set the status by hand; no work is begun or stopped by that.

        :raises NotFound: there is no snapshot that the caller sees
        """
        snapshot = _get(conn, ctxt, snapshot_id)
        was = snapshot.status
        snapshot = dataclasses.replace(snapshot, status=status)
        rows.ROWS.set_status(conn, snapshot_id, status, was)
        events.note(conn, 'share_group_snapshot.reset_status', snapshot, ctxt)


def _get(conn, ctxt, snapshot_id):
    found = rows.get(conn, snapshot_id)
    if found is None or ctxt.visible_project not in (None, found.project_id):
        raise exception.NotFound(
            f'There is no share group snapshot {snapshot_id:.255}.'
        )
    return found


def _begin_to_delete(conn, ctxt, snapshot, transition, **details):
    """Make the first transition of a deletion.

    :param snapshot: read after it was locked
    """
    if not rows.ROWS.transition(
        conn,
        snapshot.id,
        transition,
        rows.is_no_source(),
        was=snapshot.status,
        request_id=ctxt.request_id,
        **details,
    ):
        raise _not_deletable(snapshot, transition)
    snapshot = dataclasses.replace(
        snapshot, status=transition.becomes, request_id=ctxt.request_id
    )
    events.note(conn, 'share_group_snapshot.delete.start', snapshot, ctxt)
    # Nothing of a group without a place is anywhere else.
    if snapshot.host is None:
        purge.snapshot(conn, snapshot)
    return snapshot


def _lock_group(conn, ctxt, group_id):
    """Keep a group, and what is in it, as it is until the snapshot is there.

    A group that is available without a place is one whose status was set by
    hand: no back end could take a snapshot of it.
    """
    group_rows.ROWS.lock(conn, group_id)
    group = group_rows.get(conn, group_id)
    if group is None or ctxt.visible_project not in (None, group.project_id):
        raise exception.Invalid(
            f'share_group_id: there is no share group {group_id}.'
        )
    if group.project_id != ctxt.project_id:
        raise exception.Invalid(
            f'share_group_id: the share group {group_id} belongs to another '
            'project.'
        )
    if group.status != states.AVAILABLE:
        raise exception.Conflict(
            f'The share group {group_id} has the status {group.status}; it '
            f'has to be {states.AVAILABLE}.'
        )
    if group.host is None:
        raise exception.Conflict(
            f'The share group {group_id} is on no back end.'
        )


def _check_available(shares):
    for share in shares:
        if share.status != states.AVAILABLE:
            raise exception.Conflict(
                f'The share {share.id} in the share group has the status '
                f'{share.status}; it has to be {states.AVAILABLE}.'
            )


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
    if snapshot.status in transition.expected:
        return exception.Conflict(
            'A share group is being created from the share group snapshot '
            f'{snapshot.id}.'
        )
    return exception.Conflict(
        f'The share group snapshot {snapshot.id} has the status '
        f'{snapshot.status}; it can be deleted when it is '
        f'{" or ".join(transition.expected)}.'
    )
