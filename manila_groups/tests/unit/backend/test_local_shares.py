# SPDX-License-Identifier: Apache-2.0
"""Shares of the local driver, with what users may have put into them."""

import dataclasses
import os
import stat
import subprocess

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case

GIB = 2**30
RULES = [driver.AccessRule(access_to='192.0.2.1', access_level='ro')]


class SharesContract:
    def setUp(self):
        super().setUp()
        self.driver = local_case.ready(self.path)
        self.group = contract.share_group('alpha')
        self.driver.create_share_group(self.group)
        self.member = contract.share('alpha', self.group)
        self.alone = contract.share('alpha')
        for share in (self.member, self.alone):
            self.driver.create_share(share)
        self.outside = self.temp / 'outside'
        self.outside.mkdir()
        (self.outside / 'thesis.txt').write_text('all of it')

    def _clone(self):
        """Clone the group; return the new home of its only share."""
        taken = contract.snapshot(self.group, [self.member])
        self.driver.create_share_group_snapshot(taken)
        group, clones = contract.clones_of('alpha', [self.member])
        self.driver.create_share_group_from_snapshot(group, taken, clones)
        return self.home(clones[0].share)

    def test_location(self):
        self.assertEqual(
            [
                driver.ExportLocation(
                    path=str(self.home(self.alone)), is_admin_only=True
                )
            ],
            self.driver.create_share(self.alone),
        )

    def test_modes(self):
        old = os.umask(0o077)
        self.addCleanup(os.umask, old)
        member = contract.share('alpha', self.group)
        alone = contract.share('alpha')
        for share in (self.member, self.alone, member, alone):
            self.driver.create_share(share)
            mode = stat.S_IMODE(self.home(share).stat().st_mode)
            self.assertEqual(0o777, mode)
        for above in ('groups', f'groups/{self.group.id}', 'shares', '.'):
            mode = stat.S_IMODE((self.path / above).stat().st_mode)
            self.assertEqual(0o750, mode, above)

    def test_ids_that_are_none(self):
        before = self.tree()
        wrong = dataclasses.replace(self.alone, id='../groups')
        lost = dataclasses.replace(self.member, share_group_id='..')
        taken = contract.snapshot(self.group, [wrong])
        clone = driver.Clone(share=self.member, source_share_id='..')
        for call, *arguments in (
            (self.driver.create_share, wrong),
            (self.driver.delete_share, wrong),
            (self.driver.delete_share, lost),
            (self.driver.resize_share, wrong),
            (self.driver.update_access, wrong, []),
            (self.driver.create_share_group_snapshot, taken),
            (
                self.driver.create_share_group_from_snapshot,
                contract.share_group('alpha'),
                contract.snapshot(self.group, []),
                [clone],
            ),
        ):
            error = self.assertRaises(exception.DriverError, call, *arguments)
            self.assertIn('not the id', error.message)
        self.assertEqual(before, self.tree())

    def test_create_in_another_pool(self):
        share = contract.share('beta')
        self.assertRaises(
            exception.DriverError, self.driver.create_share, share
        )
        self.assertFalse(self.home(share).exists())

    def test_snapshot_of_a_share_that_is_not_there(self):
        taken = contract.snapshot(
            self.group, [self.member, contract.share('alpha', self.group)]
        )
        error = self.assertRaises(
            exception.DriverError,
            self.driver.create_share_group_snapshot,
            taken,
        )
        self.assertIn('does not exist', error.message)
        self.assertEqual([], os.listdir(self.path / 'snapshots'))

    def _fill_with_oddities(self, home):
        (home / 'link').symlink_to(self.outside)
        (home / 'dangling').symlink_to('/nowhere/at/all')
        os.mkfifo(home / 'pipe')
        (home / '-rf').write_text('option')
        (home / 'new\nline * ?').write_text('name')
        os.mkdir(os.fsencode(home) + b'/\xff\xfe')
        (home / 'mode').write_text('bytes')
        os.link(home / 'mode', home / 'second name')
        (home / 'mode').chmod(0o4640)
        os.setxattr(home / 'mode', 'user.colour', b'red')
        with open(home / 'sparse', 'wb') as sparse:
            sparse.truncate(GIB)

    def test_clone_keeps_everything(self):
        self._fill_with_oddities(self.home(self.member))
        if not os.geteuid():
            os.chown(self.home(self.member) / 'mode', 4711, 4712)
            (self.home(self.member) / 'mode').chmod(0o4640)
        before = self._described(self.home(self.member))
        home = self._clone()
        self.assertEqual(before, self._described(home))
        self.assertTrue((home / 'mode').samefile(home / 'second name'))
        self.assertEqual(b'red', os.getxattr(home / 'mode', 'user.colour'))
        self.assertEqual(0, (home / 'sparse').stat().st_blocks)

    def _described(self, home):
        found = {}
        for name in os.listdir(os.fsencode(home)):
            info = os.lstat(os.path.join(os.fsencode(home), name))
            found[name] = (info.st_mode, info.st_uid, info.st_gid)
            if not stat.S_ISDIR(info.st_mode):
                found[name] += (info.st_size, info.st_mtime_ns)
        return found

    def test_delete_follows_nothing(self):
        for share in (self.member, self.alone):
            self._fill_with_oddities(self.home(share))
            self.driver.delete_share(share)
            self.assertFalse(self.home(share).exists())
        self.driver.create_share(self.member)
        self._fill_with_oddities(self.home(self.member))
        self.driver.delete_share_group(self.group)
        self.assertEqual(['thesis.txt'], os.listdir(self.outside))

    def test_delete_a_deep_tree(self):
        for share in (self.member, self.alone):
            here = os.open(self.home(share), os.O_RDONLY)
            for _level in range(1100):
                os.mkdir('deep' * 10, dir_fd=here)
                below = os.open('deep' * 10, os.O_RDONLY, dir_fd=here)
                os.close(here)
                here = below
            os.close(here)
            self.driver.delete_share(share)
            self.assertFalse(self.home(share).exists())

    def test_delete_what_is_immutable(self):
        for share in (self.member, self.alone):
            file = self.home(share) / 'file'
            file.write_text('for ever')
            try:
                subprocess.run(['chattr', '+i', file], check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                self.skipTest(f'no immutable files here: {error}')
            self.driver.delete_share(share)
            self.assertFalse(self.home(share).exists())

    def _hold(self, share, size):
        """Have a share take storage, which is not written to."""
        with open(self.home(share) / 'large', 'wb') as large:
            os.posix_fallocate(large.fileno(), 0, size)

    def _resize(self, share, size_gb):
        self.driver.resize_share(
            dataclasses.replace(share, size_gb=size_gb, group_size_gb=size_gb)
        )

    def test_shrink_below_what_it_holds(self):
        for share in (self.member, self.alone):
            self._resize(share, 3)
            self._hold(share, GIB + GIB // 4)
            (self.home(share) / 'link').symlink_to(self.outside)
            error = self.assertRaises(
                exception.PossibleDataLoss, self._resize, share, 1
            )
            self.assertIn('more than 1 GiB', error.message)
            # Nothing has changed: it may still grow.
            self._hold(share, GIB + GIB // 2)
            self._resize(share, 2)
            (self.home(share) / 'large').unlink()
            self._resize(share, 1)

    def test_hard_links_count_once(self):
        self._resize(self.member, 3)
        self._hold(self.member, GIB * 3 // 4)
        home = self.home(self.member)
        os.link(home / 'large', home / 'again')
        self._resize(self.member, 1)

    def _exporting(self):
        made = local_case.make(self.path)
        made._exports = local_case.FileExports(self.temp / 'exports')
        made.setup()
        for share in (self.member, self.alone):
            made.update_access(share, RULES)
        return made

    def test_update_access(self):
        made = self._exporting()
        self.assertEqual(
            {self.member.id, self.alone.id}, made._exports.published()
        )
        made.update_access(self.member, [])
        self.assertEqual({self.alone.id}, made._exports.published())

    def test_delete_withdraws_the_export(self):
        made = self._exporting()
        made.delete_share(self.alone)
        self.assertEqual({self.member.id}, made._exports.published())
        made.delete_share_group(self.group)
        self.assertEqual(set(), made._exports.published())

    def test_setup_withdraws_exports_of_what_is_gone(self):
        made = self._exporting()
        lost = contract.share('alpha')
        made._exports.publish([(lost.id, 'somewhere', RULES)])
        made.setup()
        self.assertEqual(
            {self.member.id, self.alone.id}, made._exports.published()
        )


class TestShares(SharesContract, local_case.LocalTestCase):
    """On directories."""


class TestSharesOnBtrfs(SharesContract, local_case.BtrfsTestCase):
    """On subvolumes."""
