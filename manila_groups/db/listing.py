# SPDX-License-Identifier: Apache-2.0
"""Lists that are filtered: what all of them have in common."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from manila_groups.db import paging

#: Makes a filter's condition from its value.
Filter = Callable[[Any], sa.ColumnElement]

#: The filters that tell what the caller may see, and so name as the marker.
_VISIBLE = ('project_id', 'seen_by')


def equals(column: sa.ColumnElement) -> Filter:
    """Make a filter by a column's whole value."""
    return lambda value: column == value


def contains(column: sa.ColumnElement) -> Filter:
    """Make a filter by a part of a column's text; no character is special."""
    return lambda value: column.contains(value, autoescape=True)


def conditions(
    known: Mapping[str, Filter], filters: Mapping[str, Any]
) -> dict[str, sa.ColumnElement]:
    """Make the conditions of filters.

    :param known: the filters that the list has
    :param filters: their values
    """
    return {name: known[name](value) for name, value in filters.items()}


def fetch(
    session,
    query: sa.Select,
    sort_columns: Mapping[str, sa.ColumnElement],
    page: paging.Page,
    wanted: Mapping[str, sa.ColumnElement],
) -> tuple[list, bool]:
    """Read one page of a filtered list.

    :param wanted: what :func:`conditions` made
    :returns: the rows, and whether more follow
    :raises Invalid: an unknown marker
    """
    if 'name~' in wanted and 'project_id' in wanted:
        query = _by_names(query, sort_columns['id'].table)
    visible: Iterable[sa.ColumnElement] = [
        wanted[name] for name in _VISIBLE if name in wanted
    ]
    return paging.fetch(
        session, query.where(*wanted.values()), sort_columns, page, visible
    )


def _by_names(query, table):
    """Have MySQL look for a part of a name in the index of the names.

    It would read the rows in the order of the list, until it has enough of
    them; mostly few names match, so that these would be all rows.
    """
    hint = f'FORCE INDEX (ix_{table.name}_project_id_name)'
    for dialect in ('mysql', 'mariadb'):
        query = query.with_hint(table, hint, dialect)
    return query
