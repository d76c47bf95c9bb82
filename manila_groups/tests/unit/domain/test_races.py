# SPDX-License-Identifier: Apache-2.0
"""Counts are right and nothing is stuck, in whatever order things happen."""

import random
import threading

from manila_groups import exception
from manila_groups import states
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import inprocess
from manila_groups.tests import servers
from manila_groups.tests.unit.db import case

REFUSALS = (
    exception.Conflict,
    exception.Forbidden,
    exception.Invalid,
    exception.NotFound,
    exception.OverQuota,
)
UNFINISHED = (
    states.CREATING,
    states.DELETING,
    states.EXTENDING,
    states.SHRINKING,
    states.REVERTING,
    states.RESTORING,
    states.BACKUP_RESTORING,
)
QUOTA = 25
SEEDS = (1, 2)


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
        # On a busy machine the heartbeats of the start would grow too old.
        self.service.clock.stop()
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
        self.assertEqual(10, len(self.service.messages))
        results = case.at_once([self.service.deliver] * 10)
        self.assertEqual([None] * 10, results)
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
            self.service.create()
            self.service.messages.clear()
            results = case.at_once([one.runner.run_all for one in schedulers])
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
            self.service.check_content(self)
            stuck = [
                one
                for one in (
                    *self.service.all_groups(),
                    *self.service.all_shares(),
                    *self.service.all_snapshots(),
                )
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
        service, caller = self.service, self.service.caller
        group_id, share_id, snapshot_id = (
            chance.choice([one.id for one in rows] or ['nobody'])
            for rows in (
                service.all_groups(),
                service.all_shares(),
                service.all_snapshots(),
            )
        )
        acts = (
            (8, lambda: self.deliver(chance)),
            (3, service.create),
            (1, service.create_share),
            (3, lambda: service.create_share(share_group_id=group_id)),
            (2, lambda: service.create_snapshot(group_id)),
            (
                2,
                lambda: service.create(
                    source_share_group_snapshot_id=snapshot_id
                ),
            ),
            (1, lambda: service.create(source_share_group_id=group_id)),
            (2, lambda: self.revert(snapshot_id)),
            (1, lambda: service.shares.extend(caller, share_id, 3)),
            (1, lambda: service.shares.shrink(caller, share_id, 1)),
            (1, lambda: service.shares.force_delete(service.admin, share_id)),
            (1, lambda: service.snapshots.delete(caller, snapshot_id)),
            (1, lambda: service.groups.delete(caller, group_id)),
            (2, lambda: service.groups.force_delete(service.admin, group_id)),
            (1, self.report),
        )
        weights, calls = zip(*acts, strict=True)
        chance.choices(calls, weights)[0]()

    def revert(self, snapshot_id):
        snapshot = self.service.get_snapshot(snapshot_id)
        if snapshot is not None:
            self.service.groups.revert(
                self.service.caller, snapshot.share_group_id, snapshot_id
            )

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
