# SPDX-License-Identifier: Apache-2.0
"""What every driver has to do, as tests that each driver's class mixes in."""

from concurrent import futures
import dataclasses
import json
import uuid

from oslo_config import cfg

from manila_groups import exception
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


def share(pool, group=None, size_gb=1, group_size_gb=0):
    """Describe a new share, alone or in a group."""
    return driver.Share(
        id=str(uuid.uuid4()),
        project_id='a-project',
        pool=pool,
        size_gb=size_gb,
        share_group_id=group and group.id,
        group_size_gb=group_size_gb or size_gb,
    )


def snapshot(group, shares):
    """Describe a new snapshot of a group with these shares."""
    return driver.ShareGroupSnapshot(
        id=str(uuid.uuid4()),
        project_id='a-project',
        pool=group.pool,
        share_group_id=group.id,
        share_ids=tuple(member.id for member in shares),
    )


def clones_of(pool, shares):
    """Describe a new group, and a share of it for each of these."""
    group = share_group(pool)
    return group, [
        driver.Clone(
            share=share(pool, group, group_size_gb=len(shares)),
            source_share_id=source.id,
        )
        for source in shares
    ]


class DriverContract:
    """Mix in, and define the methods below."""

    def make_driver(self):
        """Make a driver that is set up, always on the same storage."""
        raise NotImplementedError

    def groups_of(self, made):
        """List the ids of the share groups that are really there."""
        raise NotImplementedError

    def shares_of(self, made):
        """List the ids of the shares that are really there."""
        raise NotImplementedError

    def snapshots_of(self, made):
        """List the ids of the snapshots that are really there."""
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.driver = self.make_driver()
        self.pool = self.driver.pools()[0].name

    def group_with(self, number):
        """Make a group; return it, and as many new shares of it."""
        group = share_group(self.pool)
        self.driver.create_share_group(group)
        members = [
            share(self.pool, group, group_size_gb=count + 1)
            for count in range(number)
        ]
        for member in members:
            self.driver.create_share(member)
        return group, *members

    def resized(self, share, size_gb, group_size_gb):
        return dataclasses.replace(
            share, size_gb=size_gb, group_size_gb=group_size_gb
        )

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
        self.assertIsInstance(
            capabilities['driver_handles_share_servers'], bool
        )
        self.assertIn('vendor_name', capabilities)
        self.assertIn('driver_version', capabilities)

    def test_share_servers(self):
        capabilities = self.driver.pools()[0].capabilities
        networks = [str(uuid.uuid4()) for _ in range(2)]
        if not capabilities['driver_handles_share_servers']:
            self.assertRaises(
                exception.DriverError, self.driver.share_server, networks[0]
            )
            return
        made = [self.driver.share_server(one) for one in networks]
        self.assertEqual(2, len(set(made)))
        self.assertEqual(made, [str(uuid.UUID(one)) for one in made])
        again = self.make_driver()
        self.assertEqual(made, [again.share_server(one) for one in networks])

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

    def test_delete_group_with_shares(self):
        group = self.group_with(2)[0]
        self.driver.delete_share_group(group)
        self.assertEqual(set(), self.groups_of(self.driver))
        self.assertEqual(set(), self.shares_of(self.driver))

    def test_create_share(self):
        group = share_group(self.pool)
        self.driver.create_share_group(group)
        for made in (share(self.pool), share(self.pool, group)):
            for _again in range(2):
                locations = self.driver.create_share(made)
                self.assertTrue(locations)
                for location in locations:
                    self.assertIsInstance(location, driver.ExportLocation)
                self.assertIn(made.id, self.shares_of(self.driver))

    def test_create_share_in_no_group(self):
        orphan = share(self.pool, share_group(self.pool))
        self.assertRaises(
            exception.DriverError, self.driver.create_share, orphan
        )
        self.assertEqual(set(), self.shares_of(self.driver))

    def test_delete_share(self):
        group, kept, gone = self.group_with(2)
        alone = share(self.pool)
        self.driver.create_share(alone)
        for deleted in (gone, alone):
            for _again in range(2):
                self.driver.delete_share(self.resized(deleted, 1, 1))
        self.assertEqual({kept.id}, self.shares_of(self.driver))
        self.assertEqual({group.id}, self.groups_of(self.driver))

    def test_delete_share_that_never_was(self):
        self.driver.delete_share(share(self.pool))
        self.driver.delete_share(share(self.pool, share_group(self.pool)))
        self.assertEqual(set(), self.shares_of(self.driver))

    def test_resize_share(self):
        member = self.group_with(1)[1]
        alone = share(self.pool)
        self.driver.create_share(alone)
        for made in (member, alone):
            for size_gb in (3, 3, 2):
                self.driver.resize_share(self.resized(made, size_gb, size_gb))

    def test_resize_share_that_is_not_there(self):
        group = self.group_with(0)[0]
        for missing in (share(self.pool), share(self.pool, group)):
            self.assertRaises(
                exception.DriverError, self.driver.resize_share, missing
            )

    def test_snapshot(self):
        group, *members = self.group_with(2)
        taken = snapshot(group, members)
        for _again in range(2):
            self.driver.create_share_group_snapshot(taken)
            self.assertEqual({taken.id}, self.snapshots_of(self.driver))
        for _again in range(2):
            self.driver.delete_share_group_snapshot(taken)
            self.assertEqual(set(), self.snapshots_of(self.driver))

    def test_snapshot_of_no_group(self):
        taken = snapshot(share_group(self.pool), [])
        self.assertRaises(
            exception.DriverError,
            self.driver.create_share_group_snapshot,
            taken,
        )
        self.assertEqual(set(), self.snapshots_of(self.driver))

    def test_delete_snapshot_that_never_was(self):
        group = self.group_with(0)[0]
        self.driver.delete_share_group_snapshot(snapshot(group, []))

    def test_clone(self):
        group, *members = self.group_with(2)
        taken = snapshot(group, members)
        self.driver.create_share_group_snapshot(taken)
        new_group, clones = clones_of(self.pool, members)
        for _again in range(2):
            locations = self.driver.create_share_group_from_snapshot(
                new_group, taken, clones
            )
            self.assertEqual(
                {clone.share.id for clone in clones}, set(locations)
            )
            self.assertTrue(all(locations.values()))
        self.assertEqual({group.id, new_group.id}, self.groups_of(self.driver))
        self.assertEqual(
            {clone.share.id for clone in clones}
            | {member.id for member in members},
            self.shares_of(self.driver),
        )

    def test_clone_of_some_members(self):
        group, *members = self.group_with(3)
        taken = snapshot(group, members)
        self.driver.create_share_group_snapshot(taken)
        new_group, clones = clones_of(self.pool, members[:1])
        self.driver.create_share_group_from_snapshot(new_group, taken, clones)
        self.assertEqual(
            {member.id for member in members} | {clones[0].share.id},
            self.shares_of(self.driver),
        )

    def test_clone_of_no_snapshot(self):
        group, *members = self.group_with(1)
        new_group, clones = clones_of(self.pool, members)
        self.assertRaises(
            exception.DriverError,
            self.driver.create_share_group_from_snapshot,
            new_group,
            snapshot(group, members),
            clones,
        )
        self.assertEqual({group.id}, self.groups_of(self.driver))

    def test_copy(self):
        group, *members = self.group_with(2)
        new_group, clones = clones_of(self.pool, members)
        for _again in range(2):
            locations = self.driver.create_share_group_from_group(
                new_group, group, clones
            )
            self.assertEqual(
                {clone.share.id for clone in clones}, set(locations)
            )
            self.assertTrue(all(locations.values()))
        self.assertEqual({group.id, new_group.id}, self.groups_of(self.driver))
        self.assertEqual(4, len(self.shares_of(self.driver)))
        self.assertEqual(set(), self.snapshots_of(self.driver))

    def test_copy_of_no_group(self):
        group = share_group(self.pool)
        new_group, clones = clones_of(self.pool, [share(self.pool, group)])
        self.assertRaises(
            exception.DriverError,
            self.driver.create_share_group_from_group,
            new_group,
            group,
            clones,
        )
        for _again in range(2):
            self.driver.forget_source(new_group, group.id)
            self.driver.delete_share_group(new_group)
        self.assertEqual(set(), self.groups_of(self.driver))
        self.assertEqual(set(), self.snapshots_of(self.driver))

    def test_revert(self):
        group, *members = self.group_with(2)
        taken = [snapshot(group, members) for _ in range(2)]
        for one in taken:
            self.driver.create_share_group_snapshot(one)
        reported = self.driver.pools()[0].group_capabilities
        if not reported.get('revert_to_snapshot_support'):
            self.assertRaises(
                exception.NothingChanged,
                self.driver.revert_share_group,
                group,
                taken[1],
                members,
            )
            return
        to_any = reported.get('revert_to_any_group_snapshot')
        for one in (taken[1], taken[1], *taken[:1][:to_any]):
            self.driver.revert_share_group(group, one, members)
            self.driver.update_access(members[0], [])
        self.assertEqual(
            {one.id for one in taken}, self.snapshots_of(self.driver)
        )
        self.assertEqual(
            {member.id for member in members}, self.shares_of(self.driver)
        )

    def test_revert_to_no_snapshot(self):
        group, *members = self.group_with(1)
        self.assertRaises(
            exception.NothingChanged,
            self.driver.revert_share_group,
            group,
            snapshot(group, members),
            members,
        )
        self.assertEqual({members[0].id}, self.shares_of(self.driver))

    def test_what_is_not_readable(self):
        if self.driver.readable:
            return
        group, *members = self.group_with(1)
        taken = snapshot(group, members)
        new_group, clones = clones_of(self.pool, members)
        for call, error in (
            ((self._read, taken), exception.DriverError),
            (
                (
                    self.driver.create_share_group_from_files,
                    *(new_group, clones, self.fail),
                ),
                exception.DriverError,
            ),
            (
                (self.driver.restore_share_group, group, clones, self.fail),
                exception.NothingChanged,
            ),
        ):
            self.assertRaises(error, *call)
        self.assertEqual({group.id}, self.groups_of(self.driver))

    def _read(self, taken):
        with self.driver.read_snapshot(taken):
            pass

    def test_update_access(self):
        made = share(self.pool)
        self.driver.create_share(made)
        some = [
            driver.AccessRule(access_to='192.0.2.1', access_level='rw'),
            driver.AccessRule(access_to='2001:db8::/64', access_level='ro'),
        ]
        for rules in (some, some, some[:1], []):
            self.driver.update_access(made, rules)

    def test_update_access_of_no_share(self):
        self.assertRaises(
            exception.DriverError,
            self.driver.update_access,
            share(self.pool),
            [],
        )

    def test_many_threads(self):
        groups = [share_group(self.pool) for _ in range(40)]
        with futures.ThreadPoolExecutor(8) as threads:
            list(threads.map(self._fill, groups))
            list(threads.map(self.driver.delete_share_group, groups[10:]))
        self.assertEqual(
            {group.id for group in groups[:10]}, self.groups_of(self.driver)
        )
        self.assertEqual(10, len(self.shares_of(self.driver)))
        self.assertEqual(40, len(self.snapshots_of(self.driver)))

    def _fill(self, group):
        self.driver.create_share_group(group)
        member = share(self.pool, group)
        self.driver.create_share(member)
        self.driver.create_share_group_snapshot(snapshot(group, [member]))


