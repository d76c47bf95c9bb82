# SPDX-License-Identifier: Apache-2.0
"""Policies that back share groups up, and delete old backups."""

import datetime
import types

from manila_groups import exception
from manila_groups.domain.backup_policies import schedule
from manila_groups.tests import base
from manila_groups.tests.unit.domain import test_backups

NOW = datetime.datetime(2026, 1, 15, 10, 30)


def backup(*when):
    """A backup that was made at a time."""
    time = datetime.datetime(*when)
    return types.SimpleNamespace(
        id=time.isoformat(), taken_at=time, status='available'
    )


class TestSchedule(base.TestCase):
    def refuses(self, text, given, shortest=3600):
        error = self.assertRaises(
            exception.Invalid, schedule.check, given, NOW, shortest
        )
        self.assertIn('schedule', error.message)
        self.assertIn(text, error.message)

    def test_valid_ones(self):
        for given in ('0 3 * * *', '0 * * * *', '30 2 * * sun', '0 0 29 2 *'):
            schedule.check(given, NOW, 3600)

    def test_invalid_ones(self):
        for given in ('', '* * * *', '0 3 * * * *', '@daily', 'a b c d e f'):
            self.refuses('five fields', given)
        for given in (
            '99 * * * *',
            '0 0 30 2 *',
            'a b c d e',
            '0 3 * * \0',
            '0 3 * * \U0001f600',
            '0 3 L-99 * *',
        ):
            self.refuses('not an expression', given)

    def test_random_ones(self):
        for given in ('R R * * *', '0 r * * *', 'R(0-9) 3 * * *'):
            self.refuses('R and H', given)

    def test_too_often(self):
        self.refuses('60 seconds', '* * * * *')
        self.refuses('1800 seconds', '0,30 3 * * *')

    def test_next(self):
        self.assertEqual(
            datetime.datetime(2026, 1, 16, 3),
            schedule.next_after('0 3 * * *', NOW),
        )


class TestExpired(base.TestCase):
    def expired(self, backups, daily=0, weekly=0, monthly=0):
        policy = types.SimpleNamespace(
            keep_daily=daily, keep_weekly=weekly, keep_monthly=monthly
        )
        return [one.id[:13] for one in schedule.expired(policy, backups)]

    def test_the_newest_of_each_day(self):
        backups = [
            backup(2026, 1, day, hour) for day in (1, 2, 3) for hour in (1, 9)
        ]
        self.assertEqual(
            [
                '2026-01-03T01',
                '2026-01-02T01',
                '2026-01-01T09',
                '2026-01-01T01',
            ],
            self.expired(backups, daily=2),
        )

    def test_days_without_backups_do_not_count(self):
        backups = [backup(2026, 1, day) for day in (1, 10, 20)]
        self.assertEqual([], self.expired(backups, daily=3))

    def test_weeks_of_two_years(self):
        # One week: Monday, 29 December, to Sunday, 4 January.
        backups = [
            backup(2025, 12, 29),
            backup(2026, 1, 4),
            backup(2026, 1, 5),
        ]
        self.assertEqual(['2025-12-29T00'], self.expired(backups, weekly=2))

    def test_months(self):
        backups = [backup(2025, month, 1) for month in (1, 2, 3)]
        self.assertEqual(
            ['2025-01-01T00'], self.expired(backups, daily=1, monthly=2)
        )

    def test_the_newest_stays(self):
        backups = [backup(2025, 1, 1), backup(2025, 1, 2)]
        self.assertEqual(['2025-01-01T00'], self.expired(backups))


class PolicyCase(test_backups.BackupCase):
    def put(self, **values):
        return self.service.policies.put(
            self.caller,
            self.group,
            {'schedule': '0 3 * * *', 'keep_daily': 2, **values},
        )

    def get(self):
        return self.service.policies.get(self.caller, self.group)

    def pass_days(self, days):
        for _ in range(days):
            self.service.pass_time(86400)
            self.service.reconcile()
            self.service.deliver_all()
            self.service.reconcile()
            self.service.deliver_all()

    def backups(self):
        return self.service.all_backups()


