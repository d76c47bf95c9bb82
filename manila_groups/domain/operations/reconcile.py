# SPDX-License-Identifier: Apache-2.0
"""Finds what no wake-up and no process takes care of, and sets it right.

Operations that are overdue, or whose back end is gone, end as their step says.
A resource with a transitional status and without an operation gets one: an
earlier release has begun its work, or its operation did not fit it any more.
"""

from collections.abc import Callable
import dataclasses
from typing import Any

from oslo_log import log
from oslo_utils import timeutils

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import messages as message_rows
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.db import services
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import deadlines
from manila_groups.domain.operations import engine
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.services import api as services_domain
from manila_groups.rpc import wake as wakes

LOG = log.getLogger(__name__)

#: How many operations, or resources, one search finds at most.
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
        self._conf = conf
        self._db = db
        self._registry = registry
        self._waker = waker

    def reconcile(self) -> None:
        """Search for everything once."""
        for search in (
            self._adopt_all,
            self._adopt_clean_ups,
            self._end_gone,
            self._end_overdue,
            self._end_strays,
            self._correct_stuck,
            self._forget_expired_messages,
        ):
            utils.call_logging_errors(search)

    # Overdue, or without a back end.

    def _end_overdue(self):
        overdue = (
            operations.is_overdue(
                deadlines.deadline(self._conf), engine.offer(self._conf, '')
            ),
            ~operations.is_at(self._registry.endless()),
        )
        for one in self._find(*overdue):
            utils.call_logging_errors(self._give_up, one, *overdue)

    def _find(self, *conditions):
        with self._db.reader() as conn:
            return operations.find(conn, *conditions, limit=_MOST)

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
        stuck = operations.moved_before(deadlines.stuck(self._conf))
        down, removed = (
            operations.is_at(self._registry.ending_when(away))
            for away in verbs.Away
        )
        is_forced = operations.is_forced() & operations.is_at(
            self._registry.ending_when(*verbs.Away)
        )
        yield self._find(stuck, _is_at_none_of(up), down | is_forced)
        hosts = [one.host for one in known]
        yield self._find(stuck, _is_at_none_of(hosts), removed)

    def _recover(self, operation):
        unmoved = (
            operations.equals('runs_at', operation.runs_at),
            operations.equals('step', operation.step),
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
        locked = operations.lock(conn, operation.id, *conditions)
        if locked is None:
            return None
        row, work = step.load(conn, [locked]).get(
            operation.resource_id, (None, None)
        )
        if row is None or not _fits(verb, row):
            return None
        engine.act_for(locked)
        tx = transaction.Tx(conn, self._conf, None)
        choose(step)(tx, verbs.Task(locked, verb, step, row, work))
        return tx.wakes

    # Resources without the operation that their status needs.

    def _adopt_all(self):
        for verb in self._registry.verbs:
            for row_id in self._strays(verb):
                utils.call_logging_errors(self._adopt, verb, row_id)

    def _strays(self, verb):
        rows = verb.resource.rows
        alone = operations.has_none(verb.kind, rows.id)
        with self._db.reader() as conn:
            if verb.find_strays is not None:
                return verb.find_strays(conn, alone)
            if not verb.during:
                return []
            return rows.unfinished(conn, verb.during, alone, *verb.is_own)

    def _adopt(self, verb, row_id):
        found = self._begin_for(verb, row_id)
        if found is not None:
            LOG.info(
                'The %s %s had no operation; began to %s it',
                states.noun(verb.kind),
                row_id,
                verb.name,
            )
            self._waker.wake(found)

    @db_api.transaction
    def _begin_for(self, conn, verb, row_id):
        rows = verb.resource.rows
        is_stray = operations.has_none(verb.kind, rows.id)
        if not rows.lock(conn, row_id, is_stray):
            return None
        row = utils.present(verb.resource.store.get(conn, row_id))
        if not _fits(verb, row):
            return None
        tried = sorted(attempts.pools_tried(conn, row_id))
        return beginning.begin(
            conn,
            verb,
            row,
            payload={'tried': tried} if tried else None,
            forced=bool(verb.during) and row.forced,
        )

    def adopt(self, kind: str, row_id: str) -> None:
        """Begin the operation that a resource's status needs.

        For messages of the release before, which name the resource.
        """
        for verb in self._registry.of_resource(kind):
            self._correct(verb, row_id)

    def _correct(self, verb, row_id):
        with self._db.reader() as conn:
            found = operations.open_on(conn, verb.kind, row_id)
        if found is not None and found.verb == verb.name:
            self._correct_one(verb, found)
        elif not verb.during:
            if row_id in self._strays(verb):
                self._adopt(verb, row_id)
        else:
            self._adopt(verb, row_id)

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
            operations.has_none(verb.kind, rows.id),
            *own,
        )

    @db_api.transaction
    def _end_stray(self, conn, verb, row_id):
        rows = verb.resource.rows
        if not rows.lock(conn, row_id, *self._are_overdue_strays(verb)):
            return
        row = utils.present(verb.resource.store.get(conn, row_id))
        beginning.begin(conn, verb, row, forced=row.forced)
        operation = utils.present(operations.open_on(conn, verb.kind, row_id))
        engine.act_for(operation)
        step = utils.present(verb.step(operation.step))
        tx = transaction.Tx(conn, self._conf, None)
        _row, work = step.load(conn, [operation]).get(row_id, (None, None))
        step.overdue(tx, verbs.Task(operation, verb, step, row, work))

    # Operations that do not fit their resource any more.

    def _correct_stuck(self):
        """Correct operations that an earlier release has carried on."""
        stuck = self._find(
            operations.moved_before(deadlines.stuck(self._conf)),
            operations.is_waiting(timeutils.utcnow()),
        )
        by_verb: dict[verbs.Verb, list[records.Operation]] = {}
        for one in stuck:
            known = self._registry.find(one)
            if known is not None and known[0].during:
                by_verb.setdefault(known[0], []).append(one)
        for verb, some in by_verb.items():
            for one in self._misplaced(verb, some):
                utils.call_logging_errors(self._correct_one, verb, one)

    def _misplaced(self, verb, found):
        ids = [one.resource_id for one in found]
        with self._db.reader() as conn:
            rows = {
                one.id: one for one in verb.resource.store.get_many(conn, ids)
            }
        return [
            one
            for one in found
            if not _is_right(verb, one, rows.get(one.resource_id))
        ]

    def _correct_one(self, verb, operation):
        found = self._replace(verb, operation)
        if found is not None:
            self._waker.wake(found)

    @db_api.transaction
    def _replace(self, conn, verb, operation):
        verb.resource.rows.lock(conn, operation.resource_id)
        if operations.lock(conn, operation.id) is None:
            return None
        row = verb.resource.store.get(conn, operation.resource_id)
        if _is_right(verb, operation, row):
            return None
        if row is None or not _fits(verb, row):
            if row is None or self._registry.knows(verb, row.status):
                operations.remove(conn, operation.id)
            return None
        tried = attempts.pools_tried(conn, row.id)
        tried |= set(operation.payload.get('tried', ()))
        return beginning.begin(
            conn,
            verb,
            row,
            payload={**operation.payload, 'tried': sorted(tried)},
            forced=operation.forced,
        )

    # Of the release before.

    def _adopt_clean_ups(self):
        with self._db.reader() as conn:
            found = attempts.not_cleaned(conn)
        for one in found:
            utils.call_logging_errors(self._adopt_clean_up, one)

    @db_api.transaction
    def _adopt_clean_up(self, conn, attempt):
        if attempts.take_over(conn, attempt):
            verb = self._registry.verb(attempt.kind, removing.CLEAN_UP)
            row = _Left(
                id=attempt.id,
                host=attempt.pool,
                project_id=attempt.project_id,
                share_group_id=attempt.share_group_id,
            )
            payload = removing.payload(row)
            beginning.begin_many(conn, verb, [row], payload=payload)

    @db_api.transaction
    def _forget_expired_messages(self, conn):
        message_rows.delete_expired(conn, timeutils.utcnow())


@dataclasses.dataclass(frozen=True, slots=True)
class _Left:
    """A resource that has left a pool, as far as the pool has to know it."""

    id: str
    host: str
    project_id: str
    share_group_id: str | None
    user_id: str | None = None
    request_id: str | None = None


def _fits(verb, row) -> bool:
    """Tell whether a resource has a status that a verb gives it."""
    return not verb.during or row.status in verb.during


def _is_right(verb, operation, row) -> bool:
    """Tell whether an operation does what its resource needs."""
    if row is None or not _fits(verb, row):
        return False
    step = verb.step(verb.locate(row))
    return step is not None and operation.runs_at == verbs.place_of(step, row)


def _is_at_none_of(hosts):
    return operations.runs_at_none_of([wakes.SCHEDULERS, *hosts])
