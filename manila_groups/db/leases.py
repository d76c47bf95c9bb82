# SPDX-License-Identifier: Apache-2.0
"""Leases: which process works on a row, and until when.

A lease is a part of its row: it begins and ends in the same UPDATE as the
transition that it belongs to.  If the process dies, the lease stays, and the
next process waits until it has expired.  The times are of the processes'
clocks, as those of heartbeats are.
"""

import dataclasses
import datetime

import sqlalchemy as sa

#: The columns of a row whose work no process has taken up yet.
UNCLAIMED = {'worker': None, 'leased_until': None, 'tries': 0}


@dataclasses.dataclass(frozen=True, slots=True)
class LeaseOffer:
    """What a process offers for a lease.

    :ivar worker: the process
    :ivar now: the time
    :ivar until: when a lease expires that begins, or is renewed, now
    :ivar max_tries: how often the work on a row may be taken up
    """

    worker: str
    now: datetime.datetime
    until: datetime.datetime
    max_tries: int


class Leases:
    """The leases on the rows of one table."""

    def __init__(self, table: sa.Table):
        self._table = table

    def take(self, conn, offer: LeaseOffer, *conditions) -> int:
        """Take leases on every row that matches the conditions.

        Skips rows that another process works on or that are exhausted.

        :returns: how many
        """
        columns = self._table.c
        return conn.execute(
            sa.update(self._table)
            .where(
                *conditions,
                columns.tries < offer.max_tries,
                self.is_open_to(offer.worker, offer.now),
            )
            .values(
                worker=offer.worker,
                leased_until=offer.until,
                tries=columns.tries + 1,
            )
        ).rowcount

    def renew(self, conn, offer: LeaseOffer, *conditions) -> int:
        """Renew the leases that a process has on some rows.

        :param conditions: SQL conditions on the rows
        :returns: how many
        """
        return conn.execute(
            sa.update(self._table)
            .where(*conditions, self.is_held_by(offer.worker))
            .values(leased_until=offer.until)
        ).rowcount

    def give_back(self, conn, worker: str, *conditions) -> None:
        """End the leases that a process has on some rows.

        :param conditions: SQL conditions on the rows
        """
        conn.execute(
            sa.update(self._table)
            .where(*conditions, self.is_held_by(worker))
            .values(worker=None, leased_until=None)
        )

    def put_off(self, conn, worker: str, until, *conditions) -> int:
        """End what a process has of some leases, as if it had not had them.

        :param until: when the work is to be taken up again; it may be before
        :param conditions: SQL conditions on the rows
        :returns: how many
        """
        columns = self._table.c
        return conn.execute(
            sa.update(self._table)
            .where(*conditions, self.is_held_by(worker))
            .values(worker=None, leased_until=until, tries=columns.tries - 1)
        ).rowcount

    def end_all(self, conn) -> None:
        """End every lease, whichever process has it."""
        conn.execute(
            sa.update(self._table)
            .where(self._table.c.worker.is_not(None))
            .values(worker=None, leased_until=None)
        )

    def is_free(self, now: datetime.datetime):
        """A condition: no process works on the row."""
        columns = self._table.c
        return sa.or_(columns.worker.is_(None), columns.leased_until < now)

    def is_unclaimed(self):
        """A condition: no process has a lease, expired or not."""
        return self._table.c.worker.is_(None)

    def is_put_off(self):
        """A condition: the row's work is for later."""
        columns = self._table.c
        return columns.worker.is_(None) & columns.leased_until.is_not(None)

    def is_held_by(self, worker: str):
        """A condition: this process has the lease."""
        return self._table.c.worker == worker

    def has_expired(self, now: datetime.datetime):
        """A condition: the lease was not renewed in time.

        What was put off is due then.
        """
        return self._table.c.leased_until < now

    def is_open_to(self, worker: str, now: datetime.datetime):
        """A condition: no process other than this one works on the row."""
        return sa.or_(self.is_free(now), self.is_held_by(worker))

    def is_exhausted(self, offer: LeaseOffer):
        """A condition: the work was taken up too often, and never ended."""
        return sa.and_(
            self._table.c.tries >= offer.max_tries, self.is_free(offer.now)
        )
