# SPDX-License-Identifier: Apache-2.0
"""Finds what no wake-up and no process takes care of, and sets it right.

Operations that are overdue, or whose back end is gone, end as their step says.
A resource with a transitional status and without an operation gets one: an
earlier release has begun its work, or its operation did not fit it any more.
"""

from collections.abc import Callable
import datetime
import itertools
from typing import Any

from oslo_log import log
from oslo_utils import timeutils

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import messages as message_rows
from manila_groups.db import operation_search as search
from manila_groups.db import operations
from manila_groups.db import services
from manila_groups.domain import idempotency
from manila_groups.domain.operations import adopting
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import deadlines
from manila_groups.domain.operations import engine
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.services import api as services_domain
from manila_groups.rpc import wake as wakes

LOG = log.getLogger(__name__)

#: How many operations are read at once.
_MOST = 1000


class Reconciler:
    """Searches for what nobody else finds.

    :param waker: wakes who goes on with it
    """

    def __init__(
        self,
        conf: Any,
        db: db_api.Database,
        registry: registries.Registry,
        waker: wakes.Waker,
    ):
        self._adopter = adopting.Adopter(db, registry, waker)
        self._conf = conf
        self._db = db
        self._registry = registry
        self._waker = waker

    def reconcile(self) -> None:
        """Search for everything once."""
        for part in (
            self._adopter.adopt_all,
            # Before any of them ends: what it is about may be past.
            self._correct_stuck,
            self._end_gone,
            self._end_overdue,
            self._rest_exhausted,
            self._end_strays,
            self._end_left,
            self._forget_expired_messages,
            self._forget_old_keys,
        ):
            utils.call_logging_errors(part)

    # Overdue, or without a back end.

    def _end_overdue(self):
        overdue = (
            search.is_overdue(
                deadlines.deadline(self._conf), engine.offer(self._conf, '')
            ),
            ~search.is_at(self._registry.endless()),
        )
        for one in self._find(*overdue):
            utils.call_logging_errors(self._give_up, one, *overdue)

    def _find(self, *conditions):
        """Find operations, however many of them have to stay as they are."""
        return itertools.chain.from_iterable(self._pages(*conditions))

    def _pages(self, *conditions):
        last = 0
        while True:
            with self._db.reader() as conn:
                found = search.find(
                    conn,
                    search.is_after(last),
                    *conditions,
                    limit=_MOST,
                )
            yield found
            if len(found) < _MOST:
                return
            last = found[-1].id

    def _give_up(self, operation, *conditions):
        if self._end(operation, lambda step: step.overdue, *conditions):
            LOG.error(
                'Gave up the %s of the %s %s: it did not end within %g '
                'seconds, or was taken up %d times',
                operation.verb,
                states.noun(operation.kind),
                operation.resource_id,
                self._conf.service.work_deadline,
                self._conf.service.work_tries,
            )

    @db_api.transaction
    def _rest_exhausted(self, conn):
        """Let what has no other end, and was taken up too often, wait."""
        offer = engine.offer(self._conf, '')
        until = offer.now + datetime.timedelta(
            seconds=self._conf.service.work_deadline
        )
        is_endless = search.is_at(self._registry.endless())
        exhausted = operations.is_exhausted(offer), is_endless
        for one in search.find(conn, *exhausted, limit=_MOST):
            if operations.rest(conn, one.id, until, offer):
                LOG.error(
                    'The %s of the %s %s was taken up %d times and did not '
                    'end; it waits until %s',
                    one.verb,
                    states.noun(one.kind),
                    one.resource_id,
                    one.tries,
                    until,
                )

    def _end_gone(self):
        for found in self._gone():
            for one in found:
                utils.call_logging_errors(self._recover, one)

    def _gone(self):
        with self._db.reader() as conn:
            known = services.list_all(conn, services.BACKEND)
        up = [
            one.host for one in known if services_domain.is_up(self._conf, one)
        ]
        stuck = search.moved_before(deadlines.stuck(self._conf))
        down, removed = (
            search.is_at(self._registry.ending_when(away))
            for away in verbs.Away
        )
        is_forced = search.is_forced() & search.is_at(
            self._registry.ending_when(*verbs.Away)
        )
        yield self._find(stuck, _is_at_none_of(up), down | is_forced)
        hosts = [one.host for one in known]
        yield self._find(stuck, _is_at_none_of(hosts), removed)

    def _recover(self, operation):
        unmoved = (
            search.equals('runs_at', operation.runs_at),
            search.equals('step', operation.step),
        )
        if self._end(operation, lambda step: step.gone.end, *unmoved):
            LOG.warning(
                'The back end %s is down: the %s of the %s %s goes on '
                'without it',
                operation.runs_at,
                operation.verb,
                states.noun(operation.kind),
                operation.resource_id,
            )

    def _end(self, operation, choose: Callable, *conditions) -> bool:
        """End an operation in one of the ways that its step has."""
        known = self._registry.find(operation)
        if known is None:
            LOG.error('Nothing ends the unknown operation %s', operation)
            return False
        found = self._end_known(*known, operation, choose, conditions)
        if found is None:
            return False
        wakes.wake_all(self._waker, found)
        return True

    @db_api.transaction
    def _end_known(self, conn, verb, step, operation, choose, conditions):
        # Before anything is read: see Rows.lock().
        verb.resource.rows.lock(conn, operation.resource_id)
        verb.lock(conn, operation.resource_id)
        locked = operations.lock(conn, operation.id, *conditions)
        if locked is None:
            return None
        row, work = _load(conn, verb, step, locked)
        if row is None:
            _end_void(conn, locked)
            return None
        if not verbs.fits(verb, row):
            return None
        if adopting.has_moved(verb, locked, row):
            return None
        engine.act_for(locked)
        tx = transaction.Tx(conn, self._conf, None)
        choose(step)(tx, verbs.Task(locked, verb, step, row, work))
        return tx.wakes

    def _end_strays(self):
        """End what has a transitional status for too long, set by hand."""
        for verb in self._registry.verbs:
            for row_id in self._overdue_strays(verb):
                utils.call_logging_errors(self._end_stray, verb, row_id)

    def _overdue_strays(self, verb):
        if not verb.during:
            return []
        with self._db.reader() as conn:
            return verb.resource.rows.find(
                conn, *self._are_overdue_strays(verb)
            )

    def _are_overdue_strays(self, verb):
        rows = verb.resource.rows
        own = verb.is_own if verb.may_end is None else verb.may_end
        return (
            rows.is_in(verb.during),
            rows.has_waited_since(deadlines.deadline(self._conf)),
            search.has_none(verb.kind, rows.id),
            *own,
        )

    @db_api.transaction
    def _end_stray(self, conn, verb, row_id):
        rows = verb.resource.rows
        if not rows.lock(conn, row_id, *self._are_overdue_strays(verb)):
            return
        verb.lock(conn, row_id)
        row = utils.present(verb.resource.store.get(conn, row_id))
        beginning.begin(conn, verb, row, forced=row.forced)
        operation = utils.present(operations.open_on(conn, verb.kind, row_id))
        engine.act_for(operation)
        step = utils.present(verb.step(operation.step))
        tx = transaction.Tx(conn, self._conf, None)
        _row, work = step.load(conn, [operation]).get(row_id, (None, None))
        step.overdue(tx, verbs.Task(operation, verb, step, row, work))

    def _end_left(self):
        """End what has a status because of another row's work, and no more."""
        for verb in self._registry.verbs:
            for left in verb.left:
                utils.call_logging_errors(self._end_left_of, verb, left)

    def _end_left_of(self, verb, left):
        # Who begins anew with one of them changes the time.
        is_late = left.rows.has_waited_since(deadlines.deadline(self._conf))
        with self._db.reader() as conn:
            ids = left.rows.find(
                conn,
                left.rows.is_in(left.transition.expected),
                left.is_left,
                is_late,
            )
        if ids and self._end_rows(left, left.rows.is_any(ids), is_late):
            LOG.warning(
                'The %s that gave these the status %s has ended: %s',
                verb.name,
                left.transition.expected[0],
                ', '.join(ids),
            )

    @db_api.transaction
    def _end_rows(self, conn, left, *conditions):
        return left.rows.transition_many(
            conn, left.transition, *conditions, **left.values
        )

    def _correct_stuck(self):
        """Correct operations that an earlier release has carried on."""
        for found in self._pages(
            search.moved_before(deadlines.stuck(self._conf)),
            operations.is_free(timeutils.utcnow()),
        ):
            self._adopter.correct(found)

    @db_api.transaction
    def _forget_expired_messages(self, conn):
        message_rows.delete_expired(conn, timeutils.utcnow())

    def _forget_old_keys(self):
        while self._forget_some_keys():
            pass

    @db_api.transaction
    def _forget_some_keys(self, conn):
        return idempotency.forget_old(conn)


def _is_at_none_of(hosts):
    return search.runs_at_none_of([wakes.SCHEDULERS, *hosts])


def _load(conn, verb, step, operation):
    """Read what an end needs; of what can't be loaded, the row alone.

    It has waited for that, and has to end all the same.
    """
    row_id = operation.resource_id
    try:
        return step.load(conn, [operation]).get(row_id, (None, None))
    except db_api.UNAVAILABLE:
        raise
    except Exception:
        LOG.exception('Failed to load the operation %s', operation)
        return verb.resource.store.get(conn, row_id), None


def _end_void(conn, operation):
    """End an operation on what is deleted, or does not need it."""
    LOG.info(
        'The operation %s on the %s %s has ended: there is nothing to do',
        operation.verb,
        states.noun(operation.kind),
        operation.resource_id,
    )
    operations.remove(conn, operation.id)
