# SPDX-License-Identifier: Apache-2.0
"""Rows of failed attempts: pools that did not create a share group.

A pool is not tried again for the group.  Where the back end could not clean
up after itself, the row outlives the group, until the back end has.
"""

from collections.abc import Sequence

from oslo_db import exception as db_exception
import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import models
from manila_groups.db import records

_ATTEMPT = models.ShareGroupAttempt.__table__
_GROUP = models.ShareGroup.__table__


def add(session, group: records.ShareGroup, cleaned: bool) -> None:
    """Note, once, that the pool of a group failed to create it.

    :param cleaned: whether nothing of the group is left in the pool
    """
    values = {'project_id': group.project_id, 'cleaned': cleaned}
    change = sa.update(_ATTEMPT).where(*_is(group.id, group.host))
    if session.execute(change.values(**values)).rowcount:
        return
    try:
        with session.begin_nested():
            session.execute(
                sa.insert(_ATTEMPT).values(
                    share_group_id=group.id, pool=group.host, **values
                )
            )
    except db_exception.DBDuplicateEntry:
        session.execute(change.values(**values))


def pools_tried(session, group_id: str) -> frozenset[str]:
    """The pools that failed to create the group."""
    query = sa.select(_ATTEMPT.c.pool).where(
        _ATTEMPT.c.share_group_id == group_id
    )
    return frozenset(session.scalars(query))


def leftovers(
    session, host: str, group_id: str | None = None, limit: int = 1000
) -> Sequence[sa.Row]:
    """Where something of a group may be left at a back end.

    Leaves out groups that may be, or come to be, at the back end.

    :param host: host@backend
    :param group_id: of this group; None of any
    :returns: rows of share_group_id, project_id, pool
    """
    may_be_here = sa.exists().where(
        _GROUP.c.id == _ATTEMPT.c.share_group_id,
        sa.or_(
            _GROUP.c.status == states.CREATING,
            _GROUP.c.host.startswith(f'{host}#', autoescape=True),
        ),
    )
    query = (
        sa.select(
            _ATTEMPT.c.share_group_id, _ATTEMPT.c.project_id, _ATTEMPT.c.pool
        )
        .where(
            _ATTEMPT.c.pool.startswith(f'{host}#', autoescape=True),
            _ATTEMPT.c.cleaned.is_(sa.false()),
            ~may_be_here,
        )
        .limit(limit)
    )
    if group_id is not None:
        query = query.where(_ATTEMPT.c.share_group_id == group_id)
    return session.execute(query).all()


def clean(session, group_id: str, pool: str) -> None:
    """Note that nothing of a group is left in a pool."""
    session.execute(
        sa.update(_ATTEMPT).where(*_is(group_id, pool)).values(cleaned=True)
    )
    exists = sa.exists().where(_GROUP.c.id == _ATTEMPT.c.share_group_id)
    session.execute(sa.delete(_ATTEMPT).where(*_is(group_id, pool), ~exists))


def forget(session, group_id: str) -> None:
    """Delete the rows of a group that is gone, but for what is left over."""
    session.execute(
        sa.delete(_ATTEMPT).where(
            _ATTEMPT.c.share_group_id == group_id,
            _ATTEMPT.c.cleaned.is_(sa.true()),
        )
    )


def _is(group_id, pool):
    return _ATTEMPT.c.share_group_id == group_id, _ATTEMPT.c.pool == pool
