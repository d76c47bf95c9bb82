# SPDX-License-Identifier: Apache-2.0
"""Rows of share group backups and their members."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import operation_table
from manila_groups.db import operations
from manila_groups.db import paging as pages
from manila_groups.db import records
from manila_groups.db import rows
from manila_groups.db import transitions

_BACKUP = models.ShareGroupBackup.__table__
_MEMBER = models.ShareGroupBackupMember.__table__
_GROUP = models.ShareGroup.__table__
_SNAPSHOT = models.ShareGroupSnapshot.__table__
_OPERATION = operation_table.Operation.__table__

ROWS = transitions.Rows(_BACKUP, states.SHARE_GROUP_BACKUP)

#: Conditions: others can be based on it.
_IS_BASE = (
    _BACKUP.c.status.in_((states.AVAILABLE, states.RESTORING)),
    _BACKUP.c.reference.is_not(None),
)
#: A condition: a back end makes it, or is to.
_IS_MADE = ROWS.waiting((states.CREATING,)) & ~_BACKUP.c.is_unverified

#: The projects of all backups that are complete in a repository.
_PROJECTS = sa.select(_BACKUP.c.project_id).where(
    ~_BACKUP.c.is_unverified, _BACKUP.c.reference.is_not(None)
)
#: How many projects tell where repositories are, of how many backups.
_ENOUGH, _MOST_LOOKED_AT = 3, 100

_QUERY = sa.select(*_BACKUP.c)

SORT_COLUMNS = {
    name: _BACKUP.c[name]
    for name in (
        'id',
        'name',
        'status',
        'user_id',
        'project_id',
        'created_at',
        'share_group_id',
        'size',
    )
}

MEMBER_SORT_COLUMNS = {
    name: _MEMBER.c[name]
    for name in ('id', 'created_at', 'name', 'size', 'share_id')
}

FILTERS = {
    **{
        name: listing.equals(_BACKUP.c[name])
        for name in (
            'id',
            'project_id',
            'name',
            'description',
            'status',
            'share_group_id',
            'source_share_group_snapshot_id',
        )
    },
    'name~': listing.contains(_BACKUP.c.name),
    'description~': listing.contains(_BACKUP.c.description),
}


def list_page(
    conn, filters: Mapping[str, str], page: paging.Page, details: bool
) -> tuple[list[records.ShareGroupBackup], bool]:
    """Read one page of backups.

    :param filters: keys of FILTERS
    :param details: read their members and their progress too
    :returns: the backups, and whether more follow
    :raises Invalid: an unknown marker
    """
    wanted = listing.conditions(FILTERS, filters)
    found, more = listing.fetch(conn, _QUERY, SORT_COLUMNS, page, wanted)
    backups = _to_records(conn, found, details)
    return _with_progress(conn, backups) if details else backups, more


def list_members(
    conn, backup_id: str, page: paging.Page
) -> tuple[list[records.ShareGroupBackupMember], bool]:
    """Read one page of the members of a backup.

    :returns: the members, and whether more follow
    :raises Invalid: an unknown marker
    """
    of_backup = _MEMBER.c.share_group_backup_id == backup_id
    found, more = pages.fetch(
        conn,
        sa.select(_MEMBER).where(of_backup),
        MEMBER_SORT_COLUMNS,
        page,
        [of_backup],
    )
    return [_to_member(row) for row in found], more


def get(conn, backup_id: str) -> records.ShareGroupBackup | None:
    """Read one backup of any project; None when there is none."""
    found = _find(conn, _BACKUP.c.id == backup_id)
    return found[0] if found else None


def get_many(conn, ids: list[str]) -> list[records.ShareGroupBackup]:
    """Read the backups of these ids; unknown ids are skipped."""
    return _find(conn, _BACKUP.c.id.in_(ids))


def with_progress(
    conn, found: records.ShareGroupBackup
) -> records.ShareGroupBackup:
    """Add how far the work on a backup is."""
    return _with_progress(conn, [found])[0]


def restoring_of(
    conn, group_ids: list[str]
) -> dict[str, records.ShareGroupBackup]:
    """Read the backups that some groups' shares get the content of.

    One whose status was set by hand is none of them.

    :returns: the id of each group that has one to the backup
    """
    found = _find(
        conn,
        restoring_to(group_ids) & ROWS.waiting((states.RESTORING,)),
    )
    return {one.restoring_share_group_id or '': one for one in found}


def with_moments(conn, group_ids: list[str]) -> list[records.ShareGroupBackup]:
    """Read the backups for which groups may have snapshots of their own."""
    return _find(conn, in_groups(group_ids) & _BACKUP.c.has_moment)


def newest_of(
    conn, group_ids: Sequence[str]
) -> dict[tuple[str, str], records.ShareGroupBackup]:
    """Read the newest backup of each group that others can be based on.

    :returns: (project, group) to the backup
    """
    newest = (
        sa.select(
            _BACKUP.c.project_id,
            _BACKUP.c.share_group_id,
            sa.func.max(_BACKUP.c.taken_at).label('taken_at'),
        )
        .where(in_groups(group_ids), *_IS_BASE)
        .group_by(_BACKUP.c.project_id, _BACKUP.c.share_group_id)
        .subquery()
    )
    query = _QUERY.join(
        newest,
        sa.and_(
            _BACKUP.c.project_id == newest.c.project_id,
            _BACKUP.c.share_group_id == newest.c.share_group_id,
            _BACKUP.c.taken_at == newest.c.taken_at,
            *_IS_BASE,
        ),
    )
    found = _to_records(conn, conn.execute(query).all(), False)
    return {(one.project_id, one.share_group_id or ''): one for one in found}


def first_of(
    conn, project_ids: Sequence[str]
) -> dict[str, records.ShareGroupBackup]:
    """Read the first backup of each project, which is still being made.

    :returns: the id of each project that has no other backup to the one whose
        creation began first, with how far that is
    """
    own = _BACKUP.c.project_id.in_(project_ids) & ~_BACKUP.c.is_unverified
    with_others = sa.select(_BACKUP.c.project_id).where(
        own, _BACKUP.c.reference.is_not(None)
    )
    query = _QUERY.where(
        own,
        _BACKUP.c.status == states.CREATING,
        _BACKUP.c.project_id.not_in(with_others),
    ).order_by(_BACKUP.c.created_at.desc(), _BACKUP.c.id.desc())
    found = _to_records(conn, conn.execute(query).all(), False)
    first = {one.project_id: one for one in found}
    noted = _with_progress(conn, list(first.values()))
    return {one.project_id: one for one in noted}


def scheduled_of(conn, group_id: str) -> list[records.ShareGroupBackup]:
    """Read the complete backups that a group's policy has made.

    Those whose deletion has failed are among them.
    """
    return _find(
        conn,
        in_groups([group_id])
        & _BACKUP.c.is_scheduled
        & _BACKUP.c.reference.is_not(None)
        & ROWS.is_in((states.AVAILABLE, states.ERROR_DELETING)),
    )


def places_of(conn, project_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Find projects whose complete backups show where repositories are.

    :returns: each of these projects to itself, if it is one of them, and to
        the projects of the newest backups of all
    """
    query = _PROJECTS.where(_BACKUP.c.project_id.in_(project_ids)).distinct()
    own = set(conn.scalars(query))
    others = newest_places(conn)
    return {
        one: tuple(dict.fromkeys([*({one} & own), *others]))
        for one in project_ids
    }


