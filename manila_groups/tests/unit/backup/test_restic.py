# SPDX-License-Identifier: Apache-2.0
"""What restic itself saves, restores, forgets and refuses."""

import os

from manila_groups import exception
from manila_groups.backup import errors
from manila_groups.tests import trees
from manila_groups.tests.unit.backup import restic_case

PROJECT = restic_case.PROJECT
OTHER = 'e6c0b8d2f3a45c1d9f7b203c4d5e6f70'


class TestFiles(restic_case.ResticTestCase):
    def test_all_kinds_of_files_come_back(self):
        source = self.path / 'source'
        trees.make(source)
        saved = self.save('one', source)
        target = self.restore(saved.reference)
        self.assertEqual([], trees.differences(source, target))

    def test_a_second_backup_sends_what_has_changed(self):
        content = os.urandom(400_000).hex()
        source = self.shares(a__large=content, b__small='one')
        first = self.save('one', source)
        self.assertGreater(first.sent_size, 400_000)
        self.shares(b__small='other')
        second = self.save('two', source, first.reference)
        self.assertLess(second.sent_size, 10_000)
        self.assertEqual(len(content) + 5, second.data_size)
        for reference, text in (
            (first.reference, 'one'),
            (second.reference, 'other'),
        ):
            target = self.restore(reference, text)
            self.assertEqual(text, (target / 'b/small').read_text())


class TestManifest(restic_case.ResticTestCase):
    def test_the_newest_one_counts(self):
        self.save('one', self.shares(a__file='content'))
        for number in (1, 2):
            written = {'name': 'Gr\u00fc\u00dfe', 'number': number}
            self.engine.write_manifest(PROJECT, 'one', written)
        self.assertEqual(written, self.engine.read_manifest(PROJECT, 'one'))


class TestPlace(restic_case.ResticTestCase):
    """Whoever mounts nothing at the place of repositories finds none."""

    def setUp(self):
        super().setUp()
        self.source = self.shares(a__file='content')
        self.save('one', self.source)
        self.repository.parent.rename(self.path / 'unmounted')
        self.repository.parent.mkdir()

    def mount(self):
        self.repository.parent.rmdir()
        (self.path / 'unmounted').rename(self.repository.parent)

    def save_of(self, project):
        return self.save('two', self.source, known=(PROJECT,), project=project)

    def test_no_other_repository_is_made(self):
        for project in (PROJECT, OTHER):
            error = self.assertRaises(
                exception.NoRepository, self.save_of, project
            )
            self.assertIn('[backup] repository', error.message)
            self.assertIn('mounted', error.message)
        self.assertEqual([], os.listdir(self.repository.parent))
        self.mount()
        self.save_of(OTHER)
        self.assertEqual(
            {PROJECT, OTHER}, set(os.listdir(self.repository.parent))
        )

    def test_nothing_counts_as_deleted(self):
        for project in (PROJECT, OTHER):
            self.assertRaises(
                exception.NoRepository,
                self.engine.forget,
                project,
                'one',
                (PROJECT,),
            )
        self.mount()
        # There never was any of it.
        self.engine.forget(OTHER, 'one', (PROJECT,))

    def test_one_that_is_there_is_enough(self):
        self.mount()
        self.engine.check_place((OTHER, PROJECT))
        self.engine.check_place(())

    def test_another_secret(self):
        self.mount()
        self.write_secret('another secret that is as long as it has to be')
        self.assertRaises(errors.WrongKey, self.make().check_place, (PROJECT,))


class TestKeys(restic_case.ResticTestCase):
    def setUp(self):
        super().setUp()
        self.saved = self.save('one', self.shares(a__file='content'))

    def test_another_secret(self):
        self.write_secret('another secret that is as long as it has to be')
        error = self.assertRaises(
            errors.WrongKey,
            self.restore,
            self.saved.reference,
            engine=self.make(),
        )
        self.assertIn('[backup] secret_file', error.message)
        self.assertNotIn('another secret', error.message)

    def test_no_secret_is_seen(self):
        arguments = []

        class Runner:
            def run(self, given, **_settings):
                arguments.extend(given)
                raise exception.TransientDriverError('away')

        self.engine._program._runner = Runner()
        self.assertRaises(
            exception.TransientDriverError,
            self.engine.forget,
            PROJECT,
            'one',
            (),
        )
        key = self.engine._program._keys.of(PROJECT)
        self.assertNotIn(key, ' '.join(arguments))


class TestCheck(restic_case.ResticTestCase):
    def setUp(self):
        super().setUp()
        self.reports = []
        # What can't be compressed, so that each has a pack file of its own.
        self.shares(a__file=os.urandom(600_000).hex())
        self.save('good', self.path / 'source')
        before = set(self.packs())
        self.shares(a__other=os.urandom(600_000).hex())
        self.save('bad', self.path / 'source')
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

    def test_a_byte_that_has_changed(self):
        self.damaged.chmod(0o600)
        with self.damaged.open('r+b') as file:
            file.seek(1000)
            byte = file.read(1)
            file.seek(1000)
            file.write(bytes([byte[0] ^ 1]))
        self.assertEqual(((), ()), self.found(self.check()))
        problems, backups = self.found(self.check('100%'))
        self.assertIn(self.damaged.name, problems[0])
        self.assertEqual(('bad',), backups)
