# SPDX-License-Identifier: Apache-2.0
"""New share group backups: what a user asks for, checked and made a row."""

from typing import Any

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import records
from manila_groups.db import share_group_backups as rows
from manila_groups.db import share_groups
from manila_groups.db import shares as share_rows
from manila_groups.domain import changes
from manila_groups.domain.operations import purge
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_group_backups import create
from manila_groups.domain.share_group_backups import places
from manila_groups.domain.share_group_backups import record
from manila_groups.domain.share_groups import members

SHARE_GROUP = 'share_group_id'
SNAPSHOT = 'share_group_snapshot_id'


def insert(
    conn, conf, ctxt, group_id: str | None, snapshot_id: str | None, **values
) -> records.ShareGroupBackup:
    """Add a backup of a group as it is now, or of a snapshot of it.

    To be called before anything is read in the transaction.

    :param group_id: the group; None if the snapshot tells it
    :param values: name and description
    :raises Invalid: the caller sees no such source, or its back end can't
    :raises Conflict: the source, or a share in it, is not available
    :raises OverQuota: the project may not have so much more
    """
    if snapshot_id is None:
        group, found, source = _read_group(conn, ctxt, group_id)
    else:
        group, found, source = _read_snapshot(conn, ctxt, snapshot_id)
    _check_support(conn, group)
    names = record.names_in(conn, group, {one.share_type_id for one in found})
    row = {
        **_owner(ctxt),
        'id': uuidutils.generate_uuid(),
        'request_id': ctxt.request_id,
        'share_group_id': group.id,
        'share_group_type_id': group.share_group_type_id,
        'consistent': create.is_consistent(group),
        'size': sum(one.size for one in found),
        'manifest': names,
        'host': group.host,
        'availability_zone': group.availability_zone,
        **source,
        **values,
    }
    rows.insert(conn, row, _members(conn, ctxt, found))
    return count(conn, conf, row['id'])


def count(conn, conf, backup_id: str) -> records.ShareGroupBackup:
    """Read a backup that was added, and take its quota.

    :raises OverQuota: the project may not have so much more
    """
    backup = utils.present(rows.get(conn, backup_id))

    def take(conn, owner, amounts):
        quotas.take(conn, conf, owner, amounts)

    purge.count_backups(conn, [backup], take)
    return backup


def _owner(ctxt):
    return {'project_id': ctxt.project_id, 'user_id': ctxt.user_id}


def _read_group(conn, ctxt, group_id):
    group = changes.lock_source(
        conn, changes.SHARE_GROUP, ctxt, SHARE_GROUP, group_id
    )
    return group, members.lock_available(conn, group), {}


def _read_snapshot(conn, ctxt, snapshot_id):
    snapshot = changes.lock_source(
        conn, changes.SNAPSHOT, ctxt, SNAPSHOT, snapshot_id
    )
    group = utils.present(share_groups.get(conn, snapshot.share_group_id))
    members.check_placed(group)
    source = {
        'source_share_group_snapshot_id': snapshot.id,
        'taken_at': snapshot.created_at,
    }
    return group, snapshot.members, source


def _check_support(conn, group):
    if not places.can_back_up(conn, group.host):
        raise exception.Invalid(
            f'The back end of the share group {utils.label(group)} cannot '
            'back it up.'
        )


def _members(conn, ctxt, found) -> list[dict[str, Any]]:
    """Make the rows of members.

    :param found: shares, or the members of a snapshot
    """
    ids = [_share_id(one) for one in found]
    names = {one.id: one.name for one in share_rows.get_many(conn, ids)}
    return [
        {
            **_owner(ctxt),
            'id': uuidutils.generate_uuid(),
            'share_id': _share_id(one),
            'name': names.get(_share_id(one)),
            'size': one.size,
            'share_proto': one.share_proto,
            'share_type_id': one.share_type_id,
        }
        for one in found
    ]


def _share_id(one):
    return getattr(one, 'share_id', one.id)


def check_no_backup(group: changes.Locked[records.ShareGroup]) -> None:
    """Refuse what a group must not undergo while it is being backed up.

    :raises Conflict: it is
    """
    found = rows.being_made_of(group.conn, group.row.id)
    if found:
        raise exception.Conflict(
            f'The share group backup {found[0]} of the share group '
            f'{utils.label(group.row)} has the status {states.CREATING}.'
        )
