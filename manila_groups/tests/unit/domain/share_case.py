# SPDX-License-Identifier: Apache-2.0
"""Shares, in a group and alone, in the hand of a test."""

from manila_groups import states
from manila_groups.tests import base
from manila_groups.tests import inprocess

POOLS = {
    'alpha': {'fake_pools': [{'name': 'one', 'total_capacity_gb': 100}]},
    'beta': {
        'fake_pools': [{'name': 'only', 'total_capacity_gb': 100}],
        'backend_availability_zone': 'nova',
    },
}
KINDS = (
    states.SHARE_GROUP,
    states.SHARE,
    states.SHARE_GROUP_SNAPSHOT,
    states.SHARE_ACCESS,
)


class ShareCase(base.TestCase):
    """Two equal back ends, and what counts is compared in the end.

    :cvar overrides: section to option to value
    """

    overrides = POOLS

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(self.new_service())
        self.addCleanup(self.service.check, self)
        self.shares = self.service.shares
        self.caller = self.service.caller

    def new_service(self):
        return inprocess.InProcess(self.overrides)

    def available_group(self):
        group_id = self.service.create()
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(group_id))
        return group_id

    def available_share(self, size=1, **wanted):
        share_id = self.service.create_share(size, **wanted)
        self.service.deliver_all()
        self.assertEqual('available', self.service.share_status(share_id))
        return share_id

    def placed_share(self, size=1, **wanted):
        """A share that is placed, and whose back end was not told."""
        share_id = self.service.create_share(size, **wanted)
        self.service.deliver()
        self.service.messages.clear()
        self.assertIsNotNone(self.service.get_share(share_id).host)
        return share_id

    def full_group(self, *sizes):
        """A group with available shares of these sizes: (id, their ids)."""
        group_id = self.available_group()
        return group_id, [
            self.available_share(size, share_group_id=group_id)
            for size in sizes
        ]

    def available_snapshot(self, group_id):
        snapshot_id = self.service.create_snapshot(group_id)
        self.service.deliver_all()
        self.assertEqual(
            'available', self.service.snapshot_status(snapshot_id)
        )
        return snapshot_id

    def clone(self, snapshot_id):
        """Begin to make a group from a snapshot."""
        return self.service.create(source_share_group_snapshot_id=snapshot_id)

    def members(self, group_id):
        return [
            one
            for one in self.service.all_shares()
            if one.share_group_id == group_id
        ]

    def delete(self, share_id):
        share = self.service.get_share(share_id)
        self.shares.delete(self.caller, share_id, share.share_group_id)

    def driver_of(self, row):
        return self.service.drivers[row.host.partition('#')[0]]

    def lone_and_member(self):
        """What to create shares with: none, and a group's id."""
        yield {}
        yield {'share_group_id': self.available_group()}

    def let_fail(self, *methods):
        """Let methods of all drivers fail until mend() is called."""
        for driver in self.service.drivers.values():
            driver.section.fake_failures.update(dict.fromkeys(methods, 1.0))

    def mend(self):
        for driver in self.service.drivers.values():
            driver.section.fake_failures.clear()

    def only_message(self, row_id, action):
        (message,) = self.service.user_messages()
        self.assertEqual(
            (row_id, action, 'here', 'req-1'),
            (
                message.resource_id,
                message.action_id,
                message.project_id,
                message.request_id,
            ),
        )
        for secret in ('host', 'alpha', 'beta', '#', 'simulated'):
            self.assertNotIn(secret, message.user_message)
        return message.user_message

    def no_more_work(self, row_id):
        """Deliver every message there could be of a row: nothing begins.

        They are of the release before; those of this one name no row.
        """
        ctxt = self.service.admin
        before, waiting = self.everything(), list(self.service.messages)
        under_way = self.service.under_way()
        for kind in KINDS[:2]:
            self.service.scheduler.place(ctxt, kind, row_id)
        for kind in KINDS:
            for backend in self.service.backends.values():
                backend.work(ctxt, kind, row_id)
        self.assertEqual(waiting, self.service.messages)
        self.assertEqual(under_way, self.service.under_way())
        self.assertEqual(before, self.everything())

    def everything(self):
        """The rows, and what the drivers have."""
        return (
            self.service.all_groups(),
            self.service.all_shares(),
            self.service.all_snapshots(),
            [
                (one.share_groups, one.shares, one.snapshots)
                for one in self.service.drivers.values()
            ],
        )
