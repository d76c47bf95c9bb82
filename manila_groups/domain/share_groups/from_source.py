# SPDX-License-Identifier: Apache-2.0
"""New share groups with the shares of another, of its snapshot or backup."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import availability_zones
from manila_groups.db import records
from manila_groups.db import share_groups as rows
from manila_groups.db import shares as share_rows
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_group_backups import record
from manila_groups.domain.share_groups import insert as share_group_creation
from manila_groups.domain.share_groups import members as group_members

SNAPSHOT = 'source_share_group_snapshot_id'
SHARE_GROUP = 'source_share_group_id'
BACKUP = 'source_share_group_backup_id'
#: What shares that come with a group have from it.
_OF_GROUP = (
    'project_id',
    'user_id',
    'request_id',
    'share_network_id',
    'requested_zone_id',
)
_FROM_SOURCE = ('share_types', 'share_network_id', 'availability_zone')


@dataclasses.dataclass(frozen=True, slots=True)
class _Member:
    """A share that the new group gets a copy of.

    :ivar name: that of the share
    :ivar source: the columns of the copy's row that name what it is made from
    """

    name: str | None
    size: int
    share_type_id: str
    share_proto: str
    source: Mapping[str, str]


def field_of(wanted) -> str | None:
    """Return the field that names the source; None for an empty group.

    :param wanted: a NewShareGroup
    :raises Invalid: several of them do
    """
    given = [
        one for one in (SNAPSHOT, SHARE_GROUP, BACKUP) if getattr(wanted, one)
    ]
    if len(given) > 1:
        raise exception.Invalid(
            f'{given[1]}: must not be given together with {given[0]}.'
        )
    return given[0] if given else None


def insert(conn, conf, ctxt, wanted) -> records.ShareGroup:
    """Add a share group, and a share for each one in its source.

    To be called before anything is read in the transaction.

    :param wanted: a NewShareGroup with a group or a snapshot as its source
    :raises Invalid: the caller sees no such source, or names what comes from
        it
    :raises Conflict: the source is not available, or a share in it is not
    :raises OverQuota: the project may not have so much more
    """
    field = utils.present(field_of(wanted))
    _check_alone(wanted, field)
    read = _read_snapshot if field == SNAPSHOT else _read_group
    source, members = read(conn, ctxt, wanted)
    _check_type(wanted, source, field)
    zone = source.availability_zone
    values = share_group_creation.new_row(
        ctxt,
        wanted,
        share_group_type_id=source.share_group_type_id,
        share_network_id=source.share_network_id,
        share_server_id=source.share_server_id,
        zone_id=zone and availability_zones.get_id(conn, zone),
        **{field: getattr(wanted, field)},
    )
    _take_quotas(conn, conf, ctxt, members)
    share_group_creation.take_quota(conn, conf, ctxt)
    rows.insert(conn, values, list(source.share_types))
    return _with_shares(conn, values, members)


def _with_shares(conn, values, members):
    _insert_shares(conn, values, members)
    group = utils.present(rows.get(conn, values['id']))
    events.note_content(conn, 'create.start', group, (states.CREATING,))
    return group


def insert_from_backup(
    conn, conf, ctxt, wanted, creation: share_group_creation.Creation
) -> records.ShareGroup:
    """Add a share group, and a share for each one in a backup.

    It goes wherever its type, zone, network and hints let it.  To be called
    before anything is read in the transaction.

    :param wanted: a NewShareGroup with a backup as its source
    :raises Invalid: the caller sees no such backup, or its share types do not
        fit the share group type
    :raises Conflict: the backup is not available, or not complete
    :raises OverQuota: the project may not have so much more
    """
    if wanted.share_types:
        raise _comes_from_source('share_types', BACKUP)
    backup = changes.lock_source(
        conn,
        changes.BACKUP,
        ctxt,
        BACKUP,
        wanted.source_share_group_backup_id,
    )
    record.check_complete(backup)
    members = [
        _Member(
            name=one.name,
            size=one.size,
            share_type_id=one.share_type_id,
            share_proto=one.share_proto,
            source={'source_share_group_backup_member_id': one.id},
        )
        for one in backup.members
    ]
    wanted = dataclasses.replace(
        wanted,
        share_types=sorted({one.share_type_id for one in members}) or None,
        share_group_type_id=wanted.share_group_type_id
        or backup.share_group_type_id,
    )
    _take_quotas(conn, conf, ctxt, members)
    group = creation.insert(
        conn, ctxt, wanted, source_share_group_backup_id=backup.id
    )
    values = {
        name: getattr(group, name) for name in (*_OF_GROUP, 'id', 'name')
    }
    values['availability_zone_id'] = group.requested_zone_id
    return _with_shares(conn, values, members)


def check_no_copy(group: changes.Locked[records.ShareGroup]) -> None:
    """Refuse what a group must not undergo while another is made from it.

    :raises Conflict: one is
    """
    copy_id = rows.copy_in_creation(group.conn, group.row.id)
    if copy_id is not None:
        raise exception.Conflict(
            f'The share group {copy_id} is being created from the share group '
            f'{utils.label(group.row)}, or from a snapshot of it.'
        )


def _check_alone(wanted, source_field):
    for field in _FROM_SOURCE:
        if getattr(wanted, field):
            raise _comes_from_source(field, source_field)
    if wanted.scheduler_hints:
        raise exception.Invalid(
            'scheduler_hints: must not be given because the group goes where '
            'its source is.'
        )


def _comes_from_source(field, source_field):
    return exception.Invalid(
        f'{field}: comes from the {source_field}, and must not be given with '
        'it.'
    )


def _read_snapshot(conn, ctxt, wanted):
    """Read the group of a snapshot, and the snapshot's members."""
    snapshot = changes.lock_source(
        conn,
        changes.SNAPSHOT,
        ctxt,
        SNAPSHOT,
        wanted.source_share_group_snapshot_id,
    )
    source = utils.present(rows.get(conn, snapshot.share_group_id))
    found = share_rows.get_many(
        conn, [one.share_id for one in snapshot.members]
    )
    names = {one.id: one.name for one in found}
    return source, [
        _Member(
            name=names[one.share_id],
            size=one.size,
            share_type_id=one.share_type_id,
            share_proto=one.share_proto,
            source={'source_share_group_snapshot_member_id': one.id},
        )
        for one in snapshot.members
    ]


