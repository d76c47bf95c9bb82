# SPDX-License-Identifier: Apache-2.0
"""The driver for simulations does what its section says."""

import os
import pathlib
import time

import fixtures
import testtools

from manila_groups import exception
from manila_groups.backend.drivers import fake
from manila_groups.tests import base
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import contract_files

GROUP = contract.share_group('alpha')
SHARE = contract.share('alpha')
SNAPSHOT = contract.snapshot(GROUP, [])
NETWORK = '00000000-0000-4000-8000-000000000001'
WITH_SERVERS = {'fake_capabilities': {'driver_handles_share_servers': True}}
#: A call of each method that works when it comes after those before it.
CALLS = {
    'setup': (),
    'check': (),
    'pools': (),
    'share_server': (NETWORK,),
    'create_share_group': (GROUP,),
    'create_share': (SHARE,),
    'resize_share': (SHARE,),
    'update_access': (SHARE, []),
    'create_share_group_snapshot': (SNAPSHOT,),
    'create_share_group_from_snapshot': (GROUP, SNAPSHOT, []),
    'revert_share_group': (GROUP, SNAPSHOT, []),
    'read_snapshot': (SNAPSHOT,),
    'create_share_group_from_files': (GROUP, [], os.listdir),
    'restore_share_group': (GROUP, [], os.listdir),
    'delete_share_group_snapshot': (SNAPSHOT,),
    'delete_share': (SHARE,),
    'delete_share_group': (GROUP,),
}
METHODS = tuple(CALLS)


def make(**values):
    return fake.FakeDriver('alpha', contract.section('alpha', **values))


def ready(**values):
    made = make(**values)
    made.setup()
    return made


def call(made, method):
    """Call a method; return whether it failed."""
    try:
        getattr(made, method)(*CALLS[method])
    except exception.DriverError as error:
        if 'simulated' not in error.message:
            raise
        return True
    return False


REVERTS = {
    'revert_to_snapshot_support': True,
    'revert_to_any_group_snapshot': True,
}


class TestContract(contract_files.FilesContract, base.TestCase):
    # What was made by an earlier process is not missed.
    test_create_share_in_no_group = None
    test_resize_share_that_is_not_there = None
    test_snapshot_of_no_group = None
    test_clone_of_no_snapshot = None
    test_copy_of_no_group = None
    test_revert_to_no_snapshot = None
    test_update_access_of_no_share = None
    test_read_no_snapshot = None
    test_read_a_snapshot_without_a_share = None
    test_restore_of_no_group = None

    def make_driver(self):
        return ready()

    def groups_of(self, made):
        return set(made.share_groups)

    def shares_of(self, made):
        return set(made.shares)

    def snapshots_of(self, made):
        return set(made.snapshots)

    def write(self, share, text):
        self.driver.files.put({share.id: {'file': text.encode()}})

    def read(self, share):
        return self.driver.files.of(share.id)['file'].decode()


class TestContractWithShareServers(TestContract):
    def make_driver(self):
        return ready(**WITH_SERVERS)

    def test_another_back_end_has_another_server(self):
        section = contract.section('beta', **WITH_SERVERS)
        other = fake.FakeDriver('beta', section)
        other.setup()
        self.assertNotEqual(
            self.driver.share_server(NETWORK), other.share_server(NETWORK)
        )


