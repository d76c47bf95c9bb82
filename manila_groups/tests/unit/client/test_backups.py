# SPDX-License-Identifier: Apache-2.0
"""How backups are found and listed."""

from osc_lib import exceptions

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.tests import base
from manila_groups.tests.unit.client import command_case as case
from manila_groups.tests.unit.client import fake

LIST = f'{backups.PATH}/detail'


class FindTestCase(base.TestCase):
    def find(self, name, answers):
        self.share = fake.Client(answers=answers)
        return backups.find(axis.Client(self.share), name)

    def test_by_its_id(self):
        found = self.find(case.NOON, {case.PATH: [case.one()]})
        self.assertEqual('noon', found['name'])

    def test_by_its_name(self):
        answers = {case.BY_NAME: [case.several(case.backup())]}
        self.assertEqual(case.NOON, self.find('noon', answers)['id'])
        self.assertEqual(1, len(self.share.asked))

    def test_a_name_like_an_id(self):
        by_name = f'{LIST}?name={case.NOON}&all_tenants=true'
        answers = {
            case.PATH: [fake.Gone()],
            by_name: [case.several(case.backup(id='other'))],
        }
        self.assertEqual('other', self.find(case.NOON, answers)['id'])

    def test_a_name_that_is_no_part_of_a_path(self):
        by_name = f'{LIST}?name=..%2Fa%26b&all_tenants=true'
        answers = {by_name: [case.several(case.backup())]}
        self.assertEqual(case.NOON, self.find('../a&b', answers)['id'])

    def test_none(self):
        error = self.assertRaises(
            exceptions.CommandError,
            self.find,
            'noon',
            {case.BY_NAME: [case.several()]},
        )
        self.assertEqual(
            "No share group backup with a name or ID of 'noon' exists.",
            str(error),
        )

    def test_two_of_one_name(self):
        two = case.several(case.backup(), case.backup(id='other'))
        error = self.assertRaises(
            exceptions.CommandError, self.find, 'noon', {case.BY_NAME: [two]}
        )
        self.assertIn("exists with the name 'noon'", str(error))
        self.assertIn(f'{case.NOON}, other.', str(error))

    def test_other_errors(self):
        self.assertRaises(
            fake.Broken, self.find, case.NOON, {case.PATH: [fake.Broken()]}
        )


class EveryTestCase(base.TestCase):
    def test_page_by_page(self):
        first = case.several(
            {'id': 'a'}, {'id': 'b'}, share_group_backups_links=[{}]
        )
        share = fake.Client(
            answers={
                f'{LIST}?limit=2': [first],
                f'{LIST}?limit=2&marker=b': [case.several({'id': 'c'})],
            }
        )
        found = backups.every(axis.Client(share), {'limit': 2})
        self.assertEqual(['a', 'b', 'c'], [one['id'] for one in found])
