# SPDX-License-Identifier: Apache-2.0
"""Rows of failed attempts: pools that did not create a group or a share.

A pool is not tried again for it.  Where the back end could not clean up after
itself, the row outlives the group or share, until the back end has.
"""

from collections.abc import Sequence

from oslo_db import exception as db_exception
import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import models

_ATTEMPT = models.Attempt.__table__
_TABLES = {
    states.SHARE_GROUP: models.ShareGroup.__table__,
    states.SHARE: models.Share.__table__,
}


_TRIED = sa.select(_ATTEMPT.c.pool).where(
    _ATTEMPT.c.resource_id == sa.bindparam('id')
)


def add(session, kind: str, row, cleaned: bool) -> None:
    """Note, once, that the pool of a group or share failed to create it.

    :param kind: states.SHARE_GROUP or states.SHARE
    :param row: its record
    :param cleaned: whether nothing of it is left in the pool
    """
    values = {'project_id': row.project_id, 'cleaned': cleaned}
    change = sa.update(_ATTEMPT).where(*_is(row.id, row.host))
    if session.execute(change.values(**values)).rowcount:
        return
    try:
        with session.begin_nested():
            session.execute(
                sa.insert(_ATTEMPT).values(
                    resource_id=row.id, kind=kind, pool=row.host, **values
                )
            )
    except db_exception.DBDuplicateEntry:
        session.execute(change.values(**values))


def pools_tried(session, resource_id: str) -> frozenset[str]:
    """The pools that failed to create it."""
    return frozenset(session.scalars(_TRIED, {'id': resource_id}))


def leftovers(
    session, host: str, resource_id: str | None = None, limit: int = 1000
) -> Sequence[sa.Row]:
    """Where something of a group or share may be left at a back end.

    Leaves out those that may be, or come to be, at the back end.

    :param host: host@backend
    :param resource_id: of this group or share; None of any
    :returns: rows of kind, resource_id, project_id, pool
    """
    query = (
        sa.select(
            _ATTEMPT.c.kind,
            _ATTEMPT.c.resource_id,
            _ATTEMPT.c.project_id,
            _ATTEMPT.c.pool,
        )
        .where(
            _ATTEMPT.c.pool.startswith(f'{host}#', autoescape=True),
            _ATTEMPT.c.cleaned.is_(sa.false()),
            *(~_may_be_here(table, host) for table in _TABLES.values()),
        )
        .limit(limit)
    )
    if resource_id is not None:
        query = query.where(_ATTEMPT.c.resource_id == resource_id)
    return session.execute(query).all()


def _may_be_here(table, host):
    return sa.exists().where(
        table.c.id == _ATTEMPT.c.resource_id,
        sa.or_(
            table.c.status == states.CREATING,
            table.c.host.startswith(f'{host}#', autoescape=True),
        ),
    )


def clean(session, resource_id: str, pool: str) -> None:
    """Note that nothing of a group or share is left in a pool."""
    session.execute(
        sa.update(_ATTEMPT).where(*_is(resource_id, pool)).values(cleaned=True)
    )
    is_gone = [
        ~sa.exists().where(table.c.id == _ATTEMPT.c.resource_id)
        for table in _TABLES.values()
    ]
    session.execute(
        sa.delete(_ATTEMPT).where(*_is(resource_id, pool), *is_gone)
    )


def forget(session, ids: list[str]) -> None:
    """Delete the rows of what is gone, but for what is left over."""
    session.execute(
        sa.delete(_ATTEMPT).where(
            _ATTEMPT.c.resource_id.in_(ids),
            _ATTEMPT.c.cleaned.is_(sa.true()),
        )
    )


def _is(resource_id, pool):
    return _ATTEMPT.c.resource_id == resource_id, _ATTEMPT.c.pool == pool