def _read_group(conn, ctxt, wanted):
    """Read a group, and its shares, which keep their sizes meanwhile."""
    source = changes.lock_source(
        conn,
        changes.SHARE_GROUP,
        ctxt,
        SHARE_GROUP,
        wanted.source_share_group_id,
    )
    shares = group_members.lock_available(conn, source)
    return source, [
        _Member(
            name=one.name,
            size=one.size,
            share_type_id=one.share_type_id,
            share_proto=one.share_proto,
            source={'source_share_id': one.id},
        )
        for one in shares
    ]


def _check_type(wanted, source, field):
    if wanted.share_group_type_id not in (None, source.share_group_type_id):
        noun = 'snapshot' if field == SNAPSHOT else 'source'
        raise exception.Invalid(
            f'share_group_type_id: {wanted.share_group_type_id} is not the '
            f'share group type of the {noun}, which is '
            f'{source.share_group_type_id}.'
        )


def _take_quotas(conn, conf, ctxt, members):
    # In the order in which a group's end gives them back.
    for type_id in sorted({one.share_type_id for one in members}):
        sizes = [one.size for one in members if one.share_type_id == type_id]
        owner = quotas.Owner(ctxt.project_id, ctxt.user_id, type_id)
        quotas.check_size(conn, conf, owner, max(sizes))
        quotas.take(
            conn,
            conf,
            owner,
            {quotas.SHARES: len(sizes), quotas.GIGABYTES: sum(sizes)},
        )


def _insert_shares(conn, group, members: Sequence[_Member]):
    """Add a share for each member.

    :param group: the columns of the new group's row
    """
    if not members:
        return
    common = {
        'share_group_id': group['id'],
        'availability_zone_id': group['availability_zone_id'],
        **{field: group[field] for field in _OF_GROUP},
    }
    share_rows.insert(
        conn,
        [
            {
                **common,
                'id': uuidutils.generate_uuid(),
                'name': _name(group['name'], one.name),
                'share_type_id': one.share_type_id,
                'size': one.size,
                'share_proto': one.share_proto,
                **one.source,
            }
            for one in members
        ],
    )


def _name(group_name, source_name):
    """Name a share after its group and its source.

    With the source's name alone, clients would find two shares of one name.
    """
    if not (group_name and source_name):
        return None
    return f'{group_name}-{source_name}'[:255]
