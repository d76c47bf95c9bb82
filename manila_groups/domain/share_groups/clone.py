# SPDX-License-Identifier: Apache-2.0
"""New share groups with the shares of a share group snapshot."""

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
from manila_groups.domain.share_groups import insert as share_group_creation

_FROM_SOURCE = ('share_types', 'share_network_id', 'availability_zone')


def insert(conn, conf, ctxt, wanted) -> records.ShareGroup:
    """Add a share group, and a share for each member of a snapshot.

    To be called before anything is read in the transaction.

    :param wanted: a NewShareGroup with a source_share_group_snapshot_id
    :raises Invalid: the caller sees no such snapshot, or names what comes
        from it
    :raises Conflict: the snapshot is not available
    :raises OverQuota: the project may not have so much more
    """
    _check_alone(wanted)
    snapshot = changes.lock_source(
        conn,
        changes.SNAPSHOT,
        ctxt,
        'source_share_group_snapshot_id',
        wanted.source_share_group_snapshot_id,
    )
    source = utils.present(rows.get(conn, snapshot.share_group_id))
    _check_type(wanted, source)
    zone = source.availability_zone
    values = share_group_creation.new_row(
        ctxt,
        wanted,
        share_group_type_id=source.share_group_type_id,
        source_share_group_snapshot_id=snapshot.id,
        share_network_id=source.share_network_id,
        share_server_id=source.share_server_id,
        zone_id=zone and availability_zones.get_id(conn, zone),
    )
    _take_quotas(conn, conf, ctxt, snapshot.members)
    rows.insert(conn, values, list(source.share_types))
    _insert_shares(conn, values, snapshot.members)
    group = utils.present(rows.get(conn, values['id']))
    events.note_content(conn, 'create.start', group, (states.CREATING,))
    return group


def _check_alone(wanted):
    for field in _FROM_SOURCE:
        if getattr(wanted, field):
            raise exception.Invalid(
                f'{field}: comes from the source_share_group_snapshot_id, '
                'and must not be given with it.'
            )
    if wanted.scheduler_hints:
        raise exception.Invalid(
            'scheduler_hints: must not be given because the group goes where '
            'its source is.'
        )


def _check_type(wanted, source):
    if wanted.share_group_type_id not in (None, source.share_group_type_id):
        raise exception.Invalid(
            f'share_group_type_id: {wanted.share_group_type_id} is not the '
            'share group type of the snapshot, which is '
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
    share_group_creation.take_quota(conn, conf, ctxt)


def _insert_shares(conn, group, members):
    """Add a share for each member.

    :param group: the columns of the new group's row
    """
    if not members:
        return
    sources = share_rows.get_many(conn, [one.share_id for one in members])
    names = {one.id: one.name for one in sources}
    common = {
        'share_group_id': group['id'],
        **{
            field: group[field]
            for field in (
                'project_id',
                'user_id',
                'request_id',
                'share_network_id',
                'requested_zone_id',
                'availability_zone_id',
            )
        },
    }
    share_rows.insert(
        conn,
        [
            {
                **common,
                'id': uuidutils.generate_uuid(),
                'name': _name(group['name'], names[one.share_id]),
                'share_type_id': one.share_type_id,
                'size': one.size,
                'share_proto': one.share_proto,
                'source_share_group_snapshot_member_id': one.id,
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
