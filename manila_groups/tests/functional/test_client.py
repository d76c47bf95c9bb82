# SPDX-License-Identifier: Apache-2.0
"""What the command ``openstack`` can do with this service only."""

import contextlib
import signal
import sqlite3

from manila_groups.tests.functional import client_case
from manila_groups.tests.functional import processes

_SPECS = {'driver_handles_share_servers': 'False'}


class TestShareGroupTypeSet(client_case.ClientTest):
    def set(self, *arguments):
        self.assertEqual(
            '', self.openstack('share', 'group', 'type', 'set', *arguments)
        )

    def shown(self, name):
        found = self.api.ask('GET', '/share-group-types?is_public=all')
        (one,) = (
            one for one in found['share_group_types'] if one['name'] == name
        )
        return one

    def make_share_type(self, name):
        body = {'share_type': {'name': name, 'extra_specs': _SPECS}}
        return self.api.ask('POST', '/types', body)['share_type']['id']

    def test_all_that_can_be_set(self):
        before = self.shown('default')
        fast = self.make_share_type('fast')
        self.set(
            'default', '--name', 'quick', '--private', '--group-specs',
            'tier=gold', '--description', 'Soon', '--share-types', 'fast',
        )  # fmt: skip
        after = self.shown('quick')
        self.assertEqual(before['id'], after['id'])
        self.assertEqual({'tier': 'gold'}, after['group_specs'])
        self.assertEqual([fast], after['share_types'])
        self.assertFalse(after['is_public'])

        self.set(after['id'], '--public', '--description', '')
        self.assertTrue(self.shown('quick')['is_public'])

        # What only python-manilaclient knows of is as ever.
        self.set('quick', '--group-specs', 'tier=silver')
        self.assertEqual(
            {'tier': 'silver'}, self.shown('quick')['group_specs']
        )

    def test_what_cannot_be_set(self):
        command = ('share', 'group', 'type', 'set')
        before = self.shown('default')
        for arguments, words in (
            (('default', '--name', ''), "share_group_type.name: ''"),
            (('default', '--share-types', 'none-such'), 'none-such'),
            (('none-such', '--private'), 'none-such'),
        ):
            self.assertIn(words, self.refused(*command, *arguments))
        self.assertEqual(before, self.shown('default'))

    def test_help(self):
        text = self.openstack('share', 'group', 'type', 'set', '--help')
        for option in ('--group-specs', '--share-types', '--private'):
            self.assertIn(option, text)


class TestShareGroupOperationList(client_case.ClientTest):
    configuration = '[beta]\nfake_delays = create_share_group:600\n'
    command = ('share', 'group', 'operation', 'list')

    def create(self, name, specs):
        values = {'name': name, 'group_specs': specs}
        made = self.api.ask(
            'POST', '/share-group-types', {'share_group_type': values}
        )
        type_id = made['share_group_type']['id']
        return self.api.create(name=name, share_group_type_id=type_id)

    def test_what_is_at_work(self):
        group_id = self.create('slow', {'consistent_snapshot_support': 'pool'})

        def listed():
            found = self.json(*self.command, 'slow', '--long')
            return [one for one in found if one['Status'] == 'running']

        (one,) = processes.wait_for(listed)
        self.assertEqual(
            ('create', group_id), (one['Verb'], one['Resource ID'])
        )
        self.assertRegex(one['Request ID'], '^req-')

    def test_what_has_failed(self):
        group_id = self.create('dream', {'tier': 'unobtainium'})
        self.assertTrue(self.api.becomes(group_id, 'error'))
        (one,) = self.json(*self.command, group_id, '--watch')
        self.assertEqual('failed', one['Status'])
        self.assertIn('unobtainium', one['Reason'])

    def test_a_group_that_is_not_there(self):
        self.assertIn('none-such', self.refused(*self.command, 'none-such'))


