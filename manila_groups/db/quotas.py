# SPDX-License-Identifier: Apache-2.0
"""Quotas: usage that is counted in the transaction of what it counts."""

from oslo_db import exception as db_exception
import sqlalchemy as sa

from manila_groups.db import models

_USAGE = models.QuotaUsage.__table__
_LIMIT = models.QuotaLimit.__table__

UNLIMITED = -1


def limit(session, project_id: str, resource: str, default: int) -> int:
    """A project's limit: its own, or else the default; -1 is unlimited."""
    own = session.scalar(
        sa.select(_LIMIT.c.hard_limit).where(
            _LIMIT.c.project_id == project_id, _LIMIT.c.resource == resource
        )
    )
    return default if own is None else own


def take(
    session, project_id: str, resource: str, amount: int, most: int
) -> bool:
    """Use some of a quota, by one conditional UPDATE.

    :param most: the project's limit; -1 is unlimited
    :returns: False when that would exceed the limit; nothing changed then
    """
    statement = (
        sa.update(_USAGE)
        .where(*_is(project_id, resource))
        .values(in_use=_USAGE.c.in_use + amount)
    )
    if most != UNLIMITED:
        statement = statement.where(_USAGE.c.in_use + amount <= most)
    if session.execute(statement).rowcount:
        return True
    _ensure_row(session, project_id, resource)
    return session.execute(statement).rowcount == 1


def _ensure_row(session, project_id, resource):
    if used(session, project_id, resource) is not None:
        return
    try:
        with session.begin_nested():
            session.execute(
                sa.insert(_USAGE).values(
                    project_id=project_id, resource=resource, in_use=0
                )
            )
    except db_exception.DBDuplicateEntry:
        # Another transaction made it a moment ago.
        return


def give_back(session, project_id: str, resource: str, amount: int) -> None:
    """Return some of a quota."""
    session.execute(
        sa.update(_USAGE)
        .where(*_is(project_id, resource))
        .values(in_use=_USAGE.c.in_use - amount)
    )


def used(session, project_id: str, resource: str) -> int | None:
    """How much a project uses; None when it never used any."""
    return session.scalar(
        sa.select(_USAGE.c.in_use).where(*_is(project_id, resource))
    )


def _is(project_id, resource):
    return _USAGE.c.project_id == project_id, _USAGE.c.resource == resource