class TestPolicies(PolicyCase):
    def test_put_get_delete(self):
        self.put()
        found = self.get()
        self.assertEqual(
            ('0 3 * * *', 2, 0),
            (found.schedule, found.keep_daily, found.keep_weekly),
        )
        self.put(keep_daily=0, keep_weekly=4)
        self.assertEqual(
            (0, 4), (self.get().keep_daily, self.get().keep_weekly)
        )
        self.service.policies.delete(self.caller, self.group)
        for method in (
            self.service.policies.get,
            self.service.policies.delete,
        ):
            self.refuses(
                exception.NotFound, 'policy', method, self.caller, self.group
            )

    def test_nothing_kept(self):
        self.refuses(exception.Invalid, 'keep_daily', self.put, keep_daily=0)

    def test_it_goes_with_its_group(self):
        self.put()
        self.service.groups.force_delete(self.caller, self.group)
        self.service.deliver_all()
        self.pass_days(1)
        self.assertEqual([], self.backups())


class TestCarryingOut(PolicyCase):
    def test_one_without_content_deletes_none(self):
        self.put(keep_daily=1)
        self.pass_days(1)
        error = exception.DriverError('simulated')
        self.engine.failures['save'] = [error]
        self.pass_days(1)
        (failed,) = [one for one in self.backups() if one.status == 'error']
        self.refuses(
            exception.Conflict,
            'not complete',
            self.service.backups.reset_status,
            self.service.admin,
            failed.id,
            'available',
        )

    def test_a_deletion_that_failed_is_tried_again(self):
        self.put(keep_daily=1)
        self.pass_days(1)
        error = exception.DriverError('simulated')
        self.engine.failures['forget'] = [error]
        self.pass_days(1)
        statuses = sorted(one.status for one in self.backups())
        self.assertEqual(['available', 'error_deleting'], statuses)
        self.pass_days(1)
        (found,) = self.backups()
        self.assertEqual('available', found.status)

    def test_one_a_day(self):
        self.put()
        self.pass_days(1)
        (found,) = self.backups()
        self.assertEqual('available', found.status)
        self.assertTrue(found.is_scheduled)
        self.assertEqual(self.group, found.share_group_id)
        self.assertEqual(found.id, self.get().last_backup_id)

    def test_once_however_late(self):
        self.put()
        self.service.pass_time(10 * 86400)
        for _ in range(3):
            self.service.reconcile()
            self.service.deliver_all()
        self.assertEqual(1, len(self.backups()))

    def test_two_schedulers(self):
        self.put()
        other = self.service.new_scheduler()
        self.service.pass_time(86400)
        self.service.reconcile()
        other.reconcile()
        self.service.deliver_all()
        self.assertEqual(1, len(self.backups()))

    def test_old_ones_go(self):
        by_hand = self.backed_up()
        self.put()
        self.pass_days(4)
        found = {one.id for one in self.backups()}
        self.assertIn(by_hand, found)
        self.assertEqual(3, len(found))
        self.assertEqual(found, self.stored())

    def test_a_backup_that_fails_deletes_none(self):
        self.put(keep_daily=1)
        self.pass_days(1)
        error = exception.DriverError('simulated')
        self.engine.failures['save'] = [error]
        self.pass_days(1)
        statuses = sorted(one.status for one in self.backups())
        self.assertEqual(['available', 'error'], statuses)

    def test_one_that_cannot_begin(self):
        self.put()
        self.service.groups.reset_status(self.caller, self.group, 'error')
        self.pass_days(1)
        self.assertEqual([], self.backups())
        text = self.only_message(self.group, '101')
        self.assertIn('must be available', text)
        self.service.groups.reset_status(self.caller, self.group, 'available')
        self.pass_days(1)
        self.assertEqual(1, len(self.backups()))
