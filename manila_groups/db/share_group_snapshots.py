# SPDX-License-Identifier: Apache-2.0
"""Rows of share group snapshots and their members."""

from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import paging
from manila_groups import states
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import paging as pages
from manila_groups.db import records
from manila_groups.db import rows
from manila_groups.db import transitions

_SNAPSHOT = models.ShareGroupSnapshot.__table__
_MEMBER = models.ShareGroupSnapshotMember.__table__
_GROUP = models.ShareGroup.__table__

#: A snapshot is where its group is.
_HOST = (
    sa.select(_GROUP.c.host)
    .where(_GROUP.c.id == _SNAPSHOT.c.share_group_id)
    .scalar_subquery()
)

_RESTORING = (states.RESTORING,)

ROWS = transitions.Rows(_SNAPSHOT, states.SHARE_GROUP_SNAPSHOT, host=_HOST)

_QUERY = sa.select(*_SNAPSHOT.c, _GROUP.c.host).select_from(
    _SNAPSHOT.join(_GROUP, _SNAPSHOT.c.share_group_id == _GROUP.c.id)
)

SORT_COLUMNS = {
    'id': _SNAPSHOT.c.id,
    'name': _SNAPSHOT.c.name,
    'status': _SNAPSHOT.c.status,
    'host': _GROUP.c.host,
    'user_id': _SNAPSHOT.c.user_id,
    'project_id': _SNAPSHOT.c.project_id,
    'created_at': _SNAPSHOT.c.created_at,
    'share_group_id': _SNAPSHOT.c.share_group_id,
}

MEMBER_SORT_COLUMNS = {
    name: _MEMBER.c[name] for name in ('id', 'created_at', 'size', 'share_id')
}


FILTERS = {
    **{
        name: listing.equals(_SNAPSHOT.c[name])
        for name in (
            'id',
            'project_id',
            'name',
            'description',
            'status',
            'share_group_id',
        )
    },
    'name~': listing.contains(_SNAPSHOT.c.name),
    'description~': listing.contains(_SNAPSHOT.c.description),
}


def list_page(
    conn, filters: Mapping[str, str], page: paging.Page, details: bool
) -> tuple[list[records.ShareGroupSnapshot], bool]:
    """Read one page of snapshots.

    :param filters: keys of FILTERS
    :param details: read the snapshots' members too
    :returns: the snapshots, and whether more follow
    :raises Invalid: an unknown marker
    """
    wanted = listing.conditions(FILTERS, filters)
    found, more = listing.fetch(conn, _QUERY, SORT_COLUMNS, page, wanted)
    return _to_records(conn, found, details), more


def list_members(
    conn, snapshot_id: str, page: paging.Page
) -> tuple[list[records.ShareGroupSnapshotMember], bool]:
    """Read one page of the members of a snapshot.

    :returns: the members, and whether more follow
    :raises Invalid: an unknown marker
    """
    of_snapshot = _MEMBER.c.share_group_snapshot_id == snapshot_id
    found, more = pages.fetch(
        conn,
        sa.select(_MEMBER).where(of_snapshot),
        MEMBER_SORT_COLUMNS,
        page,
        [of_snapshot],
    )
    return [_to_member(row) for row in found], more


def get(conn, snapshot_id: str) -> records.ShareGroupSnapshot | None:
    """Read one snapshot of any project; None when there is none."""
    found = _find(conn, _SNAPSHOT.c.id == snapshot_id)
    return found[0] if found else None


def get_many(conn, ids: list[str]) -> list[records.ShareGroupSnapshot]:
    """Read the snapshots of these ids; unknown ids are skipped."""
    return _find(conn, _SNAPSHOT.c.id.in_(ids))


def of_groups(conn, ids: list[str]) -> list[records.ShareGroupSnapshot]:
    """Read the snapshots of some groups, oldest first."""
    return _find(conn, in_groups(ids))


def of_group(conn, group_id: str) -> list[records.ShareGroupSnapshot]:
    """Read the snapshots of a group, oldest first."""
    return _find(conn, _SNAPSHOT.c.share_group_id == group_id)


def _find(conn, condition):
    query = _QUERY.where(condition).order_by(
        _SNAPSHOT.c.created_at, _SNAPSHOT.c.id
    )
    return _to_records(conn, conn.execute(query).all(), True)


def _to_records(conn, found, details):
    members = rows.members(
        conn,
        _MEMBER,
        'share_group_snapshot_id',
        [row.id for row in found] if details else (),
        records.ShareGroupSnapshotMember,
    )
    return [
        records.ShareGroupSnapshot(
            **row._mapping, members=members.get(row.id, ())
        )
        for row in found
    ]


def _to_member(row):
    return records.ShareGroupSnapshotMember(**row._mapping)


def insert(
    conn, values: Mapping[str, Any], members: list[Mapping[str, Any]]
) -> None:
    """Add a snapshot in creation.

    :param values: columns of the row, without status and times
    :param members: columns of each member's row, without its snapshot's id
        and times
    """
    now = timeutils.utcnow()
    row = {'status': states.CREATING, 'created_at': now, 'stepped_at': now}
    conn.execute(sa.insert(_SNAPSHOT), [{**row, **values}])
    ROWS.began(conn, values['id'], states.CREATING)
    added = [
        {
            'share_group_snapshot_id': values['id'],
            'created_at': now,
            **member,
        }
        for member in members
    ]
    if added:
        conn.execute(sa.insert(_MEMBER), added)


def in_group(group_id: str):
    """A condition: the snapshot is of this group."""
    return _SNAPSHOT.c.share_group_id == group_id


def in_groups(ids: list[str]):
    """A condition: the snapshot is of one of these groups."""
    return _SNAPSHOT.c.share_group_id.in_(ids)


def no_group_is(status: str):
    """A condition: it is not of a group with this status."""
    return ~sa.exists().where(
        _GROUP.c.id == _SNAPSHOT.c.share_group_id, _GROUP.c.status == status
    )


def is_no_source():
    """A condition: no group is being created from it, or reverted to it."""
    return sa.and_(
        ~ROWS.waiting(_RESTORING),
        ~sa.exists().where(
            _GROUP.c.source_share_group_snapshot_id == _SNAPSHOT.c.id,
            _GROUP.c.status == states.CREATING,
        ),
    )


def newest_of(conn, group_id: str) -> str | None:
    """Return the id of a group's newest snapshot; None without any."""
    query = (
        sa.select(_SNAPSHOT.c.id)
        .where(in_group(group_id))
        .order_by(_SNAPSHOT.c.created_at.desc(), _SNAPSHOT.c.id.desc())
    )
    return conn.scalar(query.limit(1))


def restoring_of(
    conn, group_ids: list[str]
) -> dict[str, records.ShareGroupSnapshot]:
    """Read the snapshots that some groups are being reverted to.

    One whose status was set by hand is none of them.

    :returns: the id of each group that has one to the snapshot
    """
    found = _find(conn, in_groups(group_ids) & ROWS.waiting(_RESTORING))
    return {one.share_group_id: one for one in found}
