# SPDX-License-Identifier: Apache-2.0
"""What ``openstack share group backup list`` asks for and prints."""

from urllib import parse

import fixtures

from manila_groups.client import backups
from manila_groups.client import share_group_backup_lists as commands
from manila_groups.tests.unit.client import command_case as case


class ListTestCase(case.CommandTest):
    def list(self, *arguments, query='', found=None):
        path = f'{backups.PATH}/detail?{query}'
        return self.json(
            commands.List,
            *arguments,
            answers={path: [found or case.several(case.backup())]},
        )

    def test_what_is_listed(self):
        (found,) = self.list()
        self.assertEqual(
            {
                'ID': case.NOON,
                'Name': 'noon',
                'Status': 'available',
                'Share Group ID': 'shop',
                'Size': 3,
                'Taken At': None,
            },
            found,
        )
        self.assertVersion('1.7')

    def test_more_fields(self):
        full = dict.fromkeys(commands.LONG) | case.backup()
        (found,) = self.list('--long', found=case.several(full))
        self.assertEqual(len(commands.LONG), len(found))
        self.assertEqual(1536, found['Data Size'])

    def test_what_people_read(self):
        text = self.run_command(
            commands.List,
            answers={f'{backups.PATH}/detail?': [case.several(case.backup())]},
        )
        self.assertIn(' 3 GiB ', text)

    def test_what_is_sent(self):
        for arguments, expected in (
            (['--share-group', 'a'], {'share_group_id': 'a'}),
            (['--snapshot', 'a'], {'source_share_group_snapshot_id': 'a'}),
            (['--status', 'error'], {'status': 'error'}),
            (['--name', 'a'], {'name': 'a'}),
            (['--name~', 'a'], {'name~': 'a'}),
            (['--description', 'a b'], {'description': 'a b'}),
            (['--description~', 'a'], {'description~': 'a'}),
            (['--project', 'a'], {'project_id': 'a'}),
            (['--all-projects'], {'all_tenants': 'true'}),
            (['--sort', 'name'], {'sort_key': 'name', 'sort_dir': 'asc'}),
            (
                ['--sort', 'size:desc'],
                {'sort_key': 'size', 'sort_dir': 'desc'},
            ),
            (['--limit', '7'], {'limit': '7'}),
            (['--marker', 'a'], {'marker': 'a'}),
        ):
            self.list(*arguments, query=parse.urlencode(expected))

    def test_no_more_than_the_limit(self):
        page = case.several(
            *(case.backup(), case.backup()), share_group_backups_links=[{}]
        )
        found = self.list('--limit', '2', query='limit=2', found=page)
        self.assertEqual(2, len(found))

    def test_a_share_group_that_is_gone(self):
        self.useFixture(
            fixtures.MonkeyPatch('manila_groups.client.resources.find', None)
        )
        self.list(
            *('--share-group', case.NOON),
            query=f'share_group_id={case.NOON}',
        )

    def test_lines_that_are_wrong(self):
        for arguments, words in (
            (['--limit', '-1'], "'-1' is not a number"),
            (['--limit', 'all'], "'all' is not a number"),
            (['--sort', 'name:up'], "'up' is not a direction"),
            (['--share-group', ''], 'must not be empty'),
        ):
            self.assertIn(words, self.refused_line(commands.List, *arguments))
