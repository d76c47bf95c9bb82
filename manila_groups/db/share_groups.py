# SPDX-License-Identifier: Apache-2.0
"""Rows of share groups."""

from collections.abc import Mapping
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import json_objects
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import rows
from manila_groups.db import transitions
from manila_groups.db import types

_GROUP = models.ShareGroup.__table__
_ZONE = models.AvailabilityZone.__table__
_MEMBER = models.ShareGroupShareType.__table__
_ALLOWED = models.ShareGroupTypeShareType.__table__
_SHARE = models.Share.__table__
_SNAPSHOT = models.ShareGroupSnapshot.__table__

ROWS = transitions.Rows(_GROUP, states.SHARE_GROUP)

_COLUMNS = [c for c in _GROUP.c if c.name != 'availability_zone_id']

_SHARE_TYPES = json_objects.of(
    json_objects.JSONKeys(_MEMBER.c.share_type_id),
    _MEMBER.c.share_group_id == _GROUP.c.id,
)

_QUERY = sa.select(
    *rows.columns(
        records.ShareGroup,
        _GROUP,
        availability_zone=_ZONE.c.name,
        share_types=_SHARE_TYPES,
    )
).select_from(
    _GROUP.outerjoin(_ZONE, _GROUP.c.availability_zone_id == _ZONE.c.id)
)

_SUMMARY = _QUERY.with_only_columns(*rows.columns(records.Summary, _GROUP))

_ONE = _QUERY.where(_GROUP.c.id == sa.bindparam('id'))

SORT_COLUMNS = {
    'id': _GROUP.c.id,
    'name': _GROUP.c.name,
    'status': _GROUP.c.status,
    'host': _GROUP.c.host,
    'user_id': _GROUP.c.user_id,
    'project_id': _GROUP.c.project_id,
    'created_at': _GROUP.c.created_at,
    # NULL for a group without a zone, although zones' names are not.
    'availability_zone': sa.type_coerce(_ZONE.c.name, _ZONE.c.name.type),
    'share_network_id': _GROUP.c.share_network_id,
    'share_group_type_id': _GROUP.c.share_group_type_id,
    'source_share_group_snapshot_id': _GROUP.c.source_share_group_snapshot_id,
}


def _in_zone(name):
    zone = sa.select(_ZONE.c.id).where(_ZONE.c.name == name)
    return _GROUP.c.availability_zone_id == zone.scalar_subquery()


def _of_type(id_or_name):
    return _GROUP.c.share_group_type_id == types.SHARE_GROUP_TYPES.id_of(
        id_or_name
    )


def _allows_all(ids_or_names):
    # Many groups allow the same few types.  So the types are looked up for
    # each group, in the order of the list, and not the other way round.
    return sa.and_(
        *(
            sa.exists().where(
                _MEMBER.c.share_group_id == _GROUP.c.id,
                _MEMBER.c.share_type_id == types.SHARE_TYPES.id_of(one),
            )
            for one in ids_or_names
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
            'source_share_group_snapshot_id',
            'source_share_group_id',
            'source_share_group_backup_id',
        )
    },
    'share_group_type_id': _of_type,
    'name~': listing.contains(_GROUP.c.name),
    'description~': listing.contains(_GROUP.c.description),
    'availability_zone': _in_zone,
    'share_types': _allows_all,
    'snapshot_id': _holds_share_of_snapshot,
}


def list_page(
    conn, filters: Mapping[str, Any], page: paging.Page, details: bool
) -> tuple[list[records.ShareGroup] | list[records.Summary], bool]:
    """Read one page of share groups, in full or in short.

    :param filters: keys of FILTERS; share_types is a list, all others are
        strings; types may be ids or names
    :returns: the groups, and whether more follow
    :raises Invalid: an unknown marker
    """
    wanted = listing.conditions(FILTERS, filters)
    query = _QUERY if details else _SUMMARY
    record: type = records.ShareGroup if details else records.Summary
    found, more = listing.fetch(conn, query, SORT_COLUMNS, page, wanted)
    return [record(*row) for row in found], more


def get(conn, group_id: str) -> records.ShareGroup | None:
    """Read one share group of any project; None when there is none."""
    row = conn.execute(_ONE, {'id': group_id}).one_or_none()
    return row and records.ShareGroup(*row)


