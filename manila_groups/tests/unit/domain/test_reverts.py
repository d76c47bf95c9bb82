# SPDX-License-Identifier: Apache-2.0
"""Share groups that are reverted to a snapshot of them."""

import fixtures

from manila_groups import exception
from manila_groups import states
from manila_groups.backend import runs
from manila_groups.db import share_group_snapshots as snapshot_rows
from manila_groups.db import shares as share_rows
from manila_groups.domain.quotas import counts as quotas
from manila_groups.tests.unit.domain import share_case


class RevertCase(share_case.ShareCase):
    """A group of two shares with a snapshot, and a rule for the first."""

    def setUp(self):
        super().setUp()
        self.group, self.members_ = self.full_group(2, 4)
        self.first, self.second = self.members_
        self.service.allow(self.first, '10.0.0.1')
        self.snapshot = self.available_snapshot(self.group)

    def revert(self, snapshot=None):
        self.service.groups.revert(
            self.caller, self.group, snapshot or self.snapshot
        )

    def reverted(self):
        self.revert()
        self.service.deliver_all()

    def resize(self, share_id, size):
        share = self.service.get_share(share_id)
        grows = size > share.size
        (self.shares.extend if grows else self.shares.shrink)(
            self.caller, share_id, size
        )
        self.service.deliver_all()
        self.assertEqual(size, self.service.get_share(share_id).size)

    def statuses(self):
        return (
            self.service.status(self.group),
            {self.service.share_status(one) for one in self.members_},
            self.service.snapshot_status(self.snapshot),
        )

    def sizes(self):
        return [self.service.get_share(one).size for one in self.members_]

    def assertAtRest(self, with_rules=False):
        self.assertEqual(
            ('available', {'available'}, 'available'), self.statuses()
        )
        if not with_rules:
            self.assertEqual([], self.service.under_way())

    def refuses(self, error, text, snapshot=None):
        before = self.everything()
        raised = self.assertRaises(error, self.revert, snapshot)
        self.assertIn(text, raised.message)
        self.assertEqual(before, self.everything())

    @property
    def host(self):
        return self.service.get(self.group).host.partition('#')[0]

    @property
    def driver(self):
        return self.driver_of(self.service.get(self.group))


class TestRevert(RevertCase):
    def test_statuses(self):
        self.revert()
        self.assertEqual(
            ('reverting', {'reverting'}, 'restoring'), self.statuses()
        )
        self.service.deliver_all()
        self.assertAtRest()
        self.assertEqual([], self.service.user_messages())

    def test_rules_are_kept(self):
        self.reverted()
        (rule,) = self.driver.access[self.first]
        self.assertEqual('10.0.0.1', rule.access_to)
        self.assertEqual(
            {'10.0.0.1': 'active'}, self.service.rules(self.first)
        )
        self.assertNotIn(self.second, self.driver.access)

    def test_clients_come_back_after_the_content(self):
        self.revert()
        self.let_fail('update_access')
        self.service.deliver_all()
        self.assertNotIn(self.first, self.driver.access)
        self.assertAtRest()
        self.assertIn('access rules', self.only_message(self.group, '010'))
        self.assertEqual(
            {'10.0.0.1': 'queued_to_apply'}, self.service.rules(self.first)
        )

    def test_rules_that_cannot_be_applied_are_in_error(self):
        self.service.allow(self.second, '10.0.0.2')
        self.service.deliver_all()
        apply = self.driver.update_access

        def refuse(share, rules):
            if share.id == self.second and rules:
                raise exception.DriverError('simulated')
            apply(share, rules)

        self.driver.update_access = refuse
        self.reverted()
        self.service.settle()
        self.assertAtRest()
        self.assertEqual(
            {'10.0.0.1': 'active'}, self.service.rules(self.first)
        )
        self.assertEqual(
            {'10.0.0.2': 'error'}, self.service.rules(self.second)
        )
        self.assertIn(self.first, self.driver.access)

    def test_late_clients(self):
        self.revert()
        self.driver.update_access = self.leave
        self.service.deliver_all()
        self.assertEqual('open', self.service.operation(self.group).step)
        self.service.stop_backend(self.host.partition('@')[2])
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.scheduler.reconcile()
        self.assertAtRest(with_rules=True)
        self.assertEqual([2, 4], self.sizes())
        self.assertIn('access rules', self.only_message(self.group, '010'))

    def leave(self, *_args):
        raise exception.TransientDriverError('simulated')

    def test_it_tells_how_far_it_is(self):
        self.useFixture(fixtures.MonkeyPatch(f'{runs.__name__}._PAUSE', 0))
        self.service.allow(self.second, '10.0.0.2')
        self.service.deliver_all()
        found = []
        apply = self.driver.update_access

        def look(share, rules):
            found.append(self.service.operation(self.group).progress)
            apply(share, rules)

        self.driver.update_access = look
        self.reverted()
        self.assertEqual(
            [{}, {'done': 1, 'total': 2, 'unit': 'shares'}], found
        )

    def test_sizes_with_quotas_and_claims(self):
        self.resize(self.first, 5)
        self.resize(self.second, 1)
        self.assertEqual(6, self.service.in_use(quotas.GIGABYTES))
        self.revert()
        # Whichever end it has, there is room for it.
        self.assertEqual(9, self.service.in_use(quotas.GIGABYTES))
        self.assertEqual(9, sum(self.service.claims().values()))
        self.service.deliver_all()
        self.assertAtRest()
        self.assertEqual([2, 4], self.sizes())
        self.assertEqual(6, self.service.in_use(quotas.GIGABYTES))
        self.assertEqual(6, sum(self.service.claims().values()))
        for share_id, size in zip(self.members_, (2, 4), strict=True):
            self.assertEqual(size, self.driver.shares[share_id].size_gb)

    def test_of_a_group_without_shares(self):
        self.group, self.members_ = self.full_group()
        self.snapshot = self.available_snapshot(self.group)
        self.reverted()
        self.assertEqual('available', self.service.status(self.group))

    def test_to_an_older_snapshot(self):
        newer = self.available_snapshot(self.group)
        self.reverted()
        self.assertAtRest()
        self.assertEqual('available', self.service.snapshot_status(newer))

    def test_events(self):
        self.service.events.clear()
        self.reverted()
        self.assertEqual(
            [
                'share_group.revert.end',
                'share_group.revert.start',
                *['share.revert.end'] * 2,
                *['share.revert.start'] * 2,
            ],
            sorted(
                (one.type for one in self.service.events),
                key=lambda name: (name.startswith('share.'), name),
            ),
        )


