# SPDX-License-Identifier: Apache-2.0
"""The engine: claims operations, and records what has become of them.

It knows no verb.  A claim is one UPDATE for many operations, and what they
need is read with it; their outcomes are recorded together too.  When one of a
batch does not match any more, each is recorded by itself.
"""

from collections.abc import Collection
from collections.abc import Sequence
import dataclasses
import datetime
import os
from typing import Any
import uuid

from oslo_context import context as oslo_context
from oslo_log import log
from oslo_utils import timeutils

from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.domain.operations import adopting
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.rpc import wake as wakes

LOG = log.getLogger(__name__)


@dataclasses.dataclass(slots=True)
class Rest:
    """The tasks of a batch whose outcome could not be recorded.

    :ivar later: the database does not answer
    :ivar problem: why
    :ivar lost: they are not this process's any more
    :ivar again: they have to run again, on what is there now
    """

    later: list[verbs.Task] = dataclasses.field(default_factory=list)
    problem: Exception | None = None
    lost: list[verbs.Task] = dataclasses.field(default_factory=list)
    again: list[verbs.Task] = dataclasses.field(default_factory=list)


class Engine:
    """Claims and records operations for one process.

    :param place: whose operations: SCHEDULERS, or host@backend
    :param name: the name of the process, for people
    :param waker: wakes who does the next steps
    :ivar worker: the process, as claims name it; the one that replaces it is
        another worker
    """

    def __init__(
        self,
        conf: Any,
        db: db_api.Database,
        registry: registries.Registry,
        place: str,
        name: str,
        waker: wakes.Waker,
    ):
        self._conf = conf
        self._db = db
        self._registry = registry
        self._place = place
        self._waker = waker
        self.worker = f'{name}/{os.getpid()}/{uuid.uuid4().hex[:8]}'

    def claim(
        self, limit: int, busy: Collection[str] = ()
    ) -> tuple[list[verbs.Task], bool]:
        """Claim operations, with what their steps need.

        :param limit: how many at most
        :param busy: the queues in which this process is at work
        :returns: those claimed; and whether more may be claimed after them
        """
        while True:
            with self._db.reader() as conn:
                found, more = operations.candidates(
                    conn, self._place, self._offer(), busy, limit
                )
            tasks = self._take_up(found) if found else []
            # Those that were found may all be void, or for later.
            if tasks or not more:
                return tasks, more

    def _take_up(self, found):
        try:
            return self._begin(self._claim(found))
        except db_api.UNAVAILABLE:
            raise
        except Exception as error:
            if len(found) == 1:
                self._shelve(found, error)
                return []
        # One of them can't be loaded; it must not hold up the others.
        return [task for one in found for task in self._take_up([one])]

    def _begin(self, tasks):
        """Let the rows of some steps show that they are at work."""
        begun = [one for one in tasks if one.step.begin is None]
        for some in _batches([one for one in tasks if one.step.begin]):
            begun.extend(self._begin_step(some))
        return begun

    def _begin_step(self, tasks):
        try:
            self._commit_begin(tasks)
        except db_api.UNAVAILABLE:
            raise
        except Exception as error:
            if len(tasks) == 1:
                if isinstance(error, verbs.Lost):
                    self.release(tasks[0])
                else:
                    self._shelve_task(tasks[0], error)
                return []
            return [one for task in tasks for one in self._begin_step([task])]
        return tasks

    @db_api.transaction
    def _commit_begin(self, conn, tasks):
        tx = transaction.Tx(conn, self._conf, self.worker)
        tasks[0].step.begin(tx, tasks)

    @db_api.transaction
    def _claim(self, conn, found):
        found = operations.claim(conn, found, self._offer())
        tasks: list[verbs.Task] = []
        for (verb, step), some in self._by_step(conn, found).items():
            loaded = step.load(conn, some)
            for one in some:
                task = self._task(conn, verb, step, one, loaded)
                if task is not None:
                    tasks.append(task)
        return tasks

    def _by_step(self, conn, found):
        by_step: dict[tuple[verbs.Verb, verbs.Step], list] = {}
        for one in found:
            known = self._registry.find(one)
            if known is None:
                self._put_off(conn, one, unknown(one))
            else:
                by_step.setdefault(known, []).append(one)
        return by_step

    def _task(self, conn, verb, step, operation, loaded):
        """Make the task of an operation; None if it can't go on."""
        row, work = loaded.get(operation.resource_id, (None, None))
        if row is not None and verbs.fits(verb, row):
            if step.at is verbs.Place.BACKEND and self._is_leased(
                conn, operation, row
            ):
                return None
            return verbs.Task(operation, verb, step, row, work)
        status = getattr(row, 'status', None)
        if row is not None and not self._registry.knows(verb, status):
            reason = f'the status {status} is unknown to this release'
            self._put_off(conn, operation, reason)
            return None
        LOG.info(
            'The operation %s on the %s %s has ended: %s',
            verb.name,
            states.noun(operation.kind),
            operation.resource_id,
            f'its status is {status}' if status else 'it is gone or elsewhere',
        )
        operations.end(conn, [operation.id], self.worker)
        return None

    def _is_leased(self, conn, operation, row):
        """Wait while a process of the release before works on a resource."""
        until = adopting.leased_until(row)
        if until is None:
            return False
        reason = f'{row.worker}, of the release before, is at work'
        operations.put_off(conn, operation.id, self.worker, until, reason)
        return True

    def _put_off(self, conn, operation, reason):
        LOG.error(
            'The operation %s on the %s %s waits: %s. Nothing is done.',
            operation.verb,
            states.noun(operation.kind),
            operation.resource_id,
            reason,
        )
        until = transaction.next_try(self._conf, operation)
        operations.put_off(conn, operation.id, self.worker, until, reason)

    @db_api.transaction
    def _shelve(self, conn, found, error):
        """Leave an operation for later that can't even be loaded."""
        LOG.error(
            'Failed to load the operation %s; it will be retried',
            found[0],
            exc_info=error,
        )
        for one in operations.claim(conn, found, self._offer()):
            until = transaction.next_try(self._conf, one)
            operations.put_off(conn, one.id, self.worker, until, repr(error))

    def _offer(self) -> operations.Offer:
        return offer(self._conf, self.worker)

    def record(self, tasks: Sequence[verbs.Task]) -> Rest:
        """Record what has become of tasks, as much as possible at once.

        :returns: what could not be recorded
        """
        rest = Rest()
        for some in _batches(tasks):
            self._record(some, rest)
        return rest

    def _record(self, tasks, rest):
        try:
            found = self._commit(tasks)
        except verbs.Again:
            rest.again.extend(tasks)
        except db_api.UNAVAILABLE as error:
            rest.later.extend(tasks)
            rest.problem = error
        except Exception as error:
            self._record_each(tasks, error, rest)
        else:
            _log_end(tasks)
            # Who is not woken looks at its queue all the same, though later.
            utils.call_logging_errors(wakes.wake_all, self._waker, found)

    def _record_each(self, tasks, error, rest):
        """Record each task of a batch by itself: one of them failed."""
        if len(tasks) > 1:
            for one in tasks:
                self._record([one], rest)
        elif isinstance(error, verbs.Lost):
            rest.lost.extend(tasks)
        else:
            self._shelve_or_wait(tasks[0], error, rest)

    def _shelve_or_wait(self, task, error, rest):
        try:
            self._shelve_task(task, error)
        except Exception as problem:
            # Whatever it is: the others of its batch have to be recorded.
            rest.later.append(task)
            rest.problem = problem

    @db_api.transaction
    def _commit(self, conn, tasks):
        tx = transaction.Tx(conn, self._conf, self.worker)
        if tasks[0].error is None:
            tasks[0].step.done(tx, tasks)
        else:
            for one in tasks:
                act_for(one.operation)
                self._end_failed(tx, one)
        return tx.wakes

    def _end_failed(self, tx, task):
        if isinstance(task.error, verbs.Lost):
            raise task.error
        if self.is_final(task):
            task.step.failed(tx, task)
            return
        if isinstance(task.error, (verbs.NotYet, exception.NothingBegun)):
            self._take_back(tx, task)
        seconds = tx.put_off(task)
        if isinstance(task.error, verbs.NotYet):
            return
        LOG.warning(
            'The %s of the %s %s waits, and is retried in %d seconds: %s',
            task.verb.name,
            states.noun(task.verb.kind),
            task.operation.resource_id,
            seconds,
            task.error,
        )

    @staticmethod
    def _take_back(tx, task):
        """Let an operation be as if its step had not begun."""
        if task.step.begin is not None:
            tx.note([task], task.operation.payload)
        if isinstance(task.error, verbs.Queues):
            operations.prolong(tx.conn, task.operation.id)

    def is_final(self, task: verbs.Task) -> bool:
        """Tell whether a failure is not tried again by the same back end."""
        if isinstance(task.error, verbs.NotYet):
            return False
        transient = isinstance(task.error, exception.TransientDriverError)
        return task.operation.forced or not transient

    @db_api.transaction
    def _shelve_task(self, conn, task, error):
        LOG.error(
            'Failed to record the end of the step %s of the operation %s; it '
            'will be retried',
            task.step.name,
            task.operation,
            exc_info=error,
        )
        until = transaction.next_try(self._conf, task.operation)
        operations.put_off(
            conn, task.operation.id, self.worker, until, repr(error)
        )

    @db_api.transaction
    def release(self, conn, task: verbs.Task) -> None:
        """Let go of a task, so that it is looked at again."""
        operations.release(conn, task.operation.id, self.worker)

    def is_mine(self, task: verbs.Task) -> bool:
        """Tell whether a task is still this process's."""
        with self._db.reader() as conn:
            return operations.is_claimed(conn, task.operation.id, self.worker)

    def report(
        self, task: verbs.Task, done: int, total: int, unit: str
    ) -> None:
        """Note how far a step is, which keeps its claim.

        A step that gets no further keeps its claim, and not its deadline.

        :param unit: what the step counts
        :raises Lost: the task is not this process's any more
        """
        moves = done > task.noted
        try:
            noted = {'done': done, 'total': total, 'unit': unit}
            self._report(task, noted, moves)
        except db_api.UNAVAILABLE as error:
            LOG.warning(
                'Failed to note how far %s is: %s', task.operation, error
            )
        else:
            task.noted = done

    @db_api.transaction
    def _report(self, conn, task, progress, moves):
        if not operations.note_progress(
            conn, task.operation.id, self._offer(), progress, moves
        ):
            raise verbs.Lost

    def is_placed(self, task: verbs.Task) -> bool:
        """Tell whether a resource is still in the pool of its task."""
        with self._db.reader() as conn:
            row = task.verb.resource.store.get(conn, task.row.id)
        return row is not None and row.host == task.row.host

    def renew(self, ids: Collection[int]) -> None:
        """Renew the leases of operations that are at work."""
        if ids:
            self._renew(list(ids))

    @db_api.transaction
    def _renew(self, conn, ids):
        operations.renew(conn, ids, self._offer())

    @db_api.transaction
    def hurry(self, conn) -> None:
        """Let what was put off be due now."""
        operations.hurry(conn, self._place)

    @db_api.transaction
    def give_back(self, conn) -> None:
        """End the leases of this process: the next one can begin at once."""
        operations.give_back(conn, self.worker)

    @db_api.transaction
    def give_back_but(self, conn, ids: Collection[int]) -> None:
        """End the leases on what was not begun, as if it was not claimed.

        :param ids: the operations at work
        """
        operations.unclaim_but(conn, list(ids), self.worker)

    @db_api.transaction
    def clean_up(self, conn, task: verbs.Task) -> None:
        """Let what a task has left be removed when that is possible."""
        verb = self._registry.verb(task.verb.kind, removing.CLEAN_UP)
        beginning.begin_many(conn, verb, [task.row])


