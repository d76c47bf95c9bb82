# SPDX-License-Identifier: Apache-2.0
"""No share group is stuck or counted wrong, whatever is lost or dies."""

from manila_groups import exception
from manila_groups import states
from manila_groups.tests import base
from manila_groups.tests import inprocess

KINDS = (
    states.SHARE_GROUP,
    states.SHARE,
    states.SHARE_GROUP_SNAPSHOT,
    states.SHARE_ACCESS,
)


class LifecycleTest(base.TestCase):
    overrides = {}

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(self.overrides))
        self.addCleanup(self.service.check, self)

    def placed_group(self):
        """A group that is placed, and whose back end was not told."""
        group_id = self.service.create()
        self.service.deliver()
        self.service.messages.clear()
        self.assertIsNotNone(self.service.get(group_id).host)
        return group_id

    def available_group(self):
        group_id = self.service.create()
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(group_id))
        return group_id

    def work(self, backend, group_id):
        """Let a back end know that a group waits, as the release before."""
        backend.work(self.service.admin, states.SHARE_GROUP, group_id)
        backend.runner.run_all()

    def drivers_with(self, group_id):
        return [
            host
            for host, driver in self.service.drivers.items()
            if group_id in driver.share_groups
        ]

    def backend_of(self, group_id):
        host = self.service.get(group_id).host.partition('#')[0]
        return self.service.backends[host]

    def assertSettlesAs(self, status, group_id):
        self.service.settle()
        self.assertEqual(status, self.service.status(group_id))


class TestUndisturbed(LifecycleTest):
    def test_create_and_delete(self):
        group_id = self.available_group()
        group = self.service.get(group_id)
        self.assertEqual(
            [group.host.partition('#')[0]], self.drivers_with(group_id)
        )
        self.assertEqual(1, self.service.counts()[group.host])
        self.service.groups.delete(self.service.caller, group_id)
        self.assertEqual('deleting', self.service.status(group_id))
        self.assertEqual(1, self.service.in_use())
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group_id))
        self.assertEqual([], self.drivers_with(group_id))
        self.assertEqual(0, self.service.in_use())

    def test_a_message_that_comes_twice(self):
        group_id = self.service.create()
        for _ in range(2):
            self.service.messages *= 2
            self.service.deliver_all()
        self.assertEqual('available', self.service.status(group_id))
        self.service.groups.delete(self.service.caller, group_id)
        self.service.messages *= 2
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group_id))

    def test_messages_about_a_group_that_is_gone(self):
        group_id = self.available_group()
        self.service.groups.delete(self.service.caller, group_id)
        self.service.deliver_all()
        ctxt = self.service.admin
        for kind in KINDS[:2]:
            self.service.scheduler.place(ctxt, kind, group_id)
        for kind in KINDS:
            for backend in self.service.backends.values():
                backend.work(ctxt, kind, group_id)
        self.assertEqual([], self.service.messages)
        self.assertEqual([], self.drivers_with(group_id))

    def test_a_back_end_leaves_the_groups_of_others_alone(self):
        group_id = self.placed_group()
        home = self.backend_of(group_id)
        for backend in self.service.backends.values():
            if backend is not home:
                self.work(backend, group_id)
        self.assertEqual('creating', self.service.status(group_id))
        self.assertEqual([], self.drivers_with(group_id))


class TestLostMessages(LifecycleTest):
    def test_to_a_scheduler_that_was_just_started(self):
        group_id = self.service.create()
        self.service.messages.clear()
        self.service.reconcile()
        (group,) = self.service.all_groups()
        self.assertEqual(group_id, group.id)
        self.assertIsNotNone(group.host)

    def test_to_the_scheduler(self):
        self.service.reconcile()
        group_id = self.service.create()
        self.service.messages.clear()
        self.assertSettlesAs('available', group_id)

    def test_to_the_back_end(self):
        self.assertSettlesAs('available', self.placed_group())

    def test_of_a_deletion(self):
        group_id = self.available_group()
        self.service.groups.delete(self.service.caller, group_id)
        self.service.messages.clear()
        self.assertSettlesAs(None, group_id)
        self.assertEqual([], self.drivers_with(group_id))

    def test_a_restarted_back_end_does_not_wait_to_be_sure(self):
        group_id = self.placed_group()
        name = self.backend_of(group_id).host.partition('@')[2]
        self.service.stop_backend(name)
        self.service.start_backend(name)
        self.service.search(self.backend_of(group_id))
        self.assertEqual('available', self.service.status(group_id))

    def test_a_restarted_scheduler_does_not_wait_to_be_sure(self):
        self.service.reconcile()
        group_id = self.service.create()
        self.service.messages.clear()
        self.service.search(self.service.new_scheduler())
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(group_id))

    def test_a_back_end_that_works_finds_it_with_its_next_search(self):
        self.service.reconcile()
        group_id = self.placed_group()
        self.service.reconcile()
        self.assertEqual('available', self.service.status(group_id))


