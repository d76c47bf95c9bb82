# SPDX-License-Identifier: Apache-2.0
"""Access rules: what users may do with them, and when."""

from manila_groups import exception
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import shares
from manila_groups.domain.access_rules import api as share_access
from manila_groups.rpc import wake
from manila_groups.tests import base
from manila_groups.tests.unit.domain import share_access_case


class TestClients(base.TestCase):
    def test_each_is_written_in_one_way(self):
        for text, expected in (
            ('192.0.2.1', '192.0.2.1'),
            ('192.0.2.1/32', '192.0.2.1'),
            ('192.0.2.1/255.255.255.255', '192.0.2.1'),
            ('192.0.2.0/24', '192.0.2.0/24'),
            ('192.0.2.0/255.255.255.0', '192.0.2.0/24'),
            ('0.0.0.0/0', '0.0.0.0/0'),
            ('0.0.0.0', '0.0.0.0'),
            ('::ffff:192.0.2.1', '192.0.2.1'),
            ('2001:DB8:0:0::1', '2001:db8::1'),
            ('2001:db8::1/128', '2001:db8::1'),
            ('2001:db8::/32', '2001:db8::/32'),
            ('::/0', '::/0'),
        ):
            self.assertEqual(expected, share_access.to_clients(text))

    def test_what_is_none_is_refused(self):
        for text in (
            '',
            'x',
            '192.0.2.256',
            '192.0.2',
            '192.0.2.1/',
            '192.0.2.1/33',
            '192.0.2.1/-1',
            '192.0.2.1/24',
            '192.0.2.*',
            '192.0.2.1|32',
            ' 192.0.2.1',
            '192.0.2.1\n',
            '192.0.2.01',
            '\u0661\u0669\u0662.0.2.1',
            '3221225985',
            'ad80::abaa:0:c2:2/-3',
            '2001:db8::1/64',
            '2001:DB8:2de:0:0:0:0:e13:200a',
            'fe80::1%eth0',
            'x' * 1000,
        ):
            error = self.assertRaises(
                exception.Invalid, share_access.to_clients, text
            )
            self.assertIn('access_to', error.message)
            self.assertLess(len(error.message), 500)


