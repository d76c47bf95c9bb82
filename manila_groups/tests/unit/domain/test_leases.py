# SPDX-License-Identifier: Apache-2.0
"""One process works on a row at a time, and none for ever."""

from manila_groups.tests.unit.domain import share_case


class Crash(BaseException):
    """Ends a back end in the middle of what it does."""


class LeaseCase(share_case.ShareCase):
    def placed_group(self):
        """A group that is placed, and whose back end was not told."""
        group_id = self.service.create()
        self.service.deliver()
        self.service.messages.clear()
        return group_id

    def at(self, row):
        """The name of the back end that a row is at."""
        return row.host.partition('#')[0].partition('@')[2]

    def crash(self, row, method, work):
        """Let a back end die in a method of its driver.

        :param work: begins the work, and delivers it
        """
        driver = self.driver_of(row)
        working = getattr(driver, method)

        def die(*args):
            working(*args)
            raise Crash

        setattr(driver, method, die)
        self.assertRaises(Crash, work)
        setattr(driver, method, working)

    def restart(self, row):
        """Begin anew with the storage as it is."""
        self.service.start_backend(self.at(row), self.driver_of(row))

    def work(self, row):
        """Let the back end of a row do what waits."""
        self.service.backends[row.host.partition('#')[0]].runner.run_all()

    def wait(self, seconds):
        self.service.pass_time(seconds)
        self.service.reconcile()
        self.service.deliver_all()


class TestLeases(LeaseCase):
    def setUp(self):
        super().setUp()
        self.group_id = self.placed_group()
        self.group = self.service.get(self.group_id)
        self.down_time = self.service.conf.service.down_time

    def crashed(self):
        """Let the back end die; returns the operation that it leaves."""
        self.crash(
            self.group, 'create_share_group', lambda: self.work(self.group)
        )
        self.assertEqual('creating', self.service.status(self.group_id))
        return self.service.operation(self.group_id)

    def test_nobody_has_one_on_what_waits(self):
        waiting = self.service.operation(self.group_id)
        self.assertEqual(
            (None, None, 0),
            (waiting.worker, waiting.leased_until, waiting.tries),
        )

    def test_it_outlives_the_process(self):
        left = self.crashed()
        self.assertEqual(1, left.tries)
        self.assertIn(f'host@{self.at(self.group)}/', left.worker)
        self.restart(self.group)
        self.work(self.group)
        self.wait(self.down_time - 1)
        self.assertEqual(left, self.service.operation(self.group_id))
        self.wait(2)
        self.assertEqual('available', self.service.status(self.group_id))
        self.assertEqual([], self.service.under_way())

    def test_a_process_that_hands_back_need_not_be_waited_for(self):
        self.crashed()
        self.service.backends[self.group.host.partition('#')[0]].hand_back()
        self.restart(self.group)
        self.work(self.group)
        self.assertEqual('available', self.service.status(self.group_id))

    def test_it_is_renewed_with_each_sign_of_life(self):
        backend = self.service.backends[self.group.host.partition('#')[0]]
        driver = self.driver_of(self.group)
        create, seen = driver.create_share_group, []

        def slow(*args):
            for _ in range(3):
                self.service.clock.advance(self.down_time - 1)
                backend.report()
                # Another process of the same back end.
                self.restart(self.group)
                self.work(self.group)
                self.service.reconcile()
                seen.append(self.service.status(self.group_id))
            create(*args)

        driver.create_share_group = slow
        self.work(self.group)
        self.assertEqual(['creating'] * 3, seen)
        self.assertEqual('available', self.service.status(self.group_id))

    def test_who_lost_it_comes_too_late(self):
        driver = self.driver_of(self.group)
        create = driver.create_share_group

        def stall(*args):
            create(*args)
            driver.create_share_group = create
            self.service.clock.advance(self.down_time + 1)
            self.restart(self.group)
            self.work(self.group)
            self.assertEqual('available', self.service.status(self.group_id))
            raise OSError('the line was cut')

        driver.create_share_group = stall
        self.work(self.group)
        # It has not removed what another one has made.
        self.assertEqual('available', self.service.status(self.group_id))
        self.service.check_content(self)

    def test_work_that_always_ends_the_process_is_given_up(self):
        tries = self.service.conf.service.work_tries
        for number in range(1, tries + 1):
            left = self.crashed()
            self.assertEqual(number, left.tries)
            self.restart(self.group)
            self.service.clock.advance(self.down_time + 1)
        self.work(self.group)
        self.assertEqual(left, self.service.operation(self.group_id))
        self.service.beat()
        self.service.scheduler.reconcile()
        self.assertEqual('error', self.service.status(self.group_id))
        text = self.only_message(self.group_id, '002')
        self.assertIn('in time', text)
        self.service.groups.delete(self.caller, self.group_id)
        self.service.deliver_all()
        self.assertEqual([], self.service.all_groups())
        self.service.check_content(self)


class TestSchedulers(LeaseCase):
    def test_what_waits_for_a_place_is_taken_up_by_one(self):
        group_id = self.service.create()
        self.service.messages.clear()
        other = self.service.new_scheduler()
        decider = self.service.scheduler.decider

        def die(*_args):
            raise Crash

        decider.decide_all = die
        runner = self.service.scheduler.runner
        self.assertRaises(Crash, runner.run_all)
        self.service.clock.advance(self.service.conf.service.down_time - 1)
        self.service.search(other)
        self.assertIsNone(self.service.get(group_id).host)
        self.service.clock.advance(2)
        self.service.beat()
        self.service.search(other)
        self.assertIsNotNone(self.service.get(group_id).host)
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(group_id))


class TestAccess(LeaseCase):
    def test_the_rules_of_a_share_are_taken_up_together(self):
        share_id = self.available_share()
        share = self.service.get_share(share_id)
        self.service.allow(share_id, '192.0.2.1')
        self.crash(share, 'update_access', self.service.deliver_all)
        self.restart(share)
        self.service.allow(share_id, '192.0.2.2')
        self.service.deliver_all()
        self.assertEqual(
            {'192.0.2.1': 'applying', '192.0.2.2': 'queued_to_apply'},
            self.service.rules(share_id),
        )
        self.wait(self.service.conf.service.down_time + 1)
        self.assertEqual(
            {'active'}, set(self.service.rules(share_id).values())
        )
