# SPDX-License-Identifier: Apache-2.0
"""Rows of idempotency keys: what a request has created under its key."""

import dataclasses
import datetime

from oslo_db import exception as db_exception
import sqlalchemy as sa

from manila_groups import exception
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import rows

_KEY = models.IdempotencyKey.__table__


def _is(project_id, key):
    return (_KEY.c.project_id == project_id) & (_KEY.c.idempotency_key == key)


def get(conn, project_id: str, key: str) -> records.IdempotencyKey | None:
    """Read what a project has created under a key; None for nothing."""
    query = sa.select(*rows.columns(records.IdempotencyKey, _KEY))
    row = conn.execute(query.where(_is(project_id, key))).first()
    return records.IdempotencyKey(*row) if row else None


def insert(conn, made: records.IdempotencyKey) -> None:
    """Add a key; waits for another transaction that adds the same one.

    :raises Conflict: the project has the key already
    """
    try:
        conn.execute(sa.insert(_KEY).values(**dataclasses.asdict(made)))
    except db_exception.DBDuplicateEntry:
        raise exception.Conflict(
            f'Idempotency-Key: another request with the key '
            f"'{made.idempotency_key}' has created something in this moment."
        ) from None


def delete_old(
    conn, project_id: str, key: str, before: datetime.datetime
) -> None:
    """Delete a key that is older than a time, if it is there."""
    old = _is(project_id, key) & (_KEY.c.created_at < before)
    conn.execute(sa.delete(_KEY).where(old))


def delete_oldest(conn, before: datetime.datetime, most: int) -> int:
    """Delete keys that are older than a time, oldest first.

    :param most: how many, at least 1; keys of one moment go together
    :returns: how many have been deleted
    """
    old = _KEY.c.created_at < before
    times = sa.select(_KEY.c.created_at).where(old)
    last = conn.scalar(
        times.order_by(_KEY.c.created_at).offset(most - 1).limit(1)
    )
    if last is not None:
        old = _KEY.c.created_at <= last
    return conn.execute(sa.delete(_KEY).where(old)).rowcount
