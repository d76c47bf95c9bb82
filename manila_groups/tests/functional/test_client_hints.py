# SPDX-License-Identifier: Apache-2.0
"""Together on a back end, or apart, by the command ``openstack``."""

from manila_groups.tests.functional import client_case


class TestHints(client_case.ClientTest):
    configuration = '[DEFAULT]\nhost = vm\n'
    command = ('share', 'group', 'create', '--wait')

    def create(self, *arguments):
        found = self.json(*self.command, *arguments)
        self.assertEqual('available', found['status'])
        return found

    def test_together_and_apart(self):
        first = self.create('--name', 'first', '--only-host', 'vm@alpha')
        self.assertEqual({'only_host': 'vm@alpha'}, first['scheduler_hints'])
        apart = self.create('--name', 'apart', '--different-host', 'first')
        self.assertIn('vm@beta#', apart['host'])
        self.assertEqual(
            {'different_host': [first['id']]}, apart['scheduler_hints']
        )
        share = self.json('share', 'create', 'NFS', '1', '--wait')
        for name in ('apart', apart['id'], share['id']):
            found = self.create('--same-host', name)
            self.assertRegex(found['host'], '^vm@')

    def test_where_it_would_go(self):
        first = self.create('--name', 'first', '--only-host', 'vm@alpha')
        second = self.create('--name', 'second', '--only-host', 'vm@beta')
        found = self.json(
            'share', 'group', 'create', '--dry-run',
            '--different-host', 'first', '--different-host', second['id'],
        )  # fmt: skip
        self.assertEqual(0, found['fits'], first)
        (reason,) = found['reasons']
        self.assertEqual('different_host', reason['filter'])

    def test_what_is_not_there(self):
        for option in ('--different-host', '--same-host'):
            line = self.refused(*self.command, option, 'none-such')
            self.assertIn('none-such', line)
        line = self.refused(*self.command, '--only-host', 'vm@none-such')
        self.assertIn('vm@none-such', line)