class TestRefused(RevertCase):
    def test_a_snapshot_of_another_group(self):
        other = self.available_snapshot(self.available_group())
        for snapshot in (other, 'no-such'):
            self.refuses(exception.Invalid, snapshot, snapshot)

    def test_a_share_that_is_new(self):
        added = self.available_share(share_group_id=self.group)
        self.refuses(exception.Conflict, added)

    def test_what_is_not_at_rest(self):
        service = self.service
        for reset, row_id in (
            (service.groups.reset_status, self.group),
            (service.shares.reset_status, self.first),
            (service.snapshots.reset_status, self.snapshot),
        ):
            reset(service.admin, row_id, 'error')
            self.refuses(exception.Conflict, 'error')
            reset(service.admin, row_id, 'available')

    def test_rules_that_are_under_way(self):
        self.service.allow(self.second, '10.0.0.2')
        self.refuses(exception.Conflict, self.second)
        self.let_fail('update_access')
        self.service.deliver_all()
        self.refuses(exception.Conflict, 'error')

    def test_a_copy_in_creation(self):
        copy_id = self.service.create(source_share_group_id=self.group)
        self.refuses(exception.Conflict, copy_id)

    def test_a_second_time(self):
        self.revert()
        self.refuses(exception.Conflict, 'reverting')

    def test_beyond_the_quota(self):
        self.resize(self.second, 1)
        self.service.conf.set_override('gigabytes', 5, group='quota')
        self.refuses(exception.OverQuota, 'gigabytes')

    def test_beyond_the_size_of_a_share(self):
        self.resize(self.second, 1)
        self.service.conf.set_override('per_share_gigabytes', 3, group='quota')
        self.refuses(exception.OverQuota, 'per_share_gigabytes')

    def test_beyond_the_pool(self):
        self.resize(self.second, 1)
        host = self.service.get(self.group).host
        rest = 100 - self.service.claims()[host]
        while self.service.claims()[host] < 100:
            self.available_share(rest)
        self.refuses(exception.Conflict, '3 GiB')

    def report(self, **capabilities):
        for backend in self.service.backends.values():
            driver = self.service.drivers[backend.host]
            driver.section.fake_group_capabilities.update(capabilities)
            driver.setup()
            backend.report()

    def test_a_back_end_that_cannot(self):
        self.report(revert_to_snapshot_support=False)
        self.refuses(exception.Invalid, 'cannot revert')

    def test_one_that_can_only_to_the_newest(self):
        self.report(revert_to_any_group_snapshot=False)
        newest = self.available_snapshot(self.group)
        self.refuses(exception.Conflict, newest)
        self.check_backups(newest)
        self.snapshot = newest
        self.reverted()
        self.assertAtRest()

    def check_backups(self, newest):
        """For a backup there is a snapshot that nobody sees."""
        backup_id = self.service.create_backup(self.group)
        while self.service.backup_status(backup_id) == 'creating':
            self.refuses(exception.Conflict, backup_id, newest)
            self.service.deliver()
        self.refuses(exception.Conflict, backup_id, newest)
        self.service.deliver_all()
        self.service.create_backup(snapshot_id=newest)


