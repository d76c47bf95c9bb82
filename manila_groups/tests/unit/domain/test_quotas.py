# SPDX-License-Identifier: Apache-2.0
"""What is used counts for the project, the user and the share type."""

import collections
import random

from manila_groups import exception
from manila_groups.db import api
from manila_groups.db import models
from manila_groups.db import quotas as rows
from manila_groups.domain.quotas import counts as quotas
from manila_groups.tests.unit.db import case

OWNER = quotas.Owner('here', 'user', 'type')
PROJECT, TYPE, USER = OWNER.scopes()
SHARE = {quotas.SHARES: 1, quotas.GIGABYTES: 10}


class TestQuotas(case.OnSqlite):
    overrides = {
        'quota': {
            'shares': 4,
            'gigabytes': 50,
            'share_groups': 2,
            'per_share_gigabytes': 20,
        }
    }

    def take(self, owner=OWNER, **amounts):
        self.ask(quotas.take, self.conf, owner, amounts or SHARE)

    def give_back(self, owner=OWNER, **amounts):
        self.ask(quotas.give_back, owner, amounts or SHARE)

    def refused(self, owner=OWNER, **amounts):
        before = self.usages()
        raised = self.assertRaises(
            exception.OverQuota, self.take, owner, **amounts
        )
        self.assertEqual(before, self.usages())
        return raised.message

    def set_limits(self, scope, **limits):
        self.ask(rows.set_limits, scope, limits)

    def usages(self):
        return self.ask(rows.usages, OWNER.scopes())

    def used(self, scope, resource):
        return self.usages().get((scope, resource), 0)

    def test_counted_in_each_scope(self):
        self.take()
        self.take(quotas.Owner('here', 'other', 'type'))
        self.take(quotas.Owner('here', 'user', 'others'))
        self.take(quotas.Owner('there', 'user', 'type'))
        self.take(quotas.Owner('here'))
        self.assertEqual(
            {
                (PROJECT, 'shares'): 4,
                (PROJECT, 'gigabytes'): 40,
                (TYPE, 'shares'): 2,
                (TYPE, 'gigabytes'): 20,
                (USER, 'shares'): 2,
                (USER, 'gigabytes'): 20,
            },
            self.usages(),
        )

    def test_groups_do_not_count_for_share_types(self):
        self.take(share_groups=1, share_group_snapshots=1, share_networks=1)
        self.assertEqual({PROJECT, USER}, {one for one, _ in self.usages()})
        self.give_back(share_groups=1, share_group_snapshots=1)
        self.assertEqual(0, self.used(PROJECT, 'share_groups'))
        self.assertEqual(1, self.used(USER, 'share_networks'))

    def test_nor_do_backups(self):
        amounts = {
            quotas.SHARE_GROUP_BACKUPS: 1,
            quotas.BACKUPS: 2,
            quotas.BACKUP_GIGABYTES: 20,
        }
        self.take(**amounts)
        self.assertEqual(
            {
                (scope, resource): amount
                for scope in (PROJECT, USER)
                for resource, amount in amounts.items()
            },
            self.usages(),
        )
        self.set_limits(PROJECT, backups=3)
        self.assertIn('backups: limit 3, in use 2', self.refused(**amounts))
        self.give_back(**amounts)
        self.assertEqual({0}, set(self.usages().values()))

    def test_nothing_of_a_resource_is_no_use_of_it(self):
        self.set_limits(PROJECT, snapshots=0)
        self.take(share_group_snapshots=1, snapshots=0)
        self.assertNotIn((PROJECT, 'snapshots'), self.usages())

    def test_given_back_in_each_scope(self):
        for _ in range(3):
            self.take()
            self.take(shares=1)
            self.give_back()
            self.give_back(shares=1)
        self.assertEqual({0}, set(self.usages().values()))
        self.take(shares=4)

    def test_the_project_has_its_own_limit_or_the_default(self):
        self.take(shares=4)
        message = self.refused(shares=1)
        self.assertIn('shares', message)
        self.assertIn('Quota exceeded for ', message)
        self.assertIn('limit 4, in use 4, requested 1.', message)
        self.set_limits(PROJECT, shares=5)
        self.take(shares=1)
        self.refused(shares=1)
        self.set_limits(PROJECT, shares=-1)
        self.take(shares=2**40)

    def test_a_limit_of_the_user(self):
        self.set_limits(USER, shares=1)
        self.set_limits(rows.Scope('there', user_id='user'), shares=0)
        self.take()
        self.assertIn(', for the user in the project.', self.refused())
        self.take(quotas.Owner('here', 'other', 'type'))
        self.take(quotas.Owner('here'))

    def test_a_limit_of_the_share_type(self):
        self.set_limits(TYPE, gigabytes=15)
        self.take()
        self.assertIn('the share type type in the', self.refused())
        self.take(quotas.Owner('here', 'user', 'others'))

    def test_a_limit_that_is_set_later_counts_what_was_there(self):
        self.take()
        self.set_limits(USER, shares=1)
        self.refused()
        self.give_back()
        self.take()

    def test_no_limit_for_the_user_keeps_that_of_the_project(self):
        self.set_limits(USER, shares=-1)
        self.take(shares=4)
        self.refused(shares=1)

    def test_what_is_refused_takes_nothing(self):
        self.take(gigabytes=45)
        message = self.refused()
        self.assertIn('gigabytes', message)
        self.assertEqual(0, self.used(PROJECT, 'shares'))

    def test_the_size_of_one_share(self):
        def check(size):
            self.ask(quotas.check_size, self.conf, OWNER, size)

        check(20)
        raised = self.assertRaises(exception.OverQuota, check, 21)
        self.assertIn('per_share_gigabytes', raised.message)
        self.assertIn('limit 20, requested 21', raised.message)
        self.set_limits(PROJECT, per_share_gigabytes=-1)
        check(2**31)
        for scope in (USER, TYPE):
            self.set_limits(scope, per_share_gigabytes=5)
            self.assertRaises(exception.OverQuota, check, 6)
            check(5)
            self.ask(rows.delete_limits, scope)
        self.assertEqual(0, self.count(models.QuotaUsage))

    def test_the_statements_do_not_grow_with_the_rows(self):
        def statements():
            with self.db.writer() as conn:
                executed = []
                execute = conn.execute
                conn.execute = lambda *args: (
                    executed.append(args) or execute(*args)
                )
                quotas.take(conn, self.conf, OWNER, SHARE)
                quotas.give_back(conn, OWNER, SHARE)
            return len(executed)

        statements()
        few = statements()
        for number in range(20):
            self.take(quotas.Owner(f'p{number}', f'u{number}', f't{number}'))
            scope = rows.Scope('here', user_id=f'u{number}')
            self.set_limits(scope, shares=number)
        self.assertEqual(few, statements())
        self.assertEqual(1 + 6 + 2, few)

    def test_many_at_once_in_every_scope(self):
        """Three users and two share types, each with a limit of its own."""
        self.set_limits(PROJECT, shares=20, gigabytes=-1)
        limits = {'u0': 4, 'u1': 7, 't0': 11, 't1': 13}
        for name, limit in limits.items():
            field = 'user_id' if name[0] == 'u' else 'share_type_id'
            self.set_limits(rows.Scope('here', **{field: name}), shares=limit)
        owners = [
            quotas.Owner('here', f'u{n % 3}', f't{n % 2}') for n in range(48)
        ]
        random.Random(1).shuffle(owners)
        take = api.retry_on_deadlock(self.take)
        results = case.at_once([lambda o=o: take(o) for o in owners])
        taken = [
            owner
            for owner, result in zip(owners, results, strict=True)
            if result is None
        ]
        refused = [one for one in results if one is not None]
        self.assertEqual({exception.OverQuota}, set(map(type, refused)))
        self.assertEqual(20, len(taken))
        self.check_counts(taken)
        for name, number in self.numbers(taken).items():
            self.assertLessEqual(number, limits.get(name, 20))
        give_back = api.retry_on_deadlock(self.give_back)
        done = case.at_once([lambda o=o: give_back(o) for o in taken])
        self.assertEqual({None}, set(done))
        self.check_counts([])

    def numbers(self, owners):
        return collections.Counter(
            name
            for owner in owners
            for name in (owner.user_id, owner.share_type_id)
        )

    def check_counts(self, owners):
        numbers = self.numbers(owners)
        for number in range(3):
            user, share_type = f'u{number}', f't{number % 2}'
            scopes = quotas.Owner('here', user, share_type).scopes()
            expected = [len(owners), numbers[share_type], numbers[user]]
            found = self.ask(rows.usages, scopes)
            for scope, shares in zip(scopes, expected, strict=True):
                self.assertEqual(shares, found.get((scope, 'shares'), 0))
                self.assertEqual(
                    10 * shares, found.get((scope, 'gigabytes'), 0)
                )


class TestQuotasOnMysql(case.OnMysql, TestQuotas):
    pass


class TestQuotasOnPostgresql(case.OnPostgresql, TestQuotas):
    pass
