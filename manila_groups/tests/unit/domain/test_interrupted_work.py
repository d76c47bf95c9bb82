# SPDX-License-Identifier: Apache-2.0
"""Rows that someone else changes in the middle of the work on them."""

from manila_groups.tests.unit.domain import share_case


class TestByHand(share_case.ShareCase):
    def test_a_share_set_by_hand_while_its_group_is_made(self):
        group_id, _ = self.full_group(2, 3)
        clone_id = self.clone(self.available_snapshot(group_id))
        self.service.deliver()
        one, _other = self.members(clone_id)
        self.shares.reset_status(self.service.admin, one.id, 'error')
        self.let_fail('create_share_group_from_snapshot')
        self.service.deliver_all()
        self.assertEqual('error', self.service.status(clone_id))
        self.mend()
        self.service.groups.force_delete(self.service.admin, clone_id)
        self.assertIsNone(self.service.get(clone_id))
        self.service.check(self)

    def test_a_group_set_by_hand_while_it_is_deleted(self):
        group_id, share_ids = self.full_group(1, 2)
        snapshot_id = self.available_snapshot(group_id)
        self.service.groups.force_delete(self.service.admin, group_id)
        self.service.groups.reset_status(
            self.service.admin, group_id, 'available'
        )
        self.service.deliver_all()
        self.assertEqual('error', self.service.snapshot_status(snapshot_id))
        self.assertEqual(
            ['error_deleting'] * 2,
            [self.service.share_status(one) for one in share_ids],
        )
        self.service.snapshots.delete(self.caller, snapshot_id)
        self.service.deliver_all()
        for share_id in share_ids:
            self.delete(share_id)
        self.service.deliver_all()
        self.service.groups.delete(self.caller, group_id)
        self.service.deliver_all()
        self.assertEqual([], self.service.all_groups())
        self.service.check_content(self)

    def test_an_extension_after_one_that_was_broken_off(self):
        share_id = self.available_share(1)
        self.shares.extend(self.caller, share_id, 9)
        self.service.deliver()
        self.service.messages.clear()
        self.shares.reset_status(self.service.admin, share_id, 'available')
        self.shares.extend(self.caller, share_id, 4)
        self.service.deliver_all()
        share = self.service.get_share(share_id)
        self.assertEqual(
            ('available', 4, 4, 4),
            (share.status, share.size, share.quota_gb, share.claimed_gb),
        )


class TestOrphanedWork(share_case.ShareCase):
    def orphan(self, share_id):
        """Stop a share's back end; schedulers are slow to look at it."""
        share = self.service.get_share(share_id)
        self.service.stop_backend(share.host.partition('@')[2].split('#')[0])
        self.service.pass_time(61)
        reconciler = self.service.scheduler._reconciler
        found = [list(some) for some in reconciler._gone()]
        ids = [one.resource_id for some in found for one in some]
        self.assertEqual([share_id], ids)
        reconciler._gone = lambda: found

    def test_a_deletion_by_force_does_not_wait_for_its_back_end(self):
        share_id = self.placed_share()
        self.orphan(share_id)
        self.shares.force_delete(self.service.admin, share_id)
        self.assertIsNone(self.service.get_share(share_id))
        (clean_up,) = self.service.clean_ups()
        self.assertEqual(share_id, clean_up.resource_id)
        self.service.scheduler.reconcile()
        self.assertEqual([clean_up], self.service.clean_ups())

    def test_what_another_scheduler_has_placed_stays_there(self):
        share_id = self.placed_share()
        self.orphan(share_id)
        self.service.search(self.service.scheduler)
        placed = self.service.get_share(share_id)
        self.assertIsNotNone(placed.host)
        self.service.scheduler.reconcile()
        self.assertEqual(placed.host, self.service.get_share(share_id).host)
        self.service.deliver_all()
        self.assertEqual('available', self.service.share_status(share_id))
