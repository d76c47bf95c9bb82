# SPDX-License-Identifier: Apache-2.0
"""No share is stuck or counted wrong, whatever is lost, fails or dies."""

from manila_groups import exception
from manila_groups import states
from manila_groups.backend import payloads
from manila_groups.domain.messages import api as messages
from manila_groups.domain.quotas import counts as quotas
from manila_groups.rpc import wake as wakes
from manila_groups.tests.unit.domain import share_case


class TestLife(share_case.ShareCase):
    def finish(self, share_id):
        """Deliver each message twice, and late once more."""
        while self.service.messages:
            self.service.messages.insert(0, self.service.messages[0])
            self.service.deliver()
            self.service.deliver()
        self.no_more_work(share_id)
        self.service.check(self)
        self.service.check_content(self)

    def numbers(self, share_id):
        share = self.service.get_share(share_id)
        return (
            share.status,
            share.size,
            share.new_size,
            share.quota_gb,
            share.claimed_gb,
        )

    def test_from_beginning_to_end(self):
        for wanted in self.lone_and_member():
            share_id = self.service.create_share(2, **wanted)
            self.assertEqual(
                ('creating', 2, None, 2, 0), self.numbers(share_id)
            )
            self.finish(share_id)
            self.assertEqual(
                ('available', 2, None, 2, 2), self.numbers(share_id)
            )
            self.shares.extend(self.caller, share_id, 5)
            self.assertEqual(('extending', 2, 5, 5, 2), self.numbers(share_id))
            self.finish(share_id)
            self.assertEqual(
                ('available', 5, None, 5, 5), self.numbers(share_id)
            )
            self.shares.shrink(self.caller, share_id, 3)
            self.assertEqual(('shrinking', 5, 3, 5, 5), self.numbers(share_id))
            self.finish(share_id)
            self.assertEqual(
                ('available', 3, None, 3, 3), self.numbers(share_id)
            )
            self.delete(share_id)
            self.assertEqual(3, self.service.in_use(quotas.GIGABYTES))
            self.finish(share_id)
            self.assertIsNone(self.service.get_share(share_id))
            self.assertEqual({0}, set(self.service.claims().values()))

    def test_a_member_is_where_its_group_is(self):
        group_id, share_ids = self.full_group(1, 2, 3)
        group = self.service.get(group_id)
        for share_id in share_ids:
            share = self.service.get_share(share_id)
            self.assertEqual(
                (group.host, group.availability_zone),
                (share.host, share.availability_zone),
            )
        payload = self.driver_of(group).shares[share_ids[-1]]
        self.assertEqual(
            (3, 6, group_id),
            (payload.size_gb, payload.group_size_gb, payload.share_group_id),
        )

    def test_a_group_size_when_a_member_changes(self):
        group_id, (first, _second) = self.full_group(1, 2)
        driver = self.driver_of(self.service.get(group_id))
        self.shares.extend(self.caller, first, 10)
        self.service.deliver_all()
        self.assertEqual(12, driver.shares[first].group_size_gb)
        deleted = []
        driver.delete_share = deleted.append
        self.delete(first)
        self.service.deliver_all()
        self.assertEqual([2], [one.group_size_gb for one in deleted])

    def test_a_group_size_while_other_members_wait(self):
        group_id, (shrinks, goes, grows) = self.full_group(5, 3, 1)
        driver = self.driver_of(self.service.get(group_id))
        resize, delete = driver.resize_share, driver.delete_share

        def away(share):
            if share.id != grows:
                raise exception.TransientDriverError('away')
            resize(share)

        driver.resize_share = driver.delete_share = away
        self.shares.shrink(self.caller, shrinks, 2)
        self.delete(goes)
        self.shares.extend(self.caller, grows, 2)
        self.service.deliver_all()
        self.assertEqual(10, driver.shares[grows].group_size_gb)
        driver.resize_share, driver.delete_share = resize, delete
        self.service.pass_time(61)
        self.service.reconcile()
        self.service.deliver_all()
        self.assertIsNone(self.service.get_share(goes))
        self.assertIn(driver.shares[shrinks].group_size_gb, (4, 7))
        self.assertEqual('available', self.service.share_status(shrinks))

    def test_extend_by_force(self):
        share_id = self.available_share(90)
        self.shares.extend(self.service.admin, share_id, 150, force=True)
        self.service.check(self)
        self.finish(share_id)
        self.assertEqual(
            ('available', 150, None, 150, 150), self.numbers(share_id)
        )

    def test_deleted_while_it_grows(self):
        for wanted in self.lone_and_member():
            share_id = self.available_share(1, **wanted)
            self.shares.extend(self.caller, share_id, 4)
            self.shares.force_delete(self.service.admin, share_id)
            self.finish(share_id)
            self.assertIsNone(self.service.get_share(share_id))

    def test_deleted_before_a_place_was_found(self):
        for wanted in self.lone_and_member():
            share_id = self.service.create_share(2, **wanted)
            self.shares.force_delete(self.service.admin, share_id)
            self.assertIsNone(self.service.get_share(share_id))
            self.finish(share_id)

    def test_deleted_while_the_back_end_creates_it(self):
        for wanted in self.lone_and_member():
            share_id = self.placed_share(2, **wanted)
            driver = self.driver_of(self.service.get_share(share_id))
            create = driver.create_share

            def deleted_meanwhile(wanted, create=create, share_id=share_id):
                self.shares.force_delete(self.service.admin, share_id)
                self.service.deliver_all()
                return create(wanted)

            driver.create_share = deleted_meanwhile
            self.service.pass_time(61)
            self.service.reconcile()
            self.finish(share_id)
            driver.create_share = create
            self.service.settle()
            self.assertIsNone(self.service.get_share(share_id))
            self.assertEqual({}, driver.shares)

    def test_a_status_set_by_hand_is_left_alone(self):
        for status in states.SHARE_STATUSES:
            share_id = self.available_share()
            self.shares.reset_status(self.service.admin, share_id, status)
            self.no_more_work(share_id)
            self.service.settle()
            self.assertEqual(status, self.service.share_status(share_id))

    def test_an_extension_that_was_broken_off_by_hand(self):
        share_id = self.available_share(1)
        self.shares.extend(self.caller, share_id, 9)
        self.service.deliver()
        self.shares.reset_status(self.service.admin, share_id, 'available')
        self.service.deliver_all()
        self.assertEqual(('available', 1, 9, 9, 9), self.numbers(share_id))
        self.shares.extend(self.caller, share_id, 4)
        self.service.settle()
        self.assertEqual(('available', 4, None, 4, 4), self.numbers(share_id))


