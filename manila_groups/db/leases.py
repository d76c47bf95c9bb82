# SPDX-License-Identifier: Apache-2.0
"""Leases: which process works on a row, until when nobody else may.

A lease is part of the row that it is for, so that it begins and ends in the
same UPDATE as all else that happens to the row.  It outlives the process that
has it: whoever comes next waits until it has run out.  The times are those of
the processes' clocks, as those of heartbeats are.
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
    :ivar until: when a lease ends that begins, or is renewed, now
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
        """Take leases on all rows that the conditions hold for.

        :returns: how many; rows that another process works on, or that were
            taken up too often, are left as they are
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
        """Renew what a process has of the leases on some rows.

        :param conditions: SQL conditions on the rows
        :returns: how many
        """
        return conn.execute(
            sa.update(self._table)
            .where(*conditions, self.is_held_by(offer.worker))
            .values(leased_until=offer.until)
        ).rowcount

    def give_back(self, conn, worker: str, *conditions) -> None:
        """End what a process has of the leases on some rows.

        :param conditions: SQL conditions on the rows
        """
        conn.execute(
            sa.update(self._table)
            .where(*conditions, self.is_held_by(worker))
            .values(worker=None, leased_until=None)
        )

    def is_free(self, now: datetime.datetime):
        """A condition: no process works on the row."""
        columns = self._table.c
        return sa.or_(columns.worker.is_(None), columns.leased_until < now)

    def is_unclaimed(self):
        """A condition: no process has taken the row's work up."""
        return self._table.c.worker.is_(None)

    def is_held_by(self, worker: str):
        """A condition: this process works on the row."""
        return self._table.c.worker == worker

    def has_expired(self, now: datetime.datetime):
        """A condition: the process that has worked on the row is gone."""
        return self._table.c.leased_until < now

    def is_open_to(self, worker: str, now: datetime.datetime):
        """A condition: no process but this one works on the row."""
        return sa.or_(self.is_free(now), self.is_held_by(worker))

    def is_exhausted(self, offer: LeaseOffer):
        """A condition: the row was taken up too often, always in vain."""
        return sa.and_(
            self._table.c.tries >= offer.max_tries, self.is_free(offer.now)
        )
