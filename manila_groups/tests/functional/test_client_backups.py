# SPDX-License-Identifier: Apache-2.0
"""Backups of share groups by the command ``openstack``."""

import json
import shutil
import sqlite3

from manila_groups.tests import servers
from manila_groups.tests.functional import test_client_content

BACKUP = ('share', 'group', 'backup')


class BackupTest(test_client_content.ContentTest):
    """There is a share group, shop, and a repository for its backups."""

    @property
    def configuration(self):
        secret = self.directory / 'secret'
        secret.write_text('a long secret that nobody else may know')
        secret.chmod(0o600)
        return (
            f'[backup]\nrepository = {self.repository}\n'
            f'secret_file = {secret}\n'
        )

    @property
    def repository(self):
        return self.directory / 'repository'

    def setUp(self):
        if shutil.which('restic') is None:
            servers.not_there(self, 'restic', 'not installed')
        super().setUp()

    def back_up(self, *arguments):
        """Back up, and wait; returns the backup."""
        return self.json(*BACKUP, 'create', *arguments, '--wait')

    def printed(self, *arguments):
        return self.openstack(*BACKUP, *arguments)

    def listed(self, *arguments):
        """The names of the backups in a list."""
        found = self.json(*BACKUP, 'list', *arguments)
        return [one['Name'] for one in found]


class TestBackups(BackupTest):
    def test_from_the_first_to_the_last_command(self):
        first = self.back_up('shop', '--name', 'first')
        self.assertEqual('available', first['status'])
        self.assertEqual((1, 3), (first['size'], first['data_size']))
        self.write_content(self.shop, 'newer')
        self.make_available(
            '/share-group-snapshots',
            'share_group_snapshot',
            name='noon',
            share_group_id=self.shop,
        )
        second = self.back_up('--snapshot', 'noon', '--name', 'second')
        self.assertTrue(second['is_incremental'])
        self.check_lists(second)
        self.check_changes(first)
        self.check_deletions(first)

    def check_lists(self, second):
        self.assertEqual(['second', 'first'], self.listed())
        self.assertEqual(
            ['first', 'second'], self.listed('--sort', 'name', '--long')
        )
        self.assertEqual(['second'], self.listed('--limit', '1'))
        for arguments in (
            ('--snapshot', 'noon'),
            ('--name~', 'sec'),
            ('--marker', second['id'], '--sort', 'created_at:asc'),
        ):
            expected = [] if '--marker' in arguments else ['second']
            self.assertEqual(expected, self.listed(*arguments), arguments)
        for name in (self.shop, 'shop'):
            self.assertEqual(2, len(self.listed('--share-group', name)))

    def check_changes(self, first):
        set_ = ('set', first['id'], '--name', 'old', '--description', 'Dull')
        self.assertEqual('', self.printed(*set_))
        found = self.json(*BACKUP, 'show', 'old')
        self.assertEqual('Dull', found['description'])
        self.assertRegex(
            self.printed('show', 'old'), r'\| members +\| shop: 1 GiB, NFS '
        )
        self.assertEqual('', self.printed('unset', 'old', '--description'))
        self.assertIsNone(self.json(*BACKUP, 'show', 'old')['description'])
        self.printed('set', 'old', '--status', 'error')
        self.assertEqual(['old'], self.listed('--status', 'error'))

    def check_deletions(self, first):
        self.printed('delete', 'second', '--wait')
        self.assertEqual(['old'], self.listed())
        self.printed('delete', '--force', '--wait', first['id'])
        self.assertEqual([], self.listed())

    def test_two_of_one_name(self):
        for _ in range(2):
            self.back_up('shop', '--name', 'twin')
        for command in ('show', 'delete', 'restore'):
            line = self.refused(*BACKUP, command, 'twin')
            self.assertIn('More than one share group backup exists', line)
        line = self.refused(*BACKUP, 'show', 'none-such')
        self.assertIn('none-such', line)


class TestRestore(BackupTest):
    def setUp(self):
        super().setUp()
        self.back_up('shop', '--name', 'noon')
        self.write_content(self.shop, 'new')

    def test_in_place(self):
        self.assertEqual('', self.printed('restore', 'noon', '--wait'))
        self.assertEqual('old', self.content(self.shop))

    def test_as_a_new_share_group(self):
        found = self.create('--name', 'again', '--share-group-backup', 'noon')
        self.assertEqual('available', found['status'])
        self.assertEqual('old', self.content(found['id']))
        self.assertEqual('new', self.content(self.shop))

    def test_another_share_group(self):
        other = self.create('--name', 'other', '--share-group-backup', 'noon')
        self.write_content(other['id'], 'newest')
        restore = ('restore', 'noon', '--share-group', 'other')
        self.assertEqual('', self.printed(*restore))
        self.assertTrue(self.api.becomes(other['id'], 'available'))
        self.assertEqual('old', self.content(other['id']))
        self.assertEqual('new', self.content(self.shop))

    def test_where_it_would_go(self):
        found = self.json(
            'share', 'group', 'create', '--share-group-backup', 'noon',
            '--dry-run',
        )  # fmt: skip
        self.assertEqual(1, found['fits'])

    def test_a_repository_that_is_gone(self):
        shutil.rmtree(self.repository)
        line = self.refused(*BACKUP, 'restore', 'noon', '--wait')
        self.assertIn(f'{self.shop}: restore failed: ', line)
        self.assertEqual('new', self.content(self.shop))


class TestRecords(BackupTest):
    def test_a_backup_that_the_database_has_forgotten(self):
        backup = self.back_up('shop', '--name', 'noon')
        file = self.directory / 'noon.json'
        shown = self.json(*BACKUP, 'record', 'noon', '--file', str(file))
        self.assertEqual(shown, json.loads(file.read_text()))
        self.forget(backup['id'])
        self.assertEqual([], self.listed())
        found = self.json(*BACKUP, 'import', str(file), '--wait')
        self.assertEqual(
            (backup['id'], 'available'), (found['id'], found['status'])
        )
        self.write_content(self.shop, 'new')
        self.printed('restore', 'noon', '--wait')
        self.assertEqual('old', self.content(self.shop))

    def forget(self, backup_id):
        """Let the database have no such backup, as an older one has none."""
        path = self.state / 'manila-groups.sqlite'
        with sqlite3.connect(path, timeout=30) as database:
            for table, column in (
                ('share_group_backup_members', 'share_group_backup_id'),
                ('share_group_backups', 'id'),
            ):
                database.execute(
                    f'DELETE FROM {table} WHERE {column} = ?', (backup_id,)
                )
        database.close()


class TestPolicies(BackupTest):
    def policy(self, *arguments):
        return ('share', 'group', 'backup', 'policy', *arguments)

    def test_from_the_first_to_the_last_command(self):
        line = self.refused(*self.policy('show', 'shop'))
        self.assertIn('404', line)
        given = ('--schedule', '0 3 * * *', '--keep-daily', '7')
        self.openstack(*self.policy('set', 'shop', *given))
        self.openstack(*self.policy('set', 'shop', '--keep-weekly', '4'))
        found = self.json(*self.policy('show', 'shop'))
        self.assertEqual(
            ('0 3 * * *', 7, 4),
            (found['schedule'], found['keep_daily'], found['keep_weekly']),
        )
        line = self.refused(*self.policy('set', 'shop', '--schedule', 'often'))
        self.assertIn('often', line)
        self.openstack(*self.policy('unset', 'shop'))
        self.refused(*self.policy('show', 'shop'))
