# SPDX-License-Identifier: Apache-2.0
"""Counts are right and nothing is stuck, in whatever order things happen."""

import random
import threading
import unittest

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from manila_groups import exception
from manila_groups import states
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import inprocess
from manila_groups.tests import servers
from manila_groups.tests.unit.db import case

REFUSALS = (exception.Conflict, exception.NotFound, exception.OverQuota)
UNFINISHED = (states.CREATING, states.DELETING)
QUOTA = 25
SEEDS = (1, 2, 3)
numbers = st.integers(0, 9)
names = st.sampled_from(['alpha', 'beta'])


class Disorder(stateful.RuleBasedStateMachine):
    """Messages get lost, come late or twice, and back ends die and return."""

    def __init__(self):
        super().__init__()
        self.service = inprocess.InProcess({'quota': {'share_groups': 6}})
        self.service.setUp()
        self.broken = set()

    def some_group(self, number):
        found = sorted(one.id for one in self.service.all_groups())
        return found[number % len(found)] if found else 'nobody'

    def try_to(self, call, *args):
        try:
            call(*args)
        except REFUSALS:
            return

    @stateful.rule(zone=st.sampled_from([None, 'nova', 'west']))
    def create(self, zone):
        self.try_to(lambda: self.service.create(availability_zone=zone))

    @stateful.rule(number=numbers)
    def delete(self, number):
        self.try_to(
            self.service.groups.delete,
            self.service.caller,
            self.some_group(number),
        )

    @stateful.rule(number=numbers)
    def force_delete(self, number):
        self.try_to(
            self.service.groups.force_delete,
            self.service.admin,
            self.some_group(number),
        )

    @stateful.rule(
        number=numbers, status=st.sampled_from(states.SHARE_GROUP_STATUSES)
    )
    def reset_status(self, number, status):
        self.try_to(
            self.service.groups.reset_status,
            self.service.admin,
            self.some_group(number),
            status,
        )

    @stateful.precondition(lambda self: self.service.messages)
    @stateful.rule(number=numbers, twice=st.booleans())
    def deliver(self, number, twice):
        number %= len(self.service.messages)
        if twice:
            self.service.messages.append(self.service.messages[number])
        self.service.deliver(number)

    @stateful.precondition(lambda self: self.service.messages)
    @stateful.rule(number=numbers)
    def lose(self, number):
        del self.service.messages[number % len(self.service.messages)]

    @stateful.rule(name=names)
    def stop_or_start(self, name):
        if f'host@{name}' in self.service.backends:
            self.service.stop_backend(name)
        else:
            self.service.start_backend(name)

    @stateful.rule(name=names)
    def break_or_mend(self, name):
        driver = self.service.drivers.get(f'host@{name}')
        if driver is None:
            return
        failures = driver.section.fake_failures
        if failures:
            failures.clear()
        else:
            failures.update(create_share_group=1, delete_share_group=1)

    @stateful.rule(name=names)
    def remove_service(self, name):
        if f'host@{name}' not in self.service.backends:
            self.service.remove_service(name)

    @stateful.rule(seconds=st.sampled_from([1, 31, 61]))
    def pass_time_and_reconcile(self, seconds):
        self.service.pass_time(seconds)
        self.service.reconcile()

    @stateful.invariant()
    def counts_are_right(self):
        self.service.check(unittest.TestCase())

    def teardown(self):
        for name in ('alpha', 'beta'):
            if f'host@{name}' not in self.service.backends:
                self.service.start_backend(name)
            self.service.conf[name].fake_failures.clear()
        self.service.settle()
        stuck = [
            one
            for one in self.service.all_groups()
            if one.status in UNFINISHED and one.stepped_at is not None
        ]
        try:
            assert not stuck, stuck
            self.counts_are_right()
        finally:
            self.service.cleanUp()


