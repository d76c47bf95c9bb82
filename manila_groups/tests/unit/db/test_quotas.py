# SPDX-License-Identifier: Apache-2.0
"""Quotas are exact, also when many use them at once."""

from manila_groups.db import api
from manila_groups.db import models
from manila_groups.db import quotas
from manila_groups.tests.unit.db import case

LIMIT = 5


class TestQuotas(case.OnSqlite):
    def take(self, amount=1, most=LIMIT, project='here'):
        return self.ask(quotas.take, project, 'things', amount, most)

    def used(self, project='here'):
        return self.ask(quotas.used, project, 'things')

    def test_the_first_use(self):
        self.assertIsNone(self.used())
        self.assertTrue(self.take())
        self.assertEqual(1, self.used())

    def test_up_to_the_limit_and_no_further(self):
        self.assertFalse(self.take(LIMIT + 1))
        self.assertTrue(self.take(LIMIT))
        self.assertFalse(self.take())
        self.assertEqual(LIMIT, self.used())

    def test_a_limit_of_nothing(self):
        self.assertFalse(self.take(most=0))
        self.assertTrue(self.take(0, most=0))

    def test_unlimited(self):
        self.assertTrue(self.take(2**40, most=quotas.UNLIMITED))
        self.assertTrue(self.take(2**40, most=quotas.UNLIMITED))
        self.assertEqual(2**41, self.used())

    def test_given_back(self):
        self.take(LIMIT)
        self.ask(quotas.give_back, 'here', 'things', 2)
        self.assertEqual(LIMIT - 2, self.used())
        self.assertTrue(self.take(2))

    def test_projects_and_resources_are_apart(self):
        self.take(LIMIT)
        self.assertTrue(self.take(project='there'))
        self.assertTrue(self.take(project='Here'))
        self.assertTrue(self.ask(quotas.take, 'here', 'others', 1, 1))

    def test_a_project_has_the_default_or_its_own_limit(self):
        self.insert(
            models.QuotaLimit,
            {'project_id': 'here', 'resource': 'things', 'hard_limit': 0},
        )
        limit = self.ask(quotas.limit, 'here', 'things', 7)
        self.assertEqual(0, limit)
        self.assertEqual(7, self.ask(quotas.limit, 'there', 'things', 7))

    def test_a_failed_transaction_uses_nothing(self):
        self.take()

        def fail():
            with self.db.writer() as session:
                quotas.take(session, 'here', 'things', 1, LIMIT)
                raise ArithmeticError

        self.assertRaises(ArithmeticError, fail)
        self.assertEqual(1, self.used())

    def test_many_at_once(self):
        take = api.retry_on_deadlock(self.take)
        taken = case.at_once([lambda: take(1, 25)] * 40)
        self.assertEqual([False] * 15 + [True] * 25, sorted(taken))
        self.assertEqual(25, self.used())


class TestQuotasOnMysql(case.OnMysql, TestQuotas):
    pass


class TestQuotasOnPostgresql(case.OnPostgresql, TestQuotas):
    def test_a_row_that_appears_between_two_statements(self):
        class Session:
            """Lets another transaction use the quota after the first look."""

            def __init__(self, session, take):
                self.session, self.take = session, take

            def execute(self, statement):
                result = self.session.execute(statement)
                if self.take is not None:
                    self.take, take = None, self.take
                    take()
                return result

            def __getattr__(self, name):
                return getattr(self.session, name)

        with self.db.writer() as session:
            watched = Session(session, self.take)
            self.assertTrue(quotas.take(watched, 'here', 'things', 1, LIMIT))
        self.assertEqual(2, self.used())
