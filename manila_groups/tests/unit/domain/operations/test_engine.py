# SPDX-License-Identifier: Apache-2.0
"""An engine records each outcome once, whatever fails meanwhile."""

import contextlib
import dataclasses
import functools

import fixtures
from oslo_db import exception as db_exception

from manila_groups import exception
from manila_groups.db import operations
from manila_groups.db import pools
from manila_groups.db import share_groups as group_rows
from manila_groups.domain import changes
from manila_groups.domain.access_rules import update
from manila_groups.domain.operations import registry
from manila_groups.domain.operations import standard
from manila_groups.scheduler import decisions
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import share_case
from manila_groups.tests.unit.domain import test_leases

HOST = 'host@beta'


def away():
    return db_exception.DBConnectionError('the database went away')


class EngineCase(share_case.ShareCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.service.check_content, self)
        self.backend = self.service.backends[HOST]
        self.driver = self.service.drivers[HOST]

    def failing(self, module, name, *problems):
        """Let calls of a function fail; None lets one succeed."""
        function, left = getattr(module, name), list(problems)

        def fail(*args, **kwargs):
            problem = left.pop(0) if left else None
            if problem is not None:
                raise problem
            return function(*args, **kwargs)

        return fixtures.MonkeyPatch(f'{module.__name__}.{name}', fail)

    def placed_groups(self, number):
        """Groups that are all placed at one back end, and wait for it."""
        for driver in self.service.drivers.values():
            if driver is not self.driver:
                driver.pools = list
        self.service.beat()
        ids = [self.service.create() for _ in range(number)]
        self.service.scheduler.runner.run_all()
        self.service.messages.clear()
        return ids

    def take_turns(self, manager, number):
        manager.runner.wake()
        for _ in range(number):
            manager.runner.turn()

    def count_creations(self):
        create, made = self.driver.create_share_group, []
        self.driver.create_share_group = lambda payload: (
            made.append(payload.id),
            create(payload),
        )
        return made

    def statuses(self, ids):
        return [self.service.status(one) for one in ids]


class TestClaims(EngineCase):
    def test_void_ones_do_not_hold_up_the_others(self):
        first, second, third = self.placed_groups(3)
        with self.service.db.writer() as conn:
            for one in (first, second):
                group_rows.ROWS.update(conn, one, {'status': 'error'})
        tasks, _more = self.backend._engine.claim(1)
        self.assertEqual([third], [one.row.id for one in tasks])

    def test_a_share_that_was_set_by_hand_before_its_group_has_a_place(self):
        group_id, _shares = self.full_group(1, 2)
        clone = self.clone(self.available_snapshot(group_id))
        one, _other = self.members(clone)
        self.shares.reset_status(self.service.admin, one.id, 'error')
        self.service.deliver_all()
        self.assertIsNotNone(self.service.get(clone).host)
        self.service.groups.force_delete(self.service.admin, clone)
        self.service.deliver_all()

    def test_conflicts_about_pools_while_others_come(self):
        """In the end the pools are taken as they are."""
        calls = []
        decider = self.service.scheduler.decider
        decide = decider.decide_all

        def decide_all(tasks, exactly):
            decide(tasks, exactly)
            calls.append([one.row.id for one in tasks])
            if len(calls) < 3 * decisions.ROUNDS:
                with contextlib.suppress(exception.OverQuota):
                    self.service.create()

        decider.decide_all = decide_all
        first = self.service.create()
        claimed = functools.partial(_claim_inexactly, pools.claim)
        with fixtures.MonkeyPatch('manila_groups.db.pools.claim', claimed):
            self.service.scheduler.runner.run_all()
        rounds = [some for some in calls if first in some]
        self.assertLessEqual(len(rounds), decisions.ROUNDS + 1)
        self.assertIsNotNone(self.service.get(first).host)
        self.service.deliver_all()


def _claim_inexactly(claim, conn, name, *, seen=None, **amounts):
    return seen is None and claim(conn, name, seen=seen, **amounts)


