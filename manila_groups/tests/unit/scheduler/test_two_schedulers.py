# SPDX-License-Identifier: Apache-2.0
"""Two schedulers decide at once, and no pool is promised more than it has."""

import collections

import fixtures

from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests import inprocess
from manila_groups.tests import servers
from manila_groups.tests.unit.db import case

ROUNDS = 3
GROUPS, SHARES = 30, 30
CAPACITY = 40
POOLS = ('host@alpha#one', 'host@alpha#two', 'host@beta#only')
OPTIONS = {
    'alpha': {
        'fake_pools': [
            {'name': 'one', 'total_capacity_gb': CAPACITY},
            {'name': 'two', 'total_capacity_gb': CAPACITY},
        ]
    },
    'quota': {'share_groups': -1, 'shares': -1, 'gigabytes': -1},
    'beta': {
        'fake_pools': [{'name': 'only', 'total_capacity_gb': CAPACITY}],
        'backend_availability_zone': 'nova',
    },
}


class TestOnSqlite(base.TestCase):
    def connection(self):
        return {}

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(
            inprocess.InProcess(
                service_fixtures.merged(OPTIONS, self.connection())
            )
        )
        # So that neither of them gets all at once.
        self.useFixture(
            fixtures.MonkeyPatch('manila_groups.scheduler.decisions._MOST', 5)
        )
        self.schedulers = [self.service.new_scheduler() for _ in range(2)]

    def decide(self):
        """Let both decide on all that waits; returns who was woken."""
        self.service.messages.clear()
        results = case.at_once([one.runner.run_all for one in self.schedulers])
        self.assertEqual([None] * 2, results)
        woken = [one.resource_id for one in self.service.messages]
        self.service.deliver_all()
        return collections.Counter(woken)

    def free(self):
        claims = self.service.claims()
        return {name: CAPACITY - claims[name] for name in POOLS}

    def test_rounds_at_once(self):
        for number in range(ROUNDS):
            self.one_round()
            self.free_some(number)

    def one_round(self):
        groups = [self.service.create() for _ in range(GROUPS)]
        shares = [
            self.service.create_share(1 + number % 7)
            for number in range(SHARES)
        ]
        woken = self.decide()
        for one in groups:
            self.assertEqual('available', self.service.status(one))
        placed = [
            one
            for one in shares
            if self.service.share_status(one) == 'available'
        ]
        # Each was placed once, by one of them.
        self.assertEqual(dict.fromkeys((*groups, *placed), 1), woken)
        self.check_capacity(set(shares) - set(placed))

    def check_capacity(self, refused):
        self.service.check(self)
        self.service.check_content(self)
        free = self.free()
        self.assertLessEqual(0, min(free.values()))
        for one in refused:
            share = self.service.get_share(one)
            self.assertEqual(('error', None), (share.status, share.host))
            # There really was no room for it.
            self.assertLess(max(free.values()), share.size)

    def free_some(self, number):
        """Make room: delete some of what there is."""
        service = self.service
        for share in service.all_shares()[number % 2 :: 2]:
            service.shares.delete(service.caller, share.id, None)
        for group in service.all_groups()[::2]:
            service.groups.delete(service.caller, group.id)
        service.deliver_all()
        service.check(self)


class TestOnMysql(TestOnSqlite):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestOnPostgresql(TestOnSqlite):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}
