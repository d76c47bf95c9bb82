# SPDX-License-Identifier: Apache-2.0
"""What all filtered lists have in common."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import functions

from manila_groups import paging
from manila_groups.db import paging as pages

#: Makes a filter's condition from its value.
Filter = Callable[[Any], sa.ColumnElement]

#: The filters that limit what the caller may see, and may name as a marker.
_VISIBLE = ('project_id', 'seen_by')


class _Position(functions.FunctionElement):
    """Where a part of a text begins, from 1 on; 0 when it is not there."""

    type = sa.Integer()
    inherit_cache = True


@compiler.compiles(_Position, 'mysql')
def _on_mysql(element, compiled, **kwargs):
    text, part = (compiled.process(one, **kwargs) for one in element.clauses)
    return f'LOCATE({part}, {text})'


@compiler.compiles(_Position, 'postgresql')
def _on_postgresql(element, compiled, **kwargs):
    return f'strpos({compiled.process(element.clauses, **kwargs)})'


@compiler.compiles(_Position)
def _on_sqlite(element, compiled, **kwargs):
    return f'instr({compiled.process(element.clauses, **kwargs)})'


def equals(column: sa.ColumnElement) -> Filter:
    """Make a filter for the whole value of a column."""
    return lambda value: column == value


def contains(column: sa.ColumnElement) -> Filter:
    """Make a filter for a part of a column's text, without wildcards."""
    # A search takes MySQL less time than a comparison with a pattern.
    return lambda value: _Position(column, sa.literal(value)) > 0


def conditions(
    known: Mapping[str, Filter], filters: Mapping[str, Any]
) -> dict[str, sa.ColumnElement]:
    """Make the conditions of filters.

    :param known: the filters that the list has
    :param filters: their values
    """
    return {name: known[name](value) for name, value in filters.items()}


def fetch(
    conn,
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
    query = _choose_index(query, sort_columns['id'].table, page, wanted)
    visible: Iterable[sa.ColumnElement] = [
        wanted[name] for name in _VISIBLE if name in wanted
    ]
    return pages.fetch(
        conn, query.where(*wanted.values()), sort_columns, page, visible
    )


def _choose_index(query, table, page, wanted):
    """Tell MySQL which index to use for a list of one project.

    Its own choices take time that grows with the rows of the project.  For a
    part of a name, it reads rows in the order of the list until it has enough,
    although mostly few names match.  After a marker, it also reads all rows
    before the page.
    """
    if 'name~' in wanted and 'project_id' in wanted:
        key = 'name'
    elif page.marker is not None and wanted.keys() == {'project_id'}:
        key = page.sort_key
    else:
        return query
    name = f'ix_{table.name}_project_id_{key}'
    if name in {index.name for index in table.indexes}:
        query = query.with_hint(table, f'FORCE INDEX ({name})', 'mysql')
    return query
