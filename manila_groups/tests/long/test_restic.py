# SPDX-License-Identifier: Apache-2.0
"""What restic itself does in less usual cases."""

import os
import pathlib
import shutil
import subprocess

from manila_groups import exception
from manila_groups.backup import errors
from manila_groups.tests import servers
from manila_groups.tests import trees
from manila_groups.tests.unit.backup import restic_case

PROJECT = restic_case.PROJECT
OTHER = 'e6c0b8d2f3a45c1d9f7b203c4d5e6f70'


class TestFiles(restic_case.ResticTestCase):
    def test_a_base_that_is_gone(self):
        source = self.shares(a__file='content')
        gone = self.save('one', source).reference
        self.engine.forget(PROJECT, 'one', ())
        saved = self.save('two', source, gone)
        self.assertEqual(
            [], trees.differences(source, self.restore(saved.reference))
        )

    def test_saved_again(self):
        source = self.shares(a__file='content' * 10_000)
        first = self.save('one', source)
        self.assertEqual(first.sent_size, self.save('one', source).sent_size)

    def test_a_group_without_shares(self):
        source = self.path / 'empty'
        source.mkdir()
        saved = self.save('one', source)
        self.assertEqual(0, saved.data_size)
        self.assertEqual([], list(self.restore(saved.reference).iterdir()))

    def test_a_share_that_is_not_there(self):
        source = self.shares(a__file='content', b__file='content')
        shutil.rmtree(source / 'b')
        engine = self.engine
        error = self.assertRaises(
            exception.DriverError,
            engine.save,
            PROJECT,
            restic_case.source('one', source, ('a', 'b')),
            restic_case.ignore,
        )
        self.assertIn('b', error.message)
        self.assertEqual([], self.engine._program.snapshots(PROJECT))

    def test_a_report_that_ends_it(self):
        class Lost(Exception):
            pass

        def report(_done, _total):
            raise Lost

        source = self.shares(a__file='x')
        os.truncate(source / 'a/file', 200 * 2**30)
        self.assertRaises(Lost, self.save, 'one', source, report=report)
        self.assertEqual([], list((self.repository / 'locks').iterdir()))

    def test_through_sftp(self):
        server = pathlib.Path('/usr/lib/openssh/sftp-server')
        if not server.exists():
            servers.not_there(self, str(server), 'no such file')
        engine = self.make(
            repository=f'sftp:nowhere:{self.path}/remote',
            options=[f'sftp.command={server}'],
        )
        source = self.shares(a__file='content')
        saved = self.save('one', source, engine=engine)
        self.assertTrue((self.path / 'remote' / PROJECT / 'config').exists())
        target = self.restore(saved.reference, engine=engine)
        self.assertEqual([], trees.differences(source, target))


class TestManifest(restic_case.ResticTestCase):
    def test_forgotten(self):
        self.save('one', self.shares(a__file='content'))
        other = self.save('two', self.shares(a__file='content'))
        self.engine.write_manifest(PROJECT, 'one', {})
        self.engine.write_manifest(PROJECT, 'two', {})
        for _ in range(2):
            self.engine.forget(PROJECT, 'one', ())
        self.assertRaises(
            errors.NoSnapshot, self.engine.read_manifest, PROJECT, 'one'
        )
        self.assertEqual({}, self.engine.read_manifest(PROJECT, 'two'))
        self.restore(other.reference)

    def test_without_a_repository(self):
        self.engine.forget(PROJECT, 'one', ())
        self.assertRaises(
            exception.NoRepository, self.engine.read_manifest, PROJECT, 'one'
        )
        error = self.assertRaises(
            exception.NoRepository,
            self.save,
            'two',
            self.shares(a__file='content'),
            'reference',
            known=(PROJECT,),
        )
        self.assertIn('mounted', error.message)
        self.assertFalse(self.repository.exists())


class TestKeys(restic_case.ResticTestCase):
    def setUp(self):
        super().setUp()
        self.saved = self.save('one', self.shares(a__file='content'))

    def test_the_repository_of_another_project(self):
        shutil.copytree(self.repository, self.repository.parent / OTHER)
        self.assertRaises(
            errors.WrongKey,
            self.engine.restore,
            OTHER,
            self.saved.reference,
            str(self.path),
            restic_case.ignore,
        )

    def test_another_project_has_none_of_it(self):
        self.engine.save(
            OTHER,
            restic_case.source('two', self.path / 'source', ('a',)),
            restic_case.ignore,
        )
        self.assertRaises(
            errors.NoSnapshot,
            self.engine.restore,
            OTHER,
            self.saved.reference,
            str(self.path),
            restic_case.ignore,
        )


class TestCheck(restic_case.ResticTestCase):
    def setUp(self):
        super().setUp()
        self.reports = []
        # What can't be compressed, so that each has a pack file of its own.
        self.shares(a__file=os.urandom(600_000).hex())
        self.save('good', self.path / 'source')
        before = set(self.packs())
        self.shares(a__other=os.urandom(600_000).hex())
        self.bad = self.save('bad', self.path / 'source')
        self.damaged = max(
            set(self.packs()) - before, key=lambda one: one.stat().st_size
        )

    def packs(self):
        return (self.repository / 'data').glob('*/*')

    def check(self, read_data=None):
        return self.engine.check(
            PROJECT, lambda *pair: self.reports.append(pair), read_data
        )

    def found(self, checked):
        return checked.problems, checked.backup_ids

    def test_nothing_is_wrong(self):
        self.assertEqual(((), ()), self.found(self.check('100%')))

    def test_a_file_that_is_gone(self):
        self.damaged.unlink()
        problems, backups = self.found(self.check())
        self.assertIn(self.damaged.name, problems[0])
        self.assertEqual(('bad',), backups)

    def test_space_is_freed(self):
        self.engine.forget(PROJECT, 'bad', ())
        self.engine.prune(PROJECT, restic_case.ignore)
        self.assertFalse(self.damaged.exists())
        self.assertEqual(((), ()), self.found(self.check('100%')))

    def test_mended_by_a_new_backup(self):
        self.damaged.unlink()
        subprocess.run(
            [self.program, 'repair', 'index'],
            env={
                'PATH': os.environ['PATH'],
                'RESTIC_REPOSITORY': str(self.repository),
                'RESTIC_PASSWORD': self.engine._program._keys.of(PROJECT),
                'RESTIC_CACHE_DIR': str(self.path / 'cache'),
            },
            check=True,
            capture_output=True,
        )
        problems, backups = self.found(self.check())
        self.assertIn('not found in index', ''.join(problems))
        self.assertEqual(('bad',), backups)
        # All that it needs is still in the share.
        saved = self.save('new', self.path / 'source', self.bad.reference)
        self.assertEqual(((), ()), self.found(self.check('100%')))
        for number, one in enumerate((self.bad, saved)):
            target = self.restore(one.reference, str(number))
            self.assertEqual(
                [], trees.differences(self.path / 'source', target)
            )
