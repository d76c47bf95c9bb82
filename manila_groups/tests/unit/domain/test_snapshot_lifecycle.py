# SPDX-License-Identifier: Apache-2.0
"""Group snapshots, and groups from them: whole, or in error and cleaned."""

from manila_groups import exception
from manila_groups.domain.messages import api as messages
from manila_groups.domain.quotas import counts as quotas
from manila_groups.tests.unit.domain import share_case


class SnapshotCase(share_case.ShareCase):
    def setUp(self):
        super().setUp()
        self.group_id, self.share_ids = self.full_group(1, 2)
        self.host = self.service.get(self.group_id).host
        self.driver = self.driver_of(self.service.get(self.group_id))
        self.name = self.host.partition('#')[0].partition('@')[2]
        self.groups, self.snapshots = (
            self.service.groups,
            self.service.snapshots,
        )

    def restart(self):
        self.service.start_backend(self.name, self.driver)

    def check(self):
        self.service.check(self)
        self.service.check_content(self)

    def assertClone(self, group_id, status, claimed):
        """A clone and its two shares have this status and claims."""
        self.assertEqual(status, self.service.status(group_id))
        self.assertEqual(
            [(status, one) for one in claimed],
            sorted(
                (one.status, one.claimed_gb) for one in self.members(group_id)
            ),
        )
        self.check()


class TestSnapshots(SnapshotCase):
    def test_life(self):
        snapshot_id = self.service.create_snapshot(self.group_id)
        self.assertEqual(3, self.service.in_use(quotas.SNAPSHOT_GIGABYTES))
        self.service.messages *= 3
        self.service.deliver_all()
        self.no_more_work(snapshot_id)
        self.assertEqual(
            set(self.share_ids),
            set(self.driver.snapshots[snapshot_id].share_ids),
        )
        self.check()
        self.snapshots.delete(self.caller, snapshot_id)
        self.service.messages *= 3
        self.service.deliver_all()
        self.no_more_work(snapshot_id)
        self.assertIsNone(self.service.get_snapshot(snapshot_id))
        self.assertEqual(0, self.service.in_use(quotas.SNAPSHOT_GIGABYTES))
        self.check()

    def test_lost_messages(self):
        snapshot_id = self.service.create_snapshot(self.group_id)
        self.service.settle()
        self.assertEqual(
            'available', self.service.snapshot_status(snapshot_id)
        )
        self.snapshots.delete(self.caller, snapshot_id)
        self.service.settle()
        self.assertIsNone(self.service.get_snapshot(snapshot_id))

    def test_a_failed_creation(self):
        self.let_fail('create_share_group_snapshot')
        snapshot_id = self.service.create_snapshot(self.group_id)
        self.service.deliver_all()
        self.assertEqual('error', self.service.snapshot_status(snapshot_id))
        self.only_message(snapshot_id, messages.CREATE)
        self.check()
        self.snapshots.delete(self.caller, snapshot_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_snapshot(snapshot_id))

    def test_a_failed_deletion(self):
        snapshot_id = self.available_snapshot(self.group_id)
        self.let_fail('delete_share_group_snapshot')
        self.snapshots.delete(self.caller, snapshot_id)
        self.service.deliver_all()
        self.assertEqual('error', self.service.snapshot_status(snapshot_id))
        self.only_message(snapshot_id, messages.DELETE)
        self.mend()
        self.snapshots.delete(self.caller, snapshot_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_snapshot(snapshot_id))

    def test_a_dead_back_end(self):
        snapshot_id = self.service.create_snapshot(self.group_id)
        other = self.available_snapshot(self.group_id)
        self.snapshots.delete(self.caller, other)
        self.service.stop_backend(self.name)
        self.service.settle()
        self.assertEqual('deleting', self.service.snapshot_status(other))
        self.restart()
        self.service.settle()
        self.assertIsNone(self.service.get_snapshot(other))
        self.assertEqual(
            'available', self.service.snapshot_status(snapshot_id)
        )

    def test_a_back_end_that_is_gone_for_good(self):
        snapshot_id = self.available_snapshot(self.group_id)
        self.snapshots.delete(self.caller, snapshot_id)
        waiting = self.service.create_snapshot(self.group_id)
        self.service.stop_backend(self.name)
        self.service.remove_service(self.name)
        self.service.settle()
        self.assertIsNone(self.service.get_snapshot(snapshot_id))
        self.assertEqual('error', self.service.snapshot_status(waiting))


