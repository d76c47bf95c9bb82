# SPDX-License-Identifier: Apache-2.0
"""Where groups go, and what users learn when they go nowhere."""

import collections
import concurrent.futures
import dataclasses

from manila_groups import states
from manila_groups.db import operations
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.scheduler import model
from manila_groups.tests import base
from manila_groups.tests import inprocess

NAMES = ['first', 'second', 'third']
THREE_BACK_ENDS = {
    'DEFAULT': {'enabled_backends': NAMES},
    **{name: {'driver': 'fake'} for name in NAMES},
}
THREE_POOLS = {'DEFAULT': {'enabled_backends': ['alpha']}}
FAILS = {'fake_failures': {'create_share_group': 1}}
PREFERRED = {
    'fake_pools': [{'name': 'only', 'total_capacity_gb': 100000}],
    'backend_availability_zone': 'nova',
}


class ManagerTest(base.TestCase):
    overrides = {}

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(self.overrides))
        self.addCleanup(self.service.check, self)

    def group_type(self, **specs):
        made = self.service.group_types.create(
            self.service.admin, 'special', None, specs
        )
        return made.id

    def create(self, **wanted):
        group_id = self.service.create(**wanted)
        self.service.deliver_all()
        return self.service.get(group_id)

    def place(self, group_id):
        """Do what a message of the release before asks for."""
        scheduler = self.service.scheduler
        scheduler.place(self.service.admin, states.SHARE_GROUP, group_id)
        scheduler.runner.run_all()

    def waiting(self, group_id):
        """What a scheduler decides on."""
        verb = self.service.registry.verb(states.SHARE_GROUP, 'create')
        found = self.service.read(
            operations.open_on, states.SHARE_GROUP, group_id
        )
        loaded = self.service.read(verb.step(found.step).load, [found])
        return loaded[group_id][1]

    def only_message(self):
        (message,) = self.service.user_messages()
        self.assertNotIn('host', message.user_message)
        self.assertNotIn('alpha', message.user_message)
        self.assertNotIn('beta', message.user_message)
        return message


class TestBrokenPlugin(ManagerTest):
    def test_the_group_does_not_wait_for_ever(self):
        class Broken:
            multiplier = 1

            def weigh(self, request, pools):
                raise KeyError('of its own making')

        self.service.scheduler.decider._weighers.append(Broken())
        self.assertEqual('error', self.create().status)
        self.assertIn('scheduler failed', self.only_message().user_message)


class TestNewerBackEnd(ManagerTest):
    def report(self, name, **changes):
        """Let one pool's report be otherwise than this service's own."""
        with self.service.db.writer() as conn:
            (pool,) = [one for one in pools.list_all(conn) if one.name == name]
            report = {**pool.report, 'claimable_gb': pool.claimable_gb}
            pools.report(conn, pool.service_id, {name: {**report, **changes}})

    def test_that_reports_more_is_taken_for_what_is_known(self):
        self.report('host@beta#only', qos_types=['gold'])
        group_type = self.group_type(consistent_snapshot_support='True')
        group = self.create(share_group_type_id=group_type)
        self.assertEqual('host@beta#only', group.host)

    def test_that_reports_nonsense_does_not_keep_groups_from_others(self):
        self.report('host@beta#only', capabilities=7)
        group = self.create()
        self.assertEqual('available', group.status)
        self.assertNotEqual('host@beta#only', group.host)


