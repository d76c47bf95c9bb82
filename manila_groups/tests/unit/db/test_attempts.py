# SPDX-License-Identifier: Apache-2.0
"""Rows of attempts, as the release before leaves and reads them."""

import sqlalchemy as sa

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

    def failed(self, cleaned, pool=POOL):
        """A group that the release before failed to create in a pool."""
        (group_id,) = self.insert_groups({'status': 'creating', 'host': pool})
        group = self.ask(share_groups.get, group_id)
        with self.db.writer() as conn:
            conn.execute(
                sa.insert(models.Attempt.__table__).values(
                    resource_id=group.id,
                    kind=states.SHARE_GROUP,
                    pool=pool,
                    project_id=group.project_id,
                    cleaned=cleaned,
                )
            )
        return group

    def left(self, place=HOST):
        return self.ask(attempts.not_cleaned, place)

    def test_a_pool_is_noted_once(self):
        (group_id,) = self.insert_groups({'status': 'creating', 'host': POOL})
        group = self.ask(share_groups.get, group_id)
        for _again in range(2):
            self.ask(attempts.note, states.SHARE_GROUP, group)
        self.assertEqual({POOL}, self.ask(attempts.pools_tried, group.id))
        self.assertEqual(1, self.count(models.Attempt))
        self.assertEqual([], self.left())

    def test_what_was_not_cleaned_is_taken_over_once(self):
        self.failed(cleaned=True)
        group = self.failed(cleaned=False)
        (left,) = self.left()
        self.assertEqual(
            attempts.Attempt(
                states.SHARE_GROUP, group.id, group.project_id, None, POOL
            ),
            left,
        )
        self.assertTrue(self.ask(attempts.take_over, left))
        self.assertFalse(self.ask(attempts.take_over, left))
        self.assertEqual([], self.left())
        self.assertEqual({POOL}, self.ask(attempts.pools_tried, group.id))

    def test_only_at_that_back_end(self):
        self.failed(cleaned=False, pool='host@backup#one')
        self.assertEqual([], self.left())
        self.assertEqual(1, len(self.left('host@backup')))


class TestAttemptsOnMysql(case.OnMysql, TestAttempts):
    pass


class TestAttemptsOnPostgresql(case.OnPostgresql, TestAttempts):
    pass
