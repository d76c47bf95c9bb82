# SPDX-License-Identifier: Apache-2.0
"""Rows with a status: each transition is one conditional UPDATE."""

from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import audit

#: What a row must fulfil, named by a function or method of db.
Condition = sa.ColumnElement[bool]

#: What the release before reads of a row on which it has no lease, and that
#: nothing has to end by force.
_FRESH = {'worker': None, 'leased_until': None, 'tries': 0, 'forced': False}


def is_computed(value: Any) -> bool:
    """Tell whether the database makes a value of a column itself."""
    return isinstance(value, sa.ClauseElement)


class Rows:
    """The rows of one table with a status.

    stepped_at is the time of the service's last transition of a row.  NULL
    has two meanings: the status was set by hand, and no operation belongs to
    it; or the row is being deleted with its group, by the group's operation.

    :param kind: what the rows are, as in states
    :param status: the name of the column that holds the status
    :param host: the expression for the pool of a row; by default the table's
        column host, if it has one
    """

    def __init__(
        self, table: sa.Table, kind: str, status: str = 'status', host=None
    ):
        self._table = table
        self._kind = kind
        self._status = table.c[status]
        #: None where the rows are in no pool themselves.
        self._host: Any = table.c.get('host') if host is None else host
        #: A transition ends whatever lease and force the row had before it.
        self._fresh = {
            name: value for name, value in _FRESH.items() if name in table.c
        }

    @property
    def id(self) -> Any:
        """The expression for the id of a row."""
        return self._table.c.id

    def update(self, conn, row_id: str, values: Mapping[str, Any]) -> bool:
        """Change columns other than the status; False if the row is gone."""
        return changed(
            conn,
            sa.update(self._table)
            .where(self.is_row(row_id))
            .values({'updated_at': timeutils.utcnow(), **values}),
        )

    def transition(
        self,
        conn,
        row,
        transition: states.Transition,
        *conditions,
        reason: str | None = None,
        **values,
    ) -> dict[str, Any] | None:
        """Change the status of one row.

        :param row: its record; it tells the status that the row changes from,
            so it was read under the row's lock, or a condition compares it
        :param conditions: further SQL conditions on the row
        :param reason: why, for the log
        :param values: columns that change with the status
        :returns: all columns that have changed; None when the transition does
            not expect the row's status, or a condition does not hold: nothing
            has changed then
        """
        was = getattr(row, self._status.name)
        changes = self._changes(transition, values)
        statement = (
            sa.update(self._table)
            .where(
                self.is_row(row.id),
                self._status.in_(transition.expected),
                *conditions,
            )
            .values(changes)
        )
        if not changed(conn, statement):
            return None
        self._note(conn, [(row.id, was)], transition.becomes, reason)
        return changes

    def transition_rows(
        self,
        conn,
        rows: Sequence[Any],
        transition: states.Transition,
        *conditions,
        reason: str | None = None,
        callers: Mapping[str, Any] | None = None,
        **values,
    ) -> dict[str, Any] | None:
        """Change the status of several rows, of all or of none.

        :param rows: their records: see transition()
        :param conditions: further SQL conditions on each row
        :param callers: the id of each row to its caller: see audit.note();
            None when the records tell it
        :param values: columns that change with the status of each
        :returns: all columns that have changed; None when a row does not
            match: the transaction is to be rolled back then
        """
        changes = self._changes(transition, values)
        statement = (
            sa.update(self._table)
            .where(
                self.is_any([one.id for one in rows]),
                self._status.in_(transition.expected),
                *conditions,
            )
            .values(changes)
        )
        if conn.execute(statement).rowcount != len(rows):
            return None
        for one in rows:
            was = getattr(one, self._status.name)
            caller = callers[one.id] if callers else one
            self._note(
                conn, [(one.id, was)], transition.becomes, reason, caller
            )
        return changes

    def transition_many(
        self,
        conn,
        transition: states.Transition,
        *conditions,
        reason: str | None = None,
        caller: Any = None,
        **values,
    ) -> int:
        """Change the status of every row that matches the conditions.

        :param reason: why, for the log
        :param caller: see audit.note()
        :returns: how many
        """
        changing = []
        if transition.expected != (transition.becomes,):
            changing = self._changing(conn, transition, conditions)
            if not changing:
                return 0
        count = self._change(conn, transition, conditions, values)
        self._note(conn, changing, transition.becomes, reason, caller)
        return count

    def _changing(self, conn, transition, conditions):
        """Read the rows that a transition will change: (id, status) each."""
        query = (
            sa.select(self._table.c.id, self._status)
            .where(self._status.in_(transition.expected), *conditions)
            .order_by(self._table.c.id)
            .with_for_update()
        )
        return conn.execute(query).all()

    def _change(self, conn, transition, conditions, values):
        statement = (
            sa.update(self._table)
            .where(self._status.in_(transition.expected), *conditions)
            .values(self._changes(transition, values))
        )
        return conn.execute(statement).rowcount

    def _changes(self, transition, values):
        now = timeutils.utcnow()
        return {
            self._status.name: transition.becomes,
            'stepped_at': now,
            'updated_at': now,
            **self._fresh,
            **values,
        }

    def _note(self, conn, rows, becomes, reason, caller=None):
        for row_id, was in rows:
            if was != becomes:
                audit.note(
                    conn, self._kind, row_id, was, becomes, reason, caller
                )

    def set_status(
        self, conn, row_id: str, status: str, was: str | None = None
    ) -> bool:
        """Set a status by hand, without any work for the service.

        :param was: the status before, for the log
        """
        self._note(conn, [(row_id, was)], status, 'set by hand')
        return self.update(
            conn,
            row_id,
            {self._status.name: status, 'stepped_at': None, **self._fresh},
        )

    def began(self, conn, row_id: str, status: str) -> None:
        """Note that a row has been added."""
        self._note(conn, [(row_id, audit.NONE)], status, None)

    def ended(self, conn, row, caller=None) -> None:
        """Note that a row has been deleted.

        :param row: the row's record
        :param caller: see audit.note()
        """
        was = getattr(row, self._status.name)
        self._note(conn, [(row.id, was)], audit.DELETED, None, caller)

    def lock(self, conn, row_id: str, *conditions) -> bool:
        """Lock a row until the transaction ends.

        Must be the first statement of the transaction: under REPEATABLE READ
        the first SELECT fixes what it sees.  Lock order: group, snapshots,
        shares, service, pool, quota.

        It changes the row, because the nodes of a Galera cluster share no
        locks: there the commit finds the conflict.

        :param conditions: further SQL conditions on the row
        :returns: False when there is no such row
        """
        return self.lock_many(conn, self.is_row(row_id), *conditions)

    def lock_rows(self, conn, ids: list[str], *conditions) -> bool:
        """Lock rows, as lock() does; False unless all are there and match."""
        return self._lock(conn, self.is_any(ids), *conditions) == len(ids)

    def lock_many(self, conn, *conditions) -> bool:
        """Lock every row that matches the conditions.

        :returns: False when there are none
        """
        return self._lock(conn, *conditions) > 0

    def _lock(self, conn, *conditions):
        statement = (
            sa.update(self._table)
            .where(*conditions)
            .values(updated_at=timeutils.utcnow())
        )
        return conn.execute(statement).rowcount

    def delete(self, conn, row_id: str, *conditions) -> bool:
        """Delete a row; False if it is gone or does not match."""
        return changed(
            conn,
            sa.delete(self._table).where(self.is_row(row_id), *conditions),
        )

    def delete_rows(self, conn, ids: list[str], *conditions) -> bool:
        """Delete rows; False unless all were there and match."""
        statement = sa.delete(self._table).where(self.is_any(ids), *conditions)
        return conn.execute(statement).rowcount == len(ids)

    def delete_many(self, conn, *conditions) -> None:
        """Delete every row that matches the conditions."""
        conn.execute(sa.delete(self._table).where(*conditions))

    def is_row(self, row_id: str):
        """A condition: the row is this one."""
        return self._table.c.id == row_id

    def is_any(self, ids: list[str]):
        """A condition: the row is one of these."""
        return self._table.c.id.in_(ids)

    def is_in(self, statuses: tuple[str, ...]):
        """A condition: the row has one of these statuses."""
        return self._status.in_(statuses)

    def value_of_each(self, values: Mapping[str, Any]):
        """A value of a column that differs from row to row.

        :param values: each row's id to its value
        """
        if len(values) == 1:
            return next(iter(values.values()))
        return sa.case(dict(values), value=self._table.c.id)

    def requested_zone(self):
        """The value of the availability zone that a row's user asked for."""
        return self._table.c.requested_zone_id

    def has_no_work(self):
        """A condition: no work of its own belongs to the row's status."""
        return self._table.c.stepped_at.is_(None)

    def waiting(self, statuses: tuple[str, ...]):
        """A condition: the row has one of these statuses, and work to do."""
        return self.is_in(statuses) & self._table.c.stepped_at.is_not(None)

    def unfinished(
        self,
        conn,
        statuses: tuple[str, ...],
        *conditions,
        limit: int = 1000,
    ) -> list[str]:
        """Find rows with work in one of these statuses, longest wait first."""
        return self.find(
            conn, self.waiting(statuses), *conditions, limit=limit
        )

    def find(self, conn, *conditions, limit: int = 1000) -> list[str]:
        """Find rows that match the conditions, longest wait first."""
        query = (
            sa.select(self._table.c.id)
            .where(*conditions)
            .order_by(self._table.c.stepped_at, self._table.c.id)
            .limit(limit)
        )
        return list(conn.scalars(query))

    def has_waited_since(self, time: datetime.datetime):
        """A condition: the row has had its status since before this time.

        For a status that was set by hand, the time is of the last change of
        the row.
        """
        columns = self._table.c
        return (
            sa.func.coalesce(
                columns.stepped_at, columns.updated_at, columns.created_at
            )
            < time
        )

    def placed_at(self, host: str | None):
        """A condition: the row is placed in this pool, or in none."""
        if host is None:
            return self._host.is_(None)
        return self._host == host

    def placed_as(self, rows: Sequence[Any]):
        """A condition: the row is placed where its record says.

        :param rows: the records of all rows that may match
        """
        by_pool: dict[str | None, list[str]] = {}
        for one in rows:
            by_pool.setdefault(one.host, []).append(one.id)
        return sa.or_(
            *(
                sa.and_(self.placed_at(pool), self.is_any(ids))
                for pool, ids in by_pool.items()
            )
        )

    def at_backend(self, place: str):
        """A condition: the row is placed in a pool of host@backend."""
        return self._host.startswith(f'{place}#', autoescape=True)


def changed(conn, statement) -> bool:
    """Execute a statement, and tell whether it has changed one row."""
    return conn.execute(statement).rowcount == 1
