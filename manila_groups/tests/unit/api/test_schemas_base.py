# SPDX-License-Identifier: Apache-2.0

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api.schemas import base as schemas
from manila_groups.tests import base

V31, V99 = microversions.MIN, microversions.MAX


class SchemaTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.schema = schemas.Schema(
            {
                'name': schemas.NAME,
                'types': {
                    'type': ['array', 'null'],
                    'items': schemas.ID,
                    'maxItems': 1000,
                },
                'flag': schemas.BOOLEAN,
                'late': schemas.NAME,
                'part~': schemas.NAME,
            },
            required=('name',),
            since={'late': '2.41'},
            ignored_before={'part~': '2.36'},
        )

    def refuse(self, value, version=V99, where='thing'):
        return self.assertRaises(
            exception.Invalid, self.schema.validate, value, version, where
        ).message

    def test_what_is_right_is_given_back(self):
        value = {'name': None, 'types': ['a'], 'late': 'x', 'part~': 'y'}
        self.assertEqual(value, self.schema.validate(value, V99))

    def test_the_value_itself_is_not_changed(self):
        value = {'name': 'a', 'part~': 'b'}
        self.assertEqual({'name': 'a'}, self.schema.validate(value, V31))
        self.assertEqual({'name': 'a', 'part~': 'b'}, value)

    def test_an_error_names_the_field_and_the_rule(self):
        self.assertIn('thing.name: ', self.refuse({'name': 5}))
        self.assertIn(
            'thing.types.0: ', self.refuse({'name': '', 'types': [5]})
        )
        self.assertEqual('thing.name: must be given.', self.refuse({}))
        self.assertIn('unknown', self.refuse({'name': '', 'unknown': 1}))

    def test_an_error_without_a_name_starts_with_the_field(self):
        self.assertTrue(self.refuse({'name': 5}, where='').startswith('name:'))

    def test_what_is_no_object_is_refused(self):
        for value in (None, [], 'x', 5, True):
            self.assertTrue(self.refuse(value).startswith('thing:'))

    def test_a_field_is_unknown_before_its_microversion(self):
        value = {'name': '', 'late': 'x'}
        self.assertIn('late', self.refuse(value, microversions.parse('2.40')))
        self.assertEqual(
            value, self.schema.validate(value, microversions.parse('2.41'))
        )

    def test_a_field_that_was_ignored_once(self):
        value = {'name': '', 'part~': 'x'}
        self.assertEqual(
            {'name': ''},
            self.schema.validate(value, microversions.parse('2.35')),
        )
        self.assertEqual(
            value, self.schema.validate(value, microversions.parse('2.36'))
        )

    def test_messages_are_short(self):
        long = 'x' * 100_000
        for value in (
            {'name': long},
            {'name': '', long: 1},
            {'name': '', 'flag': long},
            {'name': '', 'types': [{long: 1}]},
        ):
            self.assertLess(len(self.refuse(value)), 1000)

    def test_too_many_items_are_not_looked_at(self):
        self.schema.validate({'name': '', 'types': ['x'] * 1000}, V99)
        for item in (1, 'x'):
            message = self.refuse({'name': '', 'types': [item] * 57_000})
            self.assertEqual('thing.types: has more than 1000 items.', message)

    def test_a_list_that_is_none(self):
        self.schema.validate({'name': '', 'types': None}, V99)
        for value in (5, 'x', {}):
            message = self.refuse({'name': '', 'types': value})
            self.assertTrue(message.startswith('thing.types: '))

    def test_lengths_count_characters(self):
        self.schema.validate({'name': '🐍' * 255}, V99)
        self.refuse({'name': '🐍' * 256})


class OtherNamesTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.schema = schemas.Schema(
            names=schemas.SPEC_KEY, others=schemas.SPEC_VALUE
        )

    def test_keys(self):
        for key in ('a', 'A-9_.:', 'x' * 255):
            self.schema.validate({key: 'v'}, V99)
        for key in ('', 'a b', 'é', 'a\n', 'x' * 256, 'a/b'):
            self.assertRaises(
                exception.Invalid, self.schema.validate, {key: 'v'}, V99
            )

    def test_values(self):
        for value in ('v', 'é', True, False, 'x' * 255):
            self.schema.validate({'k': value}, V99)
        for value in ('', 5, 1.5, None, [], {}, 'x' * 256):
            error = self.assertRaises(
                exception.Invalid, self.schema.validate, {'k': value}, V99
            )
            self.assertTrue(error.message.startswith('k:'), error.message)

    def test_a_long_key_makes_no_long_message(self):
        error = self.assertRaises(
            exception.Invalid,
            self.schema.validate,
            {'x' * 100_000: 5},
            V99,
        )
        self.assertLess(len(error.message), 1000)


class ValuesTestCase(base.TestCase):
    def check(self, rule, value):
        try:
            schemas.Schema({'f': rule}).validate({'f': value}, V99)
        except exception.Invalid:
            return False
        return True

    def test_what_the_schema_of_booleans_takes_can_be_read(self):
        for value, expected in (
            (True, True),
            (1, True),
            (1.0, True),
            ('1', True),
            ('yes', True),
            ('ON', True),
            ('True', True),
            (False, False),
            (0, False),
            (-0.0, False),
            ('0', False),
            ('f', False),
            ('Off', False),
        ):
            self.assertTrue(self.check(schemas.BOOLEAN, value), value)
            self.assertIs(expected, schemas.to_bool(value))

    def test_what_is_no_boolean(self):
        for value in (2, 0.5, '', 'maybe', 'tRuE', None, [], {}, ' true'):
            self.assertFalse(self.check(schemas.BOOLEAN, value), value)

    def test_booleans_of_specs_are_stored_as_words(self):
        self.assertEqual(
            {'a': 'True', 'b': 'False', 'c': 'x'},
            schemas.to_specs({'a': True, 'b': False, 'c': 'x'}),
        )

    def test_a_body_names_just_the_spec_of_the_path(self):
        schemas.check_only_key({'a': 'x'}, 'a')
        for body in ({}, {'b': 'x'}, {'a': 'x', 'b': 'y'}):
            self.assertRaises(
                exception.Invalid, schemas.check_only_key, body, 'a'
            )

    def test_a_required_name_can_be_seen(self):
        for value in ('x', ' x ', '名', '🐍', '\u200bx', '-', '\u0301e'):
            self.assertTrue(self.check(schemas.REQUIRED_NAME, value), value)
        for value in (
            *('', ' ', '\t\n', '\u200b', '\xa0', '\ufeff', '\x1b', '\u202e'),
            *('\u2800', '\u3164', '\u200d\u2060', '\U000e0020', '\ufe0f'),
        ):
            self.assertFalse(self.check(schemas.REQUIRED_NAME, value), value)

    def test_null_is_as_if_a_field_were_absent(self):
        schema = schemas.Schema(
            {'flag': schemas.BOOLEAN, 'name': schemas.NAME}, absent=('flag',)
        )
        for version in (V31, V99):
            self.assertEqual(
                {'name': None},
                schema.validate({'flag': None, 'name': None}, version),
            )

    def test_a_boolean_of_two_names(self):
        for values, expected in (
            ({}, None),
            ({'a': None}, None),
            ({'a': 'yes'}, True),
            ({'b': 0}, False),
            ({'a': True, 'b': 'true'}, True),
        ):
            self.assertIs(expected, schemas.one_boolean(values, 'a', 'b'))
        self.assertRaises(
            exception.Invalid,
            schemas.one_boolean,
            {'a': True, 'b': 'no'},
            'a',
            'b',
        )
