# SPDX-License-Identifier: Apache-2.0
"""User messages stay as long as the operator says."""

from manila_groups import states
from manila_groups.db import messages
from manila_groups.tests.unit.domain import test_lifecycle


class TestMessages(test_lifecycle.LifecycleTest):
    def test_messages_are_forgotten_in_time(self):
        group_id = self.service.create()
        scheduling = self.service.lifecycle.scheduling
        waiting = scheduling.waiting(states.SHARE_GROUP, group_id)
        scheduling.no_valid_pool(waiting, 'no room')
        (message,) = self.service.user_messages()
        ttl = self.service.conf.service.message_ttl
        self.service.clock.advance(ttl - 1)
        self.service.reconcile()
        self.assertEqual([message], self.service.user_messages())
        self.service.clock.advance(2)
        self.service.reconcile()
        with self.service.db.reader() as conn:
            self.assertIsNone(messages.get(conn, message.id))
