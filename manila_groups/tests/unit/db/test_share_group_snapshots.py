# SPDX-License-Identifier: Apache-2.0
"""Rows of share group snapshots: filters, order and transitions."""

import datetime

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import share_group_snapshots as rows
from manila_groups.db import share_groups
from manila_groups.tests.unit.db import case

NAMES = ('ab', 'AB', 'a%b', 'a_b', 'a\\b', '\U0001f600\u00fc', None)


class SnapshotRowsCase(case.OnSqlite):
    def setUp(self):
        super().setUp()
        self.insert_types()
        self.group, self.other_group = self.insert_groups(
            {'host': 'h@b#p'}, {'host': None}
        )

    def given(self, *values):
        defaults = {
            'project_id': 'here',
            'status': 'available',
            'share_group_id': self.group,
            'created_at': case.START,
        }
        return self.insert(
            models.ShareGroupSnapshot, *({**defaults, **one} for one in values)
        )

    def given_share(self):
        return self.insert(
            models.Share,
            {
                'project_id': 'here',
                'share_group_id': self.group,
                'share_type_id': self.share_type,
                'size': 1,
                'quota_gb': 1,
                'claimed_gb': 0,
                'share_proto': 'NFS',
                'status': 'available',
                'access_rules_status': 'active',
                'is_public': False,
            },
        )[0]

    def given_members(self, snapshot_id, *sizes):
        share_id = self.given_share()
        return self.insert(
            models.ShareGroupSnapshotMember,
            *(
                {
                    'share_group_snapshot_id': snapshot_id,
                    'share_id': share_id,
                    'share_type_id': self.share_type,
                    'project_id': 'here',
                    'size': size,
                    'share_proto': 'NFS',
                    'created_at': case.START,
                }
                for size in sizes
            ),
        )

    def found(self, page=None, details=False, **filters):
        return self.ask(
            rows.list_page, filters, page or paging.Page(), details
        )[0]


class TestFilters(SnapshotRowsCase):
    def names(self, **filters):
        return sorted(one.name for one in self.found(**filters))

    def test_substrings_are_literal(self):
        self.given(*({'name': name, 'description': name} for name in NAMES))
        for wanted, expected in (
            ('b', ['a%b', 'a\\b', 'a_b', 'ab']),
            ('B', ['AB']),
            ('a%', ['a%b']),
            ('_', ['a_b']),
            ('\\', ['a\\b']),
            ('\u00fc', ['\U0001f600\u00fc']),
            ('c', []),
        ):
            for field in ('name~', 'description~'):
                self.assertEqual(expected, self.names(**{field: wanted}))

    def test_columns(self):
        values = {
            'id': '1' * 36,
            'project_id': 'there',
            'name': 'mine',
            'description': 'words',
            'status': 'error',
            'share_group_id': self.other_group,
        }
        self.given(values)
        self.given({'name': 'other'})
        for field, value in values.items():
            self.assertEqual(['mine'], self.names(**{field: value}), field)
            self.assertEqual([], self.names(**{field: 'else'}), field)
        self.assertEqual(['mine'], self.names(**values))

    def test_a_row_has_its_members_and_the_pool_of_its_group(self):
        snapshot_id, empty = self.given({}, {'created_at': case.START})
        self.given_members(snapshot_id, 1, 2)
        members = {
            one.id: [member.size for member in one.members]
            for one in self.found(details=True)
        }
        self.assertEqual([1, 2], sorted(members[snapshot_id]))
        self.assertEqual([], members[empty])
        self.assertEqual('h@b#p', self.ask(rows.get, snapshot_id).host)
        self.assertEqual((), self.found()[0].members)


class TestFiltersOnMysql(case.OnMysql, TestFilters):
    pass


class TestFiltersOnPostgresql(case.OnPostgresql, TestFilters):
    pass