class BytesContract(DriverContract):
    """Mix in where shares hold bytes that tests can get at."""

    def write(self, share, text):
        """Put text into a file of a share, the same file each time."""
        raise NotImplementedError

    def read(self, share):
        """Return the text that :meth:`write` has put into a share."""
        raise NotImplementedError

    def test_create_share_again_keeps_the_bytes(self):
        member = self.group_with(1)[1]
        for made in (share(self.pool), member):
            self.driver.create_share(made)
            self.write(made, 'bytes')
            self.driver.create_share(made)
            self.assertEqual('bytes', self.read(made))

    def test_clone_has_the_bytes_of_the_snapshot(self):
        group, *members = self.group_with(2)
        for number, member in enumerate(members):
            self.write(member, f'old {number}')
        taken = snapshot(group, members)
        self.driver.create_share_group_snapshot(taken)
        for member in members:
            self.write(member, 'new')
        self.driver.create_share_group_snapshot(taken)
        new_group, clones = clones_of(self.pool, members)
        arguments = (new_group, taken, clones)
        self.driver.create_share_group_from_snapshot(*arguments)
        self.write(clones[1].share, 'mine')
        self.driver.create_share_group_from_snapshot(*arguments)
        self.driver.delete_share_group_snapshot(taken)
        self.driver.delete_share_group(group)
        self.assertEqual('old 0', self.read(clones[0].share))
        self.assertEqual('mine', self.read(clones[1].share))

    def test_copy_has_the_bytes_of_its_source(self):
        group, *members = self.group_with(2)
        for number, member in enumerate(members):
            self.write(member, f'old {number}')
        new_group, clones = clones_of(self.pool, members)
        self.driver.create_share_group_from_group(new_group, group, clones)
        for member in members:
            self.write(member, 'new')
        self.driver.create_share_group_from_group(new_group, group, clones)
        self.driver.delete_share_group(group)
        for number, clone in enumerate(clones):
            self.assertEqual(f'old {number}', self.read(clone.share))

    def test_revert_brings_the_bytes_back(self):
        group, *members = self.group_with(2)
        taken = []
        for text in ('first', 'second', 'third'):
            for member in members:
                self.write(member, text)
            taken.append(snapshot(group, members))
            self.driver.create_share_group_snapshot(taken[-1])
        for number, text in ((1, 'second'), (2, 'third'), (0, 'first')):
            for _again in range(2):
                self.driver.revert_share_group(group, taken[number], members)
                self.assertEqual(
                    [text, text], [self.read(member) for member in members]
                )
                self.write(members[0], 'mine')
