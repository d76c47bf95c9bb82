# SPDX-License-Identifier: Apache-2.0
"""What the lifecycles of all kinds of rows have in common.

The scheduler and the back ends make the transitions.  Each is one transaction
with one conditional UPDATE of the row: a duplicate, late or concurrent
transition matches no row, and changes nothing.

A process that works on a row with a driver has a lease on it.  Each heartbeat
renews it.  When it expires, any process may take up the work, and transitions
of the process that had it before match no row.
"""

import contextlib
import datetime

from oslo_context import context as oslo_context
from oslo_log import log
from oslo_utils import timeutils

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import leases
from manila_groups.db import transitions as transition_rows
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages

LOG = log.getLogger(__name__)

#: Seconds between two tries of what a driver cannot do for the moment.
_LONGEST_WAIT = 60


class Transitions:
    """The transitions of one kind of rows.

    :param worker: the process that makes them
    :cvar of: the kind
    :cvar work: the statuses in which a row waits for its back end
    :cvar own: SQL conditions on the rows that have work of their own
    :cvar workable: SQL conditions on the rows that a back end can work on
    """

    of: changes.Kind
    work: tuple[str, ...]
    own: tuple[transition_rows.Condition, ...] = ()
    workable: tuple[transition_rows.Condition, ...] = ()

    def __init__(self, conf, db: db_api.Database, worker: str):
        self._conf = conf
        self._db = db
        self._worker = worker
        self._at_work: set[str] = set()

    @property
    def rows(self) -> transition_rows.Rows:
        """The rows of this kind."""
        return self.of.rows

    @property
    def kind(self) -> str:
        """The name of the kind, as in states."""
        return self.of.name

    def get(self, row_id: str):
        """Read one row; None if there is none."""
        with self._db.reader() as conn:
            return self.of.store.get(conn, row_id)

    def is_placed(self, row) -> bool:
        """Tell whether a row is still in the pool of this record."""
        now = self.get(row.id)
        return now is not None and now.host == row.host

    def is_stuck(self, row) -> bool:
        """Tell whether the last transition of a row is too long ago."""
        last = row.stepped_at
        return last is not None and last < stuck(self._conf)

    @contextlib.contextmanager
    def at_work(self, row_id: str, host: str):
        """Take up a row's work, with a lease on it, until the context ends.

        Yields the work, as read_work returns it; None if the row has no work
        at this back end, or another process works on it.

        :param host: host@backend
        """
        self._at_work.add(row_id)
        try:
            yield self._begin(row_id, host)
        finally:
            self._at_work.discard(row_id)

    @db_api.transaction
    def _begin(self, conn, row_id, host):
        if not self.rows.leases.take(
            conn,
            self.lease_offer(),
            self.rows.is_row(row_id),
            self.rows.waiting(self.work),
            self.rows.at_backend(host),
            *self.own,
            *self.workable,
        ):
            return None
        row = self.of.store.get(conn, row_id)
        act_for(row)
        return self.read_work(conn, row)

    def read_work(self, conn, row):
        """Read what the work on a row needs."""
        return row

    def lease_offer(self) -> leases.LeaseOffer:
        """Make this process's offer for a lease that begins, or is renewed."""
        return lease_offer(self._conf, self._worker)

    def renew_leases(self) -> None:
        """Renew the leases of this process on all work in progress."""
        ids = list(self._at_work)
        if ids:
            self._renew_leases(ids)

    @db_api.transaction
    def _renew_leases(self, conn, ids):
        self.rows.leases.renew(conn, self.lease_offer(), self.rows.is_any(ids))

    def give_leases_back(self) -> None:
        """End the leases of this process: the next one can begin at once."""
        if self._at_work:
            self._give_leases_back()

    @db_api.transaction
    def _give_leases_back(self, conn):
        self.rows.leases.give_back(
            conn, self._worker, self.rows.is_in(self.work)
        )

    @db_api.transaction
    def renew_lease(self, conn, row_id: str) -> bool:
        """Renew the lease on a row; False if this process has lost it."""
        renewed = self.rows.leases.renew(
            conn, self.lease_offer(), self.rows.is_any([row_id])
        )
        return renewed == 1

    @db_api.transaction
    def put_off(self, conn, row) -> float | None:
        """Leave the work on a row for later; it keeps its status.

        That it was taken up does not count: it is tried until its deadline.

        :param row: its record, as it was taken up
        :returns: in how many seconds it is tried again; None when this
            process does not have the lease on it any more
        """
        return self._put_off(
            conn,
            row.stepped_at,
            self.rows.is_row(row.id),
            self.rows.is_as_read(row),
        )

    def _put_off(self, conn, since, *conditions):
        seconds = back_off(self._conf, since)
        until = timeutils.utcnow() + datetime.timedelta(seconds=seconds)
        left = self.rows.leases.put_off(conn, self._worker, until, *conditions)
        return seconds if left else None

    def _is_mine(self, row):
        """A condition: the row's work is still this process's.

        The row has made no transition since the record was read, and no other
        process works on it.
        """
        return self.rows.is_as_read(row) & self._is_open()

    def _is_open(self):
        """A condition: no other process works on the row."""
        return self.rows.leases.is_open_to(self._worker, timeutils.utcnow())

    def _is_removable(self, row):
        """A condition: the row is being deleted in the pool of this record.

        A second request may have begun the deletion again: it ends too.
        """
        return (
            self.rows.placed_at(row.host)
            & self.rows.is_in((states.DELETING,))
            & self._is_open()
        )

    def unfinished_at(self, host: str, every: bool) -> list[str]:
        """Find rows whose work a back end has left unfinished.

        :param host: host@backend
        :param every: also rows that have not waited long
        """
        with self._db.reader() as conn:
            return self.rows.unfinished(
                conn,
                self.work,
                *self.own,
                *self.workable,
                self.rows.at_backend(host),
                stale(self._conf, self.rows, every),
            )

    def overdue(self) -> list[str]:
        """Find rows whose work is overdue or exhausted."""
        with self._db.reader() as conn:
            return self.rows.find(conn, self._is_overdue(), *self._givable())

    def _is_overdue(self):
        return is_overdue(self._conf, self.rows)

    def _givable(self):
        return (self.rows.is_in(self.work),)

    @db_api.transaction
    def give_up(self, conn, row_id: str) -> bool:
        """End the work on a row as failed, if it is overdue or exhausted.

        Transitions of a process that still works on it will match no row.

        :returns: whether it was ended
        """
        # Before anything is read: see lock().
        if not self.rows.lock(
            conn, row_id, self._is_overdue(), *self._givable()
        ):
            return False
        row = utils.present(self.of.store.get(conn, row_id))
        act_for(row)
        ended = self._give_up(conn, row)
        if not ended:
            LOG.error(
                'The work on the %s %s is overdue, and nothing ends work in '
                'the status %s. Nothing is done.',
                states.noun(self.kind),
                row_id,
                getattr(row, 'status', None),
            )
        return ended

    def _give_up(self, conn, row) -> bool:
        """End the work on a row that the transaction has locked.

        :returns: False if nothing ends work in the row's status
        """
        raise NotImplementedError

    def _transit(
        self, conn, row, transition, *conditions, event=None, **values
    ):
        """Change the status of a row, and let it become known.

        :param event: its verb and phase
        :returns: the record as the row is now, or None: see changes.transit
        """
        changed = changes.transit(
            conn, self.of, row, transition, *conditions, **values
        )
        if changed is not None and event is not None:
            events.note(conn, f'{self.kind}.{event}', changed)
        return changed

    def _fail(
        self,
        conn,
        row,
        transition: states.Transition,
        action: str,
        text: str,
        *conditions,
        detail: str = messages.DRIVER_FAILED,
    ) -> bool:
        """End what could not be done, and tell the project's users.

        :param conditions: further SQL conditions on the row
        :param detail: what went wrong, as messages has it
        :returns: False when the row is not in a status that the transition
            expects; nothing has changed then
        """
        failed = self._transit(conn, row, transition, *conditions, reason=text)
        if failed is None:
            return False
        self._add_message(conn, failed, action, detail, text)
        return True

    def _add_message(self, conn, row, action: str, detail: str, text: str):
        """Tell the project's users why the work on a row failed."""
        messages.add(conn, self._conf, self.kind, row, action, detail, text)


