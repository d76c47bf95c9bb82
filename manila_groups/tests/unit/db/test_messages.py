# SPDX-License-Identifier: Apache-2.0
"""Rows of user messages."""

import datetime

from manila_groups import paging
from manila_groups.db import messages
from manila_groups.db import records
from manila_groups.tests.unit.db import case

DAY = datetime.timedelta(days=1)


def message(number, **values):
    return records.Message(
        **{
            'id': f'{number:036}',
            'project_id': 'here',
            'request_id': 'req-1',
            'resource_type': 'SHARE_GROUP',
            'resource_id': 'a' * 36,
            'action_id': '001',
            'detail_id': '002',
            'message_level': 'ERROR',
            'user_message': '\U0001f600 ' * 2000,
            'created_at': case.START + number * DAY,
            'expires_at': case.START + (number + 10) * DAY,
            **values,
        }
    )


class TestMessages(case.OnSqlite):
    def insert_all(self, *all_of_them):
        for one in all_of_them:
            self.ask(messages.insert, one)

    def found(self, **filters):
        rows, _more = self.ask(messages.list_page, filters, paging.Page())
        return [int(one.id) for one in rows]

    def test_is_read_back(self):
        self.insert_all(message(1), message(2, request_id=None))
        self.assertEqual(message(1), self.ask(messages.get, message(1).id))
        self.assertIsNone(self.ask(messages.get, 'nothing'))
        self.assertEqual([2, 1], self.found())

    def test_filters(self):
        other = {
            'project_id': 'there',
            'request_id': 'req-2',
            'resource_type': 'SHARE',
            'resource_id': 'b' * 36,
            'action_id': '006',
            'detail_id': '005',
            'message_level': 'INFO',
        }
        self.insert_all(message(1), message(2, **other))
        for name, value in other.items():
            self.assertEqual([2], self.found(**{name: value}), name)
            self.assertEqual([], self.found(**{name: 'else'}), name)
        self.assertEqual([2], self.found(created_since=case.START + 2 * DAY))
        self.assertEqual([1], self.found(created_before=case.START + DAY))

    def test_order_and_pages(self):
        levels = ('b', 'a', 'b')
        self.insert_all(
            *(
                message(number, message_level=level)
                for number, level in enumerate(levels)
            )
        )
        page = paging.Page(2, None, 0, 'message_level', False)
        rows, more = self.ask(messages.list_page, {}, page)
        self.assertEqual([1, 0], [int(one.id) for one in rows])
        self.assertTrue(more)
        page = paging.Page(2, rows[-1].id, 0, 'message_level', False)
        rows, more = self.ask(messages.list_page, {}, page)
        self.assertEqual([2], [int(one.id) for one in rows])
        self.assertFalse(more)

    def test_delete(self):
        self.insert_all(message(1))
        self.assertTrue(self.ask(messages.delete, message(1).id))
        self.assertFalse(self.ask(messages.delete, message(1).id))

    def test_expired_ones_go(self):
        self.insert_all(message(1), message(2), message(3))
        now = message(2).expires_at
        self.assertEqual(1, self.ask(messages.delete_expired, now))
        self.assertEqual([3, 2], self.found())


class TestMessagesWithTheOtherDriver(
    case.OnMysqlWithTheOtherDriver, TestMessages
):
    pass


class TestMessagesOnMysql(case.OnMysql, TestMessages):
    pass


class TestMessagesOnPostgresql(case.OnPostgresql, TestMessages):
    pass
