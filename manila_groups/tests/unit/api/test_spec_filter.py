# SPDX-License-Identifier: Apache-2.0
import hypothesis
from hypothesis import strategies as st

from manila_groups import exception
from manila_groups.api import spec_filter
from manila_groups.tests import base


def read(text):
    return spec_filter.read('group_specs', text)


class SpecFilterTestCase(base.TestCase):
    def refuse(self, text):
        error = self.assertRaises(exception.Invalid, read, text)
        self.assertIn('group_specs', error.message)
        self.assertLess(len(error.message), 500)

    def test_as_python_and_as_json(self):
        for text in ("{'a': 'b', 'c': 'd'}", '{"a": "b", "c": "d"}'):
            self.assertEqual({'a': 'b', 'c': 'd'}, read(text))

    def test_numbers_and_booleans_are_the_words_that_are_stored(self):
        self.assertEqual(
            {'a': 'True', 'b': '5', 'c': '1.5'},
            read('{"a": true, "b": 5, "c": 1.5}'),
        )
        self.assertEqual({'a': 'False'}, read("{'a': False}"))

    def test_what_is_no_flat_mapping_is_refused(self):
        for text in (
            '',
            'a',
            '[]',
            'null',
            '5',
            "{'a'}",
            "{'a': None}",
            "{'a': []}",
            "{'a': {}}",
            '{"a": {"b": "c"}}',
            '{1: "a"}',
            '{[]: 1}',
            "{'a': b'c'}",
            "dict(a='b')",
            "{'a': __import__('os')}",
            '{' * 5000,
            '(' * 5000,
            '-' * 9000 + '1',
        ):
            self.refuse(text)

    def test_a_number_that_python_does_not_write_is_refused(self):
        digits = '0x' + 'f' * 4000
        for text in (f"{{'a': {digits}}}", f"{{{digits}: 'a'}}"):
            self.refuse(text)

    def test_text_that_no_database_stores_is_refused(self):
        for text in (r'{"a": "\ud800"}', r'{"\ud800": "a"}', r'{"a": "\0"}'):
            self.refuse(text)
        self.refuse(r"{'a': '\ud800'}")

    def test_too_much_is_refused(self):
        self.refuse(str({f'k{n}': 'v' for n in range(101)}))
        self.refuse(str({'k': 'v' * 256}))
        self.assertEqual(
            100, len(read(str({f'k{n}': 'v' for n in range(100)})))
        )

    @hypothesis.given(st.text(max_size=300))
    def test_any_text_is_read_or_refused(self, text):
        try:
            self.assertIsInstance(read(text), dict)
        except exception.Invalid as error:
            self.assertIn('group_specs', error.message)
