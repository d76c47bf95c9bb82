# SPDX-License-Identifier: Apache-2.0
"""Rows of share groups: filters and conditional transitions."""

import datetime

from oslo_utils import timeutils

from manila_groups import paging
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import share_groups
from manila_groups.tests.unit.db import case

NAMES = ('ab', 'AB', 'a%b', 'a_b', 'a/b', 'a\\b', '\U0001f600\u00fc', None)
OTHER = '0' * 36


class TestFilters(case.OnSqlite):
    def setUp(self):
        super().setUp()
        self.insert_types()

    def found(self, **filters):
        rows, _more = self.ask(
            share_groups.list_page, filters, paging.Page(), details=True
        )
        return rows

    def names(self, **filters):
        return sorted(one.name for one in self.found(**filters))

    def test_substrings_are_literal(self):
        self.insert_groups(
            *({'name': name, 'description': name} for name in NAMES)
        )
        table = (
            ('b', ['a%b', 'a/b', 'a\\b', 'a_b', 'ab']),
            ('B', ['AB']),
            ('%', ['a%b']),
            ('a%', ['a%b']),
            ('_', ['a_b']),
            ('/', ['a/b']),
            ('\\', ['a\\b']),
            ('\U0001f600', ['\U0001f600\u00fc']),
            ('\u00dc', []),
            ('c', []),
        )
        for wanted, expected in table:
            for field in ('name~', 'description~'):
                self.assertEqual(
                    expected, self.names(**{field: wanted}), (field, wanted)
                )

    def test_names_are_equal_or_not(self):
        self.insert_groups(*({'name': name} for name in NAMES))
        for name in filter(None, NAMES):
            self.assertEqual([name], self.names(name=name))

    def test_columns(self):
        own_type = self.insert(
            models.ShareGroupType, {'name': 'second', 'is_public': True}
        )[0]
        values = {
            'id': '1' * 36,
            'project_id': 'there',
            'name': 'mine',
            'description': 'words',
            'status': 'error',
            'host': 'host@back#pool',
            'share_server_id': '2' * 36,
            'share_network_id': '3' * 36,
            'share_group_type_id': own_type,
            'source_share_group_snapshot_id': '4' * 36,
        }
        self.insert_groups(values)
        self.insert_groups({'id': OTHER, 'name': 'other'})
        for field, value in values.items():
            self.assertEqual(['mine'], self.names(**{field: value}), field)
            self.assertEqual([], self.names(**{field: 'else'}), field)
        self.assertEqual(['mine'], self.names(**values))

    def test_zone(self):
        self.insert_groups(
            {'name': 'east', 'availability_zone_id': self.ensure_zone('east')},
            {'name': 'west', 'availability_zone_id': self.ensure_zone('west')},
        )
        self.insert_groups({'name': 'none'})
        (group,) = self.found(availability_zone='west')
        self.assertEqual(
            ('west', 'west'), (group.name, group.availability_zone)
        )
        self.assertEqual([], self.names(availability_zone='south'))

    def test_share_types(self):
        types = self.insert(
            models.ShareType,
            *({'name': name, 'is_public': True} for name in 'abc'),
        )
        one, both = self.insert_groups({'name': 'one'}, {'name': 'both'})
        self.insert(
            models.ShareGroupShareType,
            {'share_group_id': one, 'share_type_id': types[0]},
            {'share_group_id': both, 'share_type_id': types[0]},
            {'share_group_id': both, 'share_type_id': types[1]},
        )
        self.assertEqual(['both', 'one'], self.names(share_types=types[:1]))
        (group,) = self.found(share_types=types[:2])
        self.assertEqual('both', group.name)
        self.assertEqual(tuple(sorted(types[:2])), group.share_types)
        self.assertEqual([], self.names(share_types=types))

    def test_snapshot_that_a_share_is_based_on(self):
        group, _other = self.insert_groups({'name': 'mine'}, {'name': 'other'})
        share = {'share_group_id': group, 'snapshot_id': '5' * 36}
        self.insert_shares(share, share)
        self.assertEqual(['mine'], self.names(snapshot_id='5' * 36))
        self.assertEqual([], self.names(snapshot_id=OTHER))


class TestFiltersWithTheOtherDriver(
    case.OnMysqlWithTheOtherDriver, TestFilters
):
    pass


class TestFiltersOnMysql(case.OnMysql, TestFilters):
    pass


class TestFiltersOnPostgresql(case.OnPostgresql, TestFilters):
    pass


