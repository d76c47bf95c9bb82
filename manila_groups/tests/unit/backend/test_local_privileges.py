# SPDX-License-Identifier: Apache-2.0
"""The local driver as root, as another user, and through oslo.privsep."""

import os
import shutil
import stat
import subprocess
import sys
import time

import fixtures
from oslo_privsep import priv_context

from manila_groups import exception
from manila_groups.backend.drivers.local import commands
from manila_groups.backend.drivers.local import privsep
from manila_groups.tests import base
from manila_groups.tests import servers
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case

NOBODY = 65534


def _become_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


class PrivilegesTestCase:
    """Runs in processes of their own, which can't become root again."""

    def setUp(self):
        super().setUp()
        if os.geteuid():
            servers.not_there(self, 'another user', 'it takes root to be one')
        self.copier = local_case.for_root(self, 'cp')
        self.path.mkdir()
        os.chown(self.path, NOBODY, NOBODY)
        # Temporary directories are their user's only; where they are is not.
        for above in self.path.parents[:2]:
            if not above.stat().st_mode & stat.S_ISVTX:
                above.chmod(0o755)
        self.group = contract.share_group('alpha')
        self.member = contract.share('alpha', self.group)
        self.alone = contract.share('alpha')

    def in_child(self, function):
        self.assertEqual(
            0, os.waitstatus_to_exitcode(local_case.in_child(function))
        )

    def _begin(self, made):
        made.setup()
        made.create_share_group(self.group)
        for share in (self.member, self.alone):
            made.create_share(share)

    def _hide(self):
        """Have a file in each share that nobody else may touch."""
        for share in (self.member, self.alone):
            closed = self.home(share) / 'closed'
            closed.mkdir()
            (closed / 'file').write_text('secret')
            closed.chmod(0o700)
            if os.geteuid() == 0:
                # So may root of a client do with the share itself.
                home = self.home(share)
                home.chmod(0o700)
                os.chown(home, NOBODY + 1, NOBODY + 1)

    def _go_on(self, made):
        """Use each of the other methods, on what root or a user hides."""
        made.resize_share(self.member)
        taken = contract.snapshot(self.group, [self.member])
        made.create_share_group_snapshot(taken)
        new_group, clones = contract.clones_of('alpha', [self.member])
        made.create_share_group_from_snapshot(new_group, taken, clones)
        self._back_up(made, taken)
        made.update_access(self.alone, [])
        made.pools()
        made.delete_share_group_snapshot(taken)
        made.delete_share(self.alone)
        for gone in (self.group, new_group):
            made.delete_share_group(gone)
        self.assertEqual(
            local_case.EMPTY,
            [name for name in self.tree() if 'qgroup.' not in name],
        )

    def _back_up(self, made, taken):
        """Make a group of the files of a snapshot, and restore it."""
        group, clones = contract.clones_of('alpha', [self.member])

        def fill(path):
            with made.read_snapshot(taken) as source:
                ended = made.run_command().run(
                    [self.copier, '--archive', '--', self.member.id, path],
                    environment={},
                    cwd=source,
                )
            self.assertEqual((0, ()), (ended.code, ended.errors))

        made.create_share_group_from_files(group, clones, fill)
        made.restore_share_group(group, clones, fill)
        found, expected = (
            self.home(share).lstat()
            for share in (clones[0].share, self.member)
        )
        self.assertEqual(
            (expected.st_uid, expected.st_gid, expected.st_mode),
            (found.st_uid, found.st_gid, found.st_mode),
        )
        made.delete_share_group(group)

    def test_through_a_helper_that_is_forked(self):
        def run(work):
            privsep.context.start(priv_context.Method.FORK)
            _become_nobody()
            work(local_case.make(self.path, local_privileges='privsep'))
            privsep.context.stop()

        self.in_child(lambda: run(self._begin))
        self._hide()
        self.in_child(lambda: run(self._go_on))

    def test_through_a_helper_that_is_started(self):
        helper = shutil.which(
            'privsep-helper', path=os.path.dirname(sys.executable)
        )

        def run():
            made = local_case.make(
                self.path,
                local_privileges='privsep',
                local_privsep_command=helper,
            )
            self._begin(made)
            self._hide()
            self._go_on(made)
            self.assertTrue(privsep.context.channel.running)
            privsep.context.stop()

        self.in_child(run)

    def test_programs_that_take_long(self):
        program = local_case.for_root(self, 'id')

        def run():
            privsep.context.start(priv_context.Method.FORK)
            _become_nobody()
            made = local_case.make(self.path, local_privileges='privsep')
            said = []
            made.run_command().run(
                [program, '--user'],
                environment={},
                on_line=lambda line: said.append(line) or True,
            )
            self.assertEqual(['0'], said)
            privsep.context.stop()

        self.in_child(run)

    def test_a_helper_that_can_not_be_started(self):
        def run():
            made = local_case.make(
                self.path,
                local_privileges='privsep',
                local_privsep_command='/nowhere/privsep-helper',
            )
            error = self.assertRaises(exception.DriverError, made.setup)
            self.assertIn('local_privsep_command', error.message)

        self.in_child(run)


