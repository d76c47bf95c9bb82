# SPDX-License-Identifier: Apache-2.0
"""What people are told of operations that have not ended."""

from manila_groups.domain.operations import listing
from manila_groups.tests import base
from manila_groups.tests import inprocess

FAILS = {'fake_failures': {'create_share_group': 1, 'delete_share_group': 1}}


class TestUnfinished(base.TestCase):
    overrides = {}

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(self.overrides))
        self.addCleanup(self.service.check, self)

    def unfinished(self):
        return listing.unfinished(self.service.db, self.service.registry)

    def test_by_their_statuses(self):
        self.assertEqual([], self.unfinished())
        group_id = self.service.create()
        self.assertEqual(
            [f'share_group {group_id} (creating)'], self.unfinished()
        )
        self.service.deliver_all()
        share_id = self.service.create_share(share_group_id=group_id)
        self.service.deliver_all()
        self.assertEqual([], self.unfinished())
        snapshot_id = self.service.create_snapshot(group_id)
        self.service.shares.extend(self.service.caller, share_id, 2)
        self.assertEqual(
            [
                f'share_group_snapshot {snapshot_id} (creating)',
                f'share {share_id} (extending)',
            ],
            self.unfinished(),
        )

    def test_access_rules_have_their_verb(self):
        share_id = self.service.create_share()
        self.service.deliver_all()
        self.service.allow(share_id, '192.0.2.1')
        self.assertEqual(
            [f'share_access {share_id} (apply_rules)'], self.unfinished()
        )


class TestCleanUps(TestUnfinished):
    """They are tried for ever: nobody waits for them."""

    overrides = {'alpha': FAILS, 'beta': FAILS}

    def test_by_their_statuses(self):
        self.service.create()
        self.service.deliver_all()
        left = [one.verb for one in listing.under_way(self.service.db)]
        self.assertEqual({'clean_up'}, set(left))
        self.assertEqual([], self.unfinished())
