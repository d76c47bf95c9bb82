# SPDX-License-Identifier: Apache-2.0
import json
import urllib.parse

import hypothesis
from hypothesis import strategies as st

from manila_groups import exception
from manila_groups.api import parsing
from manila_groups.tests import base

TEXT = st.text(st.characters(exclude_categories=['Cs'])).filter(
    lambda text: '\0' not in text
)


def nested(levels):
    """JSON of objects in objects."""
    return b'{"a":' * levels + b'1' + b'}' * levels


class ReadPathTestCase(base.TestCase):
    def test_a_path_is_utf8_in_latin1_as_wsgi_has_it(self):
        environ = {'PATH_INFO': '/v2/é'.encode().decode('latin-1')}
        self.assertEqual('/v2/é', parsing.read_path(environ))

    def test_no_path_is_an_empty_one(self):
        self.assertEqual('', parsing.read_path({}))

    def test_a_path_that_is_not_utf8_is_not_found(self):
        for path in ('/\xff', '/\xed\xa0\x80'):
            self.assertRaises(
                exception.NotFound, parsing.read_path, {'PATH_INFO': path}
            )

    def test_a_path_with_a_nul_is_not_found(self):
        self.assertRaises(
            exception.NotFound, parsing.read_path, {'PATH_INFO': '/a\0b'}
        )


class ReadQueryTestCase(base.TestCase):
    def test_values_keep_their_order(self):
        self.assertEqual(
            {'b': ['2', '1'], 'a': ['']}, parsing.read_query('b=2&a=&b=1')
        )

    def test_a_key_without_a_value_is_empty(self):
        self.assertEqual({'a': ['']}, parsing.read_query('a'))

    def test_an_empty_query_has_nothing(self):
        self.assertEqual({}, parsing.read_query(''))

    @hypothesis.given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
    def test_what_is_encoded_is_read(self, pairs):
        expected = {}
        for key, value in pairs:
            expected.setdefault(key, []).append(value)
        query = urllib.parse.urlencode(pairs)
        self.assertEqual(expected, parsing.read_query(query))

    def test_raw_utf8_is_read_like_encoded(self):
        raw = 'name=é'.encode().decode('latin-1')
        self.assertEqual(
            parsing.read_query('name=%C3%A9'), parsing.read_query(raw)
        )

    def test_bad_text_is_refused(self):
        for query in ('a=%ff', '%ff=1', 'a=\xff', 'a=%ED%A0%80', 'a=%00'):
            self.assertRaises(exception.Invalid, parsing.read_query, query)

    def test_a_nul_is_refused_with_its_key(self):
        error = self.assertRaises(
            exception.Invalid, parsing.read_query, 'name=a%00b'
        )
        self.assertTrue(error.message.startswith('name:'), error.message)

    def test_as_many_fields_as_allowed(self):
        query = '&'.join(['a=1'] * parsing.MAX_QUERY_FIELDS)
        self.assertEqual(
            parsing.MAX_QUERY_FIELDS, len(parsing.read_query(query)['a'])
        )
        self.assertRaises(
            exception.Invalid, parsing.read_query, query + '&a=1'
        )


