# SPDX-License-Identifier: Apache-2.0
"""What ``share group create --dry-run`` asks for and prints."""

import argparse
import types

from manila_groups.client import share_groups
from manila_groups.tests import base
from manila_groups.tests.unit.client import command_case as case
from manila_groups.tests.unit.client import fake

PATH = '/share-groups/placement'
REASON = {'filter': 'group_specs', 'reason': "tier must be 'gold'"}
FOR_ADMINISTRATORS = {
    'candidates': [
        {'pool': 'vm@beta#one', 'weight': 1.5},
        {'pool': 'vm@beta#two', 'weight': None},
    ],
    'refusals': [
        {**REASON, 'pool': 'vm@alpha#one', 'found': 'tier is not reported'}
    ],
}
PLACEMENT = {'fits': 2, 'pools': 3, 'reasons': [{**REASON, 'pools': 1}]}


class CreateTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fake.EveryNameIsAnId())

    def run_with(self, placement=PLACEMENT, is_dry=True, **options):
        """Run a command that has the option.

        :returns: what it would print, and the bodies that were sent
        """
        client = fake.Client(
            answers={
                PATH: [{'placement': placement}],
                case.BY_NAME: [case.several(case.backup())],
            }
        )
        command = types.SimpleNamespace(
            app=fake.App(client), take_action=lambda _: 'created'
        )
        hook = share_groups.Create(command)
        given = argparse.Namespace(dry_run=is_dry, **options)
        hook.before(given)
        printed = command.take_action(given)
        sent = [request for request in client.asked if request[0] == 'post']
        for _method, path, headers, _body in sent:
            self.assertEqual(PATH, path)
            self.version = headers['OpenStack-API-Version'].split()[-1]
        return printed, [body for *_others, body in sent]

    def test_without_the_option(self):
        self.assertEqual(
            ('created', []), self.run_with(is_dry=False, name='a', wait=False)
        )

    def test_all_options_are_sent(self):
        values = {'name': 'a', 'description': 'b', 'availability_zone': 'c'}
        _printed, sent = self.run_with(
            **values,
            share_types=['d', 'e'],
            share_group_type='f',
            share_network='g',
            source_share_group_snapshot='h',
            source_share_group='i',
            share_group_backup='noon',
            wait=True,
        )
        expected = {
            **values,
            'share_types': ['d', 'e'],
            'share_group_type_id': 'f',
            'share_network_id': 'g',
            'source_share_group_snapshot_id': 'h',
            'source_share_group_id': 'i',
            'source_share_group_backup_id': case.NOON,
        }
        self.assertEqual([{'share_group': expected}], sent)

    def test_options_that_are_not_used(self):
        _printed, sent = self.run_with(
            name=None, share_types=[], share_network=False
        )
        self.assertEqual([{'share_group': {}}], sent)

    def test_hints(self):
        for option, value in (
            ('different_host', ['a', 'b']),
            ('same_host', ['c']),
            ('only_host', 'host@alpha'),
        ):
            _printed, sent = self.run_with(**{option: value})
            self.assertEqual(
                [{'share_group': {'scheduler_hints': {option: value}}}], sent
            )

    def test_it_asks_for_the_version_that_it_needs(self):
        copy, hint = {'source_share_group': 'a'}, {'only_host': 'b'}
        for options, version in (
            ({}, '1.3'),
            ({'share_group_backup': 'noon', **hint}, '1.7'),
            (copy, '1.4'),
            (hint, '1.6'),
            ({**copy, **hint}, '1.6'),
        ):
            self.run_with(**options)
            self.assertEqual(version, self.version, options)

    def test_what_people_read(self):
        (titles, values), _sent = self.run_with(
            {**PLACEMENT, **FOR_ADMINISTRATORS}
        )
        found = dict(zip(titles, map(str, values), strict=True))
        self.assertEqual(
            {
                'fits': '2',
                'pools': '3',
                'reasons': "group_specs turned away 1: tier must be 'gold'",
                'candidates': 'vm@beta#one, weight 1.5\nvm@beta#two',
                'refusals': "vm@alpha#one, group_specs: tier must be 'gold'; "
                'tier is not reported',
            },
            found,
        )

    def test_what_programs_read(self):
        (titles, values), _sent = self.run_with()
        self.assertEqual(('fits', 'pools', 'reasons'), titles)
        self.assertEqual(PLACEMENT['reasons'], values[-1].machine_readable())

    def test_waits_that_are_left_to_the_command(self):
        client = fake.Client(extensions=())
        command = types.SimpleNamespace(app=fake.App(client), take_action=None)
        given = argparse.Namespace(dry_run=False, wait=True)
        self.assertTrue(share_groups.Create(command).before(given).wait)
        self.assertIsNone(command.take_action)

    def test_the_source_must_not_be_empty(self):
        parser = argparse.ArgumentParser(exit_on_error=False)
        command = types.SimpleNamespace(app=fake.App(fake.Client()))
        share_groups.Create(command).get_parser(parser)
        for option in ('--source-share-group', '--share-group-backup'):
            error = self.assertRaises(
                argparse.ArgumentError, parser.parse_args, [option, '']
            )
            self.assertIn('must not be empty', str(error))
