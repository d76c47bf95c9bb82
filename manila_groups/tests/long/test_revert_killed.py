# SPDX-License-Identifier: Apache-2.0
"""The local driver, killed at moments of a revert."""

import os
import time

from manila_groups.tests import base
from manila_groups.tests.long import test_local_killed
from manila_groups.tests.unit.backend import local_case


class Killed:
    """All shares are as they were, or as they are in the snapshot."""

    FILES = 400
    REVERTS = 20

    def setUp(self):
        super().setUp()
        self.scene = test_local_killed.Scene()
        self.driver = local_case.ready(self.path)
        self.driver.create_share_group(self.scene.group)
        for share in self.scene.members:
            self.driver.create_share(share)
        self._fill(str)
        self.driver.create_share_group_snapshot(self.scene.taken)

    def _files(self):
        for share in self.scene.members:
            for number in range(self.FILES):
                yield number, self.home(share) / str(number)

    def _fill(self, text_of):
        for number, file in self._files():
            file.write_text(text_of(number))

    def _change(self):
        self._fill(lambda _number: 'new')

    def _contents(self):
        return {file.read_text() for _number, file in self._files()}

    def _revert(self):
        scene = self.scene
        self.driver.revert_share_group(scene.group, scene.taken, scene.members)

    def _duration(self):
        start = time.monotonic()
        self._revert()
        return time.monotonic() - start

    def _killed_after(self, seconds):
        end = time.monotonic() + seconds
        return local_case.killed_when(
            lambda: time.monotonic() >= end, self._revert
        )

    def test_revert(self):
        old = {str(number) for number in range(self.FILES)}
        self._change()
        longest = self._duration()
        killed = 0
        while killed < self.REVERTS:
            self._change()
            killed += self._killed_after(longest * killed / self.REVERTS)
            self.assertIn(self._contents(), (old, {'new'}))
            self.check()
        self._revert()
        self.assertEqual(old, self._contents())
        self.check()
        self.check_leftovers()

    def check(self):
        """Check what holds after each attempt."""

    def check_leftovers(self):
        self.driver.setup()
        for directory in ('drafts', 'trash'):
            self.assertEqual([], os.listdir(self.path / directory))


class TestInDirectories(Killed, local_case.LocalTestCase):
    rootdir = base.in_memory()


class TestInSubvolumes(Killed, local_case.BtrfsTestCase):
    FILES = 50

    def check(self):
        """The shares have one limit all the time."""
        home = f'alpha/groups/{self.scene.group.id}'
        numbers = [
            number
            for number, path in self.btrfs.subvolumes().items()
            if path == home
        ]
        limits = [self.btrfs.qgroups()[number] for number in numbers]
        self.assertEqual([str(2 * 2**30)], limits)

    def check_leftovers(self):
        self.driver.setup()
        self.assertEqual(set(), self.btrfs.leftover_qgroups())
        super().check_leftovers()
