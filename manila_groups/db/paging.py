# SPDX-License-Identifier: Apache-2.0
"""One page of a list: order, marker, offset and limit as SQL."""

from collections.abc import Iterable
from collections.abc import Mapping

import sqlalchemy as sa

from manila_groups import paging


def fetch(
    conn,
    query: sa.Select,
    sort_columns: Mapping[str, sa.ColumnElement],
    page: paging.Page,
    visible: Iterable[sa.ColumnElement] = (),
) -> tuple[list, bool]:
    """Read one page of a query.

    The id breaks ties, in the direction of the sort key.  NULL sorts as the
    database sorts it, so that its indexes can be used: on PostgreSQL as the
    largest value, on the others as the smallest.

    :param query: selects from tables that have the sort columns
    :param sort_columns: sort key to column; has the key 'id'
    :param visible: the conditions of the query that limit what the caller may
        see, and may name as the marker
    :returns: the rows, and whether more follow
    :raises Invalid: the marker is not a row that the query could return
    """
    column, row_id = sort_columns[page.sort_key], sort_columns['id']
    if page.marker is not None:
        query = query.where(
            _after_marker(conn, query, column, row_id, page, visible)
        )
    for key in (column, row_id) if column is not row_id else (row_id,):
        query = query.order_by(key.desc() if page.descending else key.asc())
    if page.offset:
        query = query.offset(page.offset)
        if page.limit is None:
            # MySQL has no OFFSET without a LIMIT.
            query = query.limit(2**63 - 1)
    if page.limit is None:
        return conn.execute(query).all(), False
    rows = conn.execute(query.limit(page.limit + 1)).all()
    return rows[: page.limit], len(rows) > page.limit


def _after_marker(conn, query, column, row_id, page, visible):
    # Without the query's filters: the marker's row may have changed and no
    # longer match them.
    where = (
        sa.select(column)
        .select_from(*query.get_final_froms())
        .where(row_id == page.marker, *visible)
    )
    row = conn.execute(where).first()
    if row is None:
        raise page.unknown_marker()
    later_id = (
        row_id < page.marker if page.descending else row_id > page.marker
    )
    if column is row_id:
        return later_id
    null_is_largest = conn.dialect.name == 'postgresql'
    return _beyond(
        column,
        row[0],
        later_id,
        descending=page.descending,
        null_is_last=page.descending != null_is_largest,
    )


def _beyond(column, value, later_id, *, descending, null_is_last):
    """Make the condition on rows after one with this value.

    It is a range and a remainder, which every database reads from an index;
    some do a full scan for a plain OR or a comparison of row values.

    :param later_id: the condition on rows with the same value
    """
    if value is None and null_is_last:
        return sa.and_(column.is_(None), later_id)
    if value is None:
        return sa.or_(column.is_not(None), later_id)
    if descending:
        beyond = sa.and_(column <= value, sa.or_(column < value, later_id))
    else:
        beyond = sa.and_(column >= value, sa.or_(column > value, later_id))
    if null_is_last and getattr(column, 'nullable', True):
        return sa.or_(beyond, column.is_(None))
    return beyond
