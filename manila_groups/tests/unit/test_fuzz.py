# SPDX-License-Identifier: Apache-2.0
"""What the fuzzing run excuses, what it names, and what it says."""

import collections
import re
import types

from manila_groups.api import microversions
from manila_groups.api.openapi import document
from manila_groups.api.openapi import operations
from manila_groups.tests import base
from manila_groups.tests.fuzz import contract
from manila_groups.tests.fuzz import report
from manila_groups.tests.fuzz import things

REJECTED = 'RejectedPositiveData'
PATH = '/v2/share-groups/{share_group_id}'
NEWEST = '2.99'
AXIS = '{}.{}'.format(*microversions.NEWEST.groups)


def response(status=400, text='', version=NEWEST, axis=AXIS):
    headers = {microversions.HEADER.lower(): [version]} if version else {}
    if axis and version:
        headers[microversions.STANDARD_HEADER.lower()] = [
            f'shared-file-system {version}, share-groups {axis}'
        ]
    return types.SimpleNamespace(
        status_code=status, text=text, headers=headers
    )


def fields_of(schema):
    """All fields that are named anywhere in a schema."""
    if isinstance(schema, list):
        return set().union(*map(fields_of, schema))
    if not isinstance(schema, dict):
        return set()
    inner = map(fields_of, schema.values())
    return set(schema.get('properties', ())).union(*inner)


class TestContract(base.TestCase):
    def explain(self, *args, check=REJECTED, operation='shares.delete', **kw):
        return contract.explain(check, operation, response(*args, **kw))

    def test_what_no_row_explains_is_a_failure(self):
        self.assertIsNone(self.explain(text='name: is too long'))
        self.assertIsNone(self.explain(500, 'there is no share'))
        self.assertIsNone(self.explain(text='', version=None))

    def test_a_row_excuses_one_check(self):
        text = 'marker: there is no row'
        self.assertIn('unknown thing', self.explain(text=text))
        self.assertIsNone(self.explain(text=text, check='ServerError'))

    def test_a_row_excuses_its_operations(self):
        text = 'share_group_id: a is not the share group of the share b'
        self.assertIsNotNone(self.explain(text=text))
        self.assertIsNone(self.explain(text=text, operation='shares.update'))

    def test_a_revert_to_what_is_no_snapshot_of_the_group(self):
        text = 'share_group_snapshot_id: the share group a has no share group'
        self.assertIsNone(self.explain(text=text + ' snapshot b'))
        for prefix in ('', 'reference.'):
            name = f'{prefix}share_groups.action'
            found = self.explain(text=text + ' snapshot b', operation=name)
            self.assertIn('a snapshot of its own', found)

    def test_another_microversion_has_another_document(self):
        found = self.explain(200, version='2.31', check='JsonSchemaError')
        self.assertIn('another microversion', found)
        found = self.explain(200, axis=None, check='MissingHeaderNotRejected')
        self.assertIn('another microversion', found)
        for version, check in (
            ('2.31', 'ServerError'),
            (NEWEST, 'JsonSchemaError'),
            (None, 'JsonSchemaError'),
        ):
            self.assertIsNone(self.explain(200, '', version, check=check))

    def test_every_row_names_operations_that_there_are(self):
        names = [one.name for one in operations.exist(microversions.NEWEST)]
        for row in contract.TABLE:
            matching = [
                name for name in names if re.fullmatch(row.operations, name)
            ]
            self.assertTrue(matching, row)


class TestThings(base.TestCase):
    def setUp(self):
        super().setUp()
        self.things = things.Things()

    def draw(self, value='x', name='share_group_id', path=PATH):
        return collections.Counter(
            self.things.often(value, name, path, str(token))
            for token in range(400)
        )

    def test_where_there_is_nothing_the_value_stays(self):
        self.assertEqual({'x': 400}, self.draw())
        self.assertEqual({'x': 400}, self.draw(name='description'))

    def test_most_values_name_something(self):
        for number in range(20):
            self.things.note('share_groups', f'id-{number}')
        found = self.draw()
        self.assertLess(40, found['x'])
        self.assertLess(found['x'], 120)
        self.assertLess(120, found['id-19'])
        self.assertNotIn('id-1', found)
        self.assertEqual(found, self.draw())

    def test_what_names_something_stays(self):
        self.things.note('share_groups', 'a')
        self.things.note('share_groups', 'b')
        self.assertEqual({'a': 400}, self.draw('a'))

    def test_a_type_depends_on_the_path(self):
        self.things.note('share_types', 'a')
        self.things.note('share_group_types', 'b')
        for path, expected in (
            ('/v2/types/{type_id}', 'a'),
            ('/v2/share-group-types/{type_id}', 'b'),
        ):
            self.assertIn(expected, self.draw('x', 'type_id', path))

    def test_examples(self):
        self.things.note('share_groups', 'a')
        made = self.things.into(document.make())
        found = made['paths'][PATH]['get']['parameters']
        (variable,) = [one for one in found if one['in'] == 'path']
        self.assertEqual(['a'], variable['schema']['examples'])

    def test_every_variable_is_known(self):
        for one in operations.exist(microversions.NEWEST):
            for name in one.variables:
                known = (*things._KINDS, *things._TEXTS, 'type_id')
                self.assertIn(name, known)

    def test_every_id_in_a_body_about_groups_is_known(self):
        made = document.make(microversions.NEWEST)
        names = set()
        for path, verbs in made['paths'].items():
            if path.startswith('/v2/share-group'):
                for one in verbs.values():
                    names |= fields_of(one.get('requestBody'))
        ids = {one for one in names if one.endswith(('_id', '_host'))}
        self.assertLess({'source_share_group_id', 'same_host'}, ids)
        self.assertEqual(set(), ids - {*things._KINDS, *things._TEXTS})


class TestReport(base.TestCase):
    def test_server_errors(self):
        answers = {'a': collections.Counter({200: 2, 404: 3})}
        self.assertEqual(0, report.server_errors(answers))
        answers['b'] = collections.Counter({500: 1, 503: 2})
        self.assertEqual(3, report.server_errors(answers))

    def test_lines(self):
        run = types.SimpleNamespace(
            answers={
                'b': collections.Counter({200: 2, 404: 1}),
                'a': collections.Counter({404: 5}),
            },
            excused={'why': 3},
        )
        found = [line.split() for line in report.lines(run)]
        self.assertEqual(
            [
                ['operation', '200', '404'],
                ['a', '5'],
                ['b', '2', '1'],
                ['all', '2', '6'],
                ['3', 'excused:', 'why'],
                ['8', 'requests,', '0', 'server', 'errors'],
            ],
            found,
        )