def get_many(conn, ids: list[str]) -> list[records.ShareGroup]:
    """Read the share groups of these ids; unknown ids are skipped."""
    found = conn.execute(_QUERY.where(_GROUP.c.id.in_(ids)))
    return [records.ShareGroup(*row) for row in found]


def insert(
    conn,
    values: Mapping[str, Any],
    share_types: list[str],
    zone: str | None = None,
) -> records.ShareGroup:
    """Add a share group in creation, without a pool.

    :param values: columns of the row, without status and times
    :param share_types: ids of the share types that its shares may have
    :param zone: the name of its availability zone
    :raises Invalid: the share group type or a share type has been deleted, or
        the share group type no longer allows the share type
    """
    now = timeutils.utcnow()
    row = {
        'status': states.CREATING,
        'created_at': now,
        'stepped_at': now,
        'tries': 0,
        'forced': False,
        **values,
    }
    _insert(conn, row)
    ROWS.began(conn, row['id'], row['status'])
    _insert_share_types(conn, row, share_types)
    found: dict[str, Any] = {
        column.name: row.get(column.name) for column in _COLUMNS
    }
    return records.ShareGroup(
        **found,
        availability_zone=zone,
        share_types=tuple(sorted(share_types)),
    )


def _insert(conn, values):
    try:
        conn.execute(sa.insert(_GROUP), values)
    except db_exception.DBReferenceError as error:
        raise exception.Invalid(
            'share_group_type_id: names a type that has been deleted.'
        ) from error


def _insert_share_types(conn, group, share_types):
    """Add a group's share types, as far as its type still allows them."""
    # Locked, so that the type goes on to allow them until the group is there.
    allowed = (
        sa.select(sa.bindparam('group'), _ALLOWED.c.share_type_id)
        .where(
            _ALLOWED.c.share_group_type_id == group['share_group_type_id'],
            _ALLOWED.c.share_type_id.in_(share_types),
        )
        .with_for_update(read=True, key_share=True)
    )
    columns = ['share_group_id', 'share_type_id']
    added = conn.execute(
        sa.insert(_MEMBER).from_select(columns, allowed),
        {'group': group['id']},
    )
    if added.rowcount != len(share_types):
        raise exception.Invalid(
            'share_types: names a type that has been deleted, or that the '
            'share group type no longer allows.'
        )


def is_copy():
    """A condition: the group is made from another group."""
    return _GROUP.c.source_share_group_id.is_not(None)


def is_from_backup():
    """A condition: the group is made from a backup."""
    return _GROUP.c.source_share_group_backup_id.is_not(None)


def holds_no_source():
    """A condition on a share: no group is being created from its group."""
    return ~sa.exists().where(
        _GROUP.c.source_share_group_id == _SHARE.c.share_group_id,
        _GROUP.c.status == states.CREATING,
    )


def copy_in_creation(conn, group_id: str) -> str | None:
    """Find a group that is being created from a group, or its snapshots."""
    snapshots = sa.select(_SNAPSHOT.c.id).where(
        _SNAPSHOT.c.share_group_id == group_id
    )
    query = sa.select(_GROUP.c.id).where(
        sa.or_(
            _GROUP.c.source_share_group_id == group_id,
            _GROUP.c.source_share_group_snapshot_id.in_(snapshots),
        ),
        _GROUP.c.status == states.CREATING,
    )
    return conn.scalar(query.order_by(_GROUP.c.id).limit(1))


def takes_along_share():
    """A condition on a share: it is being deleted with its group."""
    return _takes_along(_SHARE)


def takes_along_snapshot():
    """A condition on a snapshot: it is being deleted with its group."""
    return _takes_along(_SNAPSHOT)


def _takes_along(content):
    groups = sa.select(_GROUP.c.id).where(_GROUP.c.status == states.DELETING)
    return sa.and_(
        content.c.status == states.DELETING,
        content.c.stepped_at.is_(None),
        content.c.share_group_id.in_(groups),
    )


def with_content(conn, ids: list[str]) -> frozenset[str]:
    """Find those of some groups that have shares or snapshots."""
    if not ids:
        return frozenset()
    query = sa.select(_GROUP.c.id).where(_GROUP.c.id.in_(ids), ~is_empty())
    return frozenset(conn.scalars(query))


def is_empty():
    """A condition: the group has neither shares nor snapshots."""
    return sa.and_(
        ~sa.exists().where(_SHARE.c.share_group_id == _GROUP.c.id),
        ~sa.exists().where(_SNAPSHOT.c.share_group_id == _GROUP.c.id),
    )