class TestClones(SnapshotCase):
    def setUp(self):
        super().setUp()
        self.snapshot_id = self.available_snapshot(self.group_id)

    def test_life(self):
        group_id = self.clone(self.snapshot_id)
        self.assertClone(group_id, 'creating', [0, 0])
        self.service.messages *= 3
        self.service.deliver_all()
        self.assertClone(group_id, 'available', [1, 2])
        self.assertEqual(self.host, self.service.get(group_id).host)
        self.assertEqual(6, self.service.claims()[self.host])
        for row_id in (group_id, *(m.id for m in self.members(group_id))):
            self.no_more_work(row_id)

    def test_lost_messages(self):
        group_id = self.clone(self.snapshot_id)
        self.service.settle()
        self.assertClone(group_id, 'available', [1, 2])

    def test_its_shares_have_no_work_of_their_own(self):
        group_id = self.clone(self.snapshot_id)
        share_ids = [one.id for one in self.members(group_id)]
        for claimed in ([0, 0], [1, 2]):
            for share_id in share_ids:
                self.no_more_work(share_id)
            self.assertClone(group_id, 'creating', claimed)
            self.service.deliver()
        self.assertClone(group_id, 'available', [1, 2])

    def test_a_failure(self):
        self.let_fail('create_share_group_from_snapshot')
        group_id = self.clone(self.snapshot_id)
        self.service.deliver_all()
        self.assertClone(group_id, 'error', [0, 0])
        self.only_message(group_id, messages.CREATE)
        self.assertEqual(3, self.service.claims()[self.host])
        for share in self.members(group_id):
            self.delete(share.id)
        self.groups.delete(self.caller, group_id)
        self.assertIsNone(self.service.get(group_id))

    def test_a_failure_of_one_member(self):
        create = self.driver.create_share_group_from_snapshot

        def half(group, snapshot, clones):
            create(group, snapshot, clones[:1])
            raise exception.DriverError('alpha is full')

        self.driver.create_share_group_from_snapshot = half
        self.driver.section.fake_first_failures['delete_share_group'] = 1
        group_id = self.clone(self.snapshot_id)
        self.service.deliver_all()
        self.assertEqual('error', self.service.status(group_id))
        self.service.settle()
        self.assertClone(group_id, 'error', [0, 0])

    def test_no_room(self):
        self.shares.extend(
            self.service.admin, self.share_ids[0], 97, force=True
        )
        self.service.deliver_all()
        group_id = self.clone(self.snapshot_id)
        self.service.deliver_all()
        self.assertClone(group_id, 'error', [0, 0])
        self.only_message(group_id, messages.ALLOCATE_HOST)

    def test_a_dead_back_end(self):
        group_id = self.clone(self.snapshot_id)
        self.service.deliver()
        self.service.stop_backend(self.name)
        self.service.settle()
        self.restart()
        self.service.settle()
        self.assertClone(group_id, 'error', [0, 0])

    def test_a_member_that_is_deleted_by_force_before_the_claim(self):
        group_id = self.clone(self.snapshot_id)
        large = next(m for m in self.members(group_id) if m.size == 2)
        decider = self.service.scheduler.decider
        decide = decider.decide_all

        def decide_all(*args):
            decider.decide_all = decide
            decide(*args)
            self.shares.force_delete(self.service.admin, large.id)

        decider.decide_all = decide_all
        self.service.deliver()
        self.check()
        self.service.settle()
        self.assertEqual('available', self.service.status(group_id))
        self.assertEqual([1], [m.claimed_gb for m in self.members(group_id)])

    def test_a_member_that_is_deleted_by_force_before_a_failure(self):
        group_id = self.clone(self.snapshot_id)
        self.service.deliver()
        self.shares.force_delete(
            self.service.admin, self.members(group_id)[0].id
        )
        self.service.stop_backend(self.name)
        self.service.pass_time(61)
        self.service.scheduler.reconcile()
        self.assertEqual('error', self.service.status(group_id))
        self.service.check(self)
        self.restart()
        self.service.settle()
        self.assertEqual(1, len(self.members(group_id)))
        self.check()

    def test_a_status_set_by_hand(self):
        for deliveries in (0, 1):
            group_id = self.clone(self.snapshot_id)
            for _ in range(deliveries):
                self.service.deliver()
            self.groups.reset_status(self.service.admin, group_id, 'error')
            self.service.settle()
            self.assertEqual('error', self.service.status(group_id))
            self.assertEqual(
                {'error'}, {one.status for one in self.members(group_id)}
            )
            self.groups.force_delete(self.service.admin, group_id)
            self.service.settle()
            self.assertIsNone(self.service.get(group_id))


