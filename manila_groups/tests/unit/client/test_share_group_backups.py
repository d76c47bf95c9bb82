# SPDX-License-Identifier: Apache-2.0
"""What the commands of ``openstack share group backup`` ask for and print."""

import types

from osc_lib import exceptions

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.client import share_group_backups as commands
from manila_groups.client import waiting
from manila_groups.tests.unit.client import command_case as case
from manila_groups.tests.unit.client import fake

ACTION = f'{case.PATH}/action'
FOUND = {case.BY_NAME: [case.several(case.backup())]}


class CreateTestCase(case.CommandTest):
    def create(self, *arguments, **answers):
        return self.json(
            commands.Create,
            *arguments,
            answers={
                backups.PATH: [case.one(status='creating')],
                **answers,
            },
        )

    def test_of_what_and_with_which_texts(self):
        for arguments, expected in (
            (['shop'], {'share_group_id': 'shop'}),
            (['--snapshot', 'noon'], {'share_group_snapshot_id': 'noon'}),
            (
                ['shop', '--name', 'a', '--description', ''],
                {'share_group_id': 'shop', 'name': 'a', 'description': ''},
            ),
        ):
            self.assertEqual('creating', self.create(*arguments)['status'])
            self.assertEqual(
                [(backups.PATH, {'share_group_backup': expected})],
                self.sent('post'),
            )
            self.assertVersion('1.7')

    def test_one_source_is_needed(self):
        for arguments in ([], ['shop', '--snapshot', 'noon'], ['']):
            line = self.refused_line(commands.Create, *arguments)
            self.assertRegex(line, 'required|not allowed|not be empty')

    def test_until_it_is_available(self):
        found = self.create(
            'shop',
            '--wait',
            **{
                case.PATH: [case.one(status='creating'), case.one()],
                case.MESSAGES + case.NOON: [{'messages': []}],
            },
        )
        self.assertEqual('available', found['status'])
        self.assertEqual([1], self.waits)

    def test_until_it_has_failed(self):
        error = self.assertRaises(
            waiting.Failed,
            self.create,
            'shop',
            '--wait',
            **{
                case.PATH: [case.one(status='error')],
                case.MESSAGES + case.NOON: [
                    {'messages': [{'user_message': 'Too full.'}]}
                ],
            },
        )
        self.assertEqual(
            f'Share group backup {case.NOON}: create failed: Too full.',
            str(error),
        )

    def test_a_service_that_is_too_old(self):
        older = {**fake.AXIS, 'version': '1.6'}
        error = self.assertRaises(
            axis.Unsupported,
            self.run_command,
            commands.Create,
            'shop',
            answers={},
            extensions=(older,),
        )
        self.assertIn('needs version 1.7 of share-groups', str(error))


class ShowTestCase(case.CommandTest):
    def test_what_programs_read(self):
        found = self.json(commands.Show, 'noon', answers=FOUND)
        expected = case.backup()
        del expected['links']
        self.assertEqual(expected, found)

    def test_what_people_read(self):
        text = self.run_command(commands.Show, 'noon', answers=FOUND)
        for line in (
            r'\| size +\| 3 GiB ',
            r'\| data_size +\| 1\.5 KiB ',
            r'\| sent_size +\| None ',
            r'\| members +\| web: 2 GiB, NFS ',
            r'\| +\| 2: 1 GiB, NFS ',
        ):
            self.assertRegex(text, line)
        self.assertNotIn('links', text)


class SetTestCase(case.CommandTest):
    def run_set(self, command, *arguments):
        self.run_command(
            command,
            'noon',
            *arguments,
            answers={**FOUND, case.PATH: [case.one()], ACTION: [None]},
        )
        return [body for _path, body in self.sent('put') + self.sent('post')]

    def test_what_is_sent(self):
        for arguments, *expected in (
            ([],),
            (['--name', 'a'], {'share_group_backup': {'name': 'a'}}),
            (
                ['--description', '', '--status', 'error'],
                {'share_group_backup': {'description': ''}},
                {'reset_status': {'status': 'error'}},
            ),
        ):
            self.assertEqual(expected, self.run_set(commands.Set, *arguments))

    def test_what_is_removed(self):
        for arguments, *expected in (
            ([],),
            (['--name'], {'share_group_backup': {'name': None}}),
            (
                ['--name', '--description'],
                {'share_group_backup': {'name': None, 'description': None}},
            ),
        ):
            self.assertEqual(
                expected, self.run_set(commands.Unset, *arguments)
            )


class DeleteTestCase(case.CommandTest):
    def delete(self, *arguments, answers):
        self.run_command(
            commands.Delete, 'noon', *arguments, answers={**FOUND, **answers}
        )

    def test_without_a_wait(self):
        self.delete(answers={case.PATH: [None]})
        self.assertEqual([(case.PATH, None)], self.sent('delete'))

    def test_by_force(self):
        self.delete('--force', answers={ACTION: [None]})
        self.assertEqual([(ACTION, {'force_delete': None})], self.sent('post'))

    def test_until_it_is_gone(self):
        answers = [None, case.one(status='deleting'), fake.Gone()]
        self.delete('--wait', answers={case.PATH: answers})
        self.assertEqual([1], self.waits)

    def test_until_it_has_failed(self):
        for status, messages, words in (
            ('error_deleting', [{'user_message': 'Locked.'}], 'Locked.'),
            ('error_deleting', [], 'its status is error_deleting.'),
            ('available', [], 'its status is available.'),
        ):
            error = self.assertRaises(
                waiting.Failed,
                self.delete,
                '--wait',
                answers={
                    case.PATH: [None, case.one(status=status)],
                    case.MESSAGES + case.NOON: [{'messages': messages}],
                },
            )
            self.assertIn(f'delete failed: {words}', str(error))

    def test_some_of_several(self):
        none = {'share_group_backups': []}
        path = f'{backups.PATH}/detail?name={{}}&all_tenants=true'
        answers = {path.format(name): [none] for name in ('a', 'b')}
        error = self.assertRaises(
            exceptions.CommandError,
            self.run_command,
            commands.Delete,
            *('a', 'noon', 'b'),
            answers={**FOUND, **answers, case.PATH: [None]},
        )
        self.assertEqual([(case.PATH, None)], self.sent('delete'))
        first, second = str(error).split('\n')
        self.assertIn("'a'", first)
        self.assertIn("'b'", second)


class RestoreTestCase(case.CommandTest):
    def setUp(self):
        super().setUp()
        self.group = types.SimpleNamespace(status='available')

    def restore(self, *arguments, **answers):
        begun = {'restore': {'share_group_id': 'there'}}
        return self.run_command(
            commands.Restore,
            'noon',
            *arguments,
            answers={**FOUND, ACTION: [begun], **answers},
        )

    def test_which_share_group(self):
        for arguments, expected in (
            ([], None),
            (['--share-group', 'other'], {'share_group_id': 'other'}),
        ):
            self.assertEqual('', self.restore(*arguments))
            self.assertEqual(
                [(ACTION, {'restore': expected})], self.sent('post')
            )

    def wait(self, *messages):
        found = [{'user_message': one} for one in messages]
        return self.restore(
            '--wait',
            **{
                '/share-groups/there/operations': [{'operations': []}],
                case.MESSAGES + 'there': [{'messages': found}],
            },
        )

    def test_until_it_is_restored(self):
        self.assertEqual('', self.wait())

    def test_a_failure_that_the_status_does_not_show(self):
        error = self.assertRaises(waiting.Failed, self.wait, 'Too full.')
        self.assertEqual(
            'Share group there: restore failed: Too full.', str(error)
        )
