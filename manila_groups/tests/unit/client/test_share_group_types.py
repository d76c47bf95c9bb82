# SPDX-License-Identifier: Apache-2.0
"""What is asked for by more options of ``share group type set``."""

import argparse
import contextlib
import io
import types

from manila_groups.client import share_group_types
from manila_groups.tests import base
from manila_groups.tests.unit.client import fake

PATH = '/share-group-types/gold'


class SetTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.useFixture(fake.EveryNameIsAnId())

    def set(self, *arguments):
        """Give the options; returns the bodies that are sent."""
        client = fake.Client(answers={PATH: [{}]})
        command = types.SimpleNamespace(app=fake.App(client))
        hook = share_group_types.Set(command)
        parser = argparse.ArgumentParser()
        hook.get_parser(parser)
        parser.add_argument('share_group_type')
        given = parser.parse_args(['gold', *arguments])
        self.assertEqual('gold', hook.before(given).share_group_type)
        self.assertEqual('', hook.get_epilog())
        self.assertEqual(0, hook.after(given, 0))
        for method, path, _headers, body in client.asked:
            self.assertEqual(('put', PATH), (method, path))
            yield body['share_group_type']

    def test_without_its_options_nothing_is_asked(self):
        self.assertEqual([], [*self.set()])

    def test_each_option_is_sent_alone(self):
        for arguments, expected in (
            (['--name', 'a'], {'name': 'a'}),
            (['--description', ''], {'description': ''}),
            (['--public'], {'is_public': True}),
            (['--private'], {'is_public': False}),
            (['--share-types', 'a', 'b'], {'share_types': ['a', 'b']}),
        ):
            self.assertEqual([expected], [*self.set(*arguments)])

    def test_public_and_private_exclude_each_other(self):
        with contextlib.redirect_stderr(io.StringIO()):
            both = self.set('--public', '--private')
            self.assertRaises(SystemExit, list, both)
