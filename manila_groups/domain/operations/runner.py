# SPDX-License-Identifier: Apache-2.0
"""A runner: does the operations of one place, a batch at a time.

One thread claims and records; the runs are in a pool of threads, without the
database.  So a process needs one connection, however much is at work, and what
ends while a batch is being recorded is the next batch.

A thread of the pool uses the database for a short statement at most: when its
run has failed, when its operation was lost, or when it says how far it is.
Should all of them do so at once, they wait for a connection as a request does,
and whoever gets none in time goes on without harm: what could not be asked is
asked or cleaned up later, and what could not be told is told the next time.
"""

from collections.abc import Callable
from collections.abc import Mapping
import functools
import logging
import threading
from typing import Protocol

from oslo_log import log

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.domain.operations import engine as engines
from manila_groups.domain.operations import verb as verbs

LOG = log.getLogger(__name__)

#: Seconds after a turn with several operations, in which more of them gather
#: for the next one.
GATHER = 0.02
#: Seconds until the end of a step is recorded again when the database does
#: not answer.
RETRY = 1.0


class Pool(Protocol):
    """Calls functions, now or in threads."""

    def submit(self, function: Callable, /, *args: object) -> object:
        """Call a function."""

    def shutdown(self, wait: bool = True) -> None:
        """Wait for the calls that run."""


class AtOnce:
    """Calls functions in the caller's thread, in place of a pool."""

    def submit(self, function: Callable, /, *args: object) -> object:
        """Call a function."""
        return function(*args)

    def shutdown(self, wait: bool = True) -> None:
        """There is nothing to wait for."""