def newest_places(conn) -> tuple[str, ...]:
    """List the projects of the newest complete backups."""
    newest = _PROJECTS.order_by(
        _BACKUP.c.created_at.desc(), _BACKUP.c.id.desc()
    )
    found = conn.scalars(newest.limit(_MOST_LOOKED_AT))
    return tuple(dict.fromkeys(found))[:_ENOUGH]


def project_ids(conn) -> list[str]:
    """List the projects that have complete backups."""
    return list(conn.scalars(_PROJECTS.distinct()))


def _find(conn, condition):
    query = _QUERY.where(condition).order_by(
        _BACKUP.c.created_at, _BACKUP.c.id
    )
    return _to_records(conn, conn.execute(query).all(), True)


def _to_records(conn, found, details):
    members = rows.members(
        conn,
        _MEMBER,
        'share_group_backup_id',
        [row.id for row in found] if details else (),
        records.ShareGroupBackupMember,
    )
    return [
        records.ShareGroupBackup(
            **row._mapping, members=members.get(row.id, ())
        )
        for row in found
    ]


def _to_member(row):
    return records.ShareGroupBackupMember(**row._mapping)


def _with_progress(conn, found):
    """Add what the operations at work on backups have noted."""
    made = {one.id for one in found if one.status == states.CREATING}
    restored = {one.restoring_share_group_id for one in found} - {None}
    wanted = [*made, *restored]
    if not wanted:
        return found
    query = sa.select(_OPERATION.c.resource_id, _OPERATION.c.progress).where(
        _OPERATION.c.exclusive_id.in_(wanted),
        _OPERATION.c.kind.in_((states.SHARE_GROUP_BACKUP, states.SHARE_GROUP)),
    )
    noted = {
        row.resource_id: operations.done_of(row.progress)
        for row in conn.execute(query)
    }
    return [
        dataclasses.replace(
            one,
            progress=noted.get(one.id) if one.id in made else None,
            restore_progress=noted.get(one.restoring_share_group_id),
        )
        for one in found
    ]