class TestPlacement(ManagerTest):
    def test_a_group_spec_leads_to_the_capable_back_end(self):
        group_type = self.group_type(consistent_snapshot_support='True')
        for _ in range(3):
            group = self.create(share_group_type_id=group_type)
            self.assertEqual(
                ('available', 'host@beta#only', 'pool', 'west'),
                (
                    group.status,
                    group.host,
                    group.consistent_snapshot_support,
                    group.availability_zone,
                ),
            )

    def test_a_zone(self):
        group = self.create(availability_zone='west')
        self.assertEqual(
            ('host@beta#only', 'west'), (group.host, group.availability_zone)
        )
        group = self.create(availability_zone='nova')
        self.assertEqual('nova', group.availability_zone)

    def test_nothing_fits(self):
        group_type = self.group_type(dedup='True')
        group = self.create(share_group_type_id=group_type)
        self.assertEqual(('error', None), (group.status, group.host))
        message = self.only_message()
        self.assertIn('of 4 pools', message.user_message)
        self.assertIn('group_specs turned away 4', message.user_message)
        self.assertIn('dedup', message.user_message)
        self.assertEqual(
            (group.id, 'here', 'req-1', 'ERROR', 'SHARE_GROUP'),
            (
                message.resource_id,
                message.project_id,
                message.request_id,
                message.message_level,
                message.resource_type,
            ),
        )

    def test_filters_count_apart(self):
        group_type = self.group_type(consistent_snapshot_support='True')
        group = self.create(
            share_group_type_id=group_type, availability_zone='nova'
        )
        self.assertEqual('error', group.status)
        text = self.only_message().user_message
        self.assertIn('availability_zone turned away 1', text)
        self.assertIn('group_specs turned away 3', text)

    def test_no_pools(self):
        for name in ('alpha', 'beta'):
            self.service.stop_backend(name)
            self.service.remove_service(name)
        self.assertEqual('error', self.create().status)
        self.assertIn('no back end', self.only_message().user_message)

    def test_a_disabled_back_end_gets_nothing(self):
        with self.service.db.writer() as conn:
            services.set_disabled(
                conn, 'host@alpha', 'manila-share', True, 'why'
            )
        hosts = {self.create().host for _ in range(4)}
        self.assertEqual({'host@beta#only'}, hosts)

    def test_a_disabled_back_end_still_deletes(self):
        group = self.create(availability_zone='west')
        with self.service.db.writer() as conn:
            services.set_disabled(
                conn, 'host@beta', 'manila-share', True, 'why'
            )
        self.service.groups.delete(self.service.caller, group.id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group.id))

    def test_a_silent_back_end_gets_nothing_until_it_is_back(self):
        down_time = self.service.conf.service.down_time
        self.service.clock.advance(down_time + 1)
        self.service.backends['host@beta'].report()
        hosts = {self.create().host for _ in range(4)}
        self.assertEqual({'host@beta#only'}, hosts)
        self.service.beat()
        self.assertNotEqual('host@beta#only', self.create().host)

    def test_a_change_of_capacity_is_noticed(self):
        group_type = self.group_type(consistent_snapshot_support='True')
        driver = self.service.drivers['host@beta']
        full = [
            dataclasses.replace(pool, free_capacity_gb=0)
            for pool in driver.pools()
        ]
        driver.pools = lambda: full
        self.service.beat()
        group = self.create(share_group_type_id=group_type)
        self.assertEqual('error', group.status)
        self.assertIn(
            'capacity turned away 1', self.only_message().user_message
        )


class TestNextCandidate(ManagerTest):
    overrides = {'beta': {**PREFERRED, **FAILS}}

    def test_is_tried(self):
        group = self.create()
        self.assertEqual('available', group.status)
        self.assertIn('host@alpha#', group.host)
        self.assertEqual([], self.service.user_messages())
        self.assertEqual({}, self.service.drivers['host@beta'].share_groups)

    def test_is_not_there(self):
        group = self.create(availability_zone='nova')
        self.assertEqual('available', group.status)
        group_type = self.group_type(consistent_snapshot_support='True')
        group = self.create(share_group_type_id=group_type)
        self.assertEqual(('error', None), (group.status, group.host))
        text = self.only_message().user_message
        self.assertIn('already_tried turned away 1', text)
        self.assertIn('group_specs turned away 3', text)


