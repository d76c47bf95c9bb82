# SPDX-License-Identifier: Apache-2.0
"""Rows of pools, and the count of the groups in them."""

import threading

from manila_groups.db import api
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.db import share_groups
from manila_groups.tests.unit.db import case

HOST = 'h@b'
ONE, TWO = f'{HOST}#one', f'{HOST}#two'
REPORT = {'free_capacity_gb': 5, 'capabilities': {'a': ['\U0001f600', True]}}


class TestPools(case.OnSqlite):
    def setUp(self):
        super().setUp()
        self.insert_types()
        self.service_id = self.ask(services.beat, HOST, 'backend', 'nova')

    def report(self, **reports):
        reports = {
            f'{HOST}#{name}': {'claimable_gb': None, **value}
            for name, value in reports.items()
        }
        return self.ask(pools.report, self.service_id, reports)

    def claim(self, pool, seen=None, groups=1, **claimed):
        return self.ask(pools.claim, pool, groups=groups, seen=seen, **claimed)

    def release(self, pool, **released):
        self.ask(pools.release, pool, **{'groups': 1, **released})

    def pools(self):
        return self.ask(pools.list_all)

    def counts(self):
        return {pool.name: pool.share_groups for pool in self.pools()}

    def generation(self, host=HOST):
        return self.ask(services.get, host, 'backend').pools_generation

    def test_a_report_is_read_back(self):
        self.assertTrue(self.report(one=REPORT))
        (pool,) = self.pools()
        self.assertEqual(
            (ONE, REPORT, 0, self.service_id),
            (pool.name, pool.report, pool.share_groups, pool.service_id),
        )

    def test_a_report_without_news_changes_nothing(self):
        self.report(one=REPORT)
        before, generation = self.pools(), self.generation()
        self.assertFalse(self.report(one=dict(REPORT)))
        self.assertEqual(
            (before, generation), (self.pools(), self.generation())
        )

    def test_news_raise_the_generation(self):
        generations = [self.generation()]
        for reports in (
            {'one': REPORT},
            {'one': {**REPORT, 'free_capacity_gb': 4}},
            {'one': REPORT, 'two': REPORT},
            {'two': REPORT},
            {},
        ):
            self.assertTrue(self.report(**reports))
            generations.append(self.generation())
            self.assertEqual(
                [f'{HOST}#{name}' for name in reports],
                [pool.name for pool in self.pools()],
            )
        self.assertEqual(sorted(set(generations)), generations)

    def test_pools_of_some_services(self):
        self.report(one=REPORT)
        other = self.ask(services.beat, 'h@c', 'backend', 'nova')
        self.ask(
            pools.report, other, {'h@c#one': {**REPORT, 'claimable_gb': 7}}
        )
        (pool,) = self.ask(pools.list_all, [other])
        self.assertEqual('h@c#one', pool.name)

    def test_claim_and_release(self):
        self.report(one=REPORT, two=REPORT)
        generation = self.generation()
        self.assertTrue(self.claim(ONE, 0))
        self.assertEqual({ONE: 1, TWO: 0}, self.counts())
        self.assertLess(generation, self.generation())
        self.assertFalse(self.claim(ONE, 0))
        self.assertTrue(self.claim(ONE, None))
        self.release(ONE)
        self.assertEqual({ONE: 1, TWO: 0}, self.counts())

    def gigabytes(self):
        return {pool.name: pool.claimed_gb for pool in self.pools()}

    def test_gigabytes(self):
        self.report(one={**REPORT, 'claimable_gb': 7.5})
        self.assertTrue(self.claim(ONE, groups=0, gigabytes=5))
        for gigabytes, taken in ((3, False), (2, True), (1, False)):
            self.assertEqual(
                taken, self.claim(ONE, groups=1, gigabytes=gigabytes)
            )
        self.assertEqual({ONE: 1}, self.counts())
        self.assertEqual({ONE: 7}, self.gigabytes())
        self.assertTrue(self.claim(ONE, gigabytes=9, beyond=True))
        self.release(ONE, groups=2, gigabytes=16)
        self.assertEqual({ONE: 0}, self.counts())
        self.assertEqual({ONE: 0}, self.gigabytes())

    def test_gigabytes_without_a_limit(self):
        self.report(one=REPORT)
        self.assertTrue(self.claim(ONE, gigabytes=10**9))
        self.assertEqual({ONE: 10**9}, self.gigabytes())

    def test_gigabytes_at_once(self):
        self.report(one={**REPORT, 'claimable_gb': 10})
        claim = api.retry_on_deadlock(
            lambda: self.claim(ONE, groups=0, gigabytes=2)
        )
        self.assertEqual(5, case.at_once([claim] * 12).count(True))
        self.assertEqual({ONE: 10}, self.gigabytes())

    def test_a_pool_that_comes_back_counts_its_shares(self):
        self.insert_shares(
            {'host': ONE, 'claimed_gb': 3},
            {'host': ONE, 'claimed_gb': 4},
            {'host': TWO, 'claimed_gb': 5},
        )
        self.report(one=REPORT)
        self.assertEqual({ONE: 7}, self.gigabytes())

    def test_a_new_limit_is_read_back(self):
        for limit in (10, 20.5, None):
            self.report(one={'free_capacity_gb': limit, 'claimable_gb': limit})
            (pool,) = self.pools()
            self.assertEqual(limit, pool.claimable_gb)

    def test_a_pool_that_is_gone(self):
        self.assertFalse(self.claim(ONE, None))
        self.release(ONE)
        self.assertEqual({}, self.counts())

    def test_a_pool_that_comes_back_counts_its_groups(self):
        self.insert_groups({'host': ONE}, {'host': ONE}, {'host': TWO})
        self.report(one=REPORT)
        self.assertEqual({ONE: 2}, self.counts())

    def test_a_removed_service_takes_its_pools_along(self):
        self.report(one=REPORT)
        self.assertTrue(self.ask(services.delete, HOST, 'backend'))
        self.assertEqual([], self.pools())

    def test_claims_at_once_are_all_counted(self):
        self.report(one=REPORT, two=REPORT)
        claim = api.retry_on_deadlock(lambda: self.claim(ONE, None))
        release = api.retry_on_deadlock(lambda: self.release(ONE))
        self.assertEqual([True] * 20, case.at_once([claim] * 20))
        self.assertEqual([None] * 5, case.at_once([release] * 5))
        self.assertEqual({ONE: 15, TWO: 0}, self.counts())

    def test_of_claims_that_saw_the_same_one_wins(self):
        self.report(one=REPORT)
        claim = api.retry_on_deadlock(lambda: self.claim(ONE, 0))
        won = case.at_once([claim] * 10)
        self.assertEqual(1, won.count(True))
        self.assertEqual({ONE: 1}, self.counts())

    def test_a_count_beside_a_placement(self):
        self.report(one=REPORT)
        (group,) = self.insert_groups({'host': None})
        placed = threading.Event()

        @api.retry_on_deadlock
        def place():
            with self.db.writer() as conn:
                share_groups.ROWS.update(conn, group, {'host': ONE})
                pools.claim(conn, ONE, groups=1)
                placed.set()
                return

        @api.retry_on_deadlock
        def add_a_pool():
            placed.wait(10)
            self.report(one=REPORT, two=REPORT)

        self.assertEqual([None] * 2, case.at_once([place, add_a_pool]))
        self.assertEqual({ONE: 1, TWO: 0}, self.counts())


class TestPoolsOnMysql(case.OnMysql, TestPools):
    pass


class TestPoolsOnPostgresql(case.OnPostgresql, TestPools):
    def beside(self, change, expected):
        """Add pools while a transaction that changed counts is open."""
        reported, done = threading.Event(), threading.Event()

        def add_pools():
            reported.set()
            self.report(one=REPORT, two=REPORT)
            done.set()

        thread = threading.Thread(target=add_pools)
        with self.db.writer() as conn:
            change(conn)
            thread.start()
            reported.wait(10)
            done.wait(0.3)
        thread.join(30)
        self.assertEqual(expected, self.counts())

    def test_a_count_waits_for_a_placement(self):
        self.report(one=REPORT)
        (group,) = self.insert_groups({'host': None})

        def place(conn):
            share_groups.ROWS.update(conn, group, {'host': ONE})
            pools.claim(conn, ONE, groups=1, seen=0)

        self.beside(place, {ONE: 1, TWO: 0})

    def test_a_count_waits_for_the_end_of_a_group(self):
        (group,) = self.insert_groups({'host': ONE})

        def remove(conn):
            share_groups.ROWS.delete(conn, group)
            pools.release(conn, ONE, groups=1)

        self.beside(remove, {ONE: 0, TWO: 0})