class TestPools(base.TestCase):
    def test_default(self):
        (pool,) = ready(reserved_percentage=7).pools()
        self.assertEqual('alpha', pool.name)
        self.assertEqual(1000, pool.total_capacity_gb)
        self.assertEqual(1000, pool.free_capacity_gb)
        self.assertEqual(7, pool.reserved_percentage)
        self.assertEqual(REVERTS, pool.group_capabilities)

    def test_none(self):
        self.assertEqual([], ready(fake_pools='[]').pools())

    def test_each_its_own(self):
        made = ready(
            fake_pools='[{"name": "gold", "total_capacity_gb": 100,'
            ' "free_capacity_gb": 2.5, "reserved_percentage": 10,'
            ' "capabilities": {"media": ["disk", "tape"]},'
            ' "group_capabilities": {"tier": 1}},'
            ' {"name": "scrap", "total_capacity_gb": "infinite"}]',
            fake_capabilities='{"media": "flash", "snapshot_support": true}',
            fake_group_capabilities='{"consistent_snapshot_support": "pool"}',
        )
        gold, scrap = made.pools()
        self.assertEqual(100, gold.total_capacity_gb)
        self.assertEqual(2.5, gold.free_capacity_gb)
        self.assertEqual(10, gold.reserved_percentage)
        self.assertEqual(['disk', 'tape'], gold.capabilities['media'])
        self.assertIs(True, gold.capabilities['snapshot_support'])
        self.assertEqual(
            {
                'consistent_snapshot_support': 'pool',
                'tier': 1,
                **REVERTS,
            },
            gold.group_capabilities,
        )
        self.assertEqual('infinite', scrap.free_capacity_gb)
        self.assertEqual('flash', scrap.capabilities['media'])

    def test_share_backend_name(self):
        (pool,) = ready(share_backend_name='cheap').pools()
        self.assertEqual('cheap', pool.capabilities['share_backend_name'])

    def test_capabilities_override(self):
        made = ready(fake_capabilities='{"vendor_name": "acme"}')
        self.assertEqual('acme', made.pools()[0].capabilities['vendor_name'])

    def test_mistakes(self):
        mistakes = {
            '[{}]': 'name',
            '[{"name": "a#b"}]': 'a#b',
            '[{"name": "a", "colour": 1}]': 'colour',
            '[{"name": "a", "total_capacity_gb": -1}]': '-1',
            '[{"name": "a", "total_capacity_gb": NaN}]': 'nan',
            '[{"name": "a", "total_capacity_gb": "big"}]': 'big',
            '[{"name": "a", "total_capacity_gb": {}}]': 'fake_pools',
            '[{"name": "a", "reserved_percentage": 101}]': '101',
            '[{"name": "a", "capabilities": 5}]': 'fake_pools',
            '[{"name": "a"}, {"name": "a"}]': 'two pools',
            '[5]': 'fake_pools',
        }
        for value, named in mistakes.items():
            error = self.assertRaises(
                exception.DriverError, make(fake_pools=value).setup
            )
            self.assertIn('[alpha] fake_pools', error.message)
            self.assertIn(named, error.message)

    def test_shares_use_what_is_free(self):
        made = ready(
            fake_pools='[{"name": "alpha", "free_capacity_gb": 10,'
            ' "total_capacity_gb": 10}]',
            max_over_subscription_ratio=2,
        )
        for size, free in ((4, 6), (7, 0)):
            made.create_share(contract.share('alpha', size_gb=size))
            (pool,) = made.pools()
            self.assertEqual(free, pool.free_capacity_gb)
            self.assertEqual(10 - free, pool.used_capacity_gb)
            self.assertEqual(20, pool.claimable_gb())

    def test_create_in_an_unknown_pool(self):
        made = ready()
        with testtools.ExpectedException(
            exception.DriverError, '.*no pool scrap'
        ):
            made.create_share_group(contract.share_group('scrap'))
        self.assertEqual({}, made.share_groups)
        with testtools.ExpectedException(
            exception.DriverError, '.*no pool scrap'
        ):
            made.create_share(contract.share('scrap'))
        self.assertEqual({}, made.shares)

    def test_keeps_what_it_was_told(self):
        made = ready()
        group = contract.share_group('alpha', **{'acme:tier': 'gold'})
        made.create_share_group(group)
        self.assertEqual({group.id: group}, made.share_groups)


class TestSimulation(base.TestCase):
    def test_unknown_method(self):
        for option in ('fake_delays', 'fake_failures', 'fake_first_failures'):
            error = self.assertRaises(
                exception.DriverError, make(**{option: 'create:1'}).setup
            )
            self.assertIn(f'[alpha] {option}: create is', error.message)
            self.assertIn('create_share_group', error.message)

    def test_delays(self):
        for method in METHODS:
            made = make(fake_delays=f'{method}:0.05', **WITH_SERVERS)
            for other in METHODS:
                started = time.monotonic()
                call(made, other)
                took = time.monotonic() - started
                if other == method:
                    self.assertGreaterEqual(took, 0.05)

    def test_only_the_delayed_method_sleeps(self):
        made = make(fake_delays='pools:600')
        self.assertFalse(call(made, 'setup'))
        self.assertFalse(call(made, 'create_share_group'))

    def test_all_fail(self):
        for method in METHODS:
            made = make(fake_failures=f'{method}:1', **WITH_SERVERS)
            # Nothing is called on a back end whose setup failed.
            for other in METHODS[: None if method != 'setup' else 1]:
                self.assertEqual(other == method, call(made, other))

    def test_none_fails(self):
        made = ready(fake_failures='pools:0')
        self.assertFalse(any(call(made, 'pools') for _ in range(100)))

    def test_first_calls_fail(self):
        for method in METHODS:
            made = make(fake_first_failures=f'{method}:2', **WITH_SERVERS)
            if method != 'setup':
                made.setup()
            self.assertEqual(
                [True, True, False, False],
                [call(made, method) for _ in range(4)],
            )

    def test_away(self):
        away = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'away')
        made = ready(fake_away_file=str(away), **WITH_SERVERS)
        away.touch()
        for method, arguments in CALLS.items():
            error = self.assertRaises(
                exception.TransientDriverError,
                getattr(made, method),
                *arguments,
            )
            self.assertIn(str(away), error.message)
        away.unlink()
        for method in METHODS:
            self.assertFalse(call(made, method))

    def test_a_fraction_fails(self):
        made = ready(fake_failures='pools:0.25', fake_seed=1)
        failed = sum(call(made, 'pools') for _ in range(2000))
        self.assertTrue(400 < failed < 600, failed)

    def test_a_seed_repeats(self):
        first, second = (
            [call(made, 'pools') for _ in range(50)]
            for made in (
                ready(fake_failures='pools:0.5', fake_seed=7),
                ready(fake_failures='pools:0.5', fake_seed=7),
            )
        )
        self.assertEqual(first, second)

    def test_a_failure_changes_nothing(self):
        made = ready(fake_first_failures='delete_share_group:1')
        group = contract.share_group('alpha')
        made.create_share_group(group)
        self.assertRaises(
            exception.DriverError, made.delete_share_group, group
        )
        self.assertEqual({group.id}, set(made.share_groups))
        made.delete_share_group(group)
        self.assertEqual({}, made.share_groups)
