# SPDX-License-Identifier: Apache-2.0
"""Rows of attempts: what the release before knows of pools that failed.

This release has it in operations.  It reads attempts, so that what the release
before has begun goes on; and it adds those that keep a scheduler of that
release from choosing the same pool again.
"""

import dataclasses

import sqlalchemy as sa

from manila_groups.db import models

_ATTEMPT = models.Attempt.__table__
_TRIED = sa.select(_ATTEMPT.c.pool).where(
    _ATTEMPT.c.resource_id == sa.bindparam('id')
)


def pools_tried(conn, resource_id: str) -> frozenset[str]:
    """Read the pools that failed to create a resource."""
    return frozenset(conn.scalars(_TRIED, {'id': resource_id}))


def note(conn, kind: str, row) -> None:
    """Note that a pool failed to create a resource, and has no clean-up here.

    :param kind: the resource's kind, as in states
    :param row: its locked record, as it was in the pool
    """
    if row.host not in pools_tried(conn, row.id):
        conn.execute(
            sa.insert(_ATTEMPT).values(
                resource_id=row.id,
                pool=row.host,
                kind=kind,
                project_id=row.project_id,
                cleaned=True,
            )
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """A pool that has to remove what it may still have of a resource.

    :ivar kind: what it was, as in states
    :ivar share_group_id: the group that it was in
    """

    kind: str
    id: str
    project_id: str
    share_group_id: str | None
    pool: str


def not_cleaned(conn, place: str, limit: int = 1000) -> list[Attempt]:
    """Read the attempts after which pools still have to clean up.

    :param place: host@backend
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
            _ATTEMPT.c.pool.startswith(f'{place}#', autoescape=True),
        )
        # Snapshots before groups.
        .order_by(_ATTEMPT.c.kind.desc(), _ATTEMPT.c.resource_id)
        .limit(limit)
    )
    return [Attempt(*row) for row in conn.execute(query)]


def take_over(conn, attempt: Attempt) -> bool:
    """Take over the clean-up of an attempt; False if another process has."""
    statement = (
        sa.update(_ATTEMPT)
        .where(
            _ATTEMPT.c.resource_id == attempt.id,
            _ATTEMPT.c.pool == attempt.pool,
            _ATTEMPT.c.cleaned.is_(sa.false()),
        )
        .values(cleaned=True)
    )
    return conn.execute(statement).rowcount == 1
