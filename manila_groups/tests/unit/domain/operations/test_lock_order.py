# SPDX-License-Identifier: Apache-2.0
"""What requests and back ends do locks operations after everything else."""

from manila_groups import states
from manila_groups.tests import base
from manila_groups.tests import inprocess
from manila_groups.tests import lock_order


class TestOperationsAreLast(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess())
        order = (*lock_order.ORDER, 'operations')
        self.useFixture(lock_order.LockOrder(self.service.db.engine, order))
        self.group_id = self.service.create()
        self.service.deliver_all()
        self.share_id = self.service.create_share(share_group_id=self.group_id)
        self.service.deliver_all()

    def _delete_by_force(self):
        self.service.groups.force_delete(self.service.admin, self.group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.status(self.group_id))

    def test_delete(self):
        self.service.shares.delete(
            self.service.caller, self.share_id, self.group_id
        )
        self.service.deliver_all()
        self.service.groups.delete(self.service.caller, self.group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.status(self.group_id))

    def test_force_delete(self):
        self._delete_by_force()

    def test_force_delete_without_a_back_end(self):
        self.service.clock.advance(self.service.conf.service.down_time + 1)
        self._delete_by_force()

    def test_force_delete_without_a_pool(self):
        group_id = self.service.create()
        self.service.groups.force_delete(self.service.admin, group_id)
        self.assertIsNone(self.service.status(group_id))

    def test_reset_status(self):
        self.service.groups.force_delete(self.service.admin, self.group_id)
        self.service.groups.reset_status(
            self.service.admin, self.group_id, states.AVAILABLE
        )
        self.assertEqual(states.AVAILABLE, self.service.status(self.group_id))
