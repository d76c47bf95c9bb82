# SPDX-License-Identifier: Apache-2.0
"""What every driver has to do, as tests that each driver's class mixes in."""

from concurrent import futures
import json
import uuid

from oslo_config import cfg

from manila_groups.backend import driver
from manila_groups.conf import backend as options


def section(name, extra=(), **values):
    """Make the section of a back end, with these options set."""
    conf = cfg.ConfigOpts()
    options.register(conf)
    options.register_backend(conf, name, extra)
    conf([])
    for option, value in values.items():
        conf.set_override(option, value, group=name)
    return conf[name]


def share_group(pool, group_id=None, **group_specs):
    return driver.ShareGroup(
        id=group_id or str(uuid.uuid4()),
        project_id='a-project',
        pool=pool,
        group_specs=group_specs,
    )


class DriverContract:
    """Mix in, and define the two methods below."""

    def make_driver(self):
        """Make a driver that is set up, always on the same storage."""
        raise NotImplementedError

    def groups_of(self, made):
        """List the ids of the share groups that are really there."""
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.driver = self.make_driver()
        self.pool = self.driver.pools()[0].name

    def test_setup_again(self):
        group = share_group(self.pool)
        self.driver.create_share_group(group)
        self.driver.setup()
        self.assertEqual({group.id}, self.groups_of(self.driver))

    def test_reports_are_json(self):
        for pool in self.driver.pools():
            self.assertIsInstance(pool, driver.PoolReport)
            for reported in (pool.capabilities, pool.group_capabilities):
                self.assertEqual(reported, json.loads(json.dumps(reported)))

    def test_reports_what_all_drivers_report(self):
        capabilities = self.driver.pools()[0].capabilities
        self.assertEqual('alpha', capabilities['share_backend_name'])
        self.assertIs(False, capabilities['driver_handles_share_servers'])
        self.assertIn('vendor_name', capabilities)
        self.assertIn('driver_version', capabilities)

    def test_create(self):
        group = share_group(self.pool, **{'vendor:tier': 'gold'})
        self.driver.create_share_group(group)
        self.assertEqual({group.id}, self.groups_of(self.driver))

    def test_create_again(self):
        group = share_group(self.pool)
        self.driver.create_share_group(group)
        self.driver.create_share_group(group)
        self.assertEqual({group.id}, self.groups_of(self.driver))

    def test_delete(self):
        kept, gone = share_group(self.pool), share_group(self.pool)
        self.driver.create_share_group(kept)
        self.driver.create_share_group(gone)
        self.driver.delete_share_group(gone)
        self.assertEqual({kept.id}, self.groups_of(self.driver))

    def test_delete_again(self):
        group = share_group(self.pool)
        self.driver.create_share_group(group)
        self.driver.delete_share_group(group)
        self.driver.delete_share_group(group)
        self.assertEqual(set(), self.groups_of(self.driver))

    def test_delete_what_never_was(self):
        self.driver.delete_share_group(share_group(self.pool))
        self.assertEqual(set(), self.groups_of(self.driver))

    def test_create_after_delete(self):
        group = share_group(self.pool)
        self.driver.create_share_group(group)
        self.driver.delete_share_group(group)
        self.driver.create_share_group(group)
        self.assertEqual({group.id}, self.groups_of(self.driver))

    def test_many_threads(self):
        groups = [share_group(self.pool) for _ in range(40)]
        with futures.ThreadPoolExecutor(8) as threads:
            list(threads.map(self.driver.create_share_group, groups))
            list(threads.map(self.driver.delete_share_group, groups[10:]))
        self.assertEqual(
            {group.id for group in groups[:10]}, self.groups_of(self.driver)
        )
