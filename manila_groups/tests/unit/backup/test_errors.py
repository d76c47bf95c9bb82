# SPDX-License-Identifier: Apache-2.0
"""What restic's exit codes and messages become."""

import json

from manila_groups import exception
from manila_groups.backup import errors
from manila_groups.backup import running
from manila_groups.tests import base


def ended(code, *lines):
    return running.Ended(code, lines)


def exit_error(message, code=1):
    return json.dumps(
        {'message_type': 'exit_error', 'code': code, 'message': message}
    )


#: What restic 0.14 to 0.18, ssh and servers have said, and what it is.
SAID = (
    (
        12,
        'Fatal: wrong password or no key found',
        errors.WrongKey,
    ),
    (1, 'Fatal: wrong password or no key found', errors.WrongKey),
    (
        10,
        'Fatal: repository does not exist: unable to open config file: stat '
        '/b/p/config: no such file or directory',
        exception.NoRepository,
    ),
    (
        1,
        'Fatal: unable to open config file: stat /b/p/config: no such file '
        'or directory\nIs there a repository at the following location?',
        exception.NoRepository,
    ),
    (
        1,
        'Fatal: unable to open config file: client.Head: Head "http://h/x": '
        'dial tcp 192.0.2.1:80: connect: connection refused\nIs there a '
        'repository at the following location?',
        exception.TransientDriverError,
    ),
    (
        11,
        'unable to create lock in backend: repository is already locked by '
        'PID 7 on host by root (UID 0, GID 0)',
        exception.RepositoryInUse,
    ),
    (
        1,
        'unable to create lock in backend: repository is already locked '
        'exclusively by PID 7',
        exception.RepositoryInUse,
    ),
    (
        1,
        'Fatal: unable to open repository at sftp:h:/x: unable to start the '
        'sftp session, error: unexpected EOF',
        exception.TransientDriverError,
    ),
    (
        1,
        'Fatal: unable to save snapshot: write /b/p/data/x: no space left on '
        'device',
        exception.DriverError,
    ),
    (
        1,
        'Fatal: failed to find snapshot: snapshot filter (): no snapshot '
        'found',
        errors.NoSnapshot,
    ),
    (
        1,
        'invalid id "98d90be8": no matching ID found for prefix "98d90be8"',
        errors.NoSnapshot,
    ),
    (
        1,
        'Fatal: config or key 98d9 is damaged: ciphertext verification failed',
        errors.Damaged,
    ),
    (
        1,
        'Fatal: create key in repository at /b/p failed: repository already '
        'contains keys',
        errors.HalfMade,
    ),
    (1, 'Fatal: something else', exception.DriverError),
)


class TestKinds(base.TestCase):
    def test_each(self):
        for code, text, kind in SAID:
            for line in (text, exit_error(text, code)):
                found = errors.of(ended(code, *line.split('\n')), 'doing')
                self.assertIs(kind, type(found), text)
                self.assertTrue(found.message.startswith('doing: '))

    def test_a_full_disk_is_not_retried(self):
        found = errors.of(ended(1, 'Fatal: no space left on device'), 'x')
        self.assertNotIsInstance(found, exception.TransientDriverError)


class TestMessages(base.TestCase):
    def message(self, *lines, code=1, secrets=()):
        return errors.of(ended(code, *lines), 'doing', secrets).message

    def test_the_first_and_the_last(self):
        self.assertEqual(
            'doing: /a: read failed; Fatal: all went wrong',
            self.message(
                'using parent snapshot 98d9',
                json.dumps(
                    {
                        'message_type': 'error',
                        'error': {'message': 'read failed'},
                        'during': 'archival',
                        'item': '/a',
                    }
                ),
                'something',
                exit_error('Fatal: all went wrong'),
            ),
        )

    def test_nothing_said(self):
        self.assertIn('exit code 1', self.message())
        self.assertIn('SIGKILL', self.message(code=-9))

    def test_no_secret(self):
        self.assertEqual(
            'doing: Fatal: login *** at region 1 refused',
            self.message(
                'Fatal: login secret at region 1 refused',
                secrets=['secret', '1', ''],
            ),
        )

    def test_what_to_do(self):
        self.assertIn(
            '[backup] secret_file',
            self.message('Fatal: wrong password or no key found', code=12),
        )
        self.assertIn(
            'backup unlock',
            self.message('repository is already locked', code=11),
        )
        self.assertIn(
            'remove its directory "keys"',
            self.message('Fatal: repository already contains keys'),
        )

    def test_of_a_file(self):
        for said, kind, advice in (
            (
                'circuit breaker open for file <data/1b1f71715c>',
                exception.TransientDriverError,
                '',
            ),
            (
                'decrypting blob <data/5> from 7c failed: ciphertext '
                'verification failed',
                errors.Damaged,
                'backup check',
            ),
            ('open x: permission denied', exception.DriverError, ''),
        ):
            error = errors.of_file('a file cannot be restored', said)
            self.assertIs(kind, type(error))
            self.assertTrue(error.message.endswith(said))
            self.assertIn(advice, error.message)
