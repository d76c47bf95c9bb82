# SPDX-License-Identifier: Apache-2.0
"""The way of access rules into and out of force, and what may happen on it."""

from oslo_utils import fixture

from manila_groups.db import shares
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import share_access_case

HOST = share_access_case.HOST


class TestAccessTransitions(share_access_case.AccessCase):
    def test_rules_that_wait_are_applied_together(self):
        self.allow('192.0.2.1')
        self.allow('192.0.2.2', access_level='ro')
        self.assertTrue(self.begin())
        self.assertEqual(
            [('192.0.2.1', 'rw'), ('192.0.2.2', 'ro')], self.in_force
        )
        self.assertEqual({'applying'}, set(self.rules().values()))
        self.assertEqual('syncing', self.status())
        self.assertFalse(self.done())
        self.assertEqual({'active'}, set(self.rules().values()))
        self.assertEqual('active', self.status())
        self.assertFalse(self.begin())

    def test_a_denied_rule_goes_when_the_driver_has_done_it(self):
        first = self.allow('192.0.2.1')
        self.allow('192.0.2.2')
        self.apply()
        self.deny(first)
        self.assertTrue(self.begin())
        self.assertEqual([('192.0.2.2', 'rw')], self.in_force)
        self.assertEqual(
            {'192.0.2.1': 'denying', '192.0.2.2': 'active'}, self.rules()
        )
        self.assertFalse(self.done())
        self.assertEqual({'192.0.2.2': 'active'}, self.rules())

    def test_rules_added_while_the_driver_works_wait(self):
        first = self.allow('192.0.2.1')
        self.begin()
        self.allow('192.0.2.2')
        self.deny(first)
        self.assertTrue(self.done())
        self.assertEqual(
            {'192.0.2.1': 'queued_to_deny', '192.0.2.2': 'queued_to_apply'},
            self.rules(),
        )
        self.assertEqual('syncing', self.status())
        self.assertFalse(self.apply())
        self.assertEqual([('192.0.2.2', 'rw')], self.in_force)
        self.assertEqual({'192.0.2.2': 'active'}, self.rules())

    def test_a_level_that_changes_while_the_driver_works(self):
        rule = self.allow()
        self.begin()
        self.access.change_level(self.caller, rule.id, 'ro')
        self.assertTrue(self.done())
        self.assertFalse(self.apply())
        self.assertEqual([('192.0.2.1', 'ro')], self.in_force)

    def test_work_begun_is_taken_on_again(self):
        self.allow('192.0.2.1')
        denied = self.allow('192.0.2.2')
        self.apply()
        self.deny(denied)
        self.allow('192.0.2.3')
        self.assertTrue(self.begin())
        before = self.in_force
        # Another process takes the place of the one that has gone.
        self.engine.give_back()
        self.engine = self.engine_of(HOST)
        self.assertTrue(self.begin())
        self.assertEqual(before, self.in_force)
        self.assertFalse(self.done())
        self.assertEqual(
            {'192.0.2.1': 'active', '192.0.2.3': 'active'}, self.rules()
        )

    def test_a_failure_is_told(self):
        stays = self.allow('192.0.2.1')
        going = self.allow('192.0.2.2')
        self.apply()
        self.deny(going)
        self.allow('192.0.2.3')
        self.assertFalse(self.fail())
        self.assertEqual(
            {
                stays.access_to: 'active',
                going.access_to: 'error',
                '192.0.2.3': 'error',
            },
            self.rules(),
        )
        self.assertEqual('error', self.status())
        (message,) = self.messages()
        self.assertEqual(
            ('SHARE', self.share, 'here', 'req-rule', '010', '101'),
            (
                message.resource_type,
                message.resource_id,
                message.project_id,
                message.request_id,
                message.action_id,
                message.detail_id,
            ),
        )
        self.assertNotIn(HOST, message.user_message)

    def test_a_failure_leaves_what_was_changed_meanwhile(self):
        first = self.allow('192.0.2.1')
        self.allow('192.0.2.2')
        self.begin()
        self.deny(first)
        self.assertTrue(self.failed())
        self.assertEqual(
            {'192.0.2.1': 'queued_to_deny', '192.0.2.2': 'error'},
            self.rules(),
        )
        self.assertEqual('syncing', self.status())
        self.assertFalse(self.apply())
        self.assertEqual({'192.0.2.2': 'error'}, self.rules())
        self.assertEqual('error', self.status())

    def test_a_failure_told_twice_is_one(self):
        self.allow()
        self.fail()
        self.failed()
        self.assertEqual(1, len(self.messages()))

    def test_a_rule_in_error_is_not_in_force_and_can_be_denied(self):
        rule = self.allow('192.0.2.1')
        self.fail()
        self.allow('192.0.2.2')
        self.apply()
        self.assertEqual([('192.0.2.2', 'rw')], self.in_force)
        self.assertEqual('error', self.status())
        self.deny(rule)
        self.apply()
        self.assertEqual({'192.0.2.2': 'active'}, self.rules())
        self.assertEqual('active', self.status())

    def test_only_its_own_back_end_takes_rules_on(self):
        self.allow()
        for host in ('host@beta', 'host@alph', 'host@alpha#one'):
            self.assertEqual([], self.engine_of(host).claim(1)[0])
        self.assertEqual({'192.0.2.1': 'queued_to_apply'}, self.rules())

    def test_rules_of_a_share_that_goes_are_left_alone(self):
        self.allow()
        self.ask(shares.ROWS.set_status, self.share, 'deleting')
        self.assertFalse(self.begin())
        self.reconciler.reconcile()
        self.assertFalse(self.begin())
        self.assertEqual({'192.0.2.1': 'queued_to_apply'}, self.rules())

    def test_rules_of_a_share_that_stays_are_not_forgotten(self):
        self.allow()
        self.ask(shares.ROWS.set_status, self.share, 'deleting')
        self.assertFalse(self.begin())
        self.ask(shares.ROWS.set_status, self.share, 'available')
        self.reconciler.reconcile()
        self.apply()
        self.assertEqual({'192.0.2.1': 'active'}, self.rules())

    def test_a_share_that_has_gone(self):
        for end in (self.done, self.failed):
            self.share = self.insert_share()
            self.allow()
            self.begin()
            self.ask(shares.ROWS.delete, self.share)
            end()
            self.wakes.clear()
            self.engine.give_back()
            self.assertFalse(self.begin())
            self.assertFalse(self.waits())
        self.assertEqual([], self.messages())

    def test_a_share_that_goes_before_the_driver_begins(self):
        self.allow()
        begin = self.engine._begin

        def too_late(tasks):
            self.ask(shares.ROWS.delete, self.share)
            return begin(tasks)

        self.engine._begin = too_late
        self.assertFalse(self.begin())
        self.engine._begin = begin
        self.engine.give_back()
        self.assertFalse(self.begin())
        self.assertFalse(self.waits())

    def test_what_is_unfinished(self):
        self.allow()
        self.assertTrue(self.waits())
        self.begin()
        clock = self.useFixture(fixture.TimeFixture())
        clock.advance_time_seconds(self.conf.service.stuck_after + 1)
        self.engine = self.engine_of(HOST)
        self.assertTrue(self.begin())
        self.done()
        self.assertFalse(self.waits())
        self.assertFalse(self.begin())

    def test_a_rule_that_is_new_when_others_are_overdue(self):
        deadline = self.conf.service.work_deadline
        clock = self.useFixture(fixture.TimeFixture())
        self.allow('192.0.2.1')
        clock.advance_time_seconds(deadline - 1)
        denied = self.allow('192.0.2.2')
        self.deny(denied)
        clock.advance_time_seconds(2)
        self.reconciler.reconcile()
        self.assertEqual(
            {'192.0.2.1': 'error', '192.0.2.2': 'queued_to_deny'}, self.rules()
        )
        self.assertEqual('syncing', self.status())
        self.assertEqual(1, len(self.messages()))
        self.assertFalse(self.apply())
        self.assertEqual({'192.0.2.1': 'error'}, self.rules())

    def test_rules_of_many_shares_at_once(self):
        numbers = []
        for number in (2, 20):
            for _ in range(number):
                self.share = self.insert_share()
                denied = self.allow('192.0.2.1')
                self.allow('192.0.2.2')
                self.deny(denied)
            with self.counted() as statements:
                tasks, _more = self.engine.claim(number)
            numbers.append(len(statements))
            self.assertEqual(number, len(tasks))
            self.allow('192.0.2.3')
            with self.counted() as statements:
                self.engine.record(tasks)
            numbers.append(len(statements))
            self.assertEqual(
                {'192.0.2.2': 'active', '192.0.2.3': 'queued_to_apply'},
                self.rules(),
            )
            self.apply()
        self.assertEqual(numbers[:2], numbers[2:])

    def test_other_shares_are_left_alone(self):
        other = self.insert_share()
        for state in ('queued_to_apply', 'queued_to_deny', 'denying'):
            self.insert_rule(other, state, state=state)
        self.allow()
        self.apply()
        mine, self.share = self.share, other
        self.assertEqual(
            {
                state: state
                for state in ('queued_to_apply', 'queued_to_deny', 'denying')
            },
            self.rules(),
        )
        self.share = mine


class TestAccessTransitionsOnMysql(case.OnMysql, TestAccessTransitions):
    pass


class TestAccessTransitionsOnPostgresql(
    case.OnPostgresql, TestAccessTransitions
):
    pass
