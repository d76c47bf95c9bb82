# SPDX-License-Identifier: Apache-2.0
"""Quotas are exact, also when many use them at once."""

from manila_groups.db import api
from manila_groups.db import quotas
from manila_groups.tests.unit.db import case

LIMIT = 5
HERE = quotas.Scope('here')
THERE = quotas.Scope('there')
USER = quotas.Scope('here', user_id='user')
TYPE = quotas.Scope('here', share_type_id='type')


class TestQuotas(case.OnSqlite):
    def use(self, amount=1, limit=LIMIT, scope=HERE):
        return self.ask(quotas.use, scope, 'things', amount, limit)

    def used(self, scope=HERE):
        found = self.ask(quotas.usages, [scope], ['things'])
        return found.get((scope, 'things'))

    def test_the_first_use(self):
        self.assertIsNone(self.used())
        self.assertTrue(self.use())
        self.assertEqual(1, self.used())
        self.assertEqual(1, self.ask(quotas.newest_usage, HERE, 'things'))

    def test_up_to_the_limit_and_no_further(self):
        self.assertFalse(self.use(LIMIT + 1))
        self.assertTrue(self.use(LIMIT))
        self.assertFalse(self.use())
        self.assertEqual(LIMIT, self.used())

    def test_a_limit_of_nothing(self):
        self.assertFalse(self.use(limit=0))
        self.assertTrue(self.use(0, limit=0))

    def test_unlimited(self):
        self.assertTrue(self.use(2**40, limit=quotas.UNLIMITED))
        self.assertTrue(self.use(2**40, limit=quotas.UNLIMITED))
        self.assertEqual(2**41, self.used())

    def test_a_limit_as_large_as_can_be(self):
        self.assertTrue(self.use(limit=2**63 - 1))

    def test_freed(self):
        self.use(LIMIT)
        self.ask(quotas.free, [HERE], 'things', 2)
        self.assertEqual(LIMIT - 2, self.used())
        self.assertTrue(self.use(2))

    def test_scopes_and_resources_are_apart(self):
        scopes = (HERE, THERE, quotas.Scope('Here'), USER, TYPE)
        for scope in scopes:
            self.assertTrue(self.use(LIMIT, scope=scope))
            self.assertFalse(self.use(scope=scope))
        self.assertTrue(self.ask(quotas.use, HERE, 'others', 1, 1))
        self.ask(quotas.free, [USER], 'things', 1)
        self.assertEqual(
            [LIMIT, LIMIT, LIMIT, LIMIT - 1, LIMIT],
            [self.used(scope) for scope in scopes],
        )

    def test_usages_of_several_scopes(self):
        self.use(1)
        self.use(2, scope=USER)
        self.use(4, scope=THERE)
        self.ask(quotas.use, TYPE, 'others', 3, LIMIT)
        self.assertEqual(
            {(HERE, 'things'): 1, (USER, 'things'): 2, (TYPE, 'others'): 3},
            self.ask(quotas.usages, [HERE, USER, TYPE]),
        )

    def test_limits_are_set_and_changed_and_removed(self):
        both = [HERE, USER]
        self.ask(quotas.set_limits, HERE, {'things': 3, 'others': 2**63 - 1})
        self.ask(quotas.set_limits, USER, {'things': -1})
        self.ask(quotas.set_limits, HERE, {'things': 4})
        self.ask(quotas.set_limits, THERE, {'things': 9})
        self.assertEqual(
            {
                (HERE, 'things'): 4,
                (HERE, 'others'): 2**63 - 1,
                (USER, 'things'): -1,
            },
            self.ask(quotas.limits, both),
        )
        self.assertEqual(
            {(HERE, 'others'): 2**63 - 1},
            self.ask(quotas.limits, both, ['others']),
        )
        self.ask(quotas.delete_limits, HERE)
        self.assertEqual({(USER, 'things'): -1}, self.ask(quotas.limits, both))

    def test_a_failed_transaction_uses_nothing(self):
        self.use()

        def fail():
            with self.db.writer() as conn:
                quotas.use(conn, HERE, 'things', 1, LIMIT)
                raise ArithmeticError

        self.assertRaises(ArithmeticError, fail)
        self.assertEqual(1, self.used())

    def test_many_at_once(self):
        use = api.retry_on_deadlock(self.use)
        used = case.at_once([lambda: use(1, 25)] * 40)
        self.assertEqual([False] * 15 + [True] * 25, sorted(used))
        self.assertEqual(25, self.used())

    def test_one_limit_is_set_by_many_at_once(self):
        set_limits = api.retry_on_deadlock(
            lambda value: self.ask(quotas.set_limits, HERE, {'things': value})
        )
        set_to = [lambda n=n: set_limits(n) for n in range(16)]
        self.assertEqual([None] * 16, case.at_once(set_to))
        ((_key, value),) = self.ask(quotas.limits, [HERE]).items()
        self.assertIn(value, range(16))


class TestQuotasWithTheOtherDriver(case.OnMysqlWithTheOtherDriver, TestQuotas):
    pass


class TestQuotasOnMysql(case.OnMysql, TestQuotas):
    def test_spaces_at_the_end_of_an_id_do_not_count(self):
        self.use(scope=quotas.Scope('here', user_id='user '))
        self.assertEqual(1, self.used(USER))

    def test_a_usage_that_the_transaction_does_not_see_yet(self):
        with self.db.writer() as conn:
            self.assertEqual({}, quotas.usages(conn, [HERE]))
            self.use(LIMIT)
            self.assertFalse(quotas.use(conn, HERE, 'things', 1, LIMIT))
            self.assertEqual(LIMIT, quotas.newest_usage(conn, HERE, 'things'))


class TestQuotasOnPostgresql(case.OnPostgresql, TestQuotas):
    def test_a_row_that_appears_between_two_statements(self):
        class Connection:
            """Lets another transaction use the quota after the first look."""

            def __init__(self, conn, use):
                self.conn, self.use = conn, use

            def execute(self, *args):
                result = self.conn.execute(*args)
                if self.use is not None:
                    self.use, use = None, self.use
                    use()
                return result

            def __getattr__(self, name):
                return getattr(self.conn, name)

        with self.db.writer() as conn:
            watched = Connection(conn, self.use)
            self.assertTrue(quotas.use(watched, HERE, 'things', 1, LIMIT))
        self.assertEqual(2, self.used())
