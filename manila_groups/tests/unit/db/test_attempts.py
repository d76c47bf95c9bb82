# SPDX-License-Identifier: Apache-2.0
"""Rows of failed attempts, and what they say is left over."""

from manila_groups import states
from manila_groups.db import attempts
from manila_groups.db import models
from manila_groups.db import share_groups
from manila_groups.tests.unit.db import case

POOL = 'host@back#one'
HOST = 'host@back'


class TestAttempts(case.OnSqlite):
    def setUp(self):
        super().setUp()
        self.insert_types()

    def failed(self, cleaned, pool=POOL, **now):
        """A group that the pool failed to create, as it is now."""
        (group_id,) = self.insert_groups({'status': 'creating', 'host': pool})
        group = self.ask(share_groups.get, group_id)
        self.ask(attempts.add, states.SHARE_GROUP, group, cleaned)
        self.ask(
            share_groups.ROWS.update,
            group_id,
            {'status': 'error', 'host': None, **now},
        )
        return group

    def left(self, host=HOST):
        return [
            (row.kind, row.id, row.project_id, row.pool)
            for row in self.ask(attempts.cleanups, host)
        ]

    def test_a_pool_is_noted_once(self):
        group = self.failed(cleaned=False)
        self.ask(attempts.add, states.SHARE_GROUP, group, True)
        self.assertEqual({POOL}, self.ask(attempts.pools_tried, group.id))
        self.assertEqual([], self.left())

    def test_what_was_not_cleaned_is_left_over(self):
        self.failed(cleaned=True)
        group = self.failed(cleaned=False)
        expected = [(states.SHARE_GROUP, group.id, group.project_id, POOL)]
        self.assertEqual(expected, self.left())
        self.ask(attempts.clean, group.id, POOL)
        self.assertEqual([], self.left())
        self.assertEqual({POOL}, self.ask(attempts.pools_tried, group.id))

    def test_only_at_that_back_end(self):
        self.failed(cleaned=False, pool='host@backup#one')
        self.assertEqual([], self.left())

    def test_nothing_of_a_group_that_may_be_there(self):
        self.failed(cleaned=False, status='creating')
        self.failed(cleaned=False, status='available', host='host@back#two')
        self.assertEqual([], self.left())
        self.failed(cleaned=False, status='available', host='else@where#one')
        self.assertEqual(1, len(self.left()))

    def test_it_outlives_the_group(self):
        group = self.failed(cleaned=False)
        self.ask(share_groups.ROWS.delete, group.id)
        self.ask(attempts.forget, [group.id])
        self.assertEqual(1, len(self.left()))
        self.ask(attempts.clean, group.id, POOL)
        self.assertEqual(0, self.count(models.Attempt))

    def test_what_was_cleaned_goes_with_the_group(self):
        group = self.failed(cleaned=True)
        self.ask(attempts.forget, [group.id])
        self.assertEqual(0, self.count(models.Attempt))


class TestAttemptsOnMysql(case.OnMysql, TestAttempts):
    pass


class TestAttemptsOnPostgresql(case.OnPostgresql, TestAttempts):
    pass
