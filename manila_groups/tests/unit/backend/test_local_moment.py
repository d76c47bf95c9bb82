# SPDX-License-Identifier: Apache-2.0
"""Snapshots and copies of a group whose shares are written meanwhile.

The writer counts in one share, then in the other. It makes each counter
durable before it goes on, as an NFS client does when a file is closed or
synced. What a program has only handed to the
kernel is not in the file system yet, in no order.
"""

import os
import signal
import time

from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case

SNAPSHOTS = 50
WIDTH = 20
#: Other files of the first share, which takes longer to copy with them.
OTHERS = 200


def write_for_ever(first, second):
    """Count in one file, then in the other, as fast as that can be done."""
    flags = os.O_WRONLY | os.O_DSYNC
    files = [os.open(path, flags) for path in (first, second)]
    number = 0
    while True:
        number += 1
        for file in files:
            os.pwrite(file, b'%0*d' % (WIDTH, number), 0)


class MomentTestCase:
    def setUp(self):
        super().setUp()
        self.driver = local_case.ready(self.path)
        self.group = contract.share_group('alpha')
        self.driver.create_share_group(self.group)
        self.shares = [
            contract.share('alpha', self.group, group_size_gb=size_gb)
            for size_gb in (1, 2)
        ]
        for share in self.shares:
            self.driver.create_share(share)
            self._counter(share).write_text('0' * WIDTH)
        for number in range(OTHERS):
            (self.home(self.shares[0]) / str(number)).write_text('other')
        self._start_writer()

    def _counter(self, share):
        return self.home(share) / 'counter'

    def _start_writer(self):
        writer = os.fork()
        if not writer:
            try:
                write_for_ever(*map(self._counter, self.shares))
            finally:
                os._exit(1)
        self.addCleanup(os.waitpid, writer, 0)
        self.addCleanup(os.kill, writer, signal.SIGKILL)
        while not int(self._counter(self.shares[1]).read_text()):
            self.assertEqual((0, 0), os.waitpid(writer, os.WNOHANG))
            time.sleep(0.01)

    def snapshot(self):
        """Take a snapshot of the group; return both counters in it."""
        taken = contract.snapshot(self.group, self.shares)
        self.driver.create_share_group_snapshot(taken)
        home = self.path / 'snapshots' / taken.id
        return [
            int((home / share.id / 'counter').read_text())
            for share in self.shares
        ]

    def copy(self):
        """Copy the group; return both counters in the copy."""
        group, clones = contract.clones_of('alpha', self.shares)
        self.driver.create_share_group_from_group(group, self.group, clones)
        counters = [
            int(self._counter(clone.share).read_text()) for clone in clones
        ]
        self.driver.delete_share_group(group)
        return counters


class TestOnBtrfs(MomentTestCase, local_case.BtrfsTestCase):
    def test_every_snapshot_is_of_one_moment(self):
        self.assertMoments(self.snapshot)

    def test_every_copy_is_of_one_moment(self):
        self.assertMoments(self.copy)
        self.assertEqual([], os.listdir(self.path / 'snapshots'))

    def assertMoments(self, take):
        taken = [take() for _ in range(SNAPSHOTS)]
        for first, second in taken:
            self.assertIn(first - second, (0, 1), taken)
        self.assertGreater(taken[-1][0], taken[0][0])

    def test_which_is_reported(self):
        reported = self.driver.pools()[0].group_capabilities
        self.assertEqual('pool', reported['consistent_snapshot_support'])


class TestOnDirectories(MomentTestCase, local_case.LocalTestCase):
    def test_snapshots_are_not_of_one_moment(self):
        for _ in range(SNAPSHOTS):
            first, second = self.snapshot()
            if first - second not in (0, 1):
                return
        self.fail('copies have been of one moment each time')

    def test_which_is_not_reported(self):
        reported = self.driver.pools()[0].group_capabilities
        self.assertNotIn('consistent_snapshot_support', reported)
