# SPDX-License-Identifier: Apache-2.0
"""What a list takes: the rows of its table."""

import datetime

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api.schemas import lists
from manila_groups.tests import base

V31, V99 = microversions.MIN, microversions.MAX


class ListTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.list = lists.List(
            lists.text('name', also=('display_name', 'title')),
            lists.text('name~', also=('title~',), ignored_before='2.36'),
            lists.text('place', rule='thing:list_by_place', also=('host',)),
            lists.mapping('specs', since='2.66'),
            lists.flag('all_tenants'),
            lists.ids('kinds', most=3),
            sort=[
                *lists.sorts('id', 'created_at'),
                lists.Sort('kind_id', also=('kind',)),
                lists.Sort('place', rule='thing:list_by_place'),
            ],
        )

    def read(self, version=V99, **query):
        return self.list.validate(query, version)

    def refuse(self, version=V99, **query):
        return self.assertRaises(
            exception.Invalid, self.read, version, **query
        ).message

    def test_other_names_mean_the_same(self):
        for name in ('name', 'display_name', 'title'):
            self.assertEqual({'name': 'x'}, self.read(**{name: 'x'}))
        self.assertEqual({'name': 'x'}, self.read(name='x', title='x'))

    def test_two_values_of_one_filter(self):
        message = self.refuse(display_name='x', title='y')
        self.assertEqual(
            'name: is given twice, with different values.', message
        )

    def test_versions(self):
        later = {'name~': 'x', 'title~': 'y'}
        self.assertEqual({}, self.read(microversions.parse('2.35'), **later))
        self.assertEqual(
            {'name~': 'x'},
            self.read(microversions.parse('2.36'), **{'title~': 'x'}),
        )
        self.assertIn(
            'specs', self.refuse(microversions.parse('2.65'), specs='{}')
        )
        self.assertEqual(
            {'specs': {}}, self.read(microversions.parse('2.66'), specs='{}')
        )

    def test_an_unknown_key(self):
        self.assertIn('colour', self.refuse(colour='red'))

    def test_values_are_read(self):
        self.assertEqual(
            {
                'all_tenants': True,
                'specs': {'a': 'b'},
                'kinds': ['x', 'y'],
            },
            self.read(all_tenants='1', specs="{'a': 'b'}", kinds='y,x,y'),
        )

    def test_errors_name_the_key_that_was_sent(self):
        self.assertTrue(self.refuse(title='x' * 256).startswith('title: '))
        self.assertTrue(self.refuse(all_tenants='?').startswith('all_tenants'))
        self.assertTrue(self.refuse(specs='[]').startswith('specs: '))
        self.assertTrue(self.refuse(kinds='1,2,3,4').startswith('kinds: '))
        self.assertTrue(self.refuse(sort_key='name').startswith('sort_key: '))

    def test_sort_keys(self):
        self.assertEqual({'sort_key': 'id'}, self.read(sort_key='id'))
        self.assertEqual({'sort_key': 'kind_id'}, self.read(sort_key='kind'))

    def test_the_page_stays_text(self):
        page = {'limit': '5', 'offset': '7', 'marker': 'x', 'sort_dir': 'asc'}
        self.assertEqual(page, self.read(**page))

    def test_rules(self):
        for query, rules in (
            ({'name': 'x', 'sort_key': 'kind'}, set()),
            ({'host': 'x'}, {'thing:list_by_place'}),
            ({'sort_key': 'place'}, {'thing:list_by_place'}),
        ):
            self.assertEqual(rules, self.list.rules(self.read(**query)))
        self.assertEqual({'place', 'host'}, set(self.list.guards))

    def test_keys_that_may_be_given_more_than_once(self):
        self.assertEqual({'kinds'}, self.list.several)

    def test_a_list_without_pages_or_order(self):
        plain = lists.List(lists.text('name'), page=None)
        self.assertEqual({'name'}, set(plain.schema(V31)['properties']))

    def test_a_filter_that_has_to_be_given(self):
        strict = lists.List(lists.text('id'), needed=('id',))
        self.assertEqual(['id'], strict.schema(V31)['required'])
        self.assertRaises(exception.Invalid, strict.validate, {}, V31)


class ValuesTestCase(base.TestCase):
    def read(self, row, text):
        return lists.List(row).validate({row.name: text}, V99)[row.name]

    def refuse(self, row, *texts):
        for text in texts:
            error = self.assertRaises(exception.Invalid, self.read, row, text)
            self.assertTrue(error.message.startswith(f'{row.name}: '), text)

    def test_public(self):
        row = lists.public('is_public')
        for text, expected in (
            ('all', None),
            ('All', None),
            ('none', None),
            ('None', None),
            ('true', True),
            ('False', False),
            ('0', False),
        ):
            self.assertIs(expected, self.read(row, text))
        error = self.assertRaises(exception.Invalid, self.read, row, 'some')
        self.assertEqual(
            "is_public: 'some' is not true, false or all.",
            error.message,
        )

    def test_flags(self):
        row = lists.flag('deep')
        self.assertIs(True, self.read(row, 'True'))
        self.assertIs(False, self.read(row, 'no'))
        error = self.assertRaises(exception.Invalid, self.read, row, 'maybe')
        self.assertEqual(
            "deep: 'maybe' is not a boolean: true or false.", error.message
        )

    def test_numbers(self):
        row = lists.number('id')
        self.assertEqual(7, self.read(row, '007'))
        self.refuse(row, '', '-1', '+1', '1.5', '٣', '1\n', '9' * 10)

    def test_limits(self):
        page = lists.List(page=lists.PAGE)
        for text in ('0', '5', '9' * 18):
            page.validate({'limit': text}, V99)
        for text in ('', '-1', '+1', '1.5', '٣', '1\n', ' 1', '9' * 19):
            self.assertRaises(
                exception.Invalid, page.validate, {'limit': text}, V99
            )

    def test_words(self):
        self.assertEqual('ERROR', self.read(lists.word('level'), 'error'))
        self.refuse(lists.one_of('level', 'rw', 'ro'), 'RW', '')

    def test_times(self):
        row = lists.time('since')
        for text in (
            '2026-11-22T10:00:00',
            '2026-11-22T11:00:00+01:00',
            '2026-11-22T10:00:00Z',
        ):
            self.assertEqual(
                datetime.datetime(2026, 11, 22, 10), self.read(row, text)
            )
        self.refuse(row, '', 'today', '2026-13-01T00:00:00')

    def test_days(self):
        row = lists.day('since')
        self.assertEqual(
            datetime.datetime(2026, 11, 22), self.read(row, '2026-11-22')
        )
        self.refuse(row, '', 'today', '2026-02-30')

    def test_long_texts(self):
        self.refuse(lists.text('name'), 'x' * 256)
        self.read(lists.text('path', most=300), 'x' * 300)
