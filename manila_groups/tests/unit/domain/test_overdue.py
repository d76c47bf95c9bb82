# SPDX-License-Identifier: Apache-2.0
"""What takes too long is given up, and its owner can get rid of it."""

import fixtures
import sqlalchemy as sa

from manila_groups import exception
from manila_groups.db import operation_table
from manila_groups.domain.messages import api as messages
from manila_groups.domain.quotas import counts as quotas
from manila_groups.tests.unit.domain import share_case


class OverdueCase(share_case.ShareCase):
    def setUp(self):
        super().setUp()
        self.groups = self.service.groups
        self.deadline = self.service.conf.service.work_deadline

    def lose(self):
        """Let all messages get lost, and nothing be found again."""
        self.service.messages.clear()
        self.service.pass_time(self.deadline + 1)

    def give_up(self):
        self.lose()
        self.service.scheduler.reconcile()

    def said(self, row_id):
        return [
            (one.action_id, one.detail_id)
            for one in self.service.user_messages()
            if one.resource_id == row_id
        ]

    def assertGivenUp(self, row_id, action):
        self.assertEqual([(action, messages.TIMED_OUT)], self.said(row_id))


class TestGivenUp(OverdueCase):
    def test_nothing_before_its_time(self):
        group_id = self.service.create()
        self.service.messages.clear()
        self.service.pass_time(self.deadline - 1)
        self.service.scheduler.reconcile()
        self.assertEqual('creating', self.service.status(group_id))
        self.assertEqual([], self.service.user_messages())

    def test_a_group_without_a_place(self):
        group_id = self.service.create()
        self.give_up()
        self.assertEqual('error', self.service.status(group_id))
        self.assertGivenUp(group_id, messages.CREATE)

    def test_behind_what_nobody_knows(self):
        """Of a release that came later, and has been left again."""
        first, second = self.service.create(), self.service.create()
        self.change_operation(first, verb='migrate')
        with fixtures.MonkeyPatch(
            'manila_groups.domain.operations.reconcile._MOST', 1
        ):
            self.give_up()
        self.assertEqual('creating', self.service.status(first))
        self.assertEqual('error', self.service.status(second))

    def test_one_that_cannot_be_loaded(self):
        first, second = self.service.create(), self.service.create()
        self.change_operation(first, payload={'tried': 1})
        self.service.deliver_all()
        self.assertEqual('creating', self.service.status(first))
        self.assertEqual('available', self.service.status(second))
        self.give_up()
        self.assertEqual('error', self.service.status(first))
        self.assertGivenUp(first, messages.CREATE)

    def change_operation(self, resource_id, **values):
        table = operation_table.Operation.__table__
        with self.service.db.writer() as conn:
            conn.execute(
                sa.update(table)
                .where(table.c.resource_id == resource_id)
                .values(**values)
            )

    def test_a_group_that_is_placed(self):
        group_id = self.service.create()
        self.service.deliver()
        self.give_up()
        self.assertEqual('error', self.service.status(group_id))
        self.assertGivenUp(group_id, messages.CREATE)
        self.groups.delete(self.caller, group_id)
        self.service.deliver_all()
        self.assertEqual([], self.service.all_groups())

    def test_the_deletion_of_a_group(self):
        group_id = self.available_group()
        self.groups.delete(self.caller, group_id)
        self.give_up()
        self.assertEqual('error_deleting', self.service.status(group_id))
        self.assertGivenUp(group_id, messages.DELETE)
        self.assertEqual(1, self.service.in_use())
        self.groups.delete(self.caller, group_id)
        self.service.deliver_all()
        self.assertEqual(0, self.service.in_use())

    def test_a_group_that_is_made_with_shares(self):
        source, _shares = self.full_group(1, 2)
        clone = self.clone(self.available_snapshot(source))
        self.give_up()
        self.assertEqual('error', self.service.status(clone))
        members = self.members(clone)
        self.assertEqual(['error'] * 2, [one.status for one in members])
        for one in members:
            self.delete(one.id)
        self.groups.delete(self.caller, clone)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(clone))

    def test_snapshots(self):
        group_id, _shares = self.full_group(1)
        snapshot_id = self.service.create_snapshot(group_id)
        self.give_up()
        self.assertEqual('error', self.service.snapshot_status(snapshot_id))
        self.assertGivenUp(snapshot_id, messages.CREATE)
        self.service.snapshots.delete(self.caller, snapshot_id)
        self.give_up()
        self.assertEqual('error', self.service.snapshot_status(snapshot_id))
        self.service.snapshots.delete(self.caller, snapshot_id)
        self.service.deliver_all()
        self.assertEqual([], self.service.all_snapshots())

    def test_shares(self):
        share_id = self.service.create_share()
        self.give_up()
        self.assertEqual('error', self.service.share_status(share_id))
        self.assertGivenUp(share_id, messages.CREATE)
        self.delete(share_id)
        self.assertIsNone(self.service.get_share(share_id))
        share_id = self.available_share()
        self.delete(share_id)
        self.give_up()
        self.assertEqual('error_deleting', self.service.share_status(share_id))
        self.assertGivenUp(share_id, messages.DELETE)

    def test_shares_that_are_resized(self):
        share_id = self.available_share(2)
        for begin, size, status, action in (
            (self.shares.extend, 3, 'extending_error', messages.EXTEND),
            (self.shares.shrink, 1, 'shrinking_error', messages.SHRINK),
        ):
            begin(self.caller, share_id, size)
            self.give_up()
            share = self.service.get_share(share_id)
            self.assertEqual((status, 2), (share.status, share.size))
            self.assertIn((action, messages.TIMED_OUT), self.said(share_id))
            self.assertEqual(2, self.service.in_use(quotas.GIGABYTES))

    def test_access_rules(self):
        share_id = self.available_share()
        self.service.allow(share_id, '192.0.2.1')
        self.give_up()
        self.assertEqual({'192.0.2.1': 'error'}, self.service.rules(share_id))
        share = self.service.get_share(share_id)
        self.assertEqual('error', share.access_rules_status)
        self.assertGivenUp(share_id, messages.UPDATE_ACCESS_RULES)

    def test_what_goes_with_a_group_is_not_given_up_alone(self):
        group_id, _shares = self.full_group(1)
        self.available_snapshot(group_id)
        self.groups.force_delete(self.service.admin, group_id)
        self.give_up()
        self.assertEqual([], self.service.all_groups())
        self.assertEqual([], self.service.user_messages())
        self.service.reconcile()
        self.service.check_content(self)

    def test_a_status_set_by_hand(self):
        group_id = self.available_group()
        admin = self.service.admin
        for status, becomes in (
            ('creating', 'error'),
            ('deleting', 'error_deleting'),
        ):
            self.groups.reset_status(admin, group_id, status)
            self.give_up()
            self.assertEqual(becomes, self.service.status(group_id))

    def test_an_odd_row_does_not_stop_the_others(self):
        """Growing, without ever having been in a pool."""
        share_id = self.service.create_share()
        self.service.messages.clear()
        self.shares.reset_status(self.service.admin, share_id, 'extending')
        group_id, _shares = self.full_group(1)
        snapshot_id = self.service.create_snapshot(group_id)
        self.give_up()
        self.assertEqual(
            'extending_error', self.service.share_status(share_id)
        )
        self.assertEqual('error', self.service.snapshot_status(snapshot_id))
        texts = [one.user_message for one in self.service.user_messages()]
        self.assertNotIn('None', ' '.join(texts))

    def test_a_member_that_came_with_its_group_long_ago(self):
        source, _shares = self.full_group(1)
        clone = self.clone(self.available_snapshot(source))
        self.service.deliver_all()
        (member,) = self.members(clone)
        self.shares.reset_status(self.service.admin, member.id, 'creating')
        self.give_up()
        self.assertEqual('error', self.service.share_status(member.id))

    def test_who_is_still_at_work_comes_too_late(self):
        group_id = self.service.create()
        self.service.deliver()
        driver = self.driver_of(self.service.get(group_id))
        create = driver.create_share_group

        def hang(*args):
            self.give_up()
            self.service.beat()
            create(*args)

        driver.create_share_group = hang
        self.service.deliver_all()
        self.assertEqual('error', self.service.status(group_id))
        self.groups.delete(self.caller, group_id)
        self.service.deliver_all()
        self.assertEqual([], self.service.all_groups())
        self.service.check_content(self)