def insert(
    conn,
    values: Mapping[str, Any],
    members: Sequence[Mapping[str, Any]],
) -> None:
    """Add a backup in creation.

    :param values: columns of the row, without status and times
    :param members: columns of each member's row, without its backup's id and
        times
    :raises Conflict: there is one of its id already
    """
    now = timeutils.utcnow()
    row = {
        'status': states.CREATING,
        'created_at': now,
        'stepped_at': now,
        'forced': False,
        'has_moment': False,
        'is_unverified': False,
        'is_scheduled': False,
        **values,
    }
    try:
        conn.execute(sa.insert(_BACKUP), [row])
    except db_exception.DBDuplicateEntry as error:
        raise exception.Conflict(
            f'id: there is a share group backup {row["id"]} already.'
        ) from error
    ROWS.began(conn, row['id'], row['status'])
    added = [
        {'share_group_backup_id': row['id'], 'created_at': now, **member}
        for member in members
    ]
    if added:
        conn.execute(sa.insert(_MEMBER), added)


def set_moments(conn, ids: Sequence[str], has_moment: bool) -> None:
    """Note whether back ends may have snapshots for some backups alone."""
    conn.execute(
        sa.update(_BACKUP)
        .where(_BACKUP.c.id.in_(ids))
        .values(has_moment=has_moment)
    )


def is_unverified():
    """A condition: only a record tells that it exists."""
    return _BACKUP.c.is_unverified


def in_groups(ids: Sequence[str]):
    """A condition: the backup is of one of these groups."""
    return _BACKUP.c.share_group_id.in_(ids)


def restoring_to(group_ids: Sequence[str]):
    """A condition: the shares of one of these groups get its content."""
    return _BACKUP.c.restoring_share_group_id.in_(group_ids)


def no_group_is(status: str):
    """A condition: no group with this status is getting its content."""
    return ~sa.exists().where(
        _GROUP.c.id == _BACKUP.c.restoring_share_group_id,
        _GROUP.c.status == status,
    )


def is_no_source():
    """A condition: no group is being created from it."""
    return ~sa.exists().where(
        _GROUP.c.source_share_group_backup_id == _BACKUP.c.id,
        _GROUP.c.status == states.CREATING,
    )


def is_made_of(group_id: str):
    """A condition: a back end makes it of a group, or is to."""
    return in_groups([group_id]) & _IS_MADE


def being_made_of(conn, group_id: str) -> list[str]:
    """List the ids of a group's backups that are being made."""
    query = sa.select(_BACKUP.c.id).where(is_made_of(group_id))
    return list(conn.scalars(query.order_by(_BACKUP.c.id)))


def with_moment(conn, group_id: str) -> str | None:
    """Find a backup for which a group has, or gets, a snapshot of its own."""
    is_coming = _IS_MADE & _BACKUP.c.source_share_group_snapshot_id.is_(None)
    query = sa.select(_BACKUP.c.id).where(
        in_groups([group_id]), _BACKUP.c.has_moment | is_coming
    )
    return conn.scalar(query.order_by(_BACKUP.c.id).limit(1))


def needs_no_group():
    """A condition on a group: no backup is being made of it."""
    return ~sa.exists().where(
        _BACKUP.c.share_group_id == _GROUP.c.id, _IS_MADE
    )


def needs_no_snapshot():
    """A condition on a group snapshot: no backup is being made from it."""
    return ~sa.exists().where(
        _BACKUP.c.source_share_group_snapshot_id == _SNAPSHOT.c.id,
        _IS_MADE,
    )
