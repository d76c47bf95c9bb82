# SPDX-License-Identifier: Apache-2.0
"""From rows to records."""

import dataclasses

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