class TestMeanwhile(RevertCase):
    """What may not happen while a group is reverted."""

    def setUp(self):
        super().setUp()
        self.other = self.available_snapshot(self.group)
        self.revert()

    def assertNot(self, error, call, *args):
        before = self.everything()
        self.assertRaises(error, call, *args)
        self.assertEqual(before, self.everything())

    def test_nothing_of_it_goes(self):
        service = self.service
        self.assertNot(
            exception.Conflict, service.groups.delete, self.caller, self.group
        )
        for caller, delete in (
            (self.caller, service.snapshots.delete),
            (service.admin, service.snapshots.force_delete),
        ):
            self.assertNot(exception.Conflict, delete, caller, self.snapshot)
        self.assertNot(exception.Forbidden, self.delete, self.first)

    def test_nothing_is_made_of_it(self):
        service = self.service
        self.assertNot(exception.Conflict, service.create_snapshot, self.group)
        self.assertNot(exception.Conflict, self.clone, self.snapshot)
        copying = {'source_share_group_id': self.group}
        self.assertNot(exception.Conflict, lambda: service.create(**copying))
        adding = {'share_group_id': self.group}
        self.assertNot(
            exception.Invalid, lambda: service.create_share(1, **adding)
        )

    def test_shares_are_as_they_are(self):
        self.assertNot(
            exception.Invalid, self.shares.extend, self.caller, self.first, 9
        )
        self.assertNot(
            exception.Invalid, self.service.allow, self.first, '10.0.0.2'
        )

    def test_another_snapshot_goes(self):
        self.service.snapshots.delete(self.caller, self.other)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_snapshot(self.other))
        self.assertAtRest()


