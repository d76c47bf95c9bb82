# SPDX-License-Identifier: Apache-2.0
"""The keys of repositories, and what logs in to their servers."""

import pathlib
import sys
import types

import fixtures

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backup import credentials
from manila_groups.backup import keys
from manila_groups.tests import base

SECRET = 'x' * 32


class KeysTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.file = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'f')

    def write(self, text, mode=0o600):
        self.file.write_text(text)
        self.file.chmod(mode)

    def refused(self, function, *arguments):
        error = self.assertRaises(exception.DriverError, function, *arguments)
        return error.message

    def load(self, **options):
        conf = configuration.new(with_pipeline=False)
        conf([], default_config_files=[])
        for name, value in options.items():
            conf.set_override(name, value, 'backup')
        return keys.load(conf)


class TestKeys(KeysTestCase):
    def test_of_each_project(self):
        made = keys.Keys(b'secret')
        # What an operator has to be able to compute without this service.
        self.assertEqual(
            '6826ef283b750a8985a15d4d7772ca8b', made.of('p1')[:32]
        )
        self.assertNotEqual(made.of('p1'), made.of('p2'))

    def test_a_file(self):
        self.write(f'{SECRET}\n')
        found = self.load(secret_file=str(self.file))
        self.assertEqual(keys.Keys(SECRET.encode()).of('p'), found.of('p'))

    def test_a_file_that_can_not_be_used(self):
        for text, mode, word in (
            ('short', 0o600, '32'),
            (SECRET, 0o644, 'chmod'),
            (SECRET, 0o620, 'chmod'),
        ):
            self.write(text, mode)
            message = self.refused(
                lambda: self.load(secret_file=str(self.file))
            )
            self.assertIn(f'[backup] secret_file = {self.file}', message)
            self.assertIn(word, message)
            self.assertNotIn(text, message)

    def test_a_group_may_read_it(self):
        self.write(SECRET, 0o640)
        self.load(secret_file=str(self.file))

    def test_no_file(self):
        message = self.refused(lambda: self.load(secret_file='/no/where'))
        self.assertIn('No such file', message)


def put(test, name, module):
    """Have a module under a name until the end of a test."""
    if name in sys.modules:
        test.addCleanup(sys.modules.__setitem__, name, sys.modules[name])
    else:
        test.addCleanup(sys.modules.pop, name)
    sys.modules[name] = module


class TestKeyManager(KeysTestCase):
    def use(self, found):
        """Stand in for castellan."""

        class Manager:
            def __init__(self, _conf):
                pass

            def get(self, context, secret_id):
                if isinstance(found, Exception):
                    raise found
                given = (context, secret_id)
                assert given == ('context', 'id'), given
                return types.SimpleNamespace(get_encoded=lambda: found)

        utils = types.ModuleType('utils')
        utils.credential_factory = lambda conf: 'context'
        key_manager = types.ModuleType('key_manager')
        key_manager.API = Manager
        for name, module in (
            ('castellan', types.ModuleType('castellan')),
            ('castellan.common', types.ModuleType('common')),
            ('castellan.common.utils', utils),
            ('castellan.key_manager', key_manager),
        ):
            put(self, name, module)
        sys.modules['castellan'].key_manager = key_manager
        sys.modules['castellan.common'].utils = utils

    def test_a_secret(self):
        for found in (SECRET, SECRET.encode()):
            self.use(found)
            made = self.load(secret_id='id')
            self.assertEqual(keys.Keys(SECRET.encode()).of('p'), made.of('p'))

    def test_refused(self):
        self.use(ValueError('not yours'))
        message = self.refused(lambda: self.load(secret_id='id'))
        self.assertIn('[backup] secret_id = id', message)
        self.assertIn('not yours', message)

    def test_not_installed(self):
        put(self, 'castellan', None)
        put(self, 'castellan.common', None)
        message = self.refused(lambda: self.load(secret_id='id'))
        self.assertIn('manila-groups[barbican]', message)


class TestCredentials(KeysTestCase):
    def load(self):
        return credentials.load(str(self.file))

    def test_none(self):
        self.assertEqual({}, credentials.load(None))

    def test_lines(self):
        self.write(
            '# a comment\n\nAWS_ACCESS_KEY_ID=a b\n'
            'export OS_USERNAME="me"\n  ST_KEY=a=b#c \n'
        )
        self.assertEqual(
            {
                'AWS_ACCESS_KEY_ID': 'a b',
                'OS_USERNAME': 'me',
                'ST_KEY': 'a=b#c',
            },
            self.load(),
        )

    def test_what_is_refused(self):
        for line in (
            'hidden',
            'a b=hidden',
            'RESTIC_PASSWORD=hidden',
            'RESTIC_REPOSITORY_FILE=hidden',
            'LD_PRELOAD=hidden',
            'PATH=hidden',
        ):
            self.write(f'A=b\n{line}\n')
            message = self.refused(self.load)
            self.assertIn('line 2', message)
            self.assertNotIn('hidden', message)

    def test_others_may_read_it(self):
        self.write('A=b', 0o644)
        self.assertIn('chmod', self.refused(self.load))
