# SPDX-License-Identifier: Apache-2.0
"""The command lines and the environment of restic."""

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backup import commands
from manila_groups.backup import versions
from manila_groups.tests import base


def make(version=(0, 18), credentials=None, **options):
    conf = configuration.new(with_pipeline=False)
    conf([], default_config_files=[])
    for name, value in {'repository': '/backups', **options}.items():
        conf.set_override(name, value, 'backup')
    features = versions.Features(version)
    return commands.Commands(
        conf.backup, features, credentials or {}, commands.FEATURES
    )


class TestRepository(base.TestCase):
    def test_one_for_each_project(self):
        for given, repository in (
            ('/backups', '/backups/p1'),
            ('/backups/', '/backups/p1'),
            ('sftp:me@host:/b', 'sftp:me@host:/b/p1'),
            ('rest:https://host:8000/', 'rest:https://host:8000/p1'),
            ('swift:container:/', 'swift:container:/p1'),
        ):
            made = make(repository=given)
            self.assertEqual(repository, made.repository('p1'))

    def test_a_project_that_is_no_part_of_a_path(self):
        for project_id in ('', '..', '.', '../a', 'a/b', 'a\n', 'a?b', 'a b'):
            self.assertRaises(
                exception.DriverError, make().repository, project_id
            )


class TestArguments(base.TestCase):
    def test_no_more_than_needed(self):
        self.assertEqual(['restic', 'unlock'], make().arguments('unlock'))

    def test_each_option(self):
        made = make(
            command='/opt/restic',
            cache_directory='/cache',
            upload_limit=10,
            download_limit=20,
            options=['a=b', 'sftp.command=ssh -p 7 host -s sftp'],
        )
        self.assertEqual(
            [
                '/opt/restic',
                '--option=a=b',
                '--option=sftp.command=ssh -p 7 host -s sftp',
                '--cache-dir=/cache',
                '--limit-upload=10',
                '--limit-download=20',
                '--retry-lock=20s',
                'forget',
            ],
            made.arguments('forget', wait=True),
        )

    def test_an_old_one_does_not_wait(self):
        self.assertEqual(
            ['restic', 'forget'],
            make((0, 15)).arguments('forget', wait=True),
        )

    def test_restore(self):
        self.assertIn('--sparse', commands.restore('id', '/path', True))
        self.assertNotIn('--sparse', commands.restore('id', '/path', False))

    def test_save(self):
        for parent, option in (('id', '--parent=id'), (None, '--force')):
            made = commands.save('one', 'group', parent, ('a', 'b'))
            self.assertIn(option, made)
            self.assertEqual(['--', 'a', 'b'], made[-3:])


class TestEnvironment(base.TestCase):
    def test_what_is_in_it(self):
        made = make(credentials={'AWS_ACCESS_KEY_ID': 'x', 'RESTIC_X': 'y'})
        found = made.environment('p1', 'the key')
        self.assertEqual('/backups/p1', found['RESTIC_REPOSITORY'])
        self.assertEqual('the key', found['RESTIC_PASSWORD'])
        self.assertEqual('x', found['AWS_ACCESS_KEY_ID'])
        self.assertEqual(commands.FEATURES, found['RESTIC_FEATURES'])