class TestShareGroupCreate(client_case.ClientTest):
    command = ('share', 'group', 'create', '--share-group-type')

    def setUp(self):
        super().setUp()
        for name, specs in (
            ('both', {'consistent_snapshot_support': 'pool'}),
            ('dream', {'tier': 'unobtainium'}),
        ):
            values = {'name': name, 'group_specs': specs}
            body = {'share_group_type': values}
            self.api.ask('POST', '/share-group-types', body)

    def groups(self):
        return self.api.ask('GET', '/share-groups')['share_groups']

    def test_where_it_would_go(self):
        self.assertTrue(processes.wait_for(self.has_three_pools))
        found = self.json(*self.command, 'both', '--dry-run')
        self.assertEqual((2, 3), (found['fits'], found['pools']))
        pools = {one['pool'].split('@')[1] for one in found['candidates']}
        self.assertEqual({'beta#one', 'beta#two'}, pools)
        text = self.openstack(*self.command, 'both', '--dry-run')
        self.assertRegex(text, r'\| candidates  \| \S+@beta#(one|two), weight')
        self.assertEqual([], self.groups())

    def has_three_pools(self):
        found = self.api.ask('GET', '/scheduler-stats/pools')
        return len(found['pools']) == 3

    def test_why_it_would_go_nowhere(self):
        self.assertTrue(processes.wait_for(self.has_three_pools))
        text = self.openstack(
            *self.command, 'dream', '--name', 'a', '--wait', '--dry-run'
        )
        self.assertRegex(text, r'\| fits  +\| 0 ')
        self.assertEqual(3, text.count('tier is not reported'), text)
        self.assertEqual([], self.groups())

    def test_what_is_refused(self):
        for arguments in (
            ('none-such',),
            ('both', '--availability-zone', 'none-such'),
        ):
            line = self.refused(*self.command, *arguments, '--dry-run')
            self.assertIn('none-such', line)

    def test_without_it_a_group_is_created(self):
        found = self.json(*self.command, 'both', '--name', 'real')
        self.assertEqual('real', found['name'])
        self.assertEqual([found['id']], [one['id'] for one in self.groups()])

    def test_until_it_is_there(self):
        found = self.json(*self.command, 'both', '--name', 'real', '--wait')
        self.assertEqual('available', found['status'])
        self.assertNotIn('links', found)

    def test_until_it_has_failed(self):
        line = self.refused(
            *self.command, 'dream', '--name', 'unreal', '--wait'
        )
        (one,) = self.groups()
        self.assertIn(one['id'], line)
        self.assertIn("tier must be 'unobtainium'", line)


class TestWaiting(client_case.ClientTest):
    configuration = '[beta]\nfake_delays = create_share_group:600\n'

    def note_progress(self):
        """Note that what is at work is partly done; returns how many."""
        with (
            contextlib.closing(
                sqlite3.connect(
                    self.state / 'manila-groups.sqlite', timeout=30
                )
            ) as database,
            database,
        ):
            return database.execute(
                'UPDATE operations SET progress = \'{"done": 42, "total": '
                "100}' WHERE runs_at LIKE '%@beta'"
            ).rowcount

    def test_a_bar_on_the_terminal(self):
        values = {
            'name': 'both',
            'group_specs': {'consistent_snapshot_support': 'pool'},
        }
        self.api.ask(
            'POST', '/share-group-types', {'share_group_type': values}
        )
        terminal = self.on_terminal(
            'share', 'group', 'create', '--share-group-type', 'both', '--wait'
        )
        self.assertTrue(processes.wait_for(self.note_progress))
        shown = terminal.read_until('42%')
        self.assertIn('create: create', shown)
        terminal.process.send_signal(signal.SIGINT)
        # The cursor is back.
        self.assertIn('\x1b[?25h', terminal.read_until('\x1b[?25h'))
        self.assertNotEqual(0, terminal.process.wait(processes.PATIENCE))
        self.assertEqual('', terminal.process.stdout.read())
