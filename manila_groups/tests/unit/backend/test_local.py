# SPDX-License-Identifier: Apache-2.0
"""The local driver, on real file systems."""

import os

import testtools

from manila_groups import exception
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case


class TestContract(local_case.LocalContract, local_case.LocalTestCase):
    """On directories."""


class TestContractOnBtrfs(local_case.LocalContract, local_case.BtrfsTestCase):
    """On subvolumes."""


class TestCapacity(local_case.LocalTestCase):
    def test_is_the_file_systems(self):
        made = local_case.make(self.path, reserved_percentage=10)
        made.setup()
        before = os.statvfs(self.path)
        (pool,) = made.pools()
        after = os.statvfs(self.path)
        self.assertEqual('alpha', pool.name)
        self.assertEqual(10, pool.reserved_percentage)
        self.assertEqual(
            round(before.f_blocks * before.f_frsize / 1024**3, 2),
            pool.total_capacity_gb,
        )
        low, high = sorted(
            figures.f_bavail * figures.f_frsize / 1024**3
            for figures in (before, after)
        )
        # Other processes write to the file system meanwhile.
        self.assertTrue(low - 0.25 <= pool.free_capacity_gb <= high + 0.25)

    def test_claims_no_more_than_directories_can_do(self):
        (pool,) = local_case.ready(self.path).pools()
        self.assertNotIn(
            'consistent_snapshot_support', pool.group_capabilities
        )
        self.assertIs(True, pool.capabilities['snapshot_support'])
        self.assertIs(False, pool.capabilities['thin_provisioning'])

    def test_of_a_file_system_that_is_gone(self):
        made = local_case.ready(self.path)
        self.path.rename(self.temp / 'unmounted')
        self.assertRaises(exception.DriverError, made.pools)
        self.path.mkdir()
        group = contract.share_group('alpha')
        for call in (
            made.pools,
            lambda: made.create_share_group(group),
            lambda: made.delete_share_group(group),
        ):
            with testtools.ExpectedException(
                exception.TransientDriverError, '.*mounted'
            ):
                call()
        self.assertEqual([], self.tree())


class TestShareGroups(local_case.LocalTestCase):
    def setUp(self):
        super().setUp()
        self.driver = local_case.ready(self.path)
        self.group = contract.share_group('alpha')
        self.home = self.path / 'groups' / self.group.id

    def _fill(self, home=None):
        deep = (home or self.home) / 'a' / 'b'
        deep.mkdir(parents=True)
        (deep / 'file').write_text('bytes')
        (deep / 'link').symlink_to(self.temp)

    def assertFails(self, call, part):
        error = self.assertRaises(exception.DriverError, call, self.group)
        self.assertIn(part, error.message)

    def test_mode(self):
        self.driver.create_share_group(self.group)
        self.assertEqual(0, self.home.stat().st_mode & 0o027)

    def test_create_again_leaves_the_bytes(self):
        self.driver.create_share_group(self.group)
        self._fill()
        self.driver.create_share_group(self.group)
        self.assertEqual('bytes', (self.home / 'a/b/file').read_text())

    def test_delete_with_the_bytes(self):
        self.driver.create_share_group(self.group)
        self._fill()
        self.driver.delete_share_group(self.group)
        self.assertEqual(local_case.EMPTY, self.tree())
        self.assertTrue(self.temp.is_dir())

    def test_ids_that_are_none(self):
        before = self.tree()
        good = self.group.id
        for wrong in (
            '',
            '.',
            '..',
            '../x',
            '/etc',
            '../trash',
            good.upper(),
            good.replace('-', ''),
            f'{{{good}}}',
            f'{good}\n',
            f'{good}/..',
            f'../groups/{good}',
            f'{good}\0',
            good[:-1] + '\u0661',
        ):
            group = contract.share_group('alpha', wrong or ' ')
            for call in (
                self.driver.create_share_group,
                self.driver.delete_share_group,
            ):
                with testtools.ExpectedException(
                    exception.DriverError, '.*not the id'
                ):
                    call(group)
        self.assertEqual(before, self.tree())

    def test_create_in_another_pool(self):
        with testtools.ExpectedException(
            exception.DriverError, '.*no pool beta'
        ):
            self.driver.create_share_group(contract.share_group('beta'))
        self.assertEqual([], os.listdir(self.path / 'groups'))

    def test_a_link_in_place_of_the_group(self):
        outside = self.temp / 'outside'
        self._fill(outside)
        self.home.symlink_to(outside)
        self.assertFails(self.driver.create_share_group, self.group.id)
        self.assertFails(self.driver.delete_share_group, 'did not create it')
        self.assertTrue(self.home.is_symlink())
        self.assertEqual('bytes', (outside / 'a/b/file').read_text())

    def test_a_file_in_place_of_the_group(self):
        self.home.write_text('mine')
        self.assertFails(self.driver.create_share_group, self.group.id)
        self.assertFails(self.driver.delete_share_group, 'did not create it')
        self.assertEqual('mine', self.home.read_text())

    def test_links_in_place_of_the_driver_s_directories(self):
        outside = self.temp / 'outside'
        self._fill(outside / self.group.id)
        for name in ('groups', 'trash'):
            (self.path / name).rmdir()
            (self.path / name).symlink_to(outside)
            self.assertFails(self.driver.delete_share_group, name)
            (self.path / name).unlink()
            (self.path / name).mkdir()
        self.assertTrue((outside / self.group.id / 'a/b/file').is_file())

    def test_a_link_in_place_of_the_path(self):
        outside = self.temp / 'outside'
        self.path.rename(outside)
        self.path.symlink_to(outside)
        self.assertFails(self.driver.create_share_group, 'local_path')
        self.assertEqual([], os.listdir(outside / 'groups'))

    def test_links_in_the_trash(self):
        outside = self.temp / 'outside'
        self._fill(outside)
        (self.path / 'trash' / 'link').symlink_to(outside)
        (self.path / 'trash' / 'file').write_text('left')
        self.driver.setup()
        self.assertEqual([], os.listdir(self.path / 'trash'))
        self.assertEqual('bytes', (outside / 'a/b/file').read_text())

    def test_trash_of_the_same_id(self):
        self.driver.create_share_group(self.group)
        self._fill()
        self._fill(self.path / 'trash' / self.group.id)
        self.driver.delete_share_group(self.group)
        self.assertEqual(local_case.EMPTY, self.tree())

    def test_delete_finishes_what_was_cut_short(self):
        self._fill(self.path / 'trash' / self.group.id)
        self.driver.delete_share_group(self.group)
        self.assertEqual([], os.listdir(self.path / 'trash'))

    def test_setup_finishes_what_was_cut_short(self):
        self._fill(self.path / 'trash' / self.group.id)
        (self.path / '.manila-groups.draft').write_text('{')
        self.driver.setup()
        self.assertEqual(local_case.EMPTY, self.tree())
