# SPDX-License-Identifier: Apache-2.0
"""From rows to records."""

import collections
from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
from typing import Any

import sqlalchemy as sa


def columns(
    record: type, table: sa.FromClause, **others: sa.ColumnElement
) -> list[sa.ColumnElement]:
    """The columns of a query whose rows are records: ``Record(*row)``.

    :param record: a dataclass
    :param others: the fields that are no columns of the table by their names
    """
    return [
        others[field.name].label(field.name)
        if field.name in others
        else table.c[field.name]
        for field in dataclasses.fields(record)
    ]


def members(
    conn,
    table: sa.Table,
    owner: str,
    ids: Sequence[str],
    record: Callable[..., Any],
) -> dict[str, tuple[Any, ...]]:
    """Read the members of some rows, oldest first.

    :param owner: the column that names the row that a member is of
    :param record: makes a member's record of its columns
    :returns: the id of each row to its members; empty for one without any
    """
    found: dict[str, list[Any]] = collections.defaultdict(list)
    query = (
        sa.select(table)
        .where(table.c[owner].in_(ids))
        .order_by(table.c.created_at, table.c.id)
    )
    for row in conn.execute(query) if ids else ():
        found[row._mapping[owner]].append(record(**row._mapping))
    return {one: tuple(found[one]) for one in ids}
