# SPDX-License-Identifier: Apache-2.0
"""User messages stay as long as the operator says."""

from manila_groups.db import messages
from manila_groups.tests import base
from manila_groups.tests import inprocess


class TestMessages(base.TestCase):
    def setUp(self):
        super().setUp()
        nothing = {'fake_pools': []}
        self.service = self.useFixture(
            inprocess.InProcess({'alpha': nothing, 'beta': nothing})
        )

    def test_messages_are_forgotten_in_time(self):
        self.service.create()
        self.service.deliver_all()
        (message,) = self.service.user_messages()
        ttl = self.service.conf.service.message_ttl
        self.service.clock.advance(ttl - 1)
        self.service.reconcile()
        self.assertEqual([message], self.service.user_messages())
        self.service.clock.advance(2)
        self.service.reconcile()
        with self.service.db.reader() as conn:
            self.assertIsNone(messages.get(conn, message.id))