class Runner:
    """Does operations with the runs of one process.

    :param runs: (kind, verb, step) to what this process does in the step
    :param pool: calls the runs
    :param most: how many operations at once, in the pool or waiting for it
    """

    def __init__(
        self,
        engine: engines.Engine,
        runs: Mapping[tuple[str, str, str], verbs.Run],
        pool: Pool,
        most: int,
    ):
        self._engine = engine
        self._runs = runs
        self._pool = pool
        self._most = most
        #: What is at work, or waits for the pool, by its operation's id.
        self._busy: dict[int, verbs.Task] = {}
        self._ended: list[verbs.Task] = []
        #: Whether an operation may be claimed that is not among these.
        self._strayed = False
        #: Whether ends could not be recorded in the last turn.
        self._unanswered = False
        self._changed = threading.Condition()
        self._turns = utils.FailureLog('A turn')
        self._records = utils.FailureLog('Recording the ends of steps')
        #: Whether to look at the queue, and whether to do so after an end:
        #: what waits behind what is at work has not been claimed.
        self._look, self._more = True, False
        self._held = False
        self._ending = threading.Event()

    def wake(self) -> None:
        """Look at the queue soon; many calls at once are one."""
        with self._changed:
            self._look = True
            self._changed.notify_all()

    def hold(self) -> None:
        """Claim nothing until released."""
        with self._changed:
            self._held = True

    def release(self) -> None:
        """Claim what there is."""
        with self._changed:
            self._held = False
        self.wake()

    def at_work(self) -> list[int]:
        """Name the operations that this process is at work on."""
        with self._changed:
            return list(self._busy)

    def end(self) -> None:
        """Claim no more operations; those at work go on."""
        with self._changed:
            self._ending.set()
            self._changed.notify_all()

    def turn(self) -> int:
        """Record what has ended, and begin what can begin.

        :returns: how many operations have ended or begun
        """
        with self._changed:
            ended, self._ended = self._ended, []
            self._unanswered = False
        done = self._record(ended) if ended else 0
        self._give_back()
        return done + (self._begin() if self._may_begin() else 0)

    def _record(self, ended):
        """Record what has ended; returns of how many tasks."""
        try:
            rest = self._engine.record(ended)
        except Exception:
            # What is recorded already is lost the next time.
            self._put_back(ended)
            raise
        self._settle(ended, rest)
        try:
            for one in rest.lost:
                self._pool.submit(self._let_go, one)
        except Exception:
            self._put_back(rest.lost)
            raise
        for one in rest.again:
            one.rounds += 1
        if rest.again:
            self._start(rest.again)
        return len(ended) - len(rest.later)

    def _put_back(self, ended):
        with self._changed:
            self._ended.extend(ended)
            self._changed.notify_all()

    def _settle(self, ended, rest):
        kept = {
            one.operation.id for one in (*rest.later, *rest.lost, *rest.again)
        }
        with self._changed:
            self._look = self._look or self._more
            self._ended.extend(rest.later)
            self._unanswered = bool(rest.later)
            for one in ended:
                if one.operation.id not in kept:
                    self._busy.pop(one.operation.id, None)
        if rest.problem is None:
            self._records.worked()
        else:
            self._records.failed(rest.problem, RETRY)

    def _give_back(self):
        """End the leases on what was claimed, and was not begun."""
        with self._changed:
            strayed, self._strayed = self._strayed, False
            at_work = list(self._busy)
        if not strayed:
            return
        try:
            self._engine.give_back_but(at_work)
        except Exception:
            self._strayed = True
            raise
        self.wake()

    def _may_begin(self):
        with self._changed:
            return self._look and not (self._ending.is_set() or self._held)

    def _begin(self):
        """Claim what can begin, and start it; returns how many."""
        with self._changed:
            busy = {one.operation.queue_id for one in self._busy.values()}
            room = self._most - len(self._busy)
            self._look, self._more = False, True
        if room <= 0:
            return 0
        try:
            tasks, more = self._engine.claim(room, busy)
        except Exception:
            # Some may be claimed.
            self._strayed = True
            self.wake()
            raise
        with self._changed:
            self._more = more or bool(busy)
            for one in tasks:
                self._busy[one.operation.id] = one
        if tasks:
            self._start(tasks)
        return len(tasks)

    def _start(self, tasks):
        for number, one in enumerate(tasks):
            try:
                self._pool.submit(self._run, one)
            except Exception:
                self._drop(tasks[number:])
                raise

    def _drop(self, tasks):
        """Leave tasks that have not begun to whoever claims them next."""
        with self._changed:
            for one in tasks:
                self._busy.pop(one.operation.id, None)
            self._strayed = True
            self._changed.notify_all()

    def _run(self, task):
        if not self._may_run(task):
            return
        try:
            self._do(task)
        except BaseException:
            # Neither done nor failed: its lease expires.
            LOG.exception('The run of %s broke off', task.operation)
            self._done_with(task)
            raise
        self._put_back([task])

    def _may_run(self, task):
        with self._changed:
            if self._busy.get(task.operation.id) is not task:
                return False
            if self._ending.is_set():
                self._drop([task])
                return False
        return True

    def _do(self, task):
        engines.act_for(task.operation)
        run = self._run_of(task)
        task.report = functools.partial(self._engine.report, task)
        try:
            task.result = run.do(task)
        except verbs.Lost as lost:
            task.error = lost
        except Exception as error:
            task.error = error
            self._undo(run, task)

    def _run_of(self, task):
        return self._runs[task.verb.kind, task.verb.name, task.step.name]

    def _undo(self, run, task):
        """Take back what a failed run may have left, if it is still ours."""
        if not self._engine.is_final(task):
            return
        _log_failure(task)
        try:
            if self._engine.is_mine(task):
                task.cleaned = run.undo(task)
        except Exception:
            LOG.exception('Failed to clean up after %s', task.operation)

    def _let_go(self, task):
        """Leave a task whose resource is not as it was, and look at it again.

        What was made for a resource that has left this pool is taken back.
        """
        engines.act_for(task.operation)
        try:
            self._take_back(task)
            self._engine.release(task)
        except db_api.UNAVAILABLE:
            # It is recorded, and lost, again.
            self._put_back([task])
            return
        except Exception:
            LOG.exception('Failed to clean up after %s', task.operation)
        self._done_with(task)

    def _done_with(self, task):
        """Let others of its queue begin."""
        with self._changed:
            self._busy.pop(task.operation.id, None)
            self._look = True
            self._changed.notify_all()

    def _take_back(self, task):
        is_left = not self._engine.is_placed(task)
        if is_left and not self._run_of(task).undo(task):
            self._engine.clean_up(task)

    def run_all(self) -> None:
        """Do all that can be done now; for a pool that calls at once."""
        self.wake()
        while self.turn():
            pass

    def serve(self, seconds: Callable[[], float]) -> None:
        """Take turns until the end, and all at work has ended.

        :param seconds: how long to wait at most for a wake-up
        """
        while not self._is_over():
            try:
                self._turn_or_wait(seconds)
            except Exception as error:
                self._turns.failed(error, RETRY)
                self._pause(RETRY)
        self._pool.shutdown()
        utils.call_logging_errors(self._engine.give_back_but, [])

    def _turn_or_wait(self, seconds):
        number = self.turn()
        self._turns.worked()
        if not number:
            self._wait(seconds())
        elif number > 1:
            self._ending.wait(GATHER)

    def _is_over(self):
        with self._changed:
            return self._ending.is_set() and not self._busy

    def _wait(self, seconds):
        """Wait for a wake-up, for an end, or for the time to look again."""
        with self._changed:
            if self._unanswered:
                self._changed.wait(RETRY)
            elif not self._changed.wait_for(self._has_news, seconds):
                self._look = True

    def _has_news(self):
        if self._ending.is_set():
            return bool(self._ended) or not self._busy
        return bool(
            self._ended or self._strayed or (self._look and not self._held)
        )

    def _pause(self, seconds):
        with self._changed:
            self._changed.wait(seconds)


def _log_failure(task):
    expected = isinstance(task.error, exception.PossibleDataLoss)
    LOG.log(
        logging.WARNING if expected else logging.ERROR,
        'The %s of the %s %s failed: %s',
        task.verb.name,
        states.noun(task.verb.kind),
        task.operation.resource_id,
        task.error,
        exc_info=None if expected else task.error,
    )
