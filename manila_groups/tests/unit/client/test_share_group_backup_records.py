# SPDX-License-Identifier: Apache-2.0
"""How records of backups are shown, written, read and sent."""

import io
import json
import pathlib

import fixtures
from osc_lib import exceptions

from manila_groups.client import backups
from manila_groups.client import share_group_backup_records as commands
from manila_groups.tests.unit.client import command_case as case

RECORD = {'id': case.NOON, 'size': 3, 'members': []}
BODY = {'share_group_backup_record': RECORD}
IMPORT = f'{backups.PATH}/import'


class RecordTestCase(case.CommandTest):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = self.directory / 'noon.json'

    def record(self, *arguments):
        return self.json(
            commands.Record,
            'noon',
            *arguments,
            answers={
                case.BY_NAME: [case.several(case.backup())],
                f'{case.PATH}/record': [BODY],
            },
        )

    def import_file(self, *arguments, **answers):
        return self.json(
            commands.Import,
            *arguments,
            answers={IMPORT: [case.one(status='creating')], **answers},
        )

    def test_it_is_shown(self):
        self.assertEqual(RECORD, self.record())
        self.assertVersion('1.8')
        self.assertEqual([], [*self.directory.iterdir()])

    def test_it_is_written(self):
        self.record('--file', str(self.file))
        self.assertEqual(RECORD, json.loads(self.file.read_text()))

    def test_it_is_imported(self):
        for given in (RECORD, BODY):
            self.file.write_text(json.dumps(given))
            found = self.import_file(str(self.file))
            self.assertEqual('creating', found['status'])
            self.assertEqual([(IMPORT, BODY)], self.sent('post'))
            self.assertVersion('1.8')

    def test_from_the_standard_input(self):
        given = io.StringIO(json.dumps(RECORD))
        self.useFixture(fixtures.MonkeyPatch('sys.stdin', given))
        self.import_file('-')
        self.assertEqual([(IMPORT, BODY)], self.sent('post'))

    def test_until_it_is_available(self):
        self.file.write_text(json.dumps(RECORD))
        found = self.import_file(
            str(self.file),
            '--wait',
            **{
                case.PATH: [case.one()],
                case.MESSAGES + case.NOON: [{'messages': []}],
            },
        )
        self.assertEqual('available', found['status'])

    def test_files_with_something_else(self):
        for content, words in (
            (b'| id | 1 |', 'is not a record in JSON'),
            (b'', 'is not a record in JSON'),
            (b'\xff', 'is not a record in JSON'),
            (b'[1]', 'is not a record, but other JSON'),
        ):
            self.file.write_bytes(content)
            error = self.assertRaises(
                exceptions.CommandError, self.import_file, str(self.file)
            )
            self.assertIn(f'{self.file}: {words}', str(error))
            self.assertEqual([], self.client.asked)
