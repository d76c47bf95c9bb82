# SPDX-License-Identifier: Apache-2.0
"""What ``share group operation list`` prints while it looks on."""

import contextlib
import io

import fixtures

from manila_groups.client import share_group_operations
from manila_groups.tests import base
from manila_groups.tests.unit.client import fake


def operations(*statuses):
    return {
        'operations': [{'verb': 'create', 'status': one} for one in statuses]
    }


class ListTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fake.EveryNameIsAnId())
        self.waits = []
        self.useFixture(fixtures.MonkeyPatch('time.sleep', self.waits.append))

    def list(self, *arguments, answers):
        """Run the command; returns the lines that it prints."""
        self.answers = list(answers)
        path = '/share-groups/shop/operations'
        client = fake.Client(answers={path: self.answers})
        self.app = fake.App(client)
        command = share_group_operations.List(self.app, None)
        parser = command.get_parser('list')
        only = () if '-c' in arguments else ('-f', 'value', '-c', 'Status')
        command.run(parser.parse_args(['shop', *only, *arguments]))
        self.assertEqual([], self.answers)
        self.assertEqual(1, client.asked_for_versions)
        return self.app.stdout.getvalue().split()

    def test_once(self):
        found = self.list(answers=[operations('running', 'waiting')])
        self.assertEqual(['running', 'waiting'], found)
        self.assertEqual([], self.waits)

    def test_until_nothing_is_at_work(self):
        answers = [
            operations('waiting'),
            operations('waiting'),
            operations('running'),
            operations('failed'),
        ]
        found = self.list('--watch', answers=answers)
        self.assertEqual(['waiting', 'running', 'failed'], found)
        self.assertEqual([2, 2, 2], self.waits)

    def test_until_the_group_is_gone(self):
        answers = [operations('running'), fake.Gone()]
        self.assertEqual(
            ['running'], self.list('--watch', '0.5', answers=answers)
        )
        self.assertEqual([0.5], self.waits)

    def test_other_errors_end_it(self):
        answers = [operations('running'), fake.Broken()]
        self.assertRaises(fake.Broken, self.list, '--watch', answers=answers)

    def test_a_group_that_is_not_there(self):
        self.assertRaises(
            fake.Gone, self.list, '--watch', answers=[fake.Gone()]
        )

    def test_more_fields(self):
        for arguments, expected in (
            ((), 'Verb'),
            (('--long',), 'Request ID'),
        ):
            only = ('-f', 'csv', '-c', expected, *arguments)
            self.list(*only, answers=[operations('running')])
            self.assertIn(f'"{expected}"', self.app.stdout.getvalue())

    def test_bytes(self):
        found = {'operations': [{'status': 'running', 'done_bytes': 1536}]}
        only = ('-c', 'Done Bytes', '-c', 'Total Bytes', '--long')
        for form, expected in (
            ('value', '1536 None'),
            ('table', '| 1.5 KiB    | None        |'),
        ):
            self.list('-f', form, *only, answers=[found])
            self.assertIn(expected, self.app.stdout.getvalue())

    def test_times_that_are_none(self):
        for value in ('nan', '0', '-1', '1e9', 'soon', ''):
            printed = io.StringIO()
            with contextlib.redirect_stderr(printed):
                self.assertRaises(
                    SystemExit, self.list, f'--watch={value}', answers=[]
                )
            self.assertIn(
                f"'{value}' is not a number from 0.1 to 3600",
                printed.getvalue(),
            )
