# SPDX-License-Identifier: Apache-2.0
"""What is deleted by force goes, and leaves nothing for good."""

from manila_groups.tests.unit.domain import share_case


class TestForceDelete(share_case.ShareCase):
    """The back end is away when its content is deleted by force."""

    def setUp(self):
        super().setUp()
        self.group_id, (self.share_id, _other) = self.full_group(1, 2)
        self.snapshot_id = self.available_snapshot(self.group_id)
        self.group = self.service.get(self.group_id)
        self.driver = self.driver_of(self.group)
        self.name = self.group.host.partition('#')[0].partition('@')[2]
        self.admin = self.service.admin

    def go_away(self):
        self.service.stop_backend(self.name)
        self.service.pass_time(self.service.conf.service.down_time + 1)

    def come_back(self):
        self.service.start_backend(self.name, self.driver)
        self.service.reconcile()
        self.service.deliver_all()

    def assertCleaned(self):
        self.come_back()
        self.service.check(self)
        self.service.check_content(self)
        self.assertEqual([], self.service.clean_ups())

    def test_a_group_with_all_that_is_in_it(self):
        self.go_away()
        self.service.groups.force_delete(self.admin, self.group_id)
        self.service.messages.clear()
        self.assertEqual([], self.service.all_groups())
        self.assertEqual([], self.service.all_shares())
        self.assertEqual([], self.service.all_snapshots())
        self.assertEqual(0, self.service.in_use())
        self.service.check(self)
        self.assertEqual(
            ['share_group_snapshot', 'share_group'],
            [one.kind for one in self.service.clean_ups()],
        )
        self.assertCleaned()
        self.assertEqual({}, self.driver.share_groups)
        self.assertEqual({}, self.driver.snapshots)

    def test_a_snapshot(self):
        self.go_away()
        self.service.snapshots.force_delete(self.admin, self.snapshot_id)
        self.assertEqual([], self.service.all_snapshots())
        self.assertCleaned()

    def test_a_share_in_a_group(self):
        self.service.snapshots.delete(self.caller, self.snapshot_id)
        self.service.deliver_all()
        self.go_away()
        self.service.shares.force_delete(self.admin, self.share_id)
        self.assertEqual(1, len(self.service.all_shares()))
        sizes = []
        delete = self.driver.delete_share
        self.driver.delete_share = lambda payload: (
            sizes.append(payload.group_size_gb),
            delete(payload),
        )
        self.assertCleaned()
        # The limit of the group is what the other share holds.
        self.assertEqual([2], sizes)

    def test_one_that_is_asked_for_while_it_is_at_work(self):
        """It is done once."""
        calls, delete = [], self.driver.delete_share_group

        def delete_slowly(payload):
            calls.append(payload.id)
            self.service.groups.force_delete(self.admin, self.group_id)
            delete(payload)

        self.driver.delete_share_group = delete_slowly
        self.service.groups.force_delete(self.admin, self.group_id)
        self.service.deliver_all()
        self.assertEqual([self.group_id], calls)
        self.assertEqual([], self.service.all_groups())
        self.assertEqual([], self.service.under_way())

    def test_a_back_end_that_goes_away_meanwhile(self):
        self.service.groups.force_delete(self.admin, self.group_id)
        self.service.messages.clear()
        self.assertEqual('deleting', self.service.status(self.group_id))
        self.service.stop_backend(self.name)
        self.service.settle()
        self.assertEqual([], self.service.all_groups())
        self.assertCleaned()

    def test_a_deletion_that_fails_meanwhile_does_not_count(self):
        group_id = self.available_group()
        share_id = self.available_share()
        self.fail_once(
            self.service.get(group_id),
            'delete_share_group',
            self.service.groups,
            group_id,
        )
        self.fail_once(
            self.service.get_share(share_id),
            'delete_share',
            self.service.shares,
            share_id,
            None,
        )
        self.fail_once(
            self.service.get_snapshot(self.snapshot_id),
            'delete_share_group_snapshot',
            self.service.snapshots,
            self.snapshot_id,
        )
        self.service.deliver_all()
        self.assertEqual([], self.service.user_messages())
        self.assertIsNone(self.service.get(group_id))
        self.assertIsNone(self.service.get_share(share_id))
        self.assertEqual([], self.service.all_snapshots())
        self.service.check_content(self)

    def fail_once(self, row, method, noun, *args):
        """Let a deletion fail, during which another one is forced."""
        driver = self.driver_of(row)
        working = getattr(driver, method)

        def fail(_payload):
            setattr(driver, method, working)
            noun.force_delete(self.admin, row.id)
            raise OSError('not now')

        setattr(driver, method, fail)
        noun.delete(self.caller, *args)
        self.service.deliver()

    def test_a_deletion_by_the_owner_waits(self):
        group_id = self.available_group()
        group = self.service.get(group_id)
        self.driver = self.driver_of(group)
        self.name = group.host.partition('#')[0].partition('@')[2]
        self.go_away()
        self.service.groups.delete(self.caller, group_id)
        self.service.settle()
        self.assertEqual('deleting', self.service.status(group_id))
        self.come_back()
        self.assertIsNone(self.service.get(group_id))

    def test_what_is_removed_fails_at_first(self):
        self.go_away()
        self.service.groups.force_delete(self.admin, self.group_id)
        self.driver.section.fake_failures['delete_share_group_snapshot'] = 1.0
        self.come_back()
        self.assertEqual(
            ['share_group_snapshot'],
            [one.kind for one in self.service.clean_ups()],
        )
        self.driver.section.fake_failures.clear()
        self.assertCleaned()
