# SPDX-License-Identifier: Apache-2.0
"""Rows of user messages."""

from collections.abc import Callable
from collections.abc import Mapping
import datetime
import functools
import operator
from typing import Any

import sqlalchemy as sa

from manila_groups import paging
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import records

_MESSAGE = models.Message.__table__

_COLUMNS = {
    key: _MESSAGE.c[key]
    for key in (
        'id',
        'project_id',
        'request_id',
        'resource_type',
        'resource_id',
        'action_id',
        'detail_id',
        'message_level',
    )
}

SORT_COLUMNS = {
    **_COLUMNS,
    'created_at': _MESSAGE.c.created_at,
    'expires_at': _MESSAGE.c.expires_at,
}

FILTERS: dict[str, Callable[[Any], sa.ColumnElement[Any]]] = {
    **{
        key: functools.partial(operator.eq, column)
        for key, column in _COLUMNS.items()
    },
    'created_since': lambda value: _MESSAGE.c.created_at >= value,
    'created_before': lambda value: _MESSAGE.c.created_at <= value,
}


def list_page(
    conn, filters: Mapping[str, Any], page: paging.Page
) -> tuple[list[records.Message], bool]:
    """Read one page of messages.

    :param filters: keys of FILTERS; the created ones are datetimes
    :returns: the messages, and whether more follow
    :raises Invalid: an unknown marker
    """
    wanted = listing.conditions(FILTERS, filters)
    rows, more = listing.fetch(
        conn, sa.select(_MESSAGE), SORT_COLUMNS, page, wanted
    )
    return [records.Message(**row._mapping) for row in rows], more


def get(conn, message_id: str) -> records.Message | None:
    """Read one message of any project; None if there is none."""
    row = conn.execute(
        sa.select(_MESSAGE).where(_MESSAGE.c.id == message_id)
    ).first()
    return records.Message(**row._mapping) if row else None


def newest_of(
    conn, resource_type: str, resource_id: str
) -> records.Message | None:
    """Read the newest message of a resource; None if there is none."""
    row = conn.execute(
        sa.select(_MESSAGE)
        .where(
            _MESSAGE.c.resource_id == resource_id,
            _MESSAGE.c.resource_type == resource_type,
        )
        .order_by(_MESSAGE.c.created_at.desc(), _MESSAGE.c.id)
        .limit(1)
    ).first()
    return records.Message(**row._mapping) if row else None


def insert(conn, message: records.Message) -> None:
    """Add a message."""
    values = {
        column.name: getattr(message, column.name) for column in _MESSAGE.c
    }
    conn.execute(sa.insert(_MESSAGE).values(**values))


def delete(conn, message_id: str) -> bool:
    """Delete a message; False when it is gone."""
    statement = sa.delete(_MESSAGE).where(_MESSAGE.c.id == message_id)
    return conn.execute(statement).rowcount == 1


def delete_expired(conn, now: datetime.datetime) -> int:
    """Delete the expired messages, and return how many."""
    statement = sa.delete(_MESSAGE).where(_MESSAGE.c.expires_at < now)
    return conn.execute(statement).rowcount
