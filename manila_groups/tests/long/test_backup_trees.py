# SPDX-License-Identifier: Apache-2.0
"""All kinds of files, backed up and restored with restic while they change."""

import itertools
import os
import shutil
import signal

from manila_groups.tests import trees
from manila_groups.tests.long import backup_case
from manila_groups.tests.unit.backend import local_case

COUNTER = 'counter'
WIDTH = 20
_MIB = 2**20
#: How many bytes restic needs at most for what is not new of a file, in a
#: directory that has changed.
_PER_FILE = 400


def count_for_ever(paths):
    """Count in one file after the other, each number durable at once."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_DSYNC
    files = [os.open(path, flags) for path in paths]
    number = 0
    while True:
        number += 1
        for file in files:
            os.pwrite(file, b'%0*d' % (WIDTH, number), 0)


class Trees(backup_case.BackupCase):
    """A group of five shares with all kinds of files.

    :cvar small: how many small files each has
    :cvar huge: whether the first has a file of 4 GiB
    """

    sizes = (1, 1, 1, 1, 1)
    small = 400
    huge = False

    def setUp(self):
        super().setUp()
        self.assertEqual(
            [],
            trees.make(
                self.home, self.members, small=self.small, huge=self.huge
            ),
        )

    def part_shares(self):
        """Remove links between shares, which are copied one by one."""
        for one in self.members:
            (self.home / one / 'from-another-share').unlink()

    def start_writer(self):
        counters = [self.home / one / COUNTER for one in self.members]
        writer = os.fork()
        if not writer:
            try:
                count_for_ever(counters)
            finally:
                os._exit(1)
        self.addCleanup(os.waitpid, writer, 0)
        self.addCleanup(os.kill, writer, signal.SIGKILL)
        while not all(one.exists() and one.stat().st_size for one in counters):
            self.assertEqual((0, 0), os.waitpid(writer, os.WNOHANG))

    def counters(self, backup, group_id):
        """Read what was counted in each share of a group."""
        home, names = (
            self.path / 'groups' / group_id,
            self.names(backup, group_id),
        )
        return [
            int((home / names[one] / COUNTER).read_text())
            for one in self.members
        ]

    def compare(self, backup, group_id, original):
        """Compare the files that nobody writes meanwhile."""
        found = self.differences(backup, group_id, original)
        return [one for one in found if f'/{COUNTER}:' not in one]

    def check_holes(self, group_id):
        """Check that files with little data take little space."""
        for name in ('huge', 'holes', 'zeros'):
            for file in (self.path / 'groups' / group_id).glob(f'*/{name}'):
                self.assertLess(file.stat().st_blocks * 512, 4 * _MIB, file)

    def change(self):
        """Change a little of everything; returns how many bytes are new."""
        with (self.home / self.members[0] / 'random').open('r+b') as file:
            file.seek(_MIB)
            file.write(os.urandom(4096))
        # The chunk that this was in, at most.
        new = 3 * _MIB
        for share_id in self.members[:3]:
            home = self.home / share_id
            (home / 'added').write_bytes(os.urandom(_MIB))
            (home / 'small-0' / '3').write_bytes(os.urandom(4096))
            new += _MIB + 4096
            (home / 'small-0' / '1').unlink()
            (home / 'small-0' / '2').rename(home / 'small-1' / 'moved')
            (home / 'mode-0644').chmod(0o640)
            os.setxattr(home / 'attributes', 'user.text', b'another value')
            os.link(home / 'empty', home / 'also-empty')
            (home / 'link-dangling').unlink()
            (home / 'link-dangling').symlink_to('elsewhere')
            shutil.rmtree(home / 'small-2')
            os.chown(home / 'user', 7, 7)
        return new

    def take_snapshot(self):
        """Take a snapshot of the group; returns its directory."""
        snapshot_id = self.service.create_snapshot(self.group)
        self.run_out(self.service.snapshot_status, snapshot_id)
        return self.path / 'snapshots' / snapshot_id


class TwoBackups(Trees):
    """Files change between two backups, and each is made a group again."""

    def test_two_backups(self):
        self.start_writer()
        first = self.back_up()
        old = self.take_snapshot()
        new = self.change()
        second = self.back_up()
        self.assertTrue(second.is_incremental)
        self.assertLess(second.sent_size, self.bound(new))
        self.assertLess(second.sent_size, first.sent_size / 2)
        numbers = []
        for backup, original in ((first, old), (second, self.home)):
            group_id = self.restore_new(backup.id)
            self.assertEqual([], self.compare(backup, group_id, original))
            self.check_holes(group_id)
            numbers.append(self.counters(backup, group_id))
        self.check_moments(numbers)
        self.check_quiet()
        self.check_locks()

    def bound(self, new):
        """How many bytes a backup may send of which so many are new."""
        raise NotImplementedError

    def check_moments(self, numbers):
        """Check the numbers that were counted in the shares of each copy."""


class InPlace(Trees):
    """Files change, and are put back."""

    def test_in_place(self):
        backup = self.back_up()
        old = self.take_snapshot()
        self.change()
        self.assertNotEqual([], trees.differences(old, self.home))
        self.restore(backup.id)
        self.assertEqual([], trees.differences(old, self.home))
        self.check_holes(self.group)
        self.check_quiet()


class TestOnBtrfs(TwoBackups, local_case.BtrfsTestCase):
    """Each backup is of one moment."""

    small = 1900
    huge = True

    def bound(self, new):
        """Directories that have changed are sent with all their entries."""
        changed = 3 * (4 * 100 + 100)
        return new + changed * _PER_FILE

    def check_moments(self, numbers):
        for found in numbers:
            for one, other in itertools.pairwise(found):
                self.assertGreaterEqual(one, other, numbers)
            self.assertLessEqual(found[0] - found[-1], 1, numbers)
        self.assertGreater(numbers[1][0], numbers[0][0])


class TestOnDirectories(TwoBackups, local_case.LocalTestCase):
    """Snapshots are copies, whose every directory is new to restic."""

    def setUp(self):
        super().setUp()
        self.part_shares()

    def bound(self, new):
        return new + len(self.members) * (self.small + 200) * _PER_FILE


class TestInPlaceOnBtrfs(InPlace, local_case.BtrfsTestCase):
    """The subvolume of the group is another one then."""


class TestInPlaceOnDirectories(InPlace, local_case.LocalTestCase):
    """The directory of the group is another one then."""

    def setUp(self):
        super().setUp()
        self.part_shares()