class TestOnDirectories(PrivilegesTestCase, local_case.LocalTestCase):
    def test_needs_no_root(self):
        self.copier = 'cp'

        def run():
            _become_nobody()
            made = local_case.make(self.path)
            self._begin(made)
            self._hide()
            self._go_on(made)

        self.in_child(run)

    def test_exports_need_root(self):
        def run():
            _become_nobody()
            made = local_case.make(
                self.path, export='ganesha', ganesha_addresses=['192.0.2.1']
            )
            error = self.assertRaises(exception.DriverError, made.setup)
            self.assertIn('local_privileges', error.message)

        self.in_child(run)


class TestOnBtrfs(PrivilegesTestCase, local_case.BtrfsTestCase):
    def test_needs_root(self):
        def run():
            _become_nobody()
            error = self.assertRaises(
                exception.DriverError, local_case.make(self.path).setup
            )
            self.assertIn('local_privileges', error.message)

        self.in_child(run)

    def test_directories_need_no_root(self):
        self.copier = 'cp'

        def run():
            _become_nobody()
            made = local_case.make(self.path, local_privileges='none')
            self._begin(made)
            (pool,) = made.pools()
            self.assertNotIn(
                'consistent_snapshot_support', pool.group_capabilities
            )
            self._go_on(made)

        self.in_child(run)


class TestCommands(base.TestCase):
    def test_time_limit(self):
        error = self.assertRaises(
            exception.DriverError, commands._run, 0.1, 'sleep', '600'
        )
        self.assertIn('local_command_timeout', error.message)
        ended = subprocess.run(
            ['pgrep', '--parent', str(os.getpid()), '-x', 'sleep'],
            capture_output=True,
        )
        self.assertEqual(b'', ended.stdout)

    def test_ends_with_its_process(self):
        seconds = str(600 + os.getpid())
        command = ['pgrep', '-f', f'^sleep {seconds}']

        def runs():
            return not subprocess.run(
                command, stdout=subprocess.DEVNULL
            ).returncode

        self.assertTrue(
            local_case.killed_when(
                runs, lambda: commands._run(600, 'sleep', seconds)
            )
        )
        deadline = time.monotonic() + 10
        while runs() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertFalse(runs())

    def test_files_that_vanish_meanwhile(self):
        temp = self.useFixture(fixtures.TempDir()).path
        gone = f"echo \"du: cannot access '{temp}/x': No such file or "
        gone += 'directory" >&2; '
        for say, busy, is_well in (
            (gone, temp, True),
            (gone, None, False),
            (gone, f'{temp}/not/there', False),
            (gone, '/', False),
            ('', temp, False),
            (f'{gone} echo "du: {temp}/y: Stale" >&2;', temp, False),
        ):
            command = ('sh', '-c', f'{say} echo 7; exit 1')
            if is_well:
                said = commands._run(5, *command, busy=busy)
                self.assertEqual('7\n', said)
            else:
                self.assertRaises(
                    exception.DriverError,
                    commands._run,
                    5,
                    *command,
                    busy=busy,
                )

    def test_failure(self):
        error = self.assertRaises(
            exception.DriverError, commands.flush, 5, '/nowhere/at/all'
        )
        self.assertIn('/nowhere/at/all', error.message)

    def test_a_command_that_is_not_there(self):
        error = self.assertRaises(
            exception.DriverError, commands._run, 5, 'no-such-command'
        )
        self.assertIn('no-such-command', error.message)