def act_for(row) -> None:
    """Let this thread's log lines and events name the request of a row."""
    current = oslo_context.get_current()
    if current is None or current.request_id != row.request_id:
        events.caller_of(row).update_store()


def lease_offer(conf, worker: str) -> leases.LeaseOffer:
    """Make a process's offer for a lease that begins, or is renewed, now."""
    now = timeutils.utcnow()
    return leases.LeaseOffer(
        worker=worker,
        now=now,
        until=now + datetime.timedelta(seconds=conf.service.down_time),
        max_tries=conf.service.work_tries,
    )


def stale(conf, rows: transition_rows.Rows, every: bool):
    """A condition: the row waits, and no process works on it.

    :param every: also if it has not waited long
    """
    unclaimed = rows.leases.is_unclaimed()
    if not every:
        unclaimed &= rows.stepped_before(stuck(conf))
        unclaimed &= ~rows.leases.is_put_off()
    return unclaimed | rows.leases.has_expired(timeutils.utcnow())


def back_off(conf, since: datetime.datetime) -> float:
    """Seconds until work is tried again that has waited since some time.

    As long as it has waited already: so each wait is twice the one before.
    """
    waited = (timeutils.utcnow() - since).total_seconds()
    least = conf.service.reconcile_interval
    return max(least, min(waited, _LONGEST_WAIT))


def is_overdue(conf, rows: transition_rows.Rows):
    """A condition: the row's work is overdue or exhausted."""
    return rows.has_waited_since(deadline(conf)) | rows.leases.is_exhausted(
        lease_offer(conf, '')
    )


def stuck(conf) -> datetime.datetime:
    """Return the time before which a transition is too long ago."""
    return _before(conf.service.stuck_after)


def deadline(conf) -> datetime.datetime:
    """Return the time since when a row may have had its status."""
    return _before(conf.service.work_deadline)


def is_past_deadline(conf, row) -> bool:
    """Tell whether a row has had its status for longer than is allowed."""
    since = row.stepped_at or row.updated_at or row.created_at
    return since < deadline(conf)


def deletion(conf, row, machine: type[states.Resource]) -> states.Transition:
    """Choose the transition that begins the deletion of a row by its owner.

    :param machine: of the row
    """
    overdue = machine.DELETE_OVERDUE
    if row.status in overdue.expected and is_past_deadline(conf, row):
        return overdue
    return machine.DELETE


def _before(seconds):
    return timeutils.utcnow() - datetime.timedelta(seconds=seconds)
