# SPDX-License-Identifier: Apache-2.0
"""What the local driver does on Btrfs only: limits, and quota groups."""

import dataclasses
import errno
import os

from manila_groups import exception
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import contract_files
from manila_groups.tests.unit.backend import local_case

GIB = 2**30


class BtrfsTest(local_case.BtrfsTestCase):
    def setUp(self):
        super().setUp()
        self.driver = local_case.ready(self.path)
        self.group = contract.share_group('alpha')
        self.driver.create_share_group(self.group)

    def limits(self):
        """Find the limits in GiB of all subvolumes, by their names."""
        qgroups = self.btrfs.qgroups()
        return {
            os.path.basename(path): qgroups[number]
            if qgroups[number] == 'none'
            else int(qgroups[number]) / GIB
            for number, path in self.btrfs.subvolumes().items()
        }

    def members(self, *group_sizes):
        shares = [
            contract.share('alpha', self.group, group_size_gb=size_gb)
            for size_gb in group_sizes
        ]
        for share in shares:
            self.driver.create_share(share)
        return shares

    def fill(self, share):
        """Write to a share until it is full; return how many bytes it took."""
        with open(self.home(share) / 'large', 'ab', buffering=0) as large:
            for step in (2**24, 2**20, 2**16, 2**12):
                with self.assertRaisesErrno(errno.EDQUOT):
                    self._grow(large.fileno(), step)
            return os.fstat(large.fileno()).st_size

    def _grow(self, file, step):
        while True:
            os.posix_fallocate(file, os.fstat(file).st_size, step)

    def assertRaisesErrno(self, number):
        test = self

        class Expected:
            def __enter__(self):
                return self

            def __exit__(self, kind, error, _traceback):
                test.assertIsInstance(error, OSError)
                test.assertEqual(number, error.errno)
                return True

        return Expected()


class TestLimits(BtrfsTest):
    def test_an_empty_group_has_none(self):
        self.assertEqual({self.group.id: 'none'}, self.limits())

    def test_a_group_s_is_the_sum(self):
        first, second = self.members(1, 3)
        self.assertEqual({self.group.id: 3}, self.limits())
        self.driver.resize_share(
            dataclasses.replace(second, size_gb=5, group_size_gb=6)
        )
        self.assertEqual({self.group.id: 6}, self.limits())
        self.driver.delete_share(dataclasses.replace(second, group_size_gb=1))
        self.assertEqual({self.group.id: 1}, self.limits())
        self.driver.delete_share(dataclasses.replace(first, group_size_gb=0))
        self.assertEqual({self.group.id: 'none'}, self.limits())

    def test_a_lone_share_s_is_its_size(self):
        share = contract.share('alpha', size_gb=2)
        self.driver.create_share(share)
        self.assertEqual(2, self.limits()[share.id])
        self.driver.resize_share(dataclasses.replace(share, size_gb=1))
        self.assertEqual(1, self.limits()[share.id])
        # Creating it again puts right what somebody has changed.
        self.driver.create_share(share)
        self.assertEqual(2, self.limits()[share.id])

    def test_a_clone_s_is_its_own(self):
        members = self.members(1, 2)
        taken = contract.snapshot(self.group, members)
        self.driver.create_share_group_snapshot(taken)
        group, clones = contract.clones_of('alpha', members)
        clones = [
            dataclasses.replace(
                clone,
                share=dataclasses.replace(clone.share, group_size_gb=7),
            )
            for clone in clones
        ]
        self.driver.create_share_group_from_snapshot(group, taken, clones)
        self.assertEqual(7, self.limits()[group.id])

    def test_are_kept(self):
        share = contract.share('alpha')
        self.driver.create_share(share)
        (member,) = self.members(1)
        for full in (share, member):
            self.assertTrue(GIB * 0.9 < self.fill(full) <= GIB)

    def test_of_a_full_group(self):
        members = self.members(1, 1)
        self.fill(members[0])
        self.members(2)
        self.driver.resize_share(members[0])
        taken = contract.snapshot(self.group, members)
        self.driver.create_share_group_snapshot(taken)
        group, clones = contract.clones_of('alpha', members)
        self.driver.create_share_group_from_snapshot(group, taken, clones)
        self.assertTrue((self.home(clones[0].share) / 'large').is_file())
        self.driver.delete_share(members[0])
        self.driver.resize_share(clones[0].share)
        self.driver.delete_share_group(group)
        self.assertFalse(self.home(members[0]).exists())

    def test_of_files(self):
        """The limit is there before the files, and their end."""
        members = self.members(1, 2)
        group, clones = contract.clones_of('alpha', members)
        found = []

        def fill(path):
            contract_files.filler({one.id: 'new' for one in members})(path)
            found.append(self.limits()[os.path.basename(path)])

        self.driver.create_share_group_from_files(group, clones, fill)
        clones = contract_files.in_place(members)
        self.driver.restore_share_group(self.group, clones, fill)
        self.assertEqual([2, 2], found)
        self.assertEqual({group.id: 2, self.group.id: 2}, self.limits())

    def test_of_files_that_do_not_fit(self):
        (member,) = self.members(1)
        (self.home(member) / 'file').write_text('old')
        taken = contract.snapshot(self.group, [member])
        self.driver.create_share_group_snapshot(taken)

        def fill(path):
            contract_files.filler({member.id: 'new'})(path)
            with open(os.path.join(path, member.id, 'large'), 'wb') as large:
                os.posix_fallocate(large.fileno(), 0, GIB + 2**20)

        for error, call, group, clones in (
            (
                exception.DriverError,
                self.driver.create_share_group_from_files,
                *contract.clones_of('alpha', [member]),
            ),
            (
                exception.NothingChanged,
                self.driver.restore_share_group,
                *(self.group, contract_files.in_place([member])),
            ),
        ):
            raised = self.assertRaises(error, call, group, clones, fill)
            self.assertIn('more than the 1 GiB of all shares', raised.message)
        self.assertEqual('old', (self.home(member) / 'file').read_text())
        self.assertEqual({self.group.id: 1, taken.id: 1}, self.limits())
        self.assertEqual(set(), self.btrfs.leftover_qgroups())


