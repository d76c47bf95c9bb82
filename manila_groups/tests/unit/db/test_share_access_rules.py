# SPDX-License-Identifier: Apache-2.0
"""Rows of access rules: filters, metadata, and what waits for a back end."""

import datetime

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import share_access_rules
from manila_groups.db import shares
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.db import share_case

SECOND = datetime.timedelta(seconds=1)


class TestRules(share_case.WithShares):
    def setUp(self):
        super().setUp()
        self.share = self.insert_share()

    def add(self, access_to, metadata=None, **values):
        row = {
            'id': uuidutils.generate_uuid(),
            'share_id': self.share,
            'access_type': 'ip',
            'access_to': access_to,
            'access_level': 'rw',
            **values,
        }
        self.ask(share_access_rules.insert, row, metadata or {})
        return row['id']

    def found(self, **filters):
        rules = self.ask(share_access_rules.of_share, self.share, filters)
        return sorted(rule.access_to for rule in rules)

    def get(self, rule_id):
        return self.ask(share_access_rules.get, rule_id)

    def waiting(self, *conditions, **kwargs):
        return self.ask(
            share_access_rules.shares_waiting, *conditions, **kwargs
        )

    def test_a_new_rule_waits(self):
        rule = self.get(self.add('192.0.2.1', {'a': 'b'}))
        self.assertEqual('queued_to_apply', rule.state)
        self.assertEqual({'a': 'b'}, rule.metadata)
        self.assertEqual(rule.created_at, rule.stepped_at)
        self.assertIsNone(rule.updated_at)

    def test_the_clients_of_a_share_have_one_rule(self):
        self.add('192.0.2.1')
        other = self.insert_share()
        self.add('192.0.2.1', share_id=other)
        self.assertIn(
            '192.0.2.1',
            str(self.assertRaises(exception.Invalid, self.add, '192.0.2.1')),
        )
        self.assertEqual(2, self.count(models.ShareAccessRule))

    def test_rules_come_in_their_order(self):
        second = self.insert_rule(self.share, 'b', created_at=case.START)
        first = self.insert_rule(
            self.share, 'a', created_at=case.START - SECOND
        )
        same = self.insert_rule(self.share, 'c', created_at=case.START)
        self.insert_rule(self.insert_share(), 'a')
        rules = self.ask(share_access_rules.of_share, self.share)
        self.assertEqual(
            [first, *sorted((second, same))], [rule.id for rule in rules]
        )

    def test_filters(self):
        self.add('192.0.2.1', {'a': 'b', 'c': 'd'}, access_level='ro')
        self.add('192.0.2.2', {'a': 'b'})
        self.insert_rule(self.share, '192.0.2.3', state='error')
        table = (
            ({}, ['1', '2', '3']),
            ({'access_to': '192.0.2.2'}, ['2']),
            ({'access_to': '192.0.2'}, []),
            ({'access_level': 'ro'}, ['1']),
            ({'access_type': 'ip'}, ['1', '2', '3']),
            ({'access_type': 'user'}, []),
            ({'state': 'error'}, ['3']),
            ({'access_key': 'x'}, []),
            ({'metadata': {}}, ['1', '2', '3']),
            ({'metadata': {'a': 'b'}}, ['1', '2']),
            ({'metadata': {'a': 'b', 'c': 'd'}}, ['1']),
            ({'metadata': {'a': 'd'}}, []),
            ({'metadata': {'a': 'b'}, 'access_level': 'rw'}, ['2']),
        )
        for filters, expected in table:
            self.assertEqual(
                [f'192.0.2.{number}' for number in expected],
                self.found(**filters),
                filters,
            )

    def test_metadata_that_are_not_named_stay(self):
        rule_id = self.add('192.0.2.1', {'a': '1', 'b': '2'})
        other = self.add('192.0.2.2', {'a': '1'})
        self.ask(
            share_access_rules.set_metadata, rule_id, {'b': 'x', 'c': 'y'}
        )
        self.ask(share_access_rules.set_metadata, rule_id, {})
        self.assertEqual(
            {'a': '1', 'b': 'x', 'c': 'y'}, self.get(rule_id).metadata
        )
        delete = share_access_rules.delete_metadata
        self.assertTrue(self.ask(delete, rule_id, 'a'))
        self.assertFalse(self.ask(delete, rule_id, 'a'))
        self.assertEqual({'b': 'x', 'c': 'y'}, self.get(rule_id).metadata)
        self.assertEqual({'a': '1'}, self.get(other).metadata)

    def test_only_what_was_denied_is_deleted(self):
        for state in ('denying', 'error'):
            self.insert_rule(self.insert_share(), state, state=state)
        mine = self.insert_rule(self.share, 'a', state='denying')
        stays = self.insert_rule(self.share, 'b', state='queued_to_deny')
        self.insert(
            models.ShareAccessRuleMetadata,
            {'rule_id': mine, 'meta_key': 'a', 'meta_value': 'b'},
        )
        before = self.count(models.ShareAccessRule)
        self.ask(
            share_access_rules.ROWS.delete_many,
            share_access_rules.of(self.share),
            share_access_rules.ROWS.is_in(('denying',)),
        )
        self.assertEqual(before - 1, self.count(models.ShareAccessRule))
        self.assertIsNone(self.get(mine))
        self.assertIsNotNone(self.get(stays))
        self.assertEqual(0, self.count(models.ShareAccessRuleMetadata))

    def test_shares_wait_in_every_waiting_state(self):
        for state, expected in (
            ('queued_to_apply', True),
            ('applying', True),
            ('queued_to_deny', True),
            ('denying', True),
            ('active', False),
            ('error', False),
        ):
            share_id = self.insert_share()
            self.insert_rule(share_id, 'a', state=state)
            self.insert_rule(share_id, 'b', state=state)
            self.assertEqual(expected, share_id in self.waiting(), state)

    def test_those_that_wait_longest_are_first(self):
        late = self.insert_share()
        for number, share_id in enumerate((self.share, late)):
            for access_to in 'ab':
                self.insert_rule(
                    share_id,
                    access_to,
                    state='applying',
                    stepped_at=case.START + number * SECOND,
                )
        self.assertEqual([self.share, late], self.waiting())
        self.assertEqual([self.share], self.waiting(limit=1))
        only = shares.ROWS.is_row(late)
        self.assertEqual([late], self.waiting(only))

    def test_what_waits_for_no_back_end(self):
        for values in ({'host': None}, {'status': 'deleting'}):
            share_id = self.insert_share(**values)
            self.insert_rule(share_id, 'a', state='applying')
        self.assertEqual([], self.waiting())

    def test_a_deleted_share_takes_its_rules_along(self):
        self.add('192.0.2.1', {'a': 'b'})
        with self.db.writer() as conn:
            conn.execute(models.Share.__table__.delete())
        self.assertEqual(0, self.count(models.ShareAccessRule))
        self.assertEqual(0, self.count(models.ShareAccessRuleMetadata))


class TestRulesOnMysql(case.OnMysql, TestRules):
    pass


class TestRulesOnPostgresql(case.OnPostgresql, TestRules):
    pass


class TestStates(share_case.WithShares):
    def test_every_step_starts_from_what_it_expects_only(self):
        share_id = self.insert_share()
        everything = (*share_access_rules.WAITING, 'active', 'error')
        for transition in (
            states.AccessRule.APPLY,
            states.AccessRule.APPLIED,
            states.AccessRule.APPLY_FAILED,
            states.AccessRule.QUEUE_CHANGE,
            states.AccessRule.QUEUE_DENIAL,
            states.AccessRule.DENY,
            states.AccessRule.DENY_FAILED,
        ):
            for state in everything:
                rule_id = self.insert_rule(
                    share_id, uuidutils.generate_uuid(), state=state
                )
                taken = self.transition(
                    share_access_rules, rule_id, transition
                )
                self.assertEqual(state in transition.expected, taken)
                rule = self.ask(share_access_rules.get, rule_id)
                self.assertEqual(
                    transition.becomes if taken else state, rule.state
                )
