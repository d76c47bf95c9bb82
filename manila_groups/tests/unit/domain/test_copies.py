# SPDX-License-Identifier: Apache-2.0
"""Share groups that are made from other share groups, as they are now."""

from manila_groups import exception
from manila_groups.domain.quotas import counts as quotas
from manila_groups.tests.unit.domain import share_case


class CopyCase(share_case.ShareCase):
    def setUp(self):
        super().setUp()
        self.source, self.sources = self.full_group(1, 2)

    def copy(self, source=None):
        """Begin to copy a group; returns the id of the copy."""
        return self.service.create(
            name='copy', source_share_group_id=source or self.source
        )

    def refuses(self, error, text, call, *args):
        before = self.everything()
        raised = self.assertRaises(error, call, *args)
        self.assertIn(text, raised.message)
        self.assertEqual(before, self.everything())


class TestCopy(CopyCase):
    def test_it_has_what_the_source_has(self):
        source = self.service.get(self.source)
        copy_id = self.copy()
        self.assertEqual(
            [None, None], [one.host for one in self.members(copy_id)]
        )
        self.service.deliver_all()
        made = self.service.get(copy_id)
        self.assertEqual('available', made.status)
        self.assertEqual(self.source, made.source_share_group_id)
        for name in ('host', 'share_types', 'share_group_type_id'):
            self.assertEqual(getattr(source, name), getattr(made, name))
        found = {one.source_share_id: one for one in self.members(copy_id)}
        self.assertEqual(set(self.sources), set(found))
        for number, share_id in enumerate(self.sources, 1):
            self.assertEqual('available', found[share_id].status)
            self.assertEqual(number, found[share_id].size)
        self.assertEqual(2, self.service.in_use(quotas.SHARE_GROUPS))
        self.assertEqual(6, self.service.in_use(quotas.GIGABYTES))

    def test_no_snapshot_stays_behind(self):
        copy_id = self.copy()
        self.service.deliver_all()
        driver = self.driver_of(self.service.get(copy_id))
        self.assertEqual({}, driver.snapshots)
        self.assertEqual([], self.service.all_snapshots())
        self.assertEqual(0, self.service.in_use(quotas.SNAPSHOTS))

    def test_it_is_its_own(self):
        copy_id = self.copy()
        self.service.deliver_all()
        self.service.groups.force_delete(self.service.admin, self.source)
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(copy_id))
        self.assertEqual(
            self.source, self.service.get(copy_id).source_share_group_id
        )
        self.assertEqual(2, len(self.members(copy_id)))

    def test_of_an_empty_group(self):
        copy_id = self.copy(self.available_group())
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(copy_id))

    def test_of_what_is_not_available(self):
        for row_id, reset in (
            (self.source, self.service.groups.reset_status),
            (self.sources[0], self.service.shares.reset_status),
        ):
            reset(self.service.admin, row_id, 'error')
            self.refuses(exception.Conflict, 'error', self.copy)
            reset(self.service.admin, row_id, 'available')

    def test_that_fails_leaves_nothing(self):
        self.let_fail('create_share_group_from_snapshot')
        copy_id = self.copy()
        self.service.deliver_all()
        self.assertEqual('error', self.service.status(copy_id))
        text = self.only_message(copy_id, '002')
        self.assertIn('from its source', text)
        driver = self.driver_of(self.service.get(self.source))
        self.assertEqual({}, driver.snapshots)
        self.assertEqual({self.source}, set(driver.share_groups))

    def test_whose_snapshot_stays_for_a_moment(self):
        self.let_fail('create_share_group_from_snapshot')
        self.let_fail('delete_share_group_snapshot')
        self.copy()
        self.service.deliver_all()
        driver = self.driver_of(self.service.get(self.source))
        self.assertEqual(1, len(driver.snapshots))
        self.mend()
        self.service.settle()
        self.assertEqual({}, driver.snapshots)

    def test_that_takes_too_long(self):
        """The snapshot goes although nobody deletes the copy."""
        copy_id = self.copy()
        driver = self.driver_of(self.service.get(self.source))
        make = driver.create_share_group_from_snapshot

        def hang(*_args):
            raise exception.TransientDriverError('simulated')

        driver.create_share_group_from_snapshot = hang
        self.service.deliver_all()
        self.assertEqual(1, len(driver.snapshots))
        driver.create_share_group_from_snapshot = make
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.scheduler.reconcile()
        self.assertEqual('error', self.service.status(copy_id))
        self.assertIn('in time', self.only_message(copy_id, '002'))
        self.service.settle()
        self.assertEqual({}, driver.snapshots)
        self.assertEqual({self.source}, set(driver.share_groups))

    def test_whose_source_cannot_be_found(self):
        copy_id = self.copy()
        self.service.deliver()
        self.service.groups.reset_status(
            self.service.admin, copy_id, 'available'
        )
        self.service.groups.force_delete(self.service.admin, self.source)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(self.source))


class TestMeanwhile(CopyCase):
    """What may not happen to a group, and to what is in it."""

    def setUp(self):
        super().setUp()
        self.made = self.copy()

    def test_shares_keep_their_sizes(self):
        share_id = self.sources[1]
        for call, size in ((self.shares.extend, 3), (self.shares.shrink, 1)):
            self.refuses(
                exception.Conflict,
                self.source,
                call,
                self.caller,
                share_id,
                size,
            )

    def test_shares_stay(self):
        for call in (
            lambda: self.delete(self.sources[0]),
            lambda: self.shares.force_delete(
                self.service.admin, self.sources[0]
            ),
        ):
            self.refuses(exception.Conflict, self.source, call)

    def test_the_group_stays(self):
        groups = self.service.groups
        for call in (groups.delete, groups.force_delete):
            self.refuses(
                exception.Conflict,
                self.made,
                call,
                self.service.admin,
                self.source,
            )

    def test_an_empty_group_stays(self):
        source = self.available_group()
        made = self.copy(source)
        self.refuses(
            exception.Conflict,
            made,
            self.service.groups.delete,
            self.caller,
            source,
        )

    def test_all_else_goes_on(self):
        self.service.allow(self.sources[0], '10.0.0.1')
        share_id = self.service.create_share(1, share_group_id=self.source)
        self.service.deliver_all()
        self.assertEqual('available', self.service.share_status(share_id))
        self.assertEqual(
            {'10.0.0.1': 'active'}, self.service.rules(self.sources[0])
        )
        self.assertEqual(2, len(self.members(self.made)))

    def test_until_it_ends(self):
        self.service.deliver_all()
        self.shares.extend(self.caller, self.sources[1], 3)
        self.service.deliver_all()
        self.assertEqual(3, self.service.get_share(self.sources[1]).size)
