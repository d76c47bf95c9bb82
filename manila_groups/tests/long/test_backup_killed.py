# SPDX-License-Identifier: Apache-2.0
"""A back end that is killed while restic works for it, and started again.

After it has started, everything comes to its end by itself, and nothing is
left of what was interrupted.
"""

import ctypes
import os
import time

import psutil

from manila_groups.tests import servers
from manila_groups.tests.long import backup_case
from manila_groups.tests.long import killed_case
from manila_groups.tests.unit.backend import local_case

#: How often it is killed in each test of the thorough, at moments from begin
#: to end.
KILLS = 20
#: Files of each share: what they say tells which content it is.
FILES = 200
#: Bytes that nothing can compress.
LARGE = 8 * 2**20

#: PR_SET_CHILD_SUBREAPER: children of children are this process's then.
_SUBREAPER = 36


class Killed(backup_case.BackupCase):
    """All files say the same, whoever is killed when.

    :cvar few: how often it is killed in each test otherwise
    """

    few = 5

    def setUp(self):
        super().setUp()
        libc = ctypes.CDLL(None)
        self.addCleanup(libc.prctl, _SUBREAPER, 0, 0, 0, 0)
        self.assertEqual(0, libc.prctl(_SUBREAPER, 1, 0, 0, 0))

    def configuration(self):
        # What outlives a process is in files.
        url = servers.lend_database(self, None)
        return {
            **super().configuration(),
            'database': {'connection': url},
            'quota': {'backups': -1},
        }

    def write(self, text):
        """Give all files of the group a content."""
        for share_id in self.members:
            home = self.home / share_id
            for number in range(FILES):
                (home / str(number)).write_text(text)
            (home / 'large').write_bytes(os.urandom(LARGE))

    def content(self, group_id):
        """Find what all files of a group say; it must be the same."""
        found = {
            file.read_text()
            for file in (self.path / 'groups' / group_id).glob('*/*')
            if file.name != 'large'
        }
        self.assertEqual(1, len(found), found)
        return found.pop()

    def count(self, group_id):
        return len(list((self.path / 'groups' / group_id).glob('*/*')))

    def work(self):
        """Do all that waits for the back end."""
        self.service.search(self.service.backends[backup_case.HOST])
        self.service.deliver_all()

    def killed_after(self, seconds):
        """Let the back end work; tells whether it was killed meanwhile."""
        self.service.db.dispose()
        self.service.messages.clear()
        end = time.monotonic() + seconds

        def work():
            self.work()
            self.service.db.dispose()

        killed = local_case.killed_when(lambda: time.monotonic() >= end, work)
        self.reap()
        return killed

    def reap(self):
        """Do for processes without a parent what the first process does.

        Not at once everywhere, and restic takes one that is dead for one that
        has locked the repository until then.
        """
        for one in psutil.Process().children():
            # Until it is restic, it is something else for a moment.
            if one.name().startswith(('restic', 'setpriv', 'sh', 'python')):
                os.waitpid(one.pid, 0)

    def restart(self):
        """Start the back end again; what was begun comes to an end."""
        service = self.service
        service.stop_backend('alpha')
        service.clock.advance(service.conf.service.down_time + 1)
        service.start_backend('alpha')
        service.reconcile()
        service.deliver_all()

    def duration(self, begin, check):
        """Measure how long it takes when nothing happens to it."""
        # The first one makes the repository.
        for _ in range(2):
            # The last time may be long ago.
            self.service.beat()
            begun = begin()
            start = time.monotonic()
            self.work()
            seconds = time.monotonic() - start
            check(begun, True)
        return seconds

    def kill_at_moments(self, begin, check):
        """Kill the back end while it does something, again and again.

        :param begin: begins it, and returns what check is called with
        :param check: called when it has been killed, with whether it has been
            started again
        """
        longest = self.duration(begin, check)
        kills = KILLS if killed_case.THOROUGH else self.few
        killed = 0
        while killed < kills:
            self.service.beat()
            begun = begin()
            if self.killed_after(longest * (killed + 0.5) / kills):
                killed += 1
            else:
                # Other work has slowed the first one down.
                longest *= 0.9
            check(begun, False)
            self.restart()
            check(begun, True)
            self.check_quiet()
            self.check_locks()


class KilledTestCase(Killed):
    def test_backup(self):
        numbers = {}

        def begin():
            text = str(len(numbers))
            self.write(text)
            backup_id = self.service.create_backup(self.group)
            numbers[backup_id] = text
            return backup_id

        def check(backup_id, is_over):
            self.assertEqual('available', self.service.status(self.group))
            if is_over:
                status = self.service.backup_status(backup_id)
                self.assertEqual('available', status, self.why())

        self.kill_at_moments(begin, check)
        for backup_id, text in list(numbers.items())[::6]:
            self.restore(backup_id)
            self.assertEqual(text, self.content(self.group))

    def test_restore(self):
        backups = []
        for text in ('one', 'other'):
            self.write(text)
            backups.append((self.back_up().id, text))

        def begin():
            before = self.content(self.group)
            backups.reverse()
            backup_id, text = backups[0]
            self.service.backups.restore(self.service.caller, backup_id)
            return before, text

        def check(texts, is_over):
            found = self.content(self.group)
            self.assertIn(found, texts)
            self.assertEqual(2 * (FILES + 1), self.count(self.group))
            if is_over:
                status = self.service.status(self.group)
                self.assertEqual('available', status, self.why())
                self.assertEqual(texts[1], found)

        self.kill_at_moments(begin, check)

    def test_new_group(self):
        self.write('content')
        backup_id = self.back_up().id

        def begin():
            group_id = self.service.create(
                source_share_group_backup_id=backup_id
            )
            # It is placed.
            self.service.deliver()
            return group_id

        def check(group_id, is_over):
            if is_over or (self.path / 'groups' / group_id).exists():
                self.assertEqual('content', self.content(group_id))
                self.assertEqual(2 * (FILES + 1), self.count(group_id))
            if is_over:
                status = self.service.status(group_id)
                self.assertEqual('available', status, self.why())
                self.service.groups.force_delete(self.service.admin, group_id)
                self.service.deliver_all()

        self.kill_at_moments(begin, check)


class TestOnDirectories(KilledTestCase, local_case.LocalTestCase):
    """The back end is a process of its own."""


class TestOnBtrfs(KilledTestCase, local_case.BtrfsTestCase):
    """The same, with subvolumes."""

    few = 2