class TestLostMessages(share_case.ShareCase):
    def settle(self, share_id, status='available'):
        self.service.settle()
        self.assertEqual(status, self.service.share_status(share_id))
        self.service.check(self)
        self.service.check_content(self)

    def test_at_every_step(self):
        for wanted in self.lone_and_member():
            share_id = self.service.create_share(2, **wanted)
            self.settle(share_id)
            self.shares.extend(self.caller, share_id, 4)
            self.settle(share_id)
            self.shares.extend(self.caller, share_id, 5)
            self.service.deliver()
            self.settle(share_id)
            self.shares.shrink(self.caller, share_id, 1)
            self.settle(share_id)
            self.assertEqual(1, self.service.get_share(share_id).size)
            self.delete(share_id)
            self.settle(share_id, None)

    def test_a_restarted_process_does_not_wait_to_be_sure(self):
        share_id = self.service.create_share()
        self.service.messages.clear()
        self.service.search(self.service.new_scheduler())
        self.service.messages.clear()
        host = self.service.get_share(share_id).host.partition('#')[0]
        name = host.partition('@')[2]
        self.service.start_backend(name, self.service.drivers[host])
        self.service.search(self.service.backends[host])
        self.assertEqual('available', self.service.share_status(share_id))


class TestFailures(share_case.ShareCase):
    def test_a_share_alone_gets_another_pool(self):
        share_id = self.placed_share(3)
        failed = self.service.get_share(share_id).host
        driver = self.driver_of(self.service.get_share(share_id))
        driver.section.fake_failures['create_share'] = 1
        self.service.settle()
        share = self.service.get_share(share_id)
        self.assertEqual('available', share.status)
        self.assertNotEqual(failed, share.host)
        self.assertEqual([], self.service.user_messages())
        self.service.check_content(self)

    def test_a_share_alone_that_no_pool_makes(self):
        self.let_fail('create_share')
        share_id = self.service.create_share(3)
        self.service.deliver_all()
        share = self.service.get_share(share_id)
        self.assertEqual(('error', None, 0), self.placed(share))
        self.assertEqual(3, self.service.in_use(quotas.GIGABYTES))
        self.only_message(share_id, messages.ALLOCATE_HOST)
        self.delete(share_id)
        self.assertIsNone(self.service.get_share(share_id))

    def placed(self, share):
        return share.status, share.host, share.claimed_gb

    def test_a_member_stays_with_its_group(self):
        group_id = self.available_group()
        self.let_fail('create_share')
        share_id = self.service.create_share(3, share_group_id=group_id)
        self.service.deliver_all()
        self.assertEqual(
            ('error', self.service.get(group_id).host, 3),
            self.placed(self.service.get_share(share_id)),
        )
        self.only_message(share_id, messages.CREATE)
        self.service.check_content(self)
        self.delete(share_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_share(share_id))

    def test_what_could_not_be_cleaned_is_later(self):
        share_id = self.placed_share()
        driver = self.driver_of(self.service.get_share(share_id))
        create = driver.create_share

        def half(wanted):
            create(wanted)
            raise exception.DriverError('half made')

        driver.create_share = half
        driver.section.fake_first_failures['delete_share'] = 1
        self.service.settle()
        self.assertEqual('available', self.service.share_status(share_id))
        self.service.check_content(self)

    def test_of_a_deletion(self):
        for wanted in self.lone_and_member():
            share_id = self.available_share(2, **wanted)
            self.let_fail('delete_share')
            self.delete(share_id)
            self.service.deliver_all()
            self.assertEqual(
                'error_deleting', self.service.share_status(share_id)
            )
            self.service.check(self)
            self.mend()
            self.delete(share_id)
            self.service.deliver_all()
            self.assertIsNone(self.service.get_share(share_id))
        found = self.service.user_messages()
        self.assertEqual(
            [messages.DELETE] * 2, [one.action_id for one in found]
        )

    def resized_badly(self, resize, size, status, action):
        share_id = self.available_share(5)
        resize(self.caller, share_id, size)
        self.service.deliver_all()
        share = self.service.get_share(share_id)
        self.assertEqual((status, 5, None), (share.status, 5, share.new_size))
        self.assertEqual((5, 5), (share.quota_gb, share.claimed_gb))
        self.assertIn(f'{size} GiB', self.only_message(share_id, action))
        return share_id

    def test_of_an_extension(self):
        self.let_fail('resize_share')
        share_id = self.resized_badly(
            self.shares.extend, 8, 'extending_error', messages.EXTEND
        )
        self.mend()
        self.shares.extend(self.caller, share_id, 8)
        self.service.deliver_all()
        self.assertEqual('available', self.service.share_status(share_id))

    def test_of_a_reduction(self):
        self.let_fail('resize_share')
        self.resized_badly(
            self.shares.shrink, 2, 'shrinking_error', messages.SHRINK
        )

    def test_a_share_that_holds_more(self):
        def refuse(_wanted):
            raise exception.PossibleDataLoss('alpha holds 4 GiB')

        for driver in self.service.drivers.values():
            driver.resize_share = refuse
        self.resized_badly(
            self.shares.shrink,
            2,
            states.POSSIBLE_DATA_LOSS,
            messages.SHRINK,
        )


