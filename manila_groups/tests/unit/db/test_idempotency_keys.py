# SPDX-License-Identifier: Apache-2.0
import datetime

from manila_groups import exception
from manila_groups.db import idempotency_keys
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.tests.unit.db import case


class TestOnSqlite(case.OnSqlite):
    def new(self, key, project='here', second=0):
        return records.IdempotencyKey(
            project_id=project,
            idempotency_key=key,
            digest='0' * 64,
            kind='share',
            resource_id='1',
            created_at=self.at(second),
        )

    def at(self, second):
        return case.START + datetime.timedelta(seconds=second)

    def keep(self, *args, **kwargs):
        row = self.new(*args, **kwargs)
        self.ask(idempotency_keys.insert, row)
        return row

    def left(self):
        return self.count(models.IdempotencyKey)

    def test_each_project_has_its_own(self):
        here, there = self.keep('a'), self.keep('a', 'there')
        for row in (here, there):
            found = self.ask(idempotency_keys.get, row.project_id, 'a')
            self.assertEqual(row, found)
        for key in ('A', 'b'):
            self.assertIsNone(self.ask(idempotency_keys.get, 'here', key))

    def test_a_project_has_each_once(self):
        self.keep('a')
        error = self.assertRaises(exception.Conflict, self.keep, 'a')
        self.assertIn(
            "Idempotency-Key: another request with the key 'a'", error.message
        )
        self.assertEqual(1, self.left())

    def test_one_that_is_too_old(self):
        self.keep('a', second=1)
        self.keep('a', 'there')
        for second, left in ((1, 2), (2, 1)):
            self.ask(idempotency_keys.delete_old, 'here', 'a', self.at(second))
            self.assertEqual(left, self.left())

    def test_the_oldest_go_first_and_not_all_at_once(self):
        for second in range(5):
            self.keep(str(second), second=second)
        counts = [
            self.ask(idempotency_keys.delete_oldest, self.at(4), 3)
            for _ in range(3)
        ]
        self.assertEqual([3, 1, 0], counts)
        self.assertIsNotNone(self.ask(idempotency_keys.get, 'here', '4'))


class TestOnMysql(case.OnMysql, TestOnSqlite):
    pass


class TestOnPostgresql(case.OnPostgresql, TestOnSqlite):
    pass
