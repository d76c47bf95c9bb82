# SPDX-License-Identifier: Apache-2.0
"""Programs that take long, in the helper process of the local driver."""

import contextlib
import os
import pathlib
import stat

import fixtures

from manila_groups import exception
from manila_groups.backend.drivers.local import commands
from manila_groups.backend.drivers.local import programs
from manila_groups.backup import process
from manila_groups.tests import base
from manila_groups.tests.unit.backend import local_case
from manila_groups.tests.unit.backup import test_running


def _call(name, *arguments):
    """Call as the helper process is called."""
    return commands.FUNCTIONS[name](60, *arguments)


class TestRunner(test_running.RunnerTests, base.TestCase):
    runner = programs.Helped(_call)

    def setUp(self):
        super().setUp()
        self.shell = local_case.for_root(self, 'sh')

    def tearDown(self):
        super().tearDown()
        self.assertEqual({}, programs._programs)


class AllowedTestCase(base.TestCase):
    """A program that says what it is, and gets what is refused.

    :ivar said: the lines that have been written
    """

    def setUp(self):
        super().setUp()
        self.program = pathlib.Path(local_case.for_root(self, 'sh'))
        self.home = self.program.parent
        self.said = []

    def start(self, name=None, environment=None, cwd=None, script='echo us'):
        return programs.Helped(_call).run(
            [str(name or self.program), '-c', script],
            environment=environment or {},
            cwd=cwd,
            on_line=lambda line: self.said.append(line) or True,
        )

    def refused(self, part, *arguments, **settings):
        error = self.assertRaises(
            exception.DriverError, self.start, *arguments, **settings
        )
        self.assertIn(part, error.message)
        self.assertEqual([], self.said)

    def put(self, path, word='them'):
        """Make a program of a user."""
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\necho {word}')
        path.chmod(0o755)
        os.chown(path, 65534, 65534)
        return path


class TestWhoseProgram(AllowedTestCase):
    """Nobody but root may have put it there."""

    def test_of_root(self):
        self.assertEqual(0, self.start().code)
        self.assertEqual(['us'], self.said)

    def test_of_another_user(self):
        os.chown(self.program, 65534, 65534)
        self.refused(f'{self.program} ')

    def test_in_a_directory_of_another_user(self):
        os.chown(self.home, 65534, 65534)
        self.refused(f'{self.home} ')

    def test_that_others_may_change(self):
        for path in (self.program, self.home):
            mode = stat.S_IMODE(path.stat().st_mode)
            for more in (0o020, 0o002):
                path.chmod(mode | more)
                self.refused(f'{path} ')
            path.chmod(mode)

    def test_in_a_directory_like_tmp(self):
        mode = stat.S_IMODE(self.home.stat().st_mode)
        self.home.chmod(mode | stat.S_ISVTX | 0o002)
        self.start()
        self.said.clear()
        self.program.chmod(0o1757)
        self.refused(f'{self.program} ')

    def test_a_link_to_it(self):
        real = self.program.with_name('restic-real')
        self.program.rename(real)
        self.program.symlink_to(real)
        os.chown(real, 65534, 65534)
        self.refused(f'{real} ')

    def test_a_link_that_changes_meanwhile(self):
        theirs = self.put(self.home / 'theirs' / 'restic')
        link = self.home / 'link'
        link.symlink_to(self.program)
        real = os.path.realpath

        def exchange(path, **settings):
            found = real(path, **settings)
            link.unlink()
            link.symlink_to(theirs)
            return found

        self.patch(os.path, 'realpath', exchange)
        self.start(link)
        self.assertEqual(['us'], self.said)


class TestWhichProgram(AllowedTestCase):
    """Only restic, wherever its caller says that it is."""

    def test_another_one(self):
        self.refused('does not begin with', '/bin/sh')
        self.refused('does not begin with', 'sh')

    def test_another_one_by_a_link(self):
        link = self.home / 'restic'
        link.symlink_to('/bin/sh')
        self.refused('does not begin with', link)

    def test_a_path_that_is_not_absolute(self):
        name = str(self.program).lstrip('/')
        self.put(self.home / 'x' / self.program.name)
        with contextlib.chdir('/'):
            self.refused('absolute path', name, cwd='/')
            self.refused('absolute path', f'./{name}', cwd='/')

    def test_a_name_is_not_looked_for_where_its_caller_says(self):
        theirs = self.put(self.home / 'bin' / 'restic-of-nobody')
        path = f'{theirs.parent}:{os.environ["PATH"]}'
        self.useFixture(fixtures.EnvironmentVariable('PATH', path))
        with contextlib.chdir(theirs.parent):
            self.assertRaises(process.NoProgram, self.start, theirs.name)


class TestEnvironment(AllowedTestCase):
    """Nothing of it may make another program run."""

    def test_another_setpriv(self):
        path = str(self.put(self.home / 'bin' / 'setpriv').parent)
        self.refused(' PATH ', environment={'PATH': path})

    def test_another_setpriv_in_the_path_of_the_helper(self):
        path = str(self.put(self.home / 'bin' / 'setpriv').parent)
        self.useFixture(fixtures.EnvironmentVariable('PATH', path))
        self.start()
        self.assertEqual(['us'], self.said)

    def test_what_is_refused(self):
        for name in (
            'LD_PRELOAD',
            'HOME',
            'TMPDIR',
            'XDG_CONFIG_HOME',
            'BASH_ENV',
            'aws_region',
            'X AWS_REGION',
            'RESTIC_PASSWORD_COMMAND',
            'RESTIC_REPOSITORY_FILE',
            'AWS_SHARED_CREDENTIALS_FILE',
            'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES',
            'RCLONE_PASSWORD_COMMAND',
            'RCLONE_CONFIG',
            'RCLONE_CONFIG_REMOTE_SSH',
            'RCLONE_CONFIG_remote_bearer_token_command',
        ):
            self.refused(f' {name} ', environment={name: 'hidden'})

    def test_what_is_passed_on(self):
        given = {
            'RESTIC_PASSWORD': 'a',
            'RESTIC_PROGRESS_FPS': '1',
            'AWS_ACCESS_KEY_ID': 'b',
            'OS_APPLICATION_CREDENTIAL_SECRET': 'c',
            'ST_KEY': 'd',
            'B2_ACCOUNT_KEY': 'e',
            'AZURE_ACCOUNT_KEY': 'f',
            'GOOGLE_APPLICATION_CREDENTIALS': 'g',
            'RCLONE_CONFIG_remote_TYPE': 'h',
            'HTTPS_PROXY': 'i',
            'SSH_AUTH_SOCK': 'j',
        }
        for name in ('HOME', 'TMPDIR', 'GODEBUG'):
            self.useFixture(fixtures.EnvironmentVariable(name, '/tmp/users'))
        self.start(environment=given, script='exec env')
        found = dict(line.split('=', 1) for line in self.said)
        for name in ('PWD', 'SHLVL', 'OLDPWD', '_'):
            # Of the shell.
            found.pop(name, None)
        self.assertEqual('/root', found.pop('HOME'))
        self.assertIn('/usr/bin', found.pop('PATH').split(':'))
        self.assertEqual({**given, 'LC_ALL': 'C'}, found)