class TestDisorder(Disorder.TestCase):
    settings = hypothesis.settings(
        deadline=None,
        max_examples=12,
        stateful_step_count=25,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


class TestThreads(base.TestCase):
    """The same with real threads."""

    overrides = {'quota': {'share_groups': QUOTA}}

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(
            inprocess.InProcess(
                fixtures.merged(self.overrides, self.connection())
            )
        )
        # A back end has one thread that reports.
        self.reporting = threading.Lock()

    def connection(self):
        return {}

    def create(self):
        try:
            return self.service.create()
        except exception.OverQuota:
            return None

    def test_a_quota_is_exact(self):
        created = case.at_once([self.create] * 40)
        self.assertEqual(15, created.count(None))
        self.assertEqual(QUOTA, len(self.service.all_groups()))
        self.service.check(self)
        self.service.deliver_all()
        group_ids = [one for one in created if one]
        delete = self.service.groups.delete
        case.at_once(
            [
                lambda one=one: delete(self.service.caller, one)
                for one in group_ids[:10]
            ]
        )
        messages = list(self.service.messages)
        self.assertEqual(10, len(messages))
        case.at_once(
            [
                lambda one=one: self.service.backends[
                    one.server
                ].delete_share_group(self.service.admin, one.group_id)
                for one in messages
            ]
        )
        self.assertEqual(QUOTA - 10, len(self.service.all_groups()))
        self.service.check(self)
        created = case.at_once([self.create] * 20)
        self.assertEqual(10, created.count(None))
        self.service.check(self)

    def test_one_of_two_deletions_wins(self):
        group_id = self.service.create()
        self.service.deliver_all()

        def delete():
            self.service.groups.delete(self.service.caller, group_id)

        results = case.at_once([delete] * 8)
        self.assertEqual(1, results.count(None))
        self.assertEqual(
            {type(None), exception.Conflict}, set(map(type, results))
        )
        self.assertEqual(1, len(self.service.messages))

    def test_one_of_two_schedulers_wins(self):
        schedulers = [self.service.new_scheduler() for _ in range(4)]
        for _ in range(3):
            group_id = self.service.create()
            self.service.messages.clear()
            results = case.at_once(
                [
                    lambda one=one, group_id=group_id: one.place_share_group(
                        self.service.admin, group_id
                    )
                    for one in schedulers
                ]
            )
            self.assertEqual([None] * 4, results)
            self.assertEqual(1, len(self.service.messages))
        self.service.check(self)

    def test_anything_at_once(self):
        for seed in SEEDS:
            results = case.at_once(
                [
                    self.some_acts(random.Random(seed * 100 + number))
                    for number in range(8)
                ],
                threads=8,
            )
            self.assertEqual([None] * 8, results, f'seed {seed}')
            self.service.settle()
            self.service.check(self)
            stuck = [
                one.status
                for one in self.service.all_groups()
                if one.status in UNFINISHED
            ]
            self.assertEqual([], stuck, f'seed {seed}')

    def some_acts(self, chance):
        def act():
            for _ in range(12):
                try:
                    self.some_act(chance)
                except REFUSALS:
                    continue

        return act

    def some_act(self, chance):
        group_id = 'nobody'
        found = self.service.all_groups()
        if found:
            group_id = chance.choice(found).id
        acts = (
            lambda: self.service.create(),
            lambda: self.deliver(chance),
            lambda: self.service.groups.delete(self.service.caller, group_id),
            lambda: self.service.groups.force_delete(
                self.service.admin, group_id
            ),
            self.report,
        )
        chance.choices(acts, (5, 8, 2, 2, 2))[0]()

    def deliver(self, chance):
        try:
            self.service.deliver(chance.choice((0, -1)))
        except IndexError:
            return

    def report(self):
        """Let a pool go and come back while it is in use."""
        backend = self.service.backends['host@alpha']
        pools = backend._driver.pools
        with self.reporting:
            for reported in (pools()[1:], pools()):
                backend._driver.pools = lambda reported=reported: reported
                backend.report()
            backend._driver.pools = pools


class TestThreadsOnMysql(TestThreads):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestThreadsOnPostgresql(TestThreads):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}
