# SPDX-License-Identifier: Apache-2.0
"""What operators type for the repositories of backups."""

import os

from manila_groups.backup import loader
from manila_groups.backup import running
from manila_groups.cmd import manage
from manila_groups.db import api as db_api
from manila_groups.db import quotas
from manila_groups.tests import servers
from manila_groups.tests.functional import test_commands
from manila_groups.tests.unit.backup import restic_case


class BackupTest(test_commands.CommandTest):
    """Two projects with a backup each."""

    def setUp(self):
        super().setUp()
        program = restic_case.need_restic(self)
        self.path = self.config_file.parent
        self.repositories = self.path / 'repositories'
        secret = self.path / 'secret'
        secret.write_text(restic_case.SECRET)
        secret.chmod(0o600)
        with self.config_file.open('a') as file:
            file.write(
                f'[backup]\nrepository = {self.repositories}\n'
                f'secret_file = {secret}\ncommand = {program}\n'
                f'cache_directory = {self.path}/cache\n'
            )
        self.manage('db', 'sync')

    def backups(self, *projects):
        """Make a repository with a backup of the project's name for each."""
        conf = manage.configuration.load(files=[str(self.config_file)])
        engine = loader.build(conf, running.Direct())
        engine.setup()
        source = self.path / 'source'
        (source / 'a').mkdir(parents=True)
        (source / 'a' / 'file').write_bytes(os.urandom(10_000))
        for project in projects:
            engine.save(
                project,
                restic_case.source(f'of-{project}', source, ('a',)),
                restic_case.ignore,
            )
        return engine

    def project_ids(self, *projects):
        """Have rows of backups of some projects."""
        self.patch(
            manage.backup.rows, 'project_ids', lambda _conn: list(projects)
        )

    def damage(self, project):
        packs = (self.repositories / project / 'data').glob('*/*')
        for one in packs:
            one.unlink()

    def backup(self, *args):
        return self.manage('backup', *args)


class TestCheck(BackupTest):
    def test_damage(self):
        self.backups('good', 'bad')
        self.project_ids('bad', 'good')
        self.damage('bad')
        code, output, errors = self.backup('check')
        self.assertEqual((1, ''), (code, errors))
        self.assertIn('Project bad: DAMAGED', output)
        self.assertIn('\nProject good: no damage was found.', output)
        code, output, errors = self.backup('check', '--project', 'good')
        self.assertEqual(
            (0, 'Project good: no damage was found.\n', ''),
            (code, output, errors),
        )

    def test_the_backups_with_damage_are_named(self):
        self.backups('one')
        packs = sorted(
            (self.repositories / 'one' / 'data').glob('*/*'),
            key=lambda one: one.stat().st_size,
        )
        packs[-1].unlink()
        code, output, _ = self.backup('check', '--project', 'one')
        self.assertEqual(1, code)
        self.assertIn('Backups with damage: of-one.\n', output)
        self.assertIn(packs[-1].name, output)

    def test_the_content(self):
        self.backups('one')
        code, output, _ = self.backup(
            'check', '--project=one', '--read-data-subset=100%'
        )
        self.assertEqual(
            (0, 'Project one: no damage was found.\n'), (code, output)
        )

    def test_a_part_that_is_none(self):
        for value in ('all', '1/', '-5%'):
            code, _, _ = self.backup('check', f'--read-data-subset={value}')
            self.assertEqual(1, code)

    def test_one_that_is_not_there(self):
        self.backups('good')
        self.project_ids('gone', 'good')
        code, output, errors = self.backup('check')
        self.assertEqual(
            (1, 'Project good: no damage was found.\n'), (code, output)
        )
        self.assertIn('Project gone: ', errors)
        self.assertIn('there is no repository', errors)


class TestOthers(BackupTest):
    def test_prune(self):
        engine = self.backups('one')
        data = self.repositories / 'one' / 'data'
        before = list(data.glob('*/*'))
        engine.forget('one', 'of-one', ())
        self.assertEqual(before, list(data.glob('*/*')))
        self.project_ids('one')
        self.assertEqual(
            (0, 'Project one: pruned.\n', ''), self.backup('prune')
        )
        self.assertEqual([], list(data.glob('*/*')))

    def test_projects_that_have_no_backup_any_more(self):
        engine = self.backups('had')
        engine.forget('had', 'of-had', ())
        conf = manage.configuration.load(files=[str(self.config_file)])
        with db_api.Database(conf).writer() as conn:
            # One has never got as far as a repository.
            for project in ('had', 'never'):
                scope = quotas.Scope(project)
                quotas.use(conn, scope, 'share_group_backups', 1, -1)
                quotas.free(conn, [scope], 'share_group_backups', 1)
        self.assertEqual(
            (0, 'Project had: pruned.\n', ''), self.backup('prune')
        )
        data = self.repositories / 'had' / 'data'
        self.assertEqual([], list(data.glob('*/*')))
        code, _, errors = self.backup('prune', '--project=never')
        self.assertEqual(1, code)
        self.assertIn('there is no repository', errors)

    def test_unlock(self):
        self.backups('one')
        self.project_ids('one')
        for options in ([], ['--all']):
            self.assertEqual(
                (0, 'Project one: unlocked.\n', ''),
                self.backup('unlock', *options),
            )

    def test_no_projects(self):
        self.assertEqual((0, '', ''), self.backup('prune'))

    def test_another_user(self):
        if os.geteuid():
            servers.not_there(self, 'another user', 'it takes root to be one')
        self.backups('one')
        os.chown(self.repositories / 'one', 65534, 65534)
        code, _, errors = self.backup('check', '--project=one')
        self.assertEqual(1, code)
        self.assertIn('belongs to the user nobody', errors)


class TestWithoutBackups(test_commands.CommandTest):
    def test_nothing_is_configured(self):
        code, _, errors = self.manage('backup', 'check')
        self.assertEqual(1, code)
        self.assertIn('[backup] repository: is not set', errors)
