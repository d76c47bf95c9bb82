# SPDX-License-Identifier: Apache-2.0
"""Rows of attempts: pools that failed to create or to delete a resource.

The scheduler does not choose a pool again that failed to create the resource.
Where the back end could not clean up, the row outlives the resource until the
cleanup is done.
"""

from oslo_db import exception as db_exception
import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import models
from manila_groups.db import records

_ATTEMPT = models.Attempt.__table__
_TABLES = {
    states.SHARE_GROUP: models.ShareGroup.__table__,
    states.SHARE: models.Share.__table__,
}
_STATUSES = {
    states.SHARE_GROUP: states.SHARE_GROUP_STATUSES,
    states.SHARE: states.SHARE_STATUSES,
}
#: The statuses in which a resource comes to no other pool, by its kind.
_STAYING = {
    kind: tuple(one for one in statuses if one != states.CREATING)
    for kind, statuses in _STATUSES.items()
}


_TRIED = sa.select(_ATTEMPT.c.pool).where(
    _ATTEMPT.c.resource_id == sa.bindparam('id')
)


def add(conn, kind: str, row, cleaned: bool) -> None:
    """Note that a pool failed to create or to delete a resource.

    A second note of the same pool and resource replaces the first.

    :param kind: the resource's kind, as in states
    :param row: its record
    :param cleaned: whether the pool has nothing of it
    """
    values = _values(row, cleaned)
    change = sa.update(_ATTEMPT).where(*_is(row.id, row.host))
    if conn.execute(change.values(**values)).rowcount:
        return
    try:
        with conn.begin_nested():
            conn.execute(
                sa.insert(_ATTEMPT).values(
                    resource_id=row.id, kind=kind, pool=row.host, **values
                )
            )
    except db_exception.DBDuplicateEntry:
        conn.execute(change.values(**values))


def add_cleanups(conn, kind: str, rows) -> None:
    """Note that pools have to clean up after resources without attempts.

    :param kind: their kind, as in states
    :param rows: their records; those in no pool need no cleanup
    """
    values = [
        {
            'resource_id': row.id,
            'kind': kind,
            'pool': row.host,
            **_values(row, cleaned=False),
        }
        for row in rows
        if row.host is not None
    ]
    if values:
        conn.execute(sa.insert(_ATTEMPT), values)


def _values(row, cleaned):
    return {
        'project_id': row.project_id,
        'share_group_id': getattr(row, 'share_group_id', None),
        'cleaned': cleaned,
    }


def pools_tried(conn, resource_id: str) -> frozenset[str]:
    """Read the pools that failed to create a resource."""
    return frozenset(conn.scalars(_TRIED, {'id': resource_id}))


def cleanups(
    conn,
    host: str | None = None,
    resource_id: str | None = None,
) -> list[records.Cleanup]:
    """Read the cleanups that pools still have to do, in their order.

    Leaves out groups and shares that are, or may come to be, in the pool: a
    status that this release does not know may be of a move to it.

    :param host: host@backend; None for any
    :param resource_id: only after this resource; None for all
    """
    query = (
        sa.select(
            _ATTEMPT.c.kind,
            _ATTEMPT.c.resource_id,
            _ATTEMPT.c.project_id,
            _ATTEMPT.c.share_group_id,
            _ATTEMPT.c.pool,
        )
        .where(
            _ATTEMPT.c.cleaned.is_(sa.false()),
            *(~_may_be_here(kind, host) for kind in _TABLES),
        )
        # Snapshots before groups.
        .order_by(_ATTEMPT.c.kind.desc(), _ATTEMPT.c.resource_id)
    )
    if host is not None:
        query = query.where(_at_backend(_ATTEMPT.c.pool, host))
    if resource_id is not None:
        query = query.where(_ATTEMPT.c.resource_id == resource_id)
    return [records.Cleanup(*row) for row in conn.execute(query)]


def _at_backend(column, host):
    return column.startswith(f'{host}#', autoescape=True)


def _may_be_here(kind, host):
    table = _TABLES[kind]
    is_here = (
        table.c.host == _ATTEMPT.c.pool
        if host is None
        else _at_backend(table.c.host, host)
    )
    return sa.exists().where(
        table.c.id == _ATTEMPT.c.resource_id,
        sa.or_(table.c.status.not_in(_STAYING[kind]), is_here),
    )


def clean(conn, resource_id: str, pool: str) -> None:
    """Note that a pool has nothing of a resource any more."""
    conn.execute(
        sa.update(_ATTEMPT).where(*_is(resource_id, pool)).values(cleaned=True)
    )
    is_gone = [
        ~sa.exists().where(table.c.id == _ATTEMPT.c.resource_id)
        for table in _TABLES.values()
    ]
    conn.execute(sa.delete(_ATTEMPT).where(*_is(resource_id, pool), *is_gone))


def forget(conn, ids: list[str]) -> None:
    """Delete the attempts of resources that are gone, except open cleanups."""
    conn.execute(
        sa.delete(_ATTEMPT).where(
            _ATTEMPT.c.resource_id.in_(ids),
            _ATTEMPT.c.cleaned.is_(sa.true()),
        )
    )


def _is(resource_id, pool):
    return _ATTEMPT.c.resource_id == resource_id, _ATTEMPT.c.pool == pool
