# SPDX-License-Identifier: Apache-2.0
"""Pages neither skip nor repeat a row, whatever the order."""

import datetime

import hypothesis
from hypothesis import strategies as st
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import paging
from manila_groups.db import models
from manila_groups.db import share_groups
from manila_groups.tests.unit.db import case

texts = st.none() | st.text('aAbZ%_\u00fc\U0001f600', min_size=1, max_size=3)
ids = st.none() | st.sampled_from(['a' * 36, 'b' * 36, 'B' * 36])
groups = st.fixed_dictionaries(
    {
        'name': texts,
        'host': texts,
        'user_id': texts,
        'project_id': st.sampled_from(['p', 'P', 'q']),
        'status': st.sampled_from(['available', 'error']),
        'share_network_id': ids,
        'source_share_group_snapshot_id': ids,
        'zone': st.sampled_from([None, 'east', 'West']),
        'seconds': st.integers(0, 2),
        'microseconds': st.sampled_from([0, 1, 500000]),
    }
)
pages = {
    'rows': st.lists(groups, max_size=9),
    'sort_key': st.sampled_from(sorted(share_groups.SORT_COLUMNS)),
    'descending': st.booleans(),
    'limit': st.integers(1, 4),
}


#: The heirs of a test class are other executors, of the same examples.
settings = {
    'deadline': None,
    'suppress_health_check': list(hypothesis.HealthCheck),
}


class TestPaging(case.OnSqlite):
    def setUp(self):
        super().setUp()
        self.insert_types()
        self.zones = {
            name: self.ensure_zone(name) for name in ('east', 'West')
        }
        self.zones[None] = None

    def given_groups(self, rows):
        with self.db.writer() as conn:
            conn.execute(sa.delete(models.ShareGroup.__table__))
        if rows:
            self.insert_groups(*(self.to_row(**row) for row in rows))
        with self.db.reader() as conn:
            return self.read(conn, paging.Page())[0]

    def to_row(self, seconds, microseconds, zone, **row):
        age = datetime.timedelta(seconds=seconds, microseconds=microseconds)
        return {
            **row,
            'created_at': case.START + age,
            'availability_zone_id': self.zones[zone],
        }

    def read(self, conn, page):
        return share_groups.list_page(conn, {}, page, details=True)

    def in_order(self, found, sort_key, descending):
        def key(group):
            value = getattr(group, sort_key)
            is_null = value is None
            return (
                is_null != self.null_is_smallest,
                '' if is_null else value,
                group.id,
            )

        return sorted(found, key=key, reverse=descending)

    @hypothesis.settings(max_examples=40, **settings)
    @hypothesis.given(**pages)
    def test_markers_lead_through_all_rows(
        self, rows, sort_key, descending, limit
    ):
        found = self.given_groups(rows)
        self.check_pages(found, sort_key, descending, limit)

    def check_pages(self, found, sort_key, descending, limit):
        seen, marker, more = [], None, True
        with self.db.reader() as conn:
            while more:
                page = paging.Page(limit, marker, 0, sort_key, descending)
                part, more = self.read(conn, page)
                self.assertEqual(more, len(seen) + len(part) < len(found))
                seen.extend(part)
                marker = part[-1].id if part else None
        self.assertEqual(self.in_order(found, sort_key, descending), seen)

    def test_rows_without_a_value_are_in_every_page_order(self):
        rows = [
            {'zone': zone, 'name': zone, 'seconds': 0, 'microseconds': 0}
            for zone in (None, 'east', None, 'West', 'east')
        ]
        for sort_key in ('availability_zone', 'name'):
            for descending in (False, True):
                found = self.given_groups(rows)
                self.check_pages(found, sort_key, descending, 1)

    @hypothesis.settings(max_examples=15, **settings)
    @hypothesis.given(offset=st.integers(0, 10), **pages)
    def test_an_offset_passes_rows_over(
        self, rows, sort_key, descending, limit, offset
    ):
        found = self.given_groups(rows)
        page = paging.Page(limit, None, offset, sort_key, descending)
        with self.db.reader() as conn:
            part, more = self.read(conn, page)
        expected = self.in_order(found, sort_key, descending)
        self.assertEqual(expected[offset : offset + limit], part)
        self.assertEqual(more, len(found) > offset + limit)

    def test_no_limit_reads_all(self):
        rows = [{'name': name} for name in 'cab']
        self.insert_groups(*rows)
        for offset in (0, 1):
            page = paging.Page(None, None, offset, 'name', False)
            part, more = self.ask(self.read, page)
            self.assertEqual(list('abc')[offset:], [one.name for one in part])
            self.assertFalse(more)

    def test_a_limit_of_none_reads_nothing(self):
        self.insert_groups({'name': 'a'})
        part, more = self.ask(self.read, paging.Page(limit=0))
        self.assertEqual(([], True), (part, more))

    def test_a_marker_that_the_filter_no_longer_finds(self):
        first, _second, third = self.insert_groups(
            *({'id': letter * 36, 'status': 'error'} for letter in 'abc')
        )
        self.insert_groups({'id': 'd' * 36, 'status': 'available'})
        page = paging.Page(5, 'd' * 36)
        part, more = self.ask(
            share_groups.list_page, {'status': 'error'}, page, False
        )
        self.assertEqual((third, first), (part[0].id, part[-1].id))
        self.assertFalse(more)

    def test_an_unknown_marker(self):
        error = self.assertRaises(
            exception.Invalid, self.ask, self.read, paging.Page(1, 'nobody')
        )
        self.assertIn('marker', error.message)
        self.assertIn('nobody', error.message)


class TestPagingOnMysql(case.OnMysql, TestPaging):
    pass


class TestPagingOnPostgresql(case.OnPostgresql, TestPaging):
    pass