class TestOwner(OverdueCase):
    """Nothing works any more but the API."""

    def test_a_group_without_a_place(self):
        group_id = self.service.create()
        self.assertRaises(
            exception.Conflict, self.groups.delete, self.caller, group_id
        )
        self.lose()
        self.groups.delete(self.caller, group_id)
        self.assertIsNone(self.service.get(group_id))
        self.assertEqual(0, self.service.in_use())

    def test_a_group_with_a_place(self):
        group_id = self.service.create()
        self.service.deliver()
        self.lose()
        self.groups.delete(self.caller, group_id)
        self.assertEqual('deleting', self.service.status(group_id))
        self.service.deliver_all()
        self.assertIsNone(self.service.get(group_id))

    def test_a_share(self):
        share_id = self.service.create_share()
        self.assertRaises(exception.Forbidden, self.delete, share_id)
        self.lose()
        self.delete(share_id)
        self.assertIsNone(self.service.get_share(share_id))

    def test_a_snapshot(self):
        group_id, _shares = self.full_group(1)
        snapshot_id = self.service.create_snapshot(group_id)
        self.assertRaises(
            exception.Conflict,
            self.service.snapshots.delete,
            self.caller,
            snapshot_id,
        )
        self.lose()
        self.service.snapshots.delete(self.caller, snapshot_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_snapshot(snapshot_id))

    def test_a_group_that_is_made_with_shares(self):
        source, _shares = self.full_group(1)
        clone = self.clone(self.available_snapshot(source))
        self.lose()
        raised = self.assertRaises(
            exception.Conflict, self.groups.delete, self.caller, clone
        )
        self.assertIn('shares', raised.message)
        for one in self.members(clone):
            self.delete(one.id)
        self.groups.delete(self.caller, clone)
        self.assertIsNone(self.service.get(clone))