class TestRecords(EngineCase):
    def test_a_database_that_goes_away_in_the_middle_of_a_batch(self):
        ids = self.placed_groups(3)
        made = self.count_creations()
        # The batch, and then each by itself.
        problems = ValueError('odd'), None, away()
        with self.failing(changes, 'transit_many', *problems):
            self.take_turns(self.backend, 2)
        self.assertEqual(
            ['available', 'available', 'creating'],
            sorted(self.statuses(ids)),
        )
        self.backend.runner.run_all()
        self.assertEqual(['available'] * 3, self.statuses(ids))
        self.assertEqual(sorted(ids), sorted(made))

    def test_a_failed_attempt_that_is_recorded_again(self):
        for problem in (away(), db_exception.DBDeadlock()):
            for make in (self.service.create, self.service.create_share):
                self.fail_and_record_again(make, problem)

    def fail_and_record_again(self, make, problem):
        row_id = make()
        self.service.scheduler.runner.run_all()
        self.service.messages.clear()
        operation = self.service.operation(row_id)
        backend = self.service.backends[operation.runs_at]
        self.let_fail('create_share_group', 'create_share')
        with self.failing(operations, 'move', problem):
            self.take_turns(backend, 3)
        self.mend()
        operation = self.service.operation(row_id)
        self.assertEqual(
            ('schedulers', 1),
            (operation.runs_at, len(operation.payload['tried'])),
        )
        self.service.settle()
        row = self.service.get(row_id) or self.service.get_share(row_id)
        self.assertEqual('available', row.status)
        self.assertNotIn(row.host, operation.payload['tried'])

    def test_one_that_cannot_even_be_put_off(self):
        """The others of its batch are recorded all the same."""
        ids = self.placed_groups(2)
        problem = ValueError('not to be stored')
        with (
            self.failing(operations, 'end', problem, problem),
            self.failing(operations, 'put_off', problem),
        ):
            self.take_turns(self.backend, 2)
        self.assertEqual(['creating', 'available'], self.statuses(ids))
        self.take_turns(self.backend, 1)
        self.assertEqual(['available', 'available'], self.statuses(ids))

    def test_a_wake_up_that_cannot_be_sent(self):
        group_id = self.service.create()
        self.service.messages.clear()

        class Broken(list):
            def append(self, _wake):
                raise OSError('no broker')

        self.service.messages = Broken()
        self.service.scheduler.runner.run_all()
        self.service.messages = []
        self.assertIsNotNone(self.service.get(group_id).host)
        self.service.reconcile()
        self.assertEqual('available', self.service.status(group_id))


class TestBegin(EngineCase):
    """Rules that can't be taken up wait; they are not in error."""

    def setUp(self):
        super().setUp()
        self.problems = []
        self.share_id = self.available_share()

    def new_service(self):
        (step,) = update.VERB.steps

        def begin(tx, tasks):
            if self.problems:
                raise self.problems.pop(0)
            step.begin(tx, tasks)

        verb = dataclasses.replace(
            update.VERB, steps=(dataclasses.replace(step, begin=begin),)
        )
        others = [one for one in standard.VERBS if one is not update.VERB]
        return inprocess.InProcess(
            self.overrides, registry.Registry([*others, verb])
        )

    def allow(self, *problems):
        self.problems.extend(problems)
        self.service.allow(self.share_id, '192.0.2.1')

    def test_an_error(self):
        self.allow(ValueError('odd'))
        self.service.deliver_all()
        (state,) = self.service.rules(self.share_id).values()
        self.assertEqual('queued_to_apply', state)
        self.service.pass_time(61)
        self.service.reconcile()
        self.assertEqual(
            {'192.0.2.1': 'active'}, self.service.rules(self.share_id)
        )

    def test_a_database_that_does_not_answer(self):
        self.allow(away())
        share = self.service.get_share(self.share_id)
        backend = self.service.backends[share.host.partition('#')[0]]
        self.assertRaises(
            db_exception.DBConnectionError, self.take_turns, backend, 1
        )
        self.take_turns(backend, 2)
        self.assertEqual(
            {'192.0.2.1': 'active'}, self.service.rules(self.share_id)
        )
        self.assertEqual([], self.service.under_way())


class TestVoid(EngineCase):
    def test_what_is_about_a_share_that_is_gone_with_its_back_end(self):
        share_id = self.available_share()
        host = self.service.get_share(share_id).host.partition('#')[0]
        self.service.allow(share_id, '192.0.2.1')
        self.service.stop_backend(host.partition('@')[2])
        self.service.remove_service(host.partition('@')[2])
        self.shares.force_delete(self.service.admin, share_id)
        self.assertIsNone(self.service.get_share(share_id))
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.reconcile()
        self.assertEqual(
            ['clean_up'], [one.verb for one in self.service.under_way()]
        )


class TestCleanUps(test_leases.LeaseCase):
    def test_one_that_ends_its_process_again_and_again(self):
        """It rests, and is tried again: nothing else ends it."""
        share_id = self.available_share()
        share = self.service.get_share(share_id)
        driver = self.driver_of(share)
        self.service.stop_backend(self.at(share))
        self.service.pass_time(self.service.conf.service.down_time + 1)
        self.shares.force_delete(self.service.admin, share_id)
        self.service.drivers[share.host.partition('#')[0]] = driver
        for _ in range(self.service.conf.service.work_tries):
            self.service.start_backend(self.at(share), driver)
            self.service.clock.advance(self.service.conf.service.down_time + 1)
            self.crash(share, 'delete_share', lambda: self.work(share))
        self.service.start_backend(self.at(share), driver)
        self.wait(self.service.conf.service.down_time + 1)
        (clean_up,) = self.service.clean_ups()
        self.assertEqual(0, clean_up.tries)
        self.wait(self.service.conf.service.work_deadline + 1)
        self.assertEqual([], self.service.clean_ups())
