# SPDX-License-Identifier: Apache-2.0
"""Searches of operations: what reconciling and people look for."""

from collections.abc import Collection
import datetime
from typing import Any

import sqlalchemy as sa

from manila_groups.db import operation_table
from manila_groups.db import operations
from manila_groups.db import records

_OPERATION = operation_table.Operation.__table__
_COLUMNS = _OPERATION.c


def find(
    conn, *conditions, limit: int | None = None
) -> list[records.Operation]:
    """Read the operations that match some conditions, oldest first."""
    query = sa.select(_OPERATION).where(*conditions).order_by(_COLUMNS.id)
    return operations.to_records(conn.execute(query.limit(limit)))


def has_none(kind: str, resource_id: Any):
    """A condition: no exclusive operation is open on a resource.

    :param resource_id: the expression for the resource's id
    """
    return ~sa.exists().where(
        _COLUMNS.kind == kind, _COLUMNS.exclusive_id == resource_id
    )


def is_overdue(before: datetime.datetime, offer: operations.Offer):
    """A condition: it has not moved since a time, or was claimed too often."""
    return sa.or_(_COLUMNS.moved_at < before, operations.is_exhausted(offer))


def is_after(operation_id: int):
    """A condition: it has begun after another one."""
    return _COLUMNS.id > operation_id


def moved_before(time: datetime.datetime):
    """A condition: its last step or progress is older than this."""
    return _COLUMNS.moved_at < time


def began_before(time: datetime.datetime):
    """A condition: it has begun before this."""
    return _COLUMNS.created_at < time


def is_at(steps: Collection[tuple[str, str, str]]):
    """A condition: its present step is one of these.

    :param steps: kind, verb and step of each
    """
    return sa.or_(
        sa.false(),
        *(
            sa.and_(
                _COLUMNS.kind == kind,
                _COLUMNS.verb == verb,
                _COLUMNS.step == step,
            )
            for kind, verb, step in steps
        ),
    )


def runs_at_none_of(places: Collection[str]):
    """A condition: none of these does its present step."""
    return _COLUMNS.runs_at.not_in(list(places))


def is_forced():
    """A condition: it has to end without its back end, if necessary."""
    return _COLUMNS.forced.is_(sa.true())


def equals(column: str, value: str):
    """A condition: a column has this value.

    :param column: kind, verb, resource_id, queue_id or runs_at
    """
    return _COLUMNS[column] == value


def differs(column: str, value: str):
    """A condition: a column has another value than this.

    :param column: as for equals
    """
    return _COLUMNS[column] != value


def at_backend(name: str):
    """A condition: a back end, by its name or as host@backend, runs it."""
    return sa.or_(
        _COLUMNS.runs_at == name,
        _COLUMNS.runs_at.endswith(f'@{name}', autoescape=True),
    )