class TestDeadBackEnds(share_case.ShareCase):
    def stop(self, share_id, for_good=False):
        """Let the back end of a share disappear; returns how to bring back."""
        host = self.service.get_share(share_id).host.partition('#')[0]
        name, driver = host.partition('@')[2], self.service.drivers[host]
        self.service.stop_backend(name)
        if for_good:
            self.service.remove_service(name)
        return lambda: self.service.start_backend(name, driver)

    def settle(self, share_id, status):
        self.service.settle()
        self.assertEqual(status, self.service.share_status(share_id))
        self.service.check(self)

    def test_in_creating_a_share_alone_moves(self):
        share_id = self.placed_share(2)
        share = self.service.get_share(share_id)
        driver = self.driver_of(share)
        driver.create_share(payloads.share(share, 2))
        come_back = self.stop(share_id)
        self.settle(share_id, 'available')
        come_back()
        self.service.settle()
        self.service.check_content(self)

    def test_in_creating_a_member_fails(self):
        group_id = self.available_group()
        share_id = self.placed_share(2, share_group_id=group_id)
        come_back = self.stop(share_id)
        self.settle(share_id, 'error')
        self.only_message(share_id, messages.CREATE)
        come_back()
        self.delete(share_id)
        self.settle(share_id, None)

    def begin(self, begin, share_id):
        """Begin a change, so far that the back end is to be told of it."""
        begin(share_id)
        if self.service.messages[0].place == wakes.SCHEDULERS:
            self.service.deliver()

    def test_in_other_work_it_is_waited_for(self):
        for begin, during, after in (
            (
                lambda one: self.shares.extend(self.caller, one, 9),
                'extending',
                'available',
            ),
            (
                lambda one: self.shares.shrink(self.caller, one, 1),
                'shrinking',
                'available',
            ),
            (self.delete, 'deleting', None),
        ):
            share_id = self.available_share(5)
            self.begin(begin, share_id)
            come_back = self.stop(share_id)
            self.settle(share_id, during)
            come_back()
            self.settle(share_id, after)

    def test_for_good(self):
        for begin, status in (
            (
                lambda one: self.shares.extend(self.caller, one, 9),
                'extending_error',
            ),
            (
                lambda one: self.shares.shrink(self.caller, one, 1),
                'shrinking_error',
            ),
            (self.delete, None),
        ):
            share_id = self.available_share(5)
            self.begin(begin, share_id)
            come_back = self.stop(share_id, for_good=True)
            self.settle(share_id, status)
            come_back()

    def test_growing_without_a_pool_to_grow_in(self):
        share_id = self.available_share(5)
        self.shares.extend(self.caller, share_id, 9)
        self.stop(share_id, for_good=True)
        self.service.deliver_all()
        self.settle(share_id, 'available')
        share = self.service.get_share(share_id)
        self.assertEqual((5, 5), (share.quota_gb, share.claimed_gb))
        self.assertIn('5 GiB', self.only_message(share_id, messages.EXTEND))