class TestTransitions(case.OnSqlite):
    def setUp(self):
        super().setUp()
        self.insert_types()

    def given(self, **values):
        return self.insert_groups(values)[0]

    def get(self, group_id):
        return self.ask(share_groups.get, group_id)

    def test_every_step_starts_from_what_it_expects_only(self):
        transitions = (
            states.ShareGroup.CLAIM,
            states.ShareGroup.CREATED,
            states.ShareGroup.CREATE_FAILED,
            states.ShareGroup.DELETE,
            states.ShareGroup.FORCE_DELETE,
            states.ShareGroup.DELETE_FAILED,
        )
        for transition in transitions:
            for status in states.SHARE_GROUP_STATUSES:
                group_id = self.given(status=status)
                taken = self.transition(share_groups, group_id, transition)
                self.assertEqual(status in transition.expected, taken)
                self.assertEqual(
                    transition.becomes if taken else status,
                    self.get(group_id).status,
                )

    def test_a_step_writes_its_values_and_the_time(self):
        group_id = self.given(status='creating', stepped_at=case.START)
        before = timeutils.utcnow()
        self.assertTrue(
            self.transition(
                share_groups,
                group_id,
                states.ShareGroup.CLAIM,
                host='h@b#p',
            )
        )
        group = self.get(group_id)
        self.assertEqual('h@b#p', group.host)
        self.assertLessEqual(before, group.stepped_at)
        self.assertEqual(group.stepped_at, group.updated_at)

    def test_a_condition_that_does_not_hold(self):
        group_id = self.given(status='creating', host='h@b#p')
        for host in (None, 'h@b#q'):
            self.assertFalse(
                self.transition(
                    share_groups,
                    group_id,
                    states.ShareGroup.CREATED,
                    share_groups.ROWS.placed_at(host),
                )
            )
        self.assertEqual('creating', self.get(group_id).status)

    def test_a_status_set_by_hand_has_no_work(self):
        group_id = self.given(status='available', stepped_at=case.START)
        self.assertTrue(
            self.ask(share_groups.ROWS.set_status, group_id, 'deleting')
        )
        self.assertIsNone(self.get(group_id).stepped_at)
        self.assertEqual(
            [], self.ask(share_groups.ROWS.unfinished, ('deleting',))
        )

    def test_unfinished_names_those_that_wait_longest_first(self):
        second = datetime.timedelta(seconds=1)
        groups = [
            self.given(
                status='creating',
                stepped_at=case.START - number * second,
            )
            for number in range(3)
        ]
        self.given(status='available', stepped_at=case.START)
        found = self.ask(share_groups.ROWS.unfinished, ('creating',))
        self.assertEqual(groups[::-1], found)
        found = self.ask(share_groups.ROWS.unfinished, ('creating',), limit=1)
        self.assertEqual(groups[2:], found)

    def test_a_back_end_is_not_one_whose_name_begins_alike(self):
        mine = self.given(
            status='creating', stepped_at=case.START, host='h@b_1#p'
        )
        for host in ('h@b_11#p', 'h@bx1#p', 'H@b_1#p', 'h@b_1'):
            self.given(status='creating', stepped_at=case.START, host=host)
        found = self.ask(
            share_groups.ROWS.unfinished,
            ('creating',),
            share_groups.ROWS.at_backend('h@b_1'),
        )
        self.assertEqual([mine], found)

    def test_a_group_with_shares_or_snapshots_is_not_empty(self):
        snapshot = {'project_id': 'here', 'status': 'available'}
        free, snapshotted, used = [self.given() for _ in range(3)]
        self.insert(
            models.ShareGroupSnapshot,
            {**snapshot, 'share_group_id': snapshotted},
        )
        self.insert_shares({'share_group_id': used})
        empty = share_groups.is_empty()
        for group_id, expected in (
            (free, True),
            (snapshotted, False),
            (used, False),
        ):
            self.assertEqual(
                expected,
                self.transition(
                    share_groups,
                    group_id,
                    states.ShareGroup.DELETE,
                    empty,
                ),
            )

    def test_a_deleted_row_takes_its_own_along(self):
        group_id = self.given()
        self.insert(
            models.ShareGroupShareType,
            {'share_group_id': group_id, 'share_type_id': self.share_type},
        )
        self.assertTrue(self.ask(share_groups.ROWS.delete, group_id))
        self.assertFalse(self.ask(share_groups.ROWS.delete, group_id))
        self.assertEqual(0, self.count(models.ShareGroupShareType))


class TestTransitionsWithTheOtherDriver(
    case.OnMysqlWithTheOtherDriver, TestTransitions
):
    pass


class TestTransitionsOnMysql(case.OnMysql, TestTransitions):
    pass


class TestTransitionsOnPostgresql(case.OnPostgresql, TestTransitions):
    pass
