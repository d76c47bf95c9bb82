# SPDX-License-Identifier: Apache-2.0
"""What is in force is what the rules say, whoever changes them at once."""

import functools
import random
import threading

from manila_groups import exception
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import share_access_case

USERS = 4
CHANGES = 8


class TestRaces(share_access_case.AccessCase):
    """Users change rules while the back end puts them in place."""

    def setUp(self):
        super().setUp()
        self.storage = share_access_case.Storage(
            self.engine, lambda: self.fails()
        )
        # As the back end sees to it: one thing at a time for a share.
        self.turn = threading.Lock()

    def wake(self, _wake):
        """Work at once, in the thread that wakes."""
        with self.turn:
            self.storage.work()

    def fails(self):
        return False

    def change_rules(self, seed):
        chance = random.Random(seed)
        for number in range(CHANGES):
            rule = self.allow(f'192.0.2.{seed * CHANGES + number}')
            if chance.random() < 0.5:
                self.access.change_level(self.caller, rule.id, 'ro')
            if chance.random() < 0.5:
                self.deny(rule)

    def race(self):
        users = [
            functools.partial(self.change_rules, seed) for seed in range(USERS)
        ]
        self.assertEqual([None] * USERS, case.at_once(users, USERS))

    def rules_in_force(self):
        return sorted(
            (rule.access_to, rule.access_level)
            for rule in self.access.list_of(self.share)
            if rule.state == 'active'
        )

    def stored(self):
        return sorted(
            (rule.access_to, rule.access_level)
            for rule in self.storage.in_force
        )

    def test_everything_is_in_force_in_the_end(self):
        self.race()
        self.assertEqual({'active'}, set(self.rules().values()))
        self.assertEqual('active', self.status())
        self.assertEqual(self.rules_in_force(), self.stored())

    def test_nothing_waits_after_failures(self):
        chance = random.Random(7)
        self.fails = lambda: chance.random() < 0.3
        self.race()
        found = self.rules()
        self.assertLessEqual(set(found.values()), {'active', 'error'})
        self.assertEqual(
            'error' if 'error' in found.values() else 'active', self.status()
        )
        self.assertNotEqual([], self.messages())
        self.fails = lambda: False
        for rule in self.access.list_of(self.share):
            if rule.state == 'error':
                self.deny(rule)
        self.assertEqual('active', self.status())
        self.assertEqual(self.rules_in_force(), self.stored())

    def test_of_many_equal_rules_one_is_made(self):
        found = case.at_once([self.allow] * 8, 8)
        made = [one for one in found if not isinstance(one, exception.Invalid)]
        self.assertEqual(1, len(made), found)
        self.assertEqual(['192.0.2.1'], list(self.rules()))

    def test_a_rule_denied_by_many_goes_once(self):
        rule = self.allow()
        found = case.at_once([functools.partial(self.deny, rule)] * 8, 8)
        for one in found:
            if one is not None:
                self.assertIsInstance(one, exception.NotFound)
        self.assertEqual({}, self.rules())
        self.assertEqual([], self.stored())

    def test_metadata_set_at_once(self):
        rule = self.allow()
        calls = [
            functools.partial(
                self.access.set_metadata,
                self.caller,
                rule.id,
                {'same': str(number), f'own-{number}': 'x'},
            )
            for number in range(8)
        ]
        for one in case.at_once(calls, 8):
            self.assertIn('same', one)
        _share, rule = self.access.get(self.caller, rule.id)
        self.assertEqual(9, len(rule.metadata))


class TestRacesOnMysql(case.OnMysql, TestRaces):
    pass


class TestRacesOnPostgresql(case.OnPostgresql, TestRaces):
    pass
