# SPDX-License-Identifier: Apache-2.0
"""A runner does all that it has claimed, once, whatever fails meanwhile."""

import collections
from concurrent import futures
import itertools
import logging
import threading
import types

import fixtures
from oslo_db import exception as db_exception

from manila_groups.domain.operations import engine as engines
from manila_groups.domain.operations import runner
from manila_groups.domain.operations import verb as verbs
from manila_groups.tests import base

KEY = ('share', 'create', 'create')
PATIENCE = 30


def task_of(number, queue):
    operation = types.SimpleNamespace(
        id=number,
        queue_id=queue,
        resource_id=f'share-{number}',
        request_id=None,
        project_id=None,
        user_id=None,
    )
    verb = types.SimpleNamespace(kind=KEY[0], name=KEY[1])
    step = types.SimpleNamespace(name=KEY[2])
    return verbs.Task(operation, verb, step, row=None)


class Operations:
    """Claims and records as an engine does, in memory.

    :ivar waiting: the id of each operation to its queue
    :ivar claimed: the ids of those that are claimed
    :ivar ended: the tasks that were recorded
    :ivar tries: how often each was claimed, and it counted
    """

    def __init__(self, queues):
        self.waiting = dict(enumerate(queues))
        self.claimed = set()
        self.ended = []
        self.tries = collections.Counter()
        self.changed = threading.Condition()
        #: What claims and records raise, or return, first.
        self.claims, self.records = [], []
        self.is_here, self.cleaned_up = True, []

    def claim(self, room, busy):
        with self.changed:
            found = self._claimable(busy)
            ids = found[:room]
            self.claimed.update(ids)
            self.tries.update(ids)
        if self.claims:
            raise self.claims.pop(0)
        tasks = [task_of(one, self.waiting[one]) for one in ids]
        return tasks, len(self.waiting) > len(ids)

    def _claimable(self, busy):
        first = {}
        for number, queue in self.waiting.items():
            if number not in self.claimed and queue not in busy:
                first.setdefault(queue, number)
        return sorted(first.values())

    def record(self, tasks):
        rest = engines.Rest()
        problem = self.records.pop(0) if self.records else None
        if isinstance(problem, verbs.Lost):
            rest.lost.extend(tasks)
        elif isinstance(problem, db_exception.DBError):
            rest.later, rest.problem = list(tasks), problem
        elif problem is not None:
            raise problem
        else:
            self._end(tasks)
        return rest

    def _end(self, tasks):
        with self.changed:
            for one in tasks:
                self.waiting.pop(one.operation.id)
                self.claimed.discard(one.operation.id)
            self.ended.extend(tasks)
            self.changed.notify_all()

    def give_back_but(self, ids):
        with self.changed:
            for one in self.claimed - set(ids):
                self.claimed.discard(one)
                self.tries[one] -= 1

    def is_final(self, _task):
        return True

    def is_mine(self, _task):
        return True

    def is_placed(self, task):
        if isinstance(self.is_here, Exception):
            problem, self.is_here = self.is_here, False
            raise problem
        return self.is_here

    def clean_up(self, task):
        self.cleaned_up.append(task)

    def report(self, task, done, total, unit):
        raise verbs.Lost

    def wait_for_all(self):
        with self.changed:
            return self.changed.wait_for(lambda: not self.waiting, PATIENCE)


class Later:
    """A pool whose calls a test makes."""

    def __init__(self):
        self.calls = []

    def submit(self, function, *args):
        self.calls.append((function, args))

    def shutdown(self):
        self.make()

    def make(self):
        while self.calls:
            function, args = self.calls.pop(0)
            function(*args)


class RunnerCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.runs, self.undone = [], []
        self.undoes = True

    def new(self, queues, pool=None, most=8):
        self.operations = Operations(queues)
        run = verbs.Run(self.do, self.undo)
        self.pool = pool or futures.ThreadPoolExecutor(2)
        self.runner = runner.Runner(
            self.operations, {KEY: run}, self.pool, most
        )
        return self.runner

    def do(self, task):
        self.runs.append(task.operation.id)

    def undo(self, task):
        self.undone.append(task.operation.id)
        return self.undoes

    def serve(self, seconds=lambda: PATIENCE):
        thread = threading.Thread(
            target=self.runner.serve, args=[seconds], daemon=True
        )
        thread.start()
        self.addCleanup(self.end, thread)
        return thread

    def end(self, thread):
        self.runner.end()
        thread.join(PATIENCE)
        self.assertFalse(thread.is_alive())

    def retry_after(self, seconds):
        self.useFixture(
            fixtures.MonkeyPatch(f'{runner.__name__}.RETRY', seconds)
        )

    def assertAllDone(self):
        self.assertTrue(self.operations.wait_for_all())