class TestAllFail(ManagerTest):
    overrides = {'alpha': FAILS, 'beta': FAILS}

    def test_as_often_as_the_operator_allows(self):
        group = self.create()
        self.assertEqual(('error', None), (group.status, group.host))
        self.assertIn('tried: 3', self.only_message().user_message)
        attempts = sum(
            driver._calls['create_share_group']
            for driver in self.service.drivers.values()
        )
        self.assertEqual(3, attempts)

    def test_a_failed_group_can_be_deleted(self):
        group = self.create()
        self.service.groups.delete(self.service.caller, group.id)
        self.assertIsNone(self.service.get(group.id))
        self.assertEqual(0, self.service.in_use())


class TestOneAttempt(TestAllFail):
    overrides = {**TestAllFail.overrides, 'scheduler': {'max_attempts': 1}}

    def test_as_often_as_the_operator_allows(self):
        self.assertEqual('error', self.create().status)
        self.assertIn('tried: 1', self.only_message().user_message)


class TestEqualBackEnds(ManagerTest):
    overrides = THREE_BACK_ENDS

    def test_twelve_groups_spread_evenly(self):
        for _ in range(12):
            self.create()
        self.assertEqual({4}, set(self.service.counts().values()))

    def test_twelve_groups_at_once_spread_evenly(self):
        schedulers = [self.service.scheduler, self.service.new_scheduler()]
        for _ in range(12):
            self.service.create()
        self.service.messages.clear()
        with concurrent.futures.ThreadPoolExecutor() as threads:
            for one in schedulers:
                # So that none of them takes everything.
                one.runner._most = 2
                threads.submit(one.runner.run_all)
        self.assertEqual({4}, set(self.service.counts().values()))
        self.service.deliver_all()
        self.assertEqual(
            {'available': 12},
            collections.Counter(
                one.status for one in self.service.all_groups()
            ),
        )

    def test_schedulers_agree(self):
        other = self.service.new_scheduler()
        for _ in range(4):
            group_id = self.service.create()
            self.service.messages.clear()
            waiting = self.waiting(group_id)
            decisions = [
                decider.rank(group_id, waiting, decider._pools.current())
                for decider in (
                    self.service.scheduler.decider,
                    other.decider,
                    self.service.new_scheduler().decider,
                )
            ]
            self.assertEqual([decisions[0]] * 3, decisions)
            self.place(group_id)
            self.assertEqual(
                decisions[0].ranking[0].pool,
                self.service.get(group_id).host,
            )


class TestEqualPools(TestEqualBackEnds):
    overrides = THREE_POOLS


class TestReconciler(ManagerTest):
    def test_one_group_that_can_not_be_decided_holds_up_no_other(self):
        groups = [self.service.create() for _ in range(3)]
        decider = self.service.scheduler.decider
        decide = decider.rank

        def decide_all_but_one(row_id, *args):
            if row_id == groups[0]:
                raise ZeroDivisionError('a filter with a mistake')
            return decide(row_id, *args)

        decider.rank = decide_all_but_one
        self.service.settle()
        self.assertEqual(
            ['error', 'available', 'available'],
            [self.service.status(one) for one in groups],
        )


class TestClaims(ManagerTest):
    def see(self, look):
        """Let the scheduler see the pools so; returns how it saw them."""
        cache = self.service.scheduler.decider._pools
        before, cache.current = cache.current, look
        return before

    def test_pools_that_change_under_the_scheduler(self):
        """The pools are as old as can be, and the claim still succeeds."""
        stale = self.service.scheduler.decider._pools.current()
        for pool in stale:
            self.assertIsInstance(pool, model.Pool)
        for _ in range(3):
            self.create()
        self.see(lambda: stale)
        self.assertIsNotNone(self.create().host)

    def test_a_pool_that_goes_away_under_the_scheduler(self):
        group_id = self.service.create()
        stale = self.service.scheduler.decider._pools.current()
        for name in ('alpha', 'beta'):
            self.service.remove_service(name)
        looks = []

        def look():
            looks.append(self.service.status(group_id))
            return stale if len(looks) < 20 else current()

        current = self.see(look)
        self.service.deliver()
        self.assertEqual(['creating'] * 20, looks)
        self.assertEqual('error', self.service.status(group_id))
        self.assertEqual([], self.service.messages)