def act_for(operation: records.Operation) -> None:
    """Let this thread's log lines name the request of an operation."""
    current = oslo_context.get_current()
    if current is None or current.request_id != operation.request_id:
        context.RequestContext(
            request_id=operation.request_id,
            project_id=operation.project_id,
            user_id=operation.user_id,
            overwrite=False,
        ).update_store()


def offer(conf: Any, worker: str) -> operations.Offer:
    """Make a process's offer for claims that begin, or are renewed, now."""
    now = timeutils.utcnow()
    return operations.Offer(
        worker=worker,
        now=now,
        until=now + datetime.timedelta(seconds=conf.service.down_time),
        max_tries=conf.service.work_tries,
    )


def _batches(tasks):
    """Divide tasks into what can be recorded in one transaction each."""
    done: dict[tuple, list[verbs.Task]] = {}
    for one in tasks:
        if one.error is None:
            forced = one.operation.forced
            key = one.verb.kind, one.verb.name, one.step.name, forced
            done.setdefault(key, []).append(one)
    failed = [[one] for one in tasks if one.error is not None]
    return [*done.values(), *failed]


def unknown(operation: records.Operation) -> str:
    """Say that this release has no such verb, or no such step of it."""
    return (
        f'the verb {operation.verb} with the step {operation.step} is unknown '
        'to this release'
    )


def _log_end(tasks):
    for one in tasks:
        if one.error is None:
            act_for(one.operation)
            LOG.info(
                'The step %s of %s %s is done on the %s %s',
                one.step.name,
                one.verb.kind,
                one.verb.name,
                states.noun(one.verb.kind),
                one.operation.resource_id,
            )
