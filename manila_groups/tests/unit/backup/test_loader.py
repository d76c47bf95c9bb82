# SPDX-License-Identifier: Apache-2.0
"""The engine that the configuration names."""

import pathlib

import fixtures

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backup import loader
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
    def test_no_program(self):
        secret = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 's')
        secret.write_text('x' * 32)
        secret.chmod(0o600)
        made = self.build(
            f'repository = /b\nsecret_file = {secret}\ncommand = no-such'
        )
        error = self.assertRaises(exception.DriverError, made.setup)
        self.assertIn('[backup] command = no-such', error.message)
        self.assertIn('Debian', error.message)
