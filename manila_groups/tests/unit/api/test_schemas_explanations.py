# SPDX-License-Identifier: Apache-2.0
"""Every schema of the API is told something wrong, by each of its rules."""

import importlib
import pkgutil
import re

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api import schemas
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import explanations
from manila_groups.tests import base

V31, V99 = microversions.MIN, microversions.MAX

#: What people are not told: parts of patterns, phrases of JSON Schema, and
#: what only Python says so.
_PRIVATE = re.compile(
    r'\\Z|\\[xstu]|\^|\{\d|\[\^|Additional properties|is not valid'
    r'|does not match|was unexpected|required property|is too (long|short)'
    r'|of type|\bNone\b|\bTrue\b|\bFalse\b|non-empty|nan\b|\bNoneType\b'
)

#: Values of every type, of which each rule refuses some.
_VALUES = (
    None,
    True,
    False,
    0,
    -1,
    1,
    0.5,
    10**30,
    '',
    ' ',
    '-1',
    '٣',
    'x',
    'x' * 20_000,
    '9' * 30,
    '\u200b',
    [],
    [None],
    [True],
    ['x'] * 2000,
    {},
    {'': ''},
    {'a': None},
    {'a/b': 'x'},
    {' a ': 5},
    {'a': ''},
    {'a': 'x' * 2000},
    {'nope': True},
)


def _all_schemas():
    for module in pkgutil.iter_modules(schemas.__path__):
        found = importlib.import_module(f'{schemas.__name__}.{module.name}')
        for name, value in vars(found).items():
            if isinstance(value, schema_base.Schema):
                yield f'{module.name}.{name}', value


def _parts(rule):
    """The schema, and all that it is made of."""
    yield rule
    for part in (
        *rule.get('properties', {}).values(),
        *rule.get('anyOf', ()),
        *(
            rule[key]
            for key in ('items', 'propertyNames', 'additionalProperties')
            if isinstance(rule.get(key), dict)
        ),
    ):
        yield from _parts(part)


class EverySchemaTestCase(base.TestCase):
    def refusals(self, schema, version, where='thing'):
        names = list(schema.schema(version)['properties'])
        for value in _VALUES:
            yield value
            yield {'no such': value}
            yield {'k': value}
            for name in names:
                yield {name: value}
                for inner in ('nope', 'a', *self.inner(schema, name)):
                    yield {name: {inner: value}}

    def inner(self, schema, name):
        rule = schema.schema(V99)['properties'].get(name, {})
        return rule.get('properties', {})

    def explain(self, schema, value, version):
        try:
            schema.validate(value, version, 'thing')
        except exception.Invalid as error:
            return error.message
        return None

    def test_messages_are_plain_english(self):
        private, number = [], 0
        for name, schema in _all_schemas():
            for version in (V31, V99):
                for value in self.refusals(schema, version):
                    message = self.explain(schema, value, version)
                    if message is None:
                        continue
                    number += 1
                    rule = re.sub(r"'[^']*'", '', message)
                    if _PRIVATE.search(rule) or len(message) > 1000:
                        private.append(f'{name}: {message[:300]}')
        self.assertEqual('', '\n'.join(sorted(set(private))[:40]))
        self.assertGreater(number, 10_000)

    def test_each_pattern_is_described(self):
        for name, schema in _all_schemas():
            for part in _parts(schema.schema(V99)):
                if 'pattern' in part or 'not' in part:
                    self.assertIn('description', part, name)

    def test_each_kind_of_rule_has_words(self):
        known = {
            *explanations._SENTENCES,
            *('type', 'enum', 'anyOf', 'properties', 'items'),
            *('propertyNames', 'minimum', 'maximum', 'pattern', 'not'),
            *('description', 'examples', 'maxProperties'),
        }
        for name, schema in _all_schemas():
            for part in _parts(schema.schema(V99)):
                self.assertEqual(set(), set(part) - known, name)


class SentencesTestCase(base.TestCase):
    def message(self, rule, value):
        schema = schema_base.Schema({'f': rule})
        error = self.assertRaises(
            exception.Invalid, schema.validate, {'f': value}, V99
        )
        return error.message

    def test_sentences(self):
        for rule, value, expected in (
            (
                schema_base.number_query(18),
                '-1',
                "f: '-1' is not a whole number from 0 to 999999999999999999.",
            ),
            (schema_base.REQUIRED_NAME, None, 'f: must not be null.'),
            (schema_base.ID, '', 'f: must not be empty.'),
            (
                schema_base.NAME,
                5,
                'f: 5 is not a string of up to 255 characters, or null.',
            ),
            (
                schema_base.NAME,
                'x' * 256,
                f"f: '{'x' * 100}...' has 256 characters; the maximum is 255.",
            ),
            (
                schema_base.SPECS,
                {'a': 1},
                'f.a: 1 is not a string of 1 to 255 characters, or a boolean.',
            ),
            (
                schema_base.SPECS,
                {'a b': 'x'},
                "f: 'a b' is not a key of 1 to 255 letters, digits and "
                '_ . : -.',
            ),
            (
                schema_base.BOOLEAN,
                'maybe',
                "f: 'maybe' is not a boolean: true or false.",
            ),
            (
                {'enum': ['rw', None, True]},
                False,
                'f: false is not one of: rw, null, true.',
            ),
            (
                {'type': 'integer', 'minimum': -1, 'maximum': 9},
                10,
                'f: 10 is not a whole number from -1 to 9.',
            ),
            ({'type': 'array'}, {'a': None}, 'f: {"a": null} is not a list.'),
            (
                {'type': 'array', 'maxItems': 1},
                [1, 2],
                'f: has more than 1 items.',
            ),
        ):
            self.assertEqual(expected, self.message(rule, value))

    def test_a_name_that_is_not_there(self):
        schema = schema_base.Schema({'f': {}}, required=('f',))
        error = self.assertRaises(
            exception.Invalid, schema.validate, {}, V99, 'share'
        )
        self.assertEqual('share.f: must be given.', error.message)

    def test_a_name_that_is_not_known(self):
        schema = schema_base.Schema({'late': {}}, since={'late': '2.66'})
        for name, noun, expected in (
            ('x', 'field', "share: 'x' is not a known field."),
            ('x', 'query key', "share: 'x' is not a known query key."),
            ('status', 'field', "share: 'status' is read-only here."),
            (
                'late',
                'field',
                "share: 'late' requires version 2.66 of the API or later.",
            ),
        ):
            error = self.assertRaises(
                exception.Invalid,
                schema.validate,
                {name: 1},
                V31,
                'share',
                noun,
                {'status'},
            )
            self.assertEqual(expected, error.message)

    def test_values_are_spelled_as_json(self):
        for value, expected in (
            (True, 'true'),
            (None, 'null'),
            ({'a': [False]}, '{"a": [false]}'),
            ("it's", "'it's'"),
            ('\u200b\n\u2028', "'\\u200b\\n\\u2028'"),
            ('Größe 名', "'Größe 名'"),
            ('x' * 101, f"'{'x' * 100}...'"),
            ([1] * 100, f'{str([1] * 100)[:100]}...'),
        ):
            self.assertEqual(expected, explanations.spell(value))