class TestPages(SnapshotRowsCase):
    def walk(self, read, **order):
        """Read page by page; returns the ids."""
        seen, marker = [], None
        while True:
            page = paging.Page(limit=2, marker=marker, **order)
            found, more = read(page)
            seen.extend(one.id for one in found)
            if not more:
                return seen
            marker = seen[-1]

    def test_pages_neither_skip_nor_repeat(self):
        second = datetime.timedelta(seconds=1)
        self.given(
            *(
                {
                    'name': (None, 'a', 'B')[number % 3],
                    'user_id': (None, 'u')[number % 2],
                    'share_group_id': (self.group, self.other_group)[
                        number % 2
                    ],
                    'created_at': case.START + number // 2 * second,
                }
                for number in range(7)
            )
        )
        for sort_key in rows.SORT_COLUMNS:
            for descending in (True, False):
                order = {'sort_key': sort_key, 'descending': descending}
                expected = [one.id for one in self.found(paging.Page(**order))]
                self.assertEqual(7, len(set(expected)))
                seen = self.walk(
                    lambda page: self.ask(rows.list_page, {}, page, False),
                    **order,
                )
                self.assertEqual(expected, seen, order)

    def test_pages_of_members(self):
        snapshot_id, other = self.given({}, {})
        members = self.given_members(snapshot_id, 3, 1, 2, 2, 1)
        (stranger,) = self.given_members(other, 1)

        def read(page, of=snapshot_id):
            return self.ask(rows.list_members, of, page)

        for sort_key in rows.MEMBER_SORT_COLUMNS:
            for descending in (True, False):
                seen = self.walk(
                    read, sort_key=sort_key, descending=descending
                )
                self.assertEqual(sorted(members), sorted(seen))
        found, _more = read(paging.Page(sort_key='size'))
        self.assertEqual([3, 2, 2, 1, 1], [one.size for one in found])
        self.assertRaises(
            exception.Invalid, read, paging.Page(limit=1, marker=stranger)
        )


class TestPagesOnMysql(case.OnMysql, TestPages):
    pass


class TestPagesOnPostgresql(case.OnPostgresql, TestPages):
    pass


class TestSources(SnapshotRowsCase):
    def test_what_a_group_is_being_created_from(self):
        source, free = self.given({}, {'share_group_id': self.other_group})
        for status in states.SHARE_GROUP_STATUSES:
            (clone,) = self.insert_groups(
                {'status': status, 'source_share_group_snapshot_id': source}
            )
            in_creation = status == states.CREATING
            self.assertEqual(
                clone if in_creation else None,
                self.ask(share_groups.copy_in_creation, self.group),
            )
            for snapshot_id, expected in ((source, in_creation), (free, 0)):
                taken = self.transition(
                    rows,
                    snapshot_id,
                    states.Transition((states.AVAILABLE,), states.AVAILABLE),
                    rows.is_no_source(),
                )
                self.assertEqual(not expected, taken)
            self.drop_group(clone)

    def test_what_a_copy_is_being_created_from(self):
        for status in states.SHARE_GROUP_STATUSES:
            (copy,) = self.insert_groups(
                {'status': status, 'source_share_group_id': self.group}
            )
            for source, is_one in ((self.group, True), (copy, False)):
                expected = is_one and status == states.CREATING
                self.assertEqual(
                    copy if expected else None,
                    self.ask(share_groups.copy_in_creation, source),
                )
            self.drop_group(copy)

    def drop_group(self, group_id):
        with self.db.writer() as conn:
            conn.execute(
                models.ShareGroup.__table__.delete().where(
                    models.ShareGroup.id == group_id
                )
            )

    def test_steps_of_the_snapshots_of_a_group(self):
        mine = self.given({}, {'status': 'error'})
        (other,) = self.given({'share_group_id': self.other_group})
        taken = self.ask(
            rows.ROWS.transition_many,
            states.ShareGroupSnapshot.FORCE_DELETE,
            rows.in_group(self.group),
        )
        self.assertEqual(2, taken)
        for snapshot_id in mine:
            found = self.ask(rows.get, snapshot_id)
            self.assertEqual('deleting', found.status)
        self.assertEqual('available', self.ask(rows.get, other).status)

    def test_those_at_a_back_end(self):
        (mine,) = self.given({'status': 'creating', 'stepped_at': case.START})
        for host in (None, 'h@b2#p', 'h@bx#p', 'h@b'):
            (group,) = self.insert_groups({'host': host})
            self.given(
                {
                    'status': 'creating',
                    'stepped_at': case.START,
                    'share_group_id': group,
                }
            )
        found = self.ask(
            rows.ROWS.unfinished, ('creating',), rows.ROWS.at_backend('h@b')
        )
        self.assertEqual([mine], found)


class TestSourcesOnMysql(case.OnMysql, TestSources):
    pass


class TestSourcesOnPostgresql(case.OnPostgresql, TestSources):
    pass