class TestShareAccess(share_access_case.AccessCase):
    def test_a_rule_waits_for_its_back_end(self):
        rule = self.allow(access_level='ro', metadata={'a': 'b'})
        self.assertEqual(
            ('192.0.2.1', 'ro', 'queued_to_apply', {'a': 'b'}, 'req-rule'),
            (
                rule.access_to,
                rule.access_level,
                rule.state,
                rule.metadata,
                rule.request_id,
            ),
        )
        self.assertEqual('syncing', self.status())
        self.assertEqual(
            [wake.Wake('host@alpha', states.SHARE_ACCESS, self.share)],
            self.wakes,
        )

    def test_the_same_clients_have_one_rule(self):
        self.allow('192.0.2.1')
        self.apply()
        self.wakes.clear()
        for text in ('192.0.2.1', '192.0.2.1/32', '::ffff:192.0.2.1'):
            error = self.assertRaises(exception.Invalid, self.allow, text)
            self.assertIn('access_to', error.message)
        self.assertEqual('active', self.status())
        self.assertEqual([], self.wakes)

    def test_clients_that_are_nobody_have_no_rule(self):
        for text in ('0.0.0.0', '::', '::ffff:0.0.0.0', '224.0.0.0/4'):
            error = self.assertRaises(exception.Invalid, self.allow, text)
            self.assertIn(f"access_to: '{text}'", error.message)
        self.assertEqual({}, self.rules())
        # A rule of an earlier release is still found.
        found = self.access.list_of(self.share, {'access_to': '0.0.0.0'})
        self.assertEqual([], found)

    def test_everybody_can_have_a_rule(self):
        for text in ('0.0.0.0/0', '::/0'):
            self.allow(text)
        self.assertEqual({'0.0.0.0/0', '::/0'}, set(self.rules()))

    def test_rules_change_in_some_statuses_only(self):
        rule = self.allow()
        self.apply()
        can = {
            'available',
            'extending_error',
            'shrinking_error',
            'shrinking_possible_data_loss_error',
        }
        before = self.count(models.ShareAccessRule)
        for status in sorted({*states.SHARE_STATUSES} - can):
            self.ask(shares.ROWS.set_status, self.share, status)
            for change in (
                lambda: self.allow('192.0.2.2'),
                lambda: self.deny(rule),
                lambda: self.access.change_level(self.caller, rule.id, 'ro'),
            ):
                error = self.assertRaises(exception.Invalid, change)
                self.assertIn(status, error.message)
            self.assertEqual('active', self.status())
        self.assertEqual(before, self.count(models.ShareAccessRule))
        for number, status in enumerate(sorted(can)):
            self.ask(shares.ROWS.set_status, self.share, status)
            self.allow(f'198.51.100.{number}')
            self.apply()

    def test_a_share_without_a_place_has_no_rules(self):
        self.ask(shares.ROWS.update, self.share, {'host': None})
        self.assertRaises(exception.Invalid, self.allow)
        self.assertEqual([], self.wakes)

    def test_other_projects_find_nothing(self):
        self.ask(shares.ROWS.update, self.share, {'is_public': True})
        rule = self.allow()
        self.apply()
        self.caller = self.user_of('there')
        for call in (
            lambda: self.allow('192.0.2.2'),
            lambda: self.deny(rule),
            lambda: self.access.share(self.caller, self.share),
            lambda: self.access.get(self.caller, rule.id),
            lambda: self.access.change_level(self.caller, rule.id, 'ro'),
            lambda: self.access.set_metadata(self.caller, rule.id, {'a': 'b'}),
            lambda: self.access.delete_metadata(self.caller, rule.id, 'a'),
        ):
            self.assertRaises(exception.NotFound, call)
        self.assertEqual({'192.0.2.1': 'active'}, self.rules())
        self.assertEqual('active', self.status())
        self.caller = self.admin
        self.deny(rule)
        self.assertEqual({'192.0.2.1': 'queued_to_deny'}, self.rules())

    def test_a_rule_is_denied_in_every_state(self):
        for state in ('queued_to_apply', 'applying', 'active', 'error'):
            rule_id = self.insert_rule(self.share, state, state=state)
            self.access.deny(self.caller, self.share, rule_id)
            self.assertEqual('queued_to_deny', self.rules()[state])
            self.access.deny(self.caller, self.share, rule_id)
        self.insert_rule(self.share, 'going', state='denying')

    def test_a_rule_that_is_there_no_more(self):
        rule = self.allow()
        other = self.insert_rule(self.insert_share(), '192.0.2.1')
        self.deny(rule)
        self.apply()
        for rule_id in (rule.id, other, 'unknown'):
            self.assertRaises(
                exception.NotFound,
                self.access.deny,
                self.caller,
                self.share,
                rule_id,
            )
        self.assertEqual('active', self.status())

    def test_a_level_is_changed_by_the_back_end(self):
        rule = self.allow()
        self.apply()
        self.wakes.clear()
        changed = self.access.change_level(self.caller, rule.id, 'rw')
        self.assertEqual(
            ('rw', 'active'), (changed.access_level, changed.state)
        )
        self.assertEqual([], self.wakes)
        changed = self.access.change_level(self.caller, rule.id, 'ro')
        self.assertEqual(
            ('ro', 'queued_to_apply'), (changed.access_level, changed.state)
        )
        self.assertEqual('syncing', self.status())
        self.assertEqual(1, len(self.wakes))
        self.apply()
        self.assertEqual([('192.0.2.1', 'ro')], self.in_force)
        self.assertEqual({'192.0.2.1': 'active'}, self.rules())

    def test_a_rule_that_goes_is_not_changed(self):
        rule = self.allow()
        self.deny(rule)
        error = self.assertRaises(
            exception.Invalid,
            self.access.change_level,
            self.caller,
            rule.id,
            'ro',
        )
        self.assertIn('queued_to_deny', error.message)

    def test_metadata(self):
        rule = self.allow(metadata={'a': '1'})
        self.wakes.clear()
        self.assertEqual(
            {'a': '1', 'b': '2'},
            self.access.set_metadata(self.caller, rule.id, {'b': '2'}),
        )
        self.access.delete_metadata(self.caller, rule.id, 'a')
        self.assertRaises(
            exception.NotFound,
            self.access.delete_metadata,
            self.caller,
            rule.id,
            'a',
        )
        _share, rule = self.access.get(self.caller, rule.id)
        self.assertEqual({'b': '2'}, rule.metadata)
        self.assertEqual([], self.wakes)
