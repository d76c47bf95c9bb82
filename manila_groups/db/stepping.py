# SPDX-License-Identifier: Apache-2.0
"""Rows that have a status: each change of it is one conditional UPDATE."""

from collections.abc import Mapping
import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import states


class Rows:
    """The rows of one table with the columns id, status and stepped_at.

    stepped_at is when the service itself last moved a row a step on; NULL
    tells that the status was set by hand and that no work belongs to it.

    :param status: the name of the column that holds the status
    :param host: what tells the pool that a row is in; the table's column of
        this name where it has one
    """

    def __init__(self, table: sa.Table, status: str = 'status', host=None):
        self._table = table
        self._status = status
        self._host = table.c.get('host') if host is None else host

    def update(self, session, row_id: str, values: Mapping[str, Any]) -> bool:
        """Change columns that no status machine guards; False: it is gone."""
        return changed(
            session,
            sa.update(self._table)
            .where(self._table.c.id == row_id)
            .values(updated_at=timeutils.utcnow(), **values),
        )

    def take_step(
        self, session, row_id: str, step: states.Step, *conditions, **values
    ) -> bool:
        """Change the status of one row.

        :param conditions: further SQL conditions on the row
        :param values: columns that change with the status
        :returns: False when the row is not in a status that the step expects,
            or a condition does not hold; nothing has changed then
        """
        conditions = (self._table.c.id == row_id, *conditions)
        return self.take_steps(session, step, *conditions, **values) == 1

    def take_steps(
        self, session, step: states.Step, *conditions, **values
    ) -> int:
        """Change the status of all rows that the conditions hold for.

        :returns: how many
        """
        now = timeutils.utcnow()
        statement = (
            sa.update(self._table)
            .where(self._table.c[self._status].in_(step.expected), *conditions)
            .values(
                **{
                    self._status: step.becomes,
                    'stepped_at': now,
                    'updated_at': now,
                    **values,
                }
            )
        )
        return session.execute(statement).rowcount

    def set_status(self, session, row_id: str, status: str) -> bool:
        """Set a status by hand: no work of the service belongs to it."""
        return self.update(
            session, row_id, {self._status: status, 'stepped_at': None}
        )

    def hold(self, session, row_id: str, *conditions) -> bool:
        """Keep other transactions from changing a row until this one ends.

        Done first in a transaction, it lets all that follows read what those
        have left behind that came before.  It changes the row, so that the
        nodes of a cluster that share no locks find the conflict too.

        :param conditions: further SQL conditions on the row
        :returns: False when there is no such row
        """
        return self.hold_many(session, self._table.c.id == row_id, *conditions)

    def hold_many(self, session, *conditions) -> bool:
        """Keep all rows from changing that the conditions hold for.

        :returns: False when there are none
        """
        statement = (
            sa.update(self._table)
            .where(*conditions)
            .values(updated_at=timeutils.utcnow())
        )
        return session.execute(statement).rowcount > 0

    def delete(self, session, row_id: str, *conditions) -> bool:
        """Delete a row; False when it is gone or a condition does not hold."""
        return changed(
            session,
            sa.delete(self._table).where(
                self._table.c.id == row_id, *conditions
            ),
        )

    def delete_many(self, session, *conditions) -> None:
        """Delete all rows that the conditions hold for."""
        session.execute(sa.delete(self._table).where(*conditions))

    def unfinished(
        self,
        session,
        statuses: tuple[str, ...],
        *conditions,
        limit: int = 1000,
    ) -> list[str]:
        """Ids of rows whose work waits in one of these statuses."""
        column = self._table.c.stepped_at
        query = (
            sa.select(self._table.c.id)
            .where(self._table.c[self._status].in_(statuses), *conditions)
            .where(column.is_not(None))
            .order_by(column, self._table.c.id)
            .limit(limit)
        )
        return list(session.scalars(query))

    def turn(self, session, row_id: str) -> str | None:
        """The id of the group that a row is in, or else its own.

        :returns: None when there is no such row
        """
        table = self._table
        column = sa.func.coalesce(table.c.share_group_id, table.c.id)
        return session.scalar(sa.select(column).where(table.c.id == row_id))

    def hosts(self, session, statuses: tuple[str, ...]) -> list[str]:
        """Pools that have rows with work waiting in these statuses."""
        query = sa.select(self._host).where(
            self._table.c[self._status].in_(statuses),
            self._host.is_not(None),
            self._table.c.stepped_at.is_not(None),
        )
        return list(session.scalars(query.distinct()))

    def stepped_before(self, time: datetime.datetime):
        """A condition: the service's last step is older than this."""
        return self._table.c.stepped_at < time

    def placed_at(self, host: str | None):
        """A condition: the row is placed in this pool, or in none."""
        if host is None:
            return self._host.is_(None)
        return self._host == host

    def placed_in(self, pools: list[str]):
        """A condition: the row is placed in one of these pools."""
        return self._host.in_(pools)

    def at_backend(self, host: str):
        """A condition: the row is placed in a pool of host@backend."""
        return self._host.startswith(f'{host}#', autoescape=True)


def changed(session, statement) -> bool:
    """Execute a statement; tells whether it has changed one row."""
    return session.execute(statement).rowcount == 1
