# SPDX-License-Identifier: Apache-2.0
"""The record of a backup with very many members can be imported."""

import json

from oslo_utils import uuidutils

from manila_groups import states
from manila_groups.api.schemas import share_group_backup_records
from manila_groups.db import share_group_backups
from manila_groups.domain.share_group_backups import record
from manila_groups.tests import servers
from manila_groups.tests.functional import api_fixture
from manila_groups.tests.functional import idempotency_case

PATH = '/v2/share-group-backups'
IMPORT = 'POST /share-group-backups/import'
#: Characters that JSON has no shorter way for: twelve bytes each.
LONGEST = '\U0001f4be' * 255
UNLIMITED = {'backups': -1, 'backup_gigabytes': -1}


class TestOnSqlite(idempotency_case.CreationCase):
    overrides = {'quota': UNLIMITED}

    def record(self, number):
        """Make a record that is as large as it can be."""
        (operation,) = (
            one for one in api_fixture.operations() if str(one) == IMPORT
        )
        type_id = self.api.ids['types', 'type_id']
        members = [
            {
                'share_id': uuidutils.generate_uuid(),
                'name': LONGEST,
                'size': 1,
                'share_proto': 'NFS',
                'share_type_id': type_id,
            }
            for _ in range(number)
        ]
        return operation.body(
            id=uuidutils.generate_uuid(),
            name=LONGEST,
            description=LONGEST,
            share_group_type_id=None,
            names={
                'share_group': LONGEST,
                'share_group_type': LONGEST,
                'share_types': {
                    uuidutils.generate_uuid(): LONGEST
                    for _ in range(record.MOST_SHARE_TYPES)
                },
            },
            members=sorted(members, key=lambda one: one['share_id']),
        )

    def imported(self, body, **changes):
        body['share_group_backup_record'] |= changes
        text = json.dumps(body, indent=4)
        self.assertLess(len(text), share_group_backup_records.MOST_BYTES)
        answer = self.send(f'{PATH}/import', text, None)
        self.assertEqual(202, answer.status, answer.body[:300])
        return answer.json['share_group_backup']['id']

    def export(self, backup_id, names):
        """Ask for the record of a backup as if it had been made here."""
        with self.api.db.writer() as conn:
            share_group_backups.ROWS.update(
                conn,
                backup_id,
                {'status': states.AVAILABLE, 'manifest': names},
            )
        return self.api.call('GET', f'{PATH}/{backup_id}/record')

    def test_what_is_exported_is_imported(self):
        for number in (800, record.MOST_MEMBERS):
            given = self.record(number)
            content = given['share_group_backup_record']
            answer = self.export(self.imported(given), content['names'])
            self.assertEqual(200, answer.status)
            found = answer.json['share_group_backup_record']
            content['project_id'] = found['project_id']
            self.assertEqual(content, found)
            self.imported(answer.json, id=uuidutils.generate_uuid())

    def test_what_nobody_could_import(self):
        given = self.record(3)
        backup_id = self.imported(given)
        self.patch(record, 'MOST_MEMBERS', 2)
        answer = self.export(backup_id, {})
        self.assertEqual(409, answer.status)
        self.assertIn('has 3 members; a record can have 2', answer.message)


class TestOnMysql(TestOnSqlite):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestOnPostgresql(TestOnSqlite):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}
