# SPDX-License-Identifier: Apache-2.0
"""Backups while the disk is full, the server is away, or a process dies."""

import contextlib
import ctypes
import json
import os
import subprocess
import threading

from manila_groups import exception
from manila_groups.backup import retries
from manila_groups.backup import running
from manila_groups.tests import servers
from manila_groups.tests.unit.backend import local_case
from manila_groups.tests.unit.backup import restic_case

PROJECT = restic_case.PROJECT
NOBODY = 65534
_PR_SET_CHILD_SUBREAPER = 36


class FaultsTestCase(restic_case.ResticTestCase):
    def small(self, name, mebibytes):
        """Make a small file system; returns where it is mounted."""
        if os.geteuid():
            servers.not_there(self, 'a file system', 'it takes root to mount')
        path = self.path / name
        path.mkdir()
        command = ['mount', '-t', 'tmpfs', '-o', f'size={mebibytes}M', name]
        subprocess.run([*command, str(path)], check=True)
        self.addCleanup(
            subprocess.run, ['umount', '--lazy', str(path)], check=True
        )
        return path

    def much(self):
        """Make a share with more than 8 MiB."""
        return self.shares(a__file=os.urandom(4 * 2**20).hex())

    def locks(self):
        # What was being written when restic was killed is no lock yet.
        return [
            one
            for one in (self.repository / 'locks').iterdir()
            if '-tmp-' not in one.name
        ]


class TestFullDisk(FaultsTestCase):
    def test_of_the_repository(self):
        path = self.small('full', 3)
        engine = self.make(repository=str(path))
        source = self.shares(a__file='content')
        first = self.save('one', source, engine=engine)
        self.much()
        error = self.assertRaises(
            exception.DriverError, self.save, 'two', source, engine=engine
        )
        self.assertIn('no space left on device', error.message)
        self.assertNotIsInstance(error, exception.TransientDriverError)
        # The first one is still there, and there is a way on.
        self.restore(first.reference, engine=engine)
        subprocess.run(
            ['mount', '-o', 'remount,size=50M', str(path)], check=True
        )
        self.save('two', source, engine=engine)
        self.assertEqual(
            (), engine.check(PROJECT, restic_case.ignore, '100%').problems
        )

    def test_of_the_target(self):
        saved = self.save('one', self.much())
        path = self.small('full', 2)
        error = self.assertRaises(
            exception.DriverError,
            self.engine.restore,
            PROJECT,
            saved.reference,
            str(path),
            restic_case.ignore,
        )
        self.assertIn('no space left on device', error.message)
        self.assertEqual([], self.locks())


class TestAway(FaultsTestCase):
    def test_a_server_that_refuses(self):
        self.patch(retries, 'PATIENCE', 2)
        engine = self.make(repository='rest:http://127.0.0.1:1')
        error = self.assertRaises(
            exception.TransientDriverError,
            engine.forget,
            PROJECT,
            'one',
            (),
        )
        self.assertIn('connection refused', error.message)

    def test_a_server_that_says_nothing(self):
        engine = self.make(
            repository='sftp:nowhere:/srv',
            options=['sftp.command=sleep 600'],
            stall_timeout=10,
        )
        error = self.assertRaises(
            running.Stalled, engine.forget, PROJECT, 'one', ()
        )
        self.assertIn('sftp:nowhere:/srv', error.message)

    def test_a_server_that_goes(self):
        engine = self.make(
            repository=f'sftp:nowhere:{self.path}/remote',
            options=['sftp.command=/usr/lib/openssh/sftp-server'],
        )
        source = self.much()

        def report(_done, _total):
            raise AssertionError('it has taken too long')

        self.save('one', self.shares('other', a__file='x'), engine=engine)
        engine = self.make(
            repository=f'sftp:nowhere:{self.path}/remote',
            options=['sftp.command=timeout 0.05 /usr/lib/openssh/sftp-server'],
        )
        self.assertRaises(
            exception.TransientDriverError,
            self.save,
            'two',
            source,
            engine=engine,
        )


