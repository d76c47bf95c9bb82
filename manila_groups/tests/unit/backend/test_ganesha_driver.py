# SPDX-License-Identifier: Apache-2.0
"""The whole local driver, with exports: what clients of the shares see."""

import dataclasses
import os
from unittest import mock
import uuid

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.backend.drivers.local import exchange
from manila_groups.tests import btrfs
from manila_groups.tests import ganesha
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import contract_files
from manila_groups.tests.unit.backend import ganesha_case
from manila_groups.tests.unit.backend import local_case


class Exports:
    """What has to hold, on whatever the shares are kept."""

    def setUp(self):
        super().setUp()
        ganesha.need(self)
        self.path = self.make_root() / 'alpha'
        self.server = self.useFixture(ganesha.GaneshaFixture())
        self.driver = local_case.ready(
            self.path, export='ganesha', **self.server.options
        )
        self.group = contract.share_group('alpha')
        self.driver.create_share_group(self.group)

    def make_share(self, group_id=None):
        share = driver.Share(
            id=str(uuid.uuid4()),
            project_id='a-project',
            pool='alpha',
            size_gb=1,
            share_group_id=group_id,
            group_size_gb=1,
        )
        return share, self.driver.create_share(share)[0].path

    def allow(self, share, *rules):
        self.driver.update_access(share, list(rules))

    def snapshot(self, *shares):
        snapshot = contract.snapshot(self.group, shares)
        self.driver.create_share_group_snapshot(snapshot)
        return snapshot

    def clone(self, share):
        """Make a snapshot of the group, and a group with a share of it."""
        snapshot = self.snapshot(share)
        group = contract.share_group('alpha')
        copy = dataclasses.replace(
            share, id=str(uuid.uuid4()), share_group_id=group.id
        )
        locations = self.driver.create_share_group_from_snapshot(
            group, snapshot, [driver.Clone(copy, share.id)]
        )
        return snapshot, group, copy, locations[copy.id][0].path

    def test_share_alone(self):
        share, location = self.make_share()
        self.assertFalse(self.server.mountable(location))
        self.allow(share, *ganesha_case.READ_WRITE)
        self.assertTrue(self.server.write(location, 'file', b'bytes'))
        self.allow(share, *ganesha_case.READ_ONLY)
        self.assertEqual(b'bytes', self.server.read(location, 'file'))
        self.assertFalse(self.server.write(location, 'refused', b''))
        self.allow(share)
        self.assertFalse(self.server.mountable(location))
        self.driver.delete_share(share)
        self.assertFalse(self.server.mountable(location))
        self.assertEqual(['.manila-groups'], os.listdir(self.server.exports))

    def test_group_from_snapshot(self):
        share, location = self.make_share(self.group.id)
        self.allow(share, *ganesha_case.READ_WRITE)
        self.server.write(location, 'before', b'before')
        _snapshot, group, copy, copied = self.clone(share)
        self.server.write(location, 'after', b'after')
        self.assertFalse(self.server.mountable(copied))
        self.allow(copy, *ganesha_case.READ_WRITE)
        self.assertEqual(b'before', self.server.read(copied, 'before'))
        self.assertIsNone(self.server.read(copied, 'after'))
        self.assertTrue(self.server.write(copied, 'new', b'new'))
        self.assertIsNone(self.server.read(location, 'new'))
        self.assertEqual(b'after', self.server.read(location, 'after'))
        for gone in (self.group, group):
            self.driver.delete_share_group(gone)
        self.assertFalse(self.server.mountable(location))
        self.assertFalse(self.server.mountable(copied))
        self.assertEqual(['.manila-groups'], os.listdir(self.server.exports))

    def test_snapshots_are_not_exported(self):
        share, location = self.make_share(self.group.id)
        self.allow(share, *ganesha_case.READ_WRITE)
        self.server.write(location, 'file', b'bytes')
        snapshot, _group, copy, _copied = self.clone(share)
        self.allow(copy, *ganesha_case.READ_WRITE)
        exported = [
            line
            for file in self.server.exports.glob('*.conf')
            for line in file.read_text().splitlines()
            if line.strip().startswith('Path')
        ]
        self.assertEqual(2, len(exported))
        self.assertNotIn(snapshot.id, ''.join(exported))
        shown = self.server.client(
            'nfs-ls', '-R', self.server.url('127.0.0.1:', 'manila-groups')
        ).stdout.decode()
        self.assertIn(share.id, shown)
        self.assertNotIn(snapshot.id, shown)

    def test_group_from_group(self):
        share, location = self.make_share(self.group.id)
        self.allow(share, *ganesha_case.READ_WRITE)
        self.server.write(location, 'file', b'old')
        group, clones = contract.clones_of('alpha', [share])
        locations = self.driver.create_share_group_from_group(
            group, self.group, clones
        )
        copy = clones[0].share
        copied = locations[copy.id][0].path
        self.assertFalse(self.server.mountable(copied))
        self.assertEqual({share.id}, self.driver._exports.published())
        self.overwrite(location, b'new')
        self.allow(copy, *ganesha_case.READ_ONLY)
        self.assertEqual(b'old', self.server.read(copied, 'file'))
        self.assertFalse(self.server.write(copied, 'refused', b''))
        self.allow(share)
        self.assertEqual(b'old', self.server.read(copied, 'file'))
        self.assertFalse(self.server.mountable(location))

    def test_revert(self):
        """Clients see all of it before, none during, and all of it after."""
        shares, locations = zip(
            *(self.make_share(self.group.id) for _ in range(3)), strict=True
        )
        stranger = [driver.AccessRule('192.0.2.1', 'rw')]
        rules = [ganesha_case.READ_WRITE, ganesha_case.READ_WRITE, stranger]
        wanted = list(zip(shares, rules, strict=True))
        self.driver.update_access_many(wanted)
        for number, location in enumerate(locations[:2]):
            text = b'old %d' % number
            self.assertTrue(self.server.write(location, 'file', text))
        snapshot = self.snapshot(*shares)
        for _again in range(2):
            for location in locations[:2]:
                self.overwrite(location, b'new')
                self.assertTrue(self.server.write(location, 'other', b'new'))
            self.exchange(
                locations,
                lambda: self.driver.revert_share_group(
                    self.group, snapshot, shares
                ),
            )
            self.driver.update_access_many(wanted)
            for number, location in enumerate(locations[:2]):
                self.assertEqual(
                    b'old %d' % number, self.server.read(location, 'file')
                )
                self.assertIsNone(self.server.read(location, 'other'))
            self.assertFalse(self.server.mountable(locations[2]))

    def overwrite(self, location, content):
        self.assertTrue(self.server.overwrite(location, 'file', content))
        self.assertEqual(content, self.server.read(location, 'file'))

    def exchange(self, locations, call):
        """Exchange the group; no client gets in from then on."""
        seen = []

        def look():
            seen.append([self.server.mountable(one) for one in locations])

        def watched(*paths):
            look()
            exchange_now(*paths)

        exchange_now = exchange.exchange
        with mock.patch.object(exchange, 'exchange', watched):
            call()
        look()
        self.assertEqual([[False] * len(locations)] * 2, seen)

    def test_restore(self):
        """Clients write until all files are there; then they see those."""
        share, location = self.make_share(self.group.id)
        self.allow(share, *ganesha_case.READ_WRITE)
        self.server.write(location, 'file', b'old')

        def fill(path):
            contract_files.filler({share.id: 'restored'})(path)
            self.overwrite(location, b'new')

        self.exchange(
            [location],
            lambda: self.driver.restore_share_group(
                self.group, contract_files.in_place([share]), fill
            ),
        )
        self.allow(share, *ganesha_case.READ_WRITE)
        self.assertEqual(b'restored', self.server.read(location, 'file'))
        self.assertTrue(self.server.write(location, 'more', b'more'))

    def test_restore_that_fails(self):
        share, location = self.make_share(self.group.id)
        self.allow(share, *ganesha_case.READ_WRITE)
        self.server.write(location, 'file', b'old')
        self.assertRaises(
            exception.NothingChanged,
            self.driver.restore_share_group,
            self.group,
            contract_files.in_place([share]),
            contract_files.filler({}),
        )
        self.overwrite(location, b'new')

    def test_group_from_files(self):
        share, location = self.make_share(self.group.id)
        self.driver.delete_share_group(self.group)
        group, clones = contract.clones_of('alpha', [share])
        locations = self.driver.create_share_group_from_files(
            group, clones, contract_files.filler({share.id: 'restored'})
        )
        copy = clones[0].share
        copied = locations[copy.id][0].path
        self.assertFalse(self.server.mountable(copied))
        self.allow(copy, *ganesha_case.READ_WRITE)
        self.assertEqual(b'restored', self.server.read(copied, 'file'))
        self.assertTrue(self.server.write(copied, 'more', b'more'))
        self.assertFalse(self.server.mountable(location))

    def test_exports_of_shares_that_are_gone(self):
        share, location = self.make_share()
        self.allow(share, *ganesha_case.READ_WRITE)
        (self.path / 'shares' / share.id).rename(self.path.parent / 'gone')
        local_case.ready(self.path, export='ganesha', **self.server.options)
        self.assertFalse(self.server.mountable(location))
        self.assertEqual(['.manila-groups'], os.listdir(self.server.exports))
        self.assertEqual([], os.listdir(self.server.temp / 'volumes/alpha'))


class TestInDirectories(Exports, local_case.LocalTestCase):
    """Each share is a directory of a file system."""

    def make_root(self):
        return self.temp


class TestInSubvolumes(Exports, local_case.LocalTestCase):
    """Each group is a subvolume of Btrfs, with its shares in it."""

    def make_root(self):
        return btrfs.use(self).path
