# SPDX-License-Identifier: Apache-2.0
"""Keys are forgotten in time, and a creation without one writes none."""

import copy

from manila_groups import context
from manila_groups.db import idempotency_keys
from manila_groups.domain import idempotency
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.tests import base
from manila_groups.tests import inprocess


class TestKeys(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess())
        self.service.groups._db = self.service.db.recorded_by(
            idempotency.record
        )

    def create(self, key, kind='share_group'):
        caller = copy.copy(self.service.caller)
        caller.creation = context.Creation(
            caller.project_id, key, '0' * 64, kind
        )
        return self.service.groups.create(caller, share_groups.NewShareGroup())

    def find(self, key):
        with self.service.db.reader() as conn:
            return idempotency_keys.get(
                conn, self.service.caller.project_id, key
            )

    def test_a_key_is_written_with_what_it_has_created(self):
        group = self.create('one')
        found = self.find('one')
        self.assertEqual(
            ('share_group', group.id, '0' * 64),
            (found.kind, found.resource_id, found.digest),
        )

    def test_the_key_of_something_else_is_not_written(self):
        self.create('one', kind='share')
        self.assertIsNone(self.find('one'))

    def test_keys_are_forgotten_in_time(self):
        self.create('one')
        day = idempotency.KEPT.total_seconds()
        self.service.clock.advance(day - 1)
        self.service.reconcile()
        self.assertIsNotNone(self.find('one'))
        self.service.clock.advance(2)
        self.service.reconcile()
        self.assertIsNone(self.find('one'))

    def test_many_are_forgotten_a_few_at_a_time(self):
        self.patch(idempotency, '_MOST', 2)
        for number in range(5):
            self.create(str(number))
        self.service.clock.advance(idempotency.KEPT.total_seconds() + 1)
        self.service.reconcile()
        left = [number for number in range(5) if self.find(str(number))]
        self.assertEqual([], left)