class TestThreads(RunnerCase):
    def test_more_than_the_pool_has_room_for(self):
        self.new(range(20), most=3)
        self.serve()
        self.assertAllDone()
        self.assertEqual(list(range(20)), sorted(self.runs))

    def test_one_at_a_time_of_each_queue(self):
        at_work, most = collections.Counter(), collections.Counter()

        def do(task):
            queue = task.operation.queue_id
            at_work[queue] += 1
            most[queue] = max(most[queue], at_work[queue])
            self.runs.append(task.operation.id)
            at_work[queue] -= 1

        self.do = do
        self.new('abcab' * 4)
        self.serve()
        self.assertAllDone()
        self.assertEqual({1}, set(most.values()))
        of_a = [one for one in self.runs if 'abcab'[one % 5] == 'a']
        self.assertEqual(sorted(of_a), of_a)

    def test_those_at_work_end_before_it_does(self):
        begun, leave = threading.Event(), threading.Event()

        def do(task):
            self.runs.append(task.operation.id)
            begun.set()
            leave.wait(PATIENCE)

        self.do = do
        self.new('ab', futures.ThreadPoolExecutor(1))
        thread = self.serve()
        begun.wait(PATIENCE)
        self.runner.end()
        self.assertTrue(thread.is_alive())
        leave.set()
        thread.join(PATIENCE)
        # The other one had to wait for a thread.
        self.assertEqual([0], self.runs)
        self.assertEqual({1: 'b'}, self.operations.waiting)
        self.assertEqual(set(), self.operations.claimed)
        self.assertEqual({0: 1}, +self.operations.tries)

    def test_one_that_breaks_off(self):
        """It keeps neither its queue nor the end of the process."""

        def do(task):
            self.runs.append(task.operation.id)
            if task.operation.id == 0:
                raise SystemExit

        self.do = do
        self.new('aab')
        thread = self.serve()
        with self.operations.changed:
            self.operations.changed.wait_for(
                lambda: len(self.operations.ended) == 2, PATIENCE
            )
        self.end(thread)
        self.assertEqual([0, 1, 2], sorted(self.runs))
        self.assertEqual({0: 'a'}, self.operations.waiting)


class TestWaiting(RunnerCase):
    """A runner waits where there is nothing to do, and only there."""

    def test_an_end_between_a_turn_and_a_wait(self):
        self.retry_after(PATIENCE * 9)
        self.new('ab', Later())

        def seconds():
            self.pool.make()
            return PATIENCE

        self.serve(seconds)
        self.assertAllDone()

    def test_what_is_held_is_not_looked_at(self):
        self.new('a')
        looks, once = [], threading.Event()

        def seconds():
            looks.append(len(self.runs))
            once.set()
            return PATIENCE

        self.runner.hold()
        self.serve(seconds)
        once.wait(PATIENCE)
        for _ in range(3):
            self.runner.wake()
        self.assertEqual([], self.runs)
        self.runner.release()
        self.assertAllDone()
        self.assertLess(len(looks), 9)


class TestFailures(RunnerCase):
    def setUp(self):
        super().setUp()
        self.retry_after(0)

    def away(self, number):
        return [db_exception.DBConnectionError('away')] * number

    def test_a_database_that_does_not_answer_for_a_while(self):
        """What was done is not done again."""
        self.new('ab')
        self.operations.records = self.away(3)
        self.serve()
        self.assertAllDone()
        self.assertEqual([0, 1], sorted(self.runs))

    def test_records_that_fail(self):
        self.new('ab')
        self.operations.records = [ValueError('odd')]
        self.serve()
        self.assertAllDone()
        self.assertEqual([0, 1], sorted(self.runs))

    def test_a_claim_that_fails_after_its_commit(self):
        self.new('ab')
        self.operations.claims = self.away(2)
        self.serve()
        self.assertAllDone()
        self.assertEqual({0: 1, 1: 1}, self.operations.tries)

    def test_a_pool_that_fails(self):
        self.new('abc', Later())
        submit, calls = self.pool.submit, itertools.count()

        def fail_once(*args):
            # It may have the call all the same.
            submit(*args)
            if next(calls) == 1:
                raise RuntimeError('no new thread')

        self.pool.submit = fail_once
        self.assertRaises(RuntimeError, self.runner.turn)
        for _ in range(3):
            self.runner.turn()
            self.pool.make()
        self.assertAllDone()
        self.assertEqual([0, 1, 2], sorted(self.runs))

    def test_a_problem_is_logged_once(self):
        log = self.useFixture(fixtures.FakeLogger(level=logging.INFO))
        self.new('a')
        self.operations.claims = self.away(9)
        self.operations.records = self.away(9)
        self.serve()
        self.assertAllDone()
        for what in ('A turn failed', 'Recording the ends of steps failed'):
            self.assertEqual(1, log.output.count(what))


class TestTooLate(RunnerCase):
    """The row has changed, or the operation is another process's."""

    def lose(self):
        self.new('a', runner.AtOnce())
        self.operations.records = [verbs.Lost()]
        self.runner.turn()

    def test_what_is_in_its_pool_stays(self):
        self.lose()
        self.runner.run_all()
        self.assertEqual([], self.undone)
        self.assertEqual([], self.runner.at_work())

    def test_what_has_left_its_pool_is_taken_back(self):
        self.lose()
        self.operations.is_here = False
        self.runner.turn()
        self.assertEqual([0], self.undone)
        self.assertEqual([], self.operations.cleaned_up)

    def test_what_can_not_be_taken_back_is_cleaned_up_later(self):
        self.lose()
        self.operations.is_here, self.undoes = False, False
        self.runner.turn()
        (task,) = self.operations.cleaned_up
        self.assertEqual(0, task.operation.id)

    def test_a_database_that_does_not_answer(self):
        self.lose()
        self.operations.is_here = db_exception.DBConnectionError('away')
        self.runner.turn()
        self.assertEqual([], self.undone)
        self.operations.records = [verbs.Lost()]
        self.runner.turn()
        self.assertEqual([0], self.undone)

    def test_one_that_hears_of_it_while_it_runs(self):
        """It breaks off; nothing is undone that another process has made."""
        self.do = lambda task: task.report(1, 2, 'shares')
        self.new('a', runner.AtOnce())
        self.runner.turn()
        self.assertEqual([], self.undone)