class TestDeadBackEnds(LifecycleTest):
    def test_in_deleting_it_comes_back(self):
        group_id = self.available_group()
        name = self.backend_of(group_id).host.partition('@')[2]
        self.service.groups.delete(self.service.caller, group_id)
        self.service.stop_backend(name)
        self.service.settle()
        self.assertEqual('deleting', self.service.status(group_id))
        self.service.start_backend(name)
        self.assertSettlesAs(None, group_id)

    def test_in_deleting_its_service_is_removed(self):
        group_id = self.available_group()
        name = self.backend_of(group_id).host.partition('@')[2]
        self.service.groups.delete(self.service.caller, group_id)
        self.service.stop_backend(name)
        self.service.remove_service(name)
        self.assertSettlesAs(None, group_id)
        self.assertEqual(0, self.service.in_use())

    def test_in_creating_another_one_takes_the_group(self):
        group_id = self.placed_group()
        dead = self.backend_of(group_id).host
        self.service.stop_backend(dead.partition('@')[2])
        self.assertSettlesAs('available', group_id)
        self.assertNotEqual(dead, self.backend_of(group_id).host)
        self.assertEqual(
            [self.backend_of(group_id).host], self.drivers_with(group_id)
        )

    def test_in_creating_all_are_dead(self):
        group_id = self.placed_group()
        for name in ('alpha', 'beta'):
            self.service.stop_backend(name)
        self.assertSettlesAs('error', group_id)
        (message,) = self.service.user_messages()
        self.assertIn('service turned away 4', message.user_message)

    def test_one_that_was_only_late_cleans_up(self):
        group_id = self.placed_group()
        late = self.backend_of(group_id)
        group = self.service.get(group_id)
        self.service.stop_backend(late.host.partition('@')[2])
        driver = late._driver
        create = driver.create_share_group

        def slow_create(payload):
            create(payload)
            self.service.settle()

        driver.create_share_group = slow_create
        self.work(late, group_id)
        self.assertEqual({}, driver.share_groups)
        self.assertNotEqual(group.host, self.service.get(group_id).host)
        self.assertEqual('available', self.service.status(group_id))

    def test_an_available_group_stays_where_it_is(self):
        group_id = self.available_group()
        host = self.service.get(group_id).host
        self.service.stop_backend(host.partition('#')[0].partition('@')[2])
        self.assertSettlesAs('available', group_id)
        self.assertEqual(host, self.service.get(group_id).host)


class TestForcedDeletion(LifecycleTest):
    def force(self, group_id):
        self.service.groups.force_delete(self.service.admin, group_id)

    def test_before_a_place_was_found(self):
        group_id = self.service.create()
        self.force(group_id)
        self.assertIsNone(self.service.get(group_id))
        self.service.deliver_all()
        self.assertEqual(0, self.service.in_use())

    def test_before_the_back_end_was_told(self):
        group_id = self.placed_group()
        self.force(group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group_id))

    def test_while_the_back_end_creates_it(self):
        group_id = self.placed_group()
        backend = self.backend_of(group_id)
        create = backend._driver.create_share_group

        def forced_meanwhile(payload):
            create(payload)
            self.force(group_id)
            self.service.deliver_all()

        backend._driver.create_share_group = forced_meanwhile
        self.work(backend, group_id)
        self.assertIsNone(self.service.get(group_id))
        self.assertEqual([], self.drivers_with(group_id))

    def test_while_it_is_deleted(self):
        group_id = self.available_group()
        self.service.groups.delete(self.service.caller, group_id)
        self.force(group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group_id))


class TestStatusSetByHand(LifecycleTest):
    def reset(self, group_id, status):
        self.service.groups.reset_status(self.service.admin, group_id, status)

    def test_is_left_alone(self):
        for status in states.SHARE_GROUP_STATUSES:
            group_id = self.available_group()
            self.reset(group_id, status)
            self.assertSettlesAs(status, group_id)

    def test_is_left_alone_where_the_back_end_is_dead(self):
        for status in ('creating', 'deleting'):
            group_id = self.available_group()
            host = self.service.get(group_id).host
            self.reset(group_id, status)
            self.service.backends.clear()
            self.assertSettlesAs(status, group_id)
            self.assertEqual(host, self.service.get(group_id).host)
            for name in ('alpha', 'beta'):
                self.service.start_backend(name)

    def test_a_group_without_a_place(self):
        group_id = self.service.create()
        self.service.messages.clear()
        self.reset(group_id, 'error')
        self.assertSettlesAs('error', group_id)
        self.reset(group_id, 'creating')
        self.assertSettlesAs('creating', group_id)

    def test_can_be_deleted(self):
        group_id = self.available_group()
        self.reset(group_id, 'error')
        self.service.groups.delete(self.service.caller, group_id)
        self.assertSettlesAs(None, group_id)

    def test_while_the_back_end_works(self):
        group_id = self.placed_group()
        backend = self.backend_of(group_id)
        create = backend._driver.create_share_group

        def reset_meanwhile(payload):
            create(payload)
            self.reset(group_id, 'error')

        backend._driver.create_share_group = reset_meanwhile
        self.work(backend, group_id)
        self.assertEqual('error', self.service.status(group_id))
        self.assertEqual([backend.host], self.drivers_with(group_id))