class ReadJsonTestCase(base.TestCase):
    def refuse(self, data):
        return self.assertRaises(
            exception.Invalid, parsing.read_json, data
        ).message

    def test_an_object_is_read(self):
        self.assertEqual(
            {'a': ['é', 1.5, None, {'b': True}]},
            parsing.read_json('{"a": ["é", 1.5, null, {"b": true}]}'.encode()),
        )

    @hypothesis.given(st.dictionaries(TEXT, TEXT | st.integers()))
    def test_what_is_written_is_read(self, value):
        self.assertEqual(value, parsing.read_json(json.dumps(value).encode()))

    @hypothesis.given(st.binary())
    def test_any_bytes_are_read_or_refused(self, data):
        try:
            self.assertIsInstance(parsing.read_json(data), dict)
        except exception.Invalid as error:
            self.assertTrue(error.message)

    def test_what_is_no_object_is_refused(self):
        for data in (b'', b'null', b'[]', b'"a"', b'5', b'{', b'{} {}'):
            self.refuse(data)

    def test_what_is_not_utf8_is_refused(self):
        self.assertEqual(
            'The body is not UTF-8: byte 8 does not begin a character.',
            self.refuse(b'{"a": "\xff"}'),
        )

    def test_a_byte_order_mark_is_refused(self):
        for encoding in ('utf-8-sig', 'utf-16'):
            self.assertEqual(
                'The body must be UTF-8 without a byte order mark.',
                self.refuse('{"a": 1}'.encode(encoding)),
            )

    def test_an_empty_body_is_refused(self):
        self.assertIn('is empty', self.refuse(b''))

    def test_errors_of_syntax_have_their_position_and_the_rule(self):
        for text, position, word in (
            ('{"a": ', 'line 1, column 7', 'a value is expected'),
            ('{"a": tru}', 'line 1, column 7', 'a value is expected'),
            ('{\n  a: 1}', 'line 2, column 3', 'a name in double quotes'),
            ("{'a': 1}", 'line 1, column 2', 'a name in double quotes'),
            ('{"a" 1}', 'line 1, column 6', 'a colon'),
            ('{"a": 1 "b": 2}', 'line 1, column 9', 'a comma or the end'),
            ('{"a": 01}', 'line 1, column 8', 'a comma or the end'),
            ('{"a": 1} x', 'line 1, column 10', 'may follow'),
            ('{"a": "\n"}', 'line 1, column 8', 'control character'),
            ('{"a": "\\q"}', 'line 1, column 8', 'a backslash'),
            ('{"a": "\\u12"}', 'line 1, column', 'a backslash'),
            ('{"a": "b', 'line 1, column 7', 'has no closing quote'),
        ):
            message = self.refuse(text.encode())
            self.assertTrue(
                message.startswith(f'The body is not valid JSON: {position}'),
                message,
            )
            self.assertIn(word, message)

    @hypothesis.given(st.text(alphabet='{}[]",:\\u0e1-.+\nat ', max_size=30))
    def test_no_message_is_of_python(self, text):
        try:
            parsing.read_json(f'{{{text}'.encode())
        except exception.Invalid as error:
            for word in ('Expecting', 'delimiter', 'char ', 'sys.', 'Extra'):
                self.assertNotIn(word, error.message)
            self.assertNotIn('something else', error.message)

    def test_what_json_does_not_have_is_refused(self):
        for name in ('NaN', 'Infinity', '-Infinity'):
            self.assertIn(name, self.refuse(b'{"a": %b}' % name.encode()))

    def test_a_number_of_too_many_digits_is_refused(self):
        most = b'9' * parsing.MAX_DIGITS
        self.assertEqual({'a'}, set(parsing.read_json(b'{"a": %b}' % most)))
        self.assertEqual(
            'The body has a number with more than 4300 digits.',
            self.refuse(b'{"a": %b9}' % most),
        )

    def test_a_number_that_nothing_holds_is_refused(self):
        message = self.refuse(b'{"a": {"b": [-1e400]}}')
        self.assertEqual('a.b: is a number that is too large.', message)
        self.assertEqual({'a': 1e300}, parsing.read_json(b'{"a": 1e300}'))

    def test_a_key_given_twice_is_refused_wherever_it_is(self):
        for data in (b'{"a": 1, "a": 2}', b'{"b": [{"a": 1, "a": 1}]}'):
            self.assertIn("'a'", self.refuse(data))

    def test_a_key_given_twice_is_found_among_many(self):
        pairs = [f'"{n}": 1' for n in range(10_000)]
        data = f'{{{", ".join(pairs)}, "9999": 1}}'.encode()
        self.assertIn("'9999'", self.refuse(data))

    def test_the_depth_has_a_limit(self):
        most = parsing.MAX_DEPTH - 1
        self.assertEqual({'a'}, set(parsing.read_json(nested(most))))
        self.assertIn('deep', self.refuse(nested(most + 1)))
        self.assertIn('deep', self.refuse(nested(50_000)))

    def test_a_nul_is_refused_with_its_field(self):
        for data in (b'{"a": {"b": "\\u0000"}}', b'{"a": {"b": ["\\u0000"]}}'):
            self.assertTrue(self.refuse(data).startswith('a.b:'))

    def test_half_of_a_surrogate_pair_is_refused(self):
        for data in (b'{"a": "\\ud800"}', b'{"a": {"\\udfff": 1}}'):
            self.assertTrue(self.refuse(data).startswith('a: '))

    def test_a_whole_surrogate_pair_is_read(self):
        self.assertEqual(
            {'a': '🐍'}, parsing.read_json(b'{"a": "\\ud83d\\udc0d"}')
        )
