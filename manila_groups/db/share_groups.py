# SPDX-License-Identifier: Apache-2.0
"""Rows of share groups."""

import collections
from collections.abc import Mapping
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import states
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import paging
from manila_groups.db import records
from manila_groups.db import stepping

_GROUP = models.ShareGroup.__table__
_ZONE = models.AvailabilityZone.__table__
_MEMBER = models.ShareGroupShareType.__table__
_SHARE = models.Share.__table__
_SNAPSHOT = models.ShareGroupSnapshot.__table__

ROWS = stepping.Rows(_GROUP)

_COLUMNS = [c for c in _GROUP.c if c.name != 'availability_zone_id']

_QUERY = sa.select(
    *_COLUMNS, _ZONE.c.name.label('availability_zone')
).select_from(
    _GROUP.outerjoin(_ZONE, _GROUP.c.availability_zone_id == _ZONE.c.id)
)

SORT_COLUMNS = {
    'id': _GROUP.c.id,
    'name': _GROUP.c.name,
    'status': _GROUP.c.status,
    'host': _GROUP.c.host,
    'user_id': _GROUP.c.user_id,
    'project_id': _GROUP.c.project_id,
    'created_at': _GROUP.c.created_at,
    # NULL for a group without a zone, though no zone's name is.
    'availability_zone': sa.type_coerce(_ZONE.c.name, _ZONE.c.name.type),
    'share_network_id': _GROUP.c.share_network_id,
    'share_group_type_id': _GROUP.c.share_group_type_id,
    'source_share_group_snapshot_id': _GROUP.c.source_share_group_snapshot_id,
}


def _in_zone(name):
    zone = sa.select(_ZONE.c.id).where(_ZONE.c.name == name)
    return _GROUP.c.availability_zone_id == zone.scalar_subquery()


def _allows_all(share_type_ids):
    # Most groups may hold the same few types: looked up for each group in
    # the list's order, not the other way round.
    return sa.and_(
        *(
            sa.exists().where(
                _MEMBER.c.share_group_id == _GROUP.c.id,
                _MEMBER.c.share_type_id == share_type_id,
            )
            for share_type_id in share_type_ids
        )
    )


def _holds_share_of_snapshot(snapshot_id):
    return _GROUP.c.id.in_(
        sa.select(_SHARE.c.share_group_id).where(
            _SHARE.c.snapshot_id == snapshot_id
        )
    )


FILTERS = {
    **{
        name: listing.equals(_GROUP.c[name])
        for name in (
            'id',
            'project_id',
            'name',
            'description',
            'status',
            'host',
            'share_server_id',
            'share_network_id',
            'share_group_type_id',
            'source_share_group_snapshot_id',
        )
    },
    'name~': listing.contains(_GROUP.c.name),
    'description~': listing.contains(_GROUP.c.description),
    'availability_zone': _in_zone,
    'share_types': _allows_all,
    'snapshot_id': _holds_share_of_snapshot,
}


def list_page(
    session, filters: Mapping[str, Any], page: paging.Page, details: bool
) -> tuple[list[records.ShareGroup], bool]:
    """Read one page of share groups.

    :param filters: keys of FILTERS; share_types is a list of ids, all others
        are strings
    :param details: read the groups' share types too
    :returns: the groups, and whether more follow
    :raises Invalid: an unknown marker
    """
    wanted = listing.conditions(FILTERS, filters)
    rows, more = listing.fetch(session, _QUERY, SORT_COLUMNS, page, wanted)
    return _to_records(session, rows, details), more


def get(session, group_id: str) -> records.ShareGroup | None:
    """Read one share group of any project; None when there is none."""
    found = get_many(session, [group_id])
    return found[0] if found else None


def get_many(session, ids: list[str]) -> list[records.ShareGroup]:
    """Read the share groups of these ids that there are."""
    rows = session.execute(_QUERY.where(_GROUP.c.id.in_(ids))).all()
    return _to_records(session, rows, True)


def _to_records(session, rows, details):
    share_types = collections.defaultdict(list)
    if details and rows:
        members = sa.select(_MEMBER).where(
            _MEMBER.c.share_group_id.in_([row.id for row in rows])
        )
        for group_id, share_type_id in session.execute(members):
            share_types[group_id].append(share_type_id)
    return [
        records.ShareGroup(
            **row._mapping, share_types=tuple(sorted(share_types[row.id]))
        )
        for row in rows
    ]


def insert(session, values: Mapping[str, Any], share_types: list[str]):
    """Add a share group that no back end has yet.

    :param values: columns of the row, without status and times
    :param share_types: ids of the share types it may hold
    :raises Invalid: the share group type or a share type has been deleted
    """
    now = timeutils.utcnow()
    row = {'status': states.CREATING, 'created_at': now, 'stepped_at': now}
    _insert(session, _GROUP, [{**row, **values}], 'share_group_type_id')
    members = [
        {'share_group_id': values['id'], 'share_type_id': share_type_id}
        for share_type_id in share_types
    ]
    _insert(session, _MEMBER, members, 'share_types')


def _insert(session, table, values, field):
    try:
        session.execute(sa.insert(table), values)
    except db_exception.DBReferenceError as error:
        raise exception.Invalid(
            f'{field}: names a type that has been deleted.'
        ) from error


def is_empty():
    """A condition: the group has neither shares nor snapshots."""
    return sa.and_(
        ~sa.exists().where(_SHARE.c.share_group_id == _GROUP.c.id),
        ~sa.exists().where(_SNAPSHOT.c.share_group_id == _GROUP.c.id),
    )