class TestForceDelete(SnapshotCase):
    def setUp(self):
        super().setUp()
        self.snapshot_id = self.available_snapshot(self.group_id)

    def force(self):
        self.groups.force_delete(self.service.admin, self.group_id)

    def assertGone(self):
        self.assertEqual([], self.service.all_groups())
        self.assertEqual([], self.service.all_shares())
        self.assertEqual([], self.service.all_snapshots())
        self.assertEqual({0}, set(self.service.claims().values()))
        self.check()

    def test_takes_all_that_is_in_the_group(self):
        self.force()
        self.service.messages *= 2
        self.service.deliver_all()
        self.assertGone()

    def test_a_lost_message(self):
        self.force()
        self.service.settle()
        self.assertGone()

    def test_late_messages_of_its_shares(self):
        self.force()
        waiting = list(self.service.messages)
        self.service.messages.clear()
        for row_id in (*self.share_ids, self.snapshot_id):
            self.no_more_work(row_id)
        self.service.messages.extend(waiting)
        self.service.deliver_all()
        self.assertGone()

    def test_with_work_under_way(self):
        self.service.create_share(share_group_id=self.group_id)
        self.shares.extend(self.caller, self.share_ids[0], 7)
        self.service.deliver()
        self.force()
        self.service.deliver_all()
        self.assertGone()

    def test_a_failure_is_made_up_for(self):
        for method in ('delete_share_group_snapshot', 'delete_share_group'):
            self.let_fail(method)
        self.force()
        self.service.deliver_all()
        self.assertEqual([], self.service.all_groups())
        self.service.check(self)
        self.assertIn(self.group_id, self.driver.share_groups)
        self.assertIn(self.snapshot_id, self.driver.snapshots)
        self.service.reconcile()
        self.assertIn(self.group_id, self.driver.share_groups)
        self.mend()
        self.service.pass_time(61)
        self.service.reconcile()
        self.assertGone()
        self.assertEqual({}, self.driver.snapshots)
        self.assertEqual([], self.service.clean_ups())

    def test_a_back_end_that_is_gone_for_good(self):
        self.force()
        self.service.stop_backend(self.name)
        self.service.remove_service(self.name)
        self.service.settle()
        self.assertGone()


class TestAccess(share_case.ShareCase):
    def setUp(self):
        super().setUp()
        self.share_id = self.available_share()
        self.driver = self.driver_of(self.service.get_share(self.share_id))

    def status(self):
        return self.service.get_share(self.share_id).access_rules_status

    def put_in_place(self):
        rules = self.driver.access.get(self.share_id, ())
        return sorted((one.access_to, one.access_level) for one in rules)

    def test_rules_come_and_go(self):
        first = self.service.allow(self.share_id, '10.0.0.1')
        self.assertEqual('syncing', self.status())
        self.service.messages *= 2
        self.service.deliver_all()
        self.assertEqual([('10.0.0.1', 'rw')], self.put_in_place())
        self.service.allow(self.share_id, '10.0.0.2', 'ro')
        self.service.settle()
        self.assertEqual(
            [('10.0.0.1', 'rw'), ('10.0.0.2', 'ro')], self.put_in_place()
        )
        self.assertEqual('active', self.status())
        self.service.access.deny(self.caller, self.share_id, first)
        self.service.settle()
        self.assertEqual([('10.0.0.2', 'ro')], self.put_in_place())
        self.assertEqual(
            {'10.0.0.2': 'active'}, self.service.rules(self.share_id)
        )

    def test_a_failure(self):
        self.let_fail('update_access')
        self.service.allow(self.share_id, '10.0.0.1')
        self.service.deliver_all()
        self.assertEqual('error', self.status())
        self.only_message(self.share_id, messages.UPDATE_ACCESS_RULES)
        self.mend()
        self.service.allow(self.share_id, '10.0.0.2')
        self.service.deliver_all()
        self.assertEqual(
            {'10.0.0.1': 'error', '10.0.0.2': 'active'},
            self.service.rules(self.share_id),
        )

    def test_a_rule_that_comes_while_the_back_end_works(self):
        update = self.driver.update_access

        def more_meanwhile(share, rules):
            if len(rules) == 1:
                self.service.allow(self.share_id, '10.0.0.2')
                self.service.deliver_all()
            update(share, rules)

        self.driver.update_access = more_meanwhile
        self.service.allow(self.share_id, '10.0.0.1')
        self.service.deliver_all()
        self.assertEqual('active', self.status())
        self.assertEqual(2, len(self.put_in_place()))

    def test_a_share_that_is_deleted(self):
        self.service.allow(self.share_id, '10.0.0.1')
        self.delete(self.share_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_share(self.share_id))
        self.assertEqual({}, self.driver.access)