class TestKilled(FaultsTestCase):
    """A process that dies leaves a lock and parts of a backup."""

    def setUp(self):
        super().setUp()
        self.first = self.save('one', self.shares(a__file='content'))
        self.shares(a__huge='')
        os.truncate(self.path / 'source/a/huge', 500 * 2**30)

    def kill(self):
        """Kill a process in the midst of a backup."""
        self.killed_when(
            self.locks, lambda: self.save('two', self.path / 'source')
        )
        self.assertNotEqual([], self.locks())

    def killed_when(self, condition, function):
        # To restic, a process that nobody has waited for is one that lives.
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            self.assertTrue(local_case.killed_when(condition, function))
            # The runner of the tests itself has no children.
            with contextlib.suppress(ChildProcessError):
                while True:
                    os.wait()
        finally:
            prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)

    def test_saved_again(self):
        self.kill()
        os.truncate(self.path / 'source/a/huge', 10)
        saved = self.save('two', self.path / 'source', self.first.reference)
        self.restore(saved.reference)

    def test_forgotten(self):
        self.kill()
        self.engine.forget(PROJECT, 'one', ())
        self.assertEqual([], self.locks())

    def test_unlocked(self):
        self.kill()
        self.engine.unlock(PROJECT)
        self.assertEqual([], self.locks())

    def test_restoring(self):
        huge = self.path / 'source/a/huge'
        os.truncate(huge, 2 * 2**30)
        saved = self.save('two', self.path / 'source')
        target = self.path / 'target'
        target.mkdir()
        self.killed_when(
            lambda: (target / 'a').exists(),
            lambda: self.engine.restore(
                PROJECT, saved.reference, str(target), restic_case.ignore
            ),
        )
        self.restore(saved.reference, 'again')
        self.engine.forget(PROJECT, 'two', ())
        self.assertEqual([], self.locks())


class TestAtTheSameTime(FaultsTestCase):
    def test_a_lock_of_a_process_that_lives(self):
        source = self.shares(a__file='content', b__huge='')
        first = self.save('one', self.shares('other', a__file='content'))
        os.truncate(source / 'b/huge', 500 * 2**30)
        begun, ended = threading.Event(), threading.Event()

        def report(_done, _total):
            begun.set()
            if ended.is_set():
                raise InterruptedError

        def save():
            self.assertRaises(
                InterruptedError, self.save, 'two', source, report=report
            )

        thread = threading.Thread(target=save)
        thread.start()
        try:
            self.assertTrue(begun.wait(60))
            self.patch(
                self.engine._program,
                '_ready',
                _Impatient(self.engine._program._commands),
            )
            self.assertRaises(
                exception.RepositoryInUse,
                self.engine.forget,
                PROJECT,
                'one',
                (),
            )
            # Others may back up and restore meanwhile.
            self.restore(first.reference)
            self.save('three', self.path / 'other')
        finally:
            ended.set()
            thread.join()
        self.engine.forget(PROJECT, 'one', ())


class _Impatient:
    """Commands that do not wait for locks."""

    def __init__(self, commands):
        self._commands = commands

    def __getattr__(self, name):
        return getattr(self._commands, name)

    def arguments(self, *arguments, wait=False):
        return self._commands.arguments(*arguments)


class TestFiles(FaultsTestCase):
    def test_one_that_can_not_be_read(self):
        if os.geteuid():
            servers.not_there(self, 'another user', 'it takes root to be one')
        for path in (self.path, self.path.parent):
            path.chmod(0o777)
        source = self.shares(a__hidden='content', a__open='content')
        (source / 'a/hidden').chmod(0o600)

        def work():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            try:
                self.engine.save(
                    PROJECT,
                    restic_case.source('one', source, ('a',)),
                    restic_case.ignore,
                )
            except exception.DriverError as error:
                found = error.message
            (self.path / 'error').write_text(json.dumps(found))

        status = local_case.in_child(work)
        self.assertEqual(0, os.waitstatus_to_exitcode(status))
        message = json.loads((self.path / 'error').read_text())
        self.assertIn('a/hidden', message)
        self.assertIn('permission denied', message)
        self.assertEqual([], self.locks())

    def test_an_end_by_hand(self):
        source = self.shares(a__huge='')
        os.truncate(source / 'a/huge', 500 * 2**30)

        def report(done, _total):
            if done:
                # By its cache: others run restic at the same time.
                name = f'{self.program} .*{self.path}.* backup'
                subprocess.run(['pkill', '-TERM', '-f', name], check=True)

        error = self.assertRaises(
            exception.DriverError, self.save, 'one', source, report=report
        )
        self.assertNotIn('damaged', error.message)