class TestSubvolumes(BtrfsTest):
    def test_a_snapshot_is_read_only(self):
        (member,) = self.members(1)
        taken = contract.snapshot(self.group, [member])
        self.driver.create_share_group_snapshot(taken)
        copied = self.path / 'snapshots' / taken.id / member.id
        with self.assertRaisesErrno(errno.EROFS):
            (copied / 'file').write_text('late')

    def test_nothing_is_left(self):
        alone = contract.share('alpha')
        self.driver.create_share(alone)
        members = self.members(1, 2)
        taken = contract.snapshot(self.group, members)
        self.driver.create_share_group_snapshot(taken)
        group, clones = contract.clones_of('alpha', members)
        self.driver.create_share_group_from_snapshot(group, taken, clones)
        self.driver.delete_share(alone)
        self.driver.delete_share_group_snapshot(taken)
        for gone in (group, self.group):
            self.driver.delete_share_group(gone)
        self.assertEqual({}, self.btrfs.subvolumes())
        self.assertEqual(set(), self.btrfs.leftover_qgroups())
        self.driver.setup()
        self.assertEqual(local_case.EMPTY, self.tree())

    def test_a_directory_in_place_of_a_group(self):
        foreign = contract.share_group('alpha')
        home = self.path / 'groups' / foreign.id
        home.mkdir()
        (home / 'thesis.txt').write_text('all of it')
        for call in (
            self.driver.create_share_group,
            self.driver.delete_share_group,
        ):
            error = self.assertRaises(exception.DriverError, call, foreign)
            self.assertIn('not a Btrfs subvolume', error.message)
        self.assertEqual('all of it', (home / 'thesis.txt').read_text())


class TestCapacity(BtrfsTest):
    def test_what_shares_hold(self):
        alone = contract.share('alpha')
        self.driver.create_share(alone)
        members = self.members(1)
        before = self.driver.pools()[0]
        for share in (alone, *members):
            with open(self.home(share) / 'large', 'wb') as large:
                os.posix_fallocate(large.fileno(), 0, GIB // 2)
        self.btrfs.qgroups()
        after = self.driver.pools()[0]
        self.assertAlmostEqual(0, before.used_capacity_gb, 1)
        self.assertAlmostEqual(1, after.used_capacity_gb, 1)
        self.assertAlmostEqual(
            before.claimable_gb(), after.claimable_gb(), delta=0.1
        )

    def test_what_is_shared_counts_once(self):
        (member,) = self.members(1)
        with open(self.home(member) / 'large', 'wb') as large:
            os.posix_fallocate(large.fileno(), 0, GIB // 2)
        taken = contract.snapshot(self.group, [member])
        self.driver.create_share_group_snapshot(taken)
        group, clones = contract.clones_of('alpha', [member])
        self.driver.create_share_group_from_snapshot(group, taken, clones)
        self.btrfs.qgroups()
        used = self.driver.pools()[0].used_capacity_gb
        self.assertAlmostEqual(0.5, used, 1)

    def test_ratio(self):
        made = local_case.ready(self.path, max_over_subscription_ratio=2.5)
        (pool,) = made.pools()
        self.assertEqual(2.5, pool.max_over_subscription_ratio)
        self.assertIs(True, pool.capabilities['thin_provisioning'])