class TestFailures(RevertCase):
    def let_refuse(self, error):
        def refuse(*_args):
            raise error

        self.driver.revert_share_group = refuse

    def test_without_a_change(self):
        self.resize(self.second, 1)
        self.let_refuse(exception.NothingChanged('simulated'))
        self.reverted()
        self.assertAtRest()
        self.assertEqual([2, 1], self.sizes())
        self.assertEqual(3, self.service.in_use(quotas.GIGABYTES))
        self.assertIn('stay as they are', self.only_message(self.group, '006'))
        (rule,) = self.driver.access[self.first]
        self.assertEqual('10.0.0.1', rule.access_to)

    def test_in_between(self):
        self.resize(self.second, 1)
        self.let_fail('revert_share_group')
        self.reverted()
        self.assertEqual(
            ('reverting_error', {'reverting_error'}, 'available'),
            self.statuses(),
        )
        self.assertIn('unknown', self.only_message(self.group, '006'))

    def test_and_again(self):
        self.resize(self.second, 1)
        self.let_fail('revert_share_group')
        self.reverted()
        self.mend()
        self.reverted()
        self.assertAtRest()
        self.assertEqual([2, 4], self.sizes())
        self.assertEqual(6, self.service.in_use(quotas.GIGABYTES))

    def test_and_deleted(self):
        self.let_fail('revert_share_group')
        self.reverted()
        self.mend()
        self.service.snapshots.delete(self.caller, self.snapshot)
        self.service.deliver_all()
        for share_id in self.members_:
            self.delete(share_id)
        self.service.deliver_all()
        self.service.groups.delete(self.caller, self.group)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(self.group))
        self.assertEqual(0, self.service.in_use(quotas.GIGABYTES))

    def test_set_by_hand(self):
        self.revert()
        self.service.groups.reset_status(
            self.service.admin, self.group, 'available'
        )
        self.service.deliver_all()
        self.assertEqual(
            ('available', {'reverting_error'}, 'available'), self.statuses()
        )
        self.assertEqual([], self.service.under_way())

    def test_a_share_set_by_hand(self):
        self.revert()
        self.service.shares.reset_status(
            self.service.admin, self.first, 'error'
        )
        given = []
        revert = self.driver.revert_share_group

        def note(group, snapshot, shares):
            given.extend(one.id for one in shares)
            revert(group, snapshot, shares)

        self.driver.revert_share_group = note
        self.service.deliver_all()
        # What the driver is not given would be gone.
        self.assertEqual(sorted(self.members_), sorted(given))
        self.assertEqual('available', self.service.status(self.group))
        self.assertEqual('error', self.service.share_status(self.first))
        self.assertEqual('available', self.service.share_status(self.second))
        self.service.settle()
        self.assertEqual(
            {'10.0.0.1': 'active'}, self.service.rules(self.first)
        )
        self.assertIn(self.first, self.driver.access)

    def test_set_available_again_by_hand(self):
        self.let_fail('revert_share_group')
        self.driver.access.pop(self.first)
        self.reverted()
        self.mend()
        self.service.shares.reset_status(
            self.service.admin, self.first, 'available'
        )
        self.assertEqual(
            {'10.0.0.1': 'queued_to_apply'}, self.service.rules(self.first)
        )
        self.service.settle()
        self.assertEqual(
            {'10.0.0.1': 'active'}, self.service.rules(self.first)
        )

    def test_a_snapshot_set_by_hand_goes_by_force(self):
        newer = self.available_snapshot(self.group)
        self.service.snapshots.reset_status(
            self.service.admin, newer, 'restoring'
        )
        self.service.snapshots.force_delete(self.service.admin, newer)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_snapshot(newer))

    def test_nothing_changed_after_an_attempt_that_may_have(self):
        self.let_refuse(exception.TransientDriverError('simulated'))
        self.reverted()
        self.let_refuse(exception.NothingChanged('simulated'))
        self.service.settle()
        self.assertEqual('reverting_error', self.service.status(self.group))
        self.reverted()
        self.assertEqual('reverting_error', self.service.status(self.group))
        self.assertIn('unknown', self.service.user_messages()[0].user_message)

    def test_nobody_took_it_up(self):
        self.resize(self.second, 1)
        host = self.host
        self.revert()
        self.service.stop_backend(host.partition('@')[2])
        self.service.messages.clear()
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.scheduler.reconcile()
        self.assertAtRest()
        self.assertEqual([2, 1], self.sizes())
        self.assertEqual(3, self.service.in_use(quotas.GIGABYTES))
        self.assertIn('stay as they are', self.only_message(self.group, '006'))

    def test_a_snapshot_set_by_hand(self):
        self.revert()
        self.service.snapshots.reset_status(
            self.service.admin, self.snapshot, 'available'
        )
        self.service.deliver_all()
        self.assertAtRest()
        self.assertIn('stay as they are', self.only_message(self.group, '006'))

    def test_another_snapshot_set_by_hand(self):
        """That one is not what the group is reverted to."""
        self.resize(self.first, 1)
        others = [self.available_snapshot(self.group) for _ in range(3)]
        self.resize(self.first, 3)
        for one in others:
            self.service.snapshots.reset_status(
                self.service.admin, one, 'restoring'
            )
        asked = []
        self.driver.revert_share_group = lambda *args: asked.append(args[1].id)
        self.reverted()
        self.assertEqual([self.snapshot], asked)

    def test_what_nothing_ends_any_more(self):
        share, snapshot = self.first, self.snapshot
        self.leave(share_rows.ROWS, share, 'reverting')
        self.leave(snapshot_rows.ROWS, snapshot, 'restoring')
        self.service.scheduler.reconcile()
        self.assertEqual('restoring', self.service.snapshot_status(snapshot))
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.scheduler.reconcile()
        self.assertEqual('available', self.service.snapshot_status(snapshot))
        self.assertEqual('reverting_error', self.service.share_status(share))
        self.reverted()
        self.assertAtRest()

    def leave(self, rows, row_id, status):
        with self.service.db.writer() as conn:
            rows.transition_many(
                conn,
                states.Transition(('available',), status),
                rows.is_row(row_id),
            )

    def test_a_revert_that_lasts(self):
        """Its snapshot is the group's, however long it takes."""
        self.revert()
        late = self.service.conf.service.work_deadline + 1
        self.service.pass_time(late)
        for verb in self.service.scheduler._reconciler._registry.verbs:
            for left in verb.left:
                self.service.scheduler._reconciler._end_left_of(verb, left)
        self.assertEqual(
            ('reverting', {'reverting'}, 'restoring'), self.statuses()
        )

    def test_a_share_on_no_back_end(self):
        """Its status was set by hand, and so it is in a snapshot."""
        alone = self.service.create_share(5, share_group_id=self.group)
        self.service.shares.reset_status(
            self.service.admin, alone, 'available'
        )
        snapshot = self.available_snapshot(self.group)
        self.refuses(
            exception.Conflict, 'has not been placed on a back end', snapshot
        )

    def test_deleted_by_force_meanwhile(self):
        driver = self.driver
        self.revert()
        self.service.groups.force_delete(self.service.admin, self.group)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(self.group))
        self.assertEqual(0, self.service.in_use(quotas.GIGABYTES))
        self.assertEqual({}, driver.shares)