class TestTooLate(LifecycleTest):
    """What was decided, or done, too late changes nothing."""

    def decide(self, meanwhile):
        """Let a scheduler decide; something happens before it records."""
        decider = self.service.scheduler.decider
        decide = decider.decide_all

        def decide_all(*args):
            decider.decide_all = decide
            decide(*args)
            meanwhile()

        decider.decide_all = decide_all
        self.service.scheduler.runner.run_all()

    def another_places(self):
        """Let another scheduler take over what the first one has claimed."""
        self.service.pass_time(self.service.conf.service.down_time + 1)
        self.service.new_scheduler().runner.run_all()

    def test_two_schedulers(self):
        group_id = self.service.create()
        placed = []

        def meanwhile():
            self.another_places()
            placed.append(self.service.get(group_id))

        self.decide(meanwhile)
        self.assertIsNotNone(placed[0].host)
        self.assertEqual(placed, self.service.all_groups())
        self.service.check(self)

    def test_a_pool_that_another_scheduler_has_claimed(self):
        """The decision is made again, on what is there now."""
        first = self.service.create()
        second = []

        def meanwhile():
            second.append(self.service.create())
            self.service.new_scheduler().runner.run_all()

        self.decide(meanwhile)
        pools = {self.service.get(one).host for one in (first, *second)}
        self.assertEqual(2, len(pools))

    def test_a_pool_that_is_gone(self):
        group_id = self.service.create(availability_zone='west')
        backend = self.service.backends['host@beta']

        def meanwhile():
            backend._driver.pools = list
            backend.report()

        self.decide(meanwhile)
        group = self.service.get(group_id)
        self.assertEqual(
            ('error', None, None),
            (group.status, group.host, group.consistent_snapshot_support),
        )
        self.assertEqual(1, len(self.service.user_messages()))

    def test_outcomes_of_a_pool_that_the_group_has_left(self):
        for error in (
            None,
            exception.DriverError('full'),
            exception.TransientDriverError('away'),
        ):
            group_id = self.placed_group()
            late = self.backend_of(group_id)
            name, driver = late.host.partition('@')[2], late._driver
            self.service.stop_backend(name)
            self.make_late(driver, error)
            late.runner.run_all()
            self.assertEqual({}, driver.share_groups)
            self.assertEqual('available', self.service.status(group_id))
            self.assertNotEqual(late, self.backend_of(group_id))
            self.service.start_backend(name, driver)
            self.service.groups.delete(self.service.caller, group_id)
            self.assertSettlesAs(None, group_id)
            self.assertEqual([], self.service.under_way())

    def make_late(self, driver, error):
        create = driver.create_share_group

        def late(payload):
            driver.create_share_group = create
            create(payload)
            self.service.settle()
            if error is not None:
                raise error

        driver.create_share_group = late

    def test_no_place_for_a_group_that_has_one(self):
        group_id = self.service.create()
        # So that the first scheduler finds no back end.
        self.service.clock.advance(self.service.conf.service.down_time + 1)
        self.decide(self.another_places)
        self.assertIsNotNone(self.service.get(group_id).host)
        self.assertEqual('creating', self.service.status(group_id))
        self.assertEqual([], self.service.user_messages())

    def test_a_decision_from_before_a_failed_attempt(self):
        group_id = self.service.create()
        failed = []

        def meanwhile():
            self.another_places()
            failed.append(self.service.get(group_id).host)
            self.fail_once(self.backend_of(group_id))

        self.decide(meanwhile)
        operation = self.service.operation(group_id)
        self.assertEqual(failed, operation.payload['tried'])
        self.assertSettlesAs('available', group_id)
        self.assertNotIn(self.service.get(group_id).host, failed)

    def fail_once(self, backend):
        create = backend._driver.create_share_group

        def fail(_payload):
            backend._driver.create_share_group = create
            raise exception.DriverError('full')

        backend._driver.create_share_group = fail
        backend.runner.run_all()
