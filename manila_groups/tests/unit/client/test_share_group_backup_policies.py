# SPDX-License-Identifier: Apache-2.0
"""What ``openstack share group backup policy`` asks for and prints."""

from manila_groups.client import share_group_backup_policies as commands
from manila_groups.tests.unit.client import command_case as case
from manila_groups.tests.unit.client import fake

PATH = '/share-groups/shop/backup-policy'
NIGHTLY = {
    'schedule': '0 3 * * *',
    'keep_daily': 7,
    'keep_weekly': 4,
    'keep_monthly': 0,
}


def one(**values):
    return {'backup_policy': {**NIGHTLY, **values}}


class PolicyTestCase(case.CommandTest):
    def run_policy(self, command, *arguments, found):
        return self.run_command(
            command, 'shop', *arguments, answers={PATH: found}
        )

    def set(self, *arguments, present):
        self.run_policy(commands.Set, *arguments, found=[present, one()])
        ((_path, body),) = self.sent('put')
        self.assertVersion('1.9')
        return body['backup_policy']

    def test_a_new_one(self):
        arguments = (
            *('--schedule', '0 3 * * *', '--keep-daily', '7'),
            *('--keep-weekly', '4', '--keep-monthly', '0'),
        )
        self.assertEqual(NIGHTLY, self.set(*arguments, present=fake.Gone()))

    def test_only_what_is_given_is_sent_of_a_new_one(self):
        self.assertEqual(
            {'schedule': '@daily'},
            self.set('--schedule', '@daily', present=fake.Gone()),
        )

    def test_the_rest_of_one_that_is_there_stays(self):
        present = one(updated_at='today')
        self.assertEqual(
            {**NIGHTLY, 'keep_daily': 0},
            self.set('--keep-daily', '0', present=present),
        )

    def test_other_errors_end_it(self):
        self.assertRaises(
            fake.Broken,
            self.run_policy,
            commands.Set,
            found=[fake.Broken()],
        )

    def test_it_is_shown(self):
        text = self.run_policy(
            commands.Show, '-f', 'json', found=[one(updated_at='today')]
        )
        self.assertIn('"keep_daily": 7', text)
        self.assertIn('"updated_at": "today"', text)
        self.assertVersion('1.9')

    def test_it_is_removed(self):
        self.run_policy(commands.Unset, found=[None])
        self.assertEqual([(PATH, None)], self.sent('delete'))
        self.assertVersion('1.9')

    def test_numbers_that_are_none(self):
        line = self.refused_line(commands.Set, 'shop', '--keep-daily', 'some')
        self.assertIn('invalid int value', line)
