# SPDX-License-Identifier: Apache-2.0
"""The engine that the configuration names."""

import pathlib

import fixtures

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backup import loader
from manila_groups.backup import program
from manila_groups.backup import restic
from manila_groups.backup import running
from manila_groups.tests import base


class LoaderTestCase(base.TestCase):
    def build(self, text):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'conf')
        path.write_text(f'[backup]\n{text}\n')
        conf = configuration.load(files=[str(path)])
        return loader.build(conf, running.Direct())

    def refused(self, text, *words):
        error = self.assertRaises(
            exception.ConfigurationError, self.build, text
        )
        for word in words:
            self.assertIn(word, error.message)


class TestLoader(LoaderTestCase):
    def test_no_backups(self):
        self.assertIsNone(self.build(''))

    def test_restic(self):
        made = self.build('repository = /backups\nsecret_file = /secret')
        self.assertIsInstance(made, restic.Restic)

    def test_no_secret_or_two(self):
        self.refused('repository = /backups', 'secret_file', 'neither')
        self.refused(
            'repository = /b\nsecret_file = /s\nsecret_id = x', 'both'
        )

    def test_repositories(self):
        for value in (
            '/backups',
            'sftp:me@host:/srv',
            'sftp://me@host:22//srv',
            'rest:https://host:8000/',
            's3:https://host/bucket/prefix',
            'swift:container:/',
        ):
            text = f'repository = {value}\nsecret_file = /secret'
            self.assertIsNotNone(self.build(text))

    def test_what_is_no_repository(self):
        for value in ('backups', 'http://host', 'swift:container', 'ftp:h:/'):
            self.refused(f'repository = {value}', value, 'absolute path')

    def test_a_password(self):
        self.refused('repository = rest:https://me:hidden@host/', 'password')


class TestSetup(LoaderTestCase):
    def setUp(self):
        super().setUp()
        self.temp = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.secret = self.private('secret', 'x' * 32)

    def private(self, name, text, mode=0o600):
        path = self.temp / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def make(self, command, more=''):
        return self.build(
            f'repository = /b\nsecret_file = {self.secret}\n'
            f'command = {command}\n{more}'
        )

    def test_a_program_that_says_nothing(self):
        self.patch(program, '_PATIENCE', 0.1)
        made = self.make(
            self.private('slow', '#!/bin/sh\nexec sleep 60', 0o700)
        )
        error = self.assertRaises(exception.TransientDriverError, made.setup)
        self.assertIn('[backup] command = ', error.message)
        self.assertIn('0.1 seconds', error.message)

    def test_it_gets_its_credentials_at_once(self):
        # So that a runner can refuse them before there are backups.
        given = self.private('credentials', 'AWS_REGION=west')
        says = '#!/bin/sh\necho "restic 0.18.0"\necho "$AWS_REGION" > "$0.out"'
        command = self.private('restic', says, 0o700)
        self.make(command, f'credentials_file = {given}').setup()
        self.assertEqual('west\n', (self.temp / 'restic.out').read_text())

    def test_before_it(self):
        made = self.make('restic')
        for call in (
            lambda: made.forget('p', 'backup', ()),
            lambda: made.restore('p', 'reference', '/path', print),
        ):
            self.assertRaises(exception.TransientDriverError, call)

    def test_no_program(self):
        made = self.make('no-such')
        error = self.assertRaises(exception.DriverError, made.setup)
        self.assertIn('[backup] command = no-such', error.message)
        self.assertIn('Debian', error.message)
