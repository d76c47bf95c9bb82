# SPDX-License-Identifier: Apache-2.0
"""The document of the API: valid, complete, and as old as it is asked for."""

import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys

import fixtures
import jsonschema
import openapi_spec_validator

from manila_groups import policies
from manila_groups.api import microversions
from manila_groups.api import routes
from manila_groups.api.openapi import __main__ as command
from manila_groups.api.openapi import components
from manila_groups.api.openapi import document
from manila_groups.tests import base

_MODULE = 'manila_groups.api.openapi'


def operations(made):
    return [
        (f'{verb} {path}', operation)
        for path, verbs in made['paths'].items()
        for verb, operation in verbs.items()
    ]


def dictionaries(value):
    """Go through all objects in a document."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        for one in inside:
            yield from dictionaries(one)


class DocumentTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.newest = document.make(microversions.NEWEST)

    def find(self, part, made=None):
        """What a reference leads to."""
        if '$ref' not in part:
            return part
        for step in part['$ref'].split('/'):
            part = (made or self.newest) if step == '#' else part[step]
        return part

    def parameters(self, path, verb='get', made=None):
        made = made or self.newest
        return {
            found['name']: found
            for one in made['paths'][path][verb]['parameters']
            for found in [self.find(one, made)]
        }

    def answer(self, path, verb, status, made=None):
        """The schema of an answer's body."""
        made = made or self.newest
        response = made['paths'][path][verb]['responses'][str(status)]
        content = self.find(response, made)['content']
        return self.find(content['application/json']['schema'], made)

    def body(self, path, verb):
        content = self.newest['paths'][path][verb]['requestBody']['content']
        return content['application/json']['schema']


class TestValidity(DocumentTestCase):
    def test_the_newest_is_openapi(self):
        openapi_spec_validator.validate(self.newest)

    def test_the_schemas_of_each_version_are_json_schema(self):
        # Most are the same in many versions.
        different = {
            json.dumps(schema)
            for text, *_ in microversions.HISTORY
            for schema in document.make(microversions.parse(text))[
                'components'
            ]['schemas'].values()
        }
        self.assertGreater(len(different), len(microversions.HISTORY))
        for schema in map(json.loads, different):
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_patterns_are_those_of_every_language(self):
        """ECMA-262 has no flags in them, and other ends and spaces."""
        for found in dictionaries(self.newest):
            pattern = found.get('pattern')
            if isinstance(pattern, str):
                plain = pattern.replace(r'[\s\S]', '')
                self.assertIsNone(re.search(r'\\[ZAsSwWdD]|\(\?', plain))

    def test_every_operation_has_a_name_of_its_own(self):
        names = [one['operationId'] for _, one in operations(self.newest)]
        self.assertEqual(len(names), len(set(names)))


class TestCompleteness(DocumentTestCase):
    def test_every_route_is_there(self):
        self.assertEqual(
            {
                f'{verb.lower()} /v2{path}'
                for path, methods, _ in routes.spelled()
                for verb in methods
            },
            {name for name, _ in operations(self.newest)},
        )

    def test_what_is_read_has_a_body(self):
        for name, operation in operations(self.newest):
            if name.startswith('get '):
                self.assertIn('content', operation['responses']['200'], name)

    def test_every_policy_is_one(self):
        known = {rule.name for rule in policies.list_rules()}
        for _name, operation in operations(self.newest):
            actions = operation.get('x-actions', {None: operation})
            for one in actions.values():
                self.assertIn(one['x-policy'], known)
                self.assertTrue(one['summary'])

    def test_answers_have_no_other_fields(self):
        open_ones = [
            found
            for found in dictionaries(self.newest['components']['schemas'])
            if 'properties' in found
            and found.get('additionalProperties') is not False
        ]
        # Of a pool, which back ends describe as they like.
        self.assertEqual(
            [['timestamp']], [list(one['properties']) for one in open_ones]
        )


class TestVersions(DocumentTestCase):
    def test_fields(self):
        for text, is_there in (('2.50', True), ('2.51', False)):
            made = document.make(microversions.parse(text))
            found = self.answer(
                '/v2/share-networks/{share_network_id}', 'get', 200, made
            )
            fields = found['properties']['share_network']['required']
            self.assertEqual(is_there, 'cidr' in fields)
            self.assertEqual(not is_there, 'share_network_subnets' in fields)

    def test_operations(self):
        path = '/v2/share-access-rules/{access_id}'
        for text, verbs in (
            ('2.44', None),
            ('2.87', {'get'}),
            ('2.88', {'get', 'put'}),
        ):
            made = document.make(microversions.parse(text))
            found = made['paths'].get(path)
            self.assertEqual(verbs, found and set(found))

    def test_query_keys(self):
        for text, is_there in (('2.65', False), ('2.66', True)):
            made = document.make(microversions.parse(text))
            found = self.parameters('/v2/share-group-types', made=made)
            self.assertEqual(is_there, 'group_specs' in found)

    def test_the_header(self):
        for version in (microversions.MIN, microversions.MAX):
            made = document.make(version)
            found = self.parameters('/v2/share-groups', made=made)
            text = microversions.to_text(version)
            self.assertEqual(
                {'enum': [text]}, found[microversions.HEADER]['schema']
            )
            self.assertEqual(
                not version.has(microversions.parse('2.55')),
                microversions.EXPERIMENTAL_HEADER in found,
            )


class TestContent(DocumentTestCase):
    def test_only_administrators_see_some_fields(self):
        found = self.answer('/v2/share-groups/{share_group_id}', 'get', 200)
        group = found['properties']['share_group']
        self.assertIn('share_server_id', group['properties'])
        self.assertNotIn('share_server_id', group['required'])
        self.assertIn('host', group['required'])

    def test_a_query_key_that_has_to_be_there(self):
        found = self.parameters('/v2/share-access-rules')
        self.assertTrue(found['share_id']['required'])
        self.assertNotIn('required', found['state'])

    def test_the_reference_s_spelling_answers_in_its_own_way(self):
        for path, status, fields in (
            ('/v2/share-groups', 202, ['id', 'name', 'links']),
            (
                '/v2/share_groups',
                200,
                ['id', 'name', 'status', 'description', 'links'],
            ),
        ):
            responses = self.newest['paths'][path]['post']['responses']
            self.assertEqual(
                [str(status)], [s for s in responses if s[0] == '2']
            )
            found = self.answer(path, 'get', 200)['properties']
            self.assertEqual(
                fields, found['share_groups']['items']['required']
            )

    def test_the_body_names_an_action(self):
        path = '/v2/share-groups/{share_group_id}/action'
        found = jsonschema.Draft202012Validator(self.body(path, 'post'))
        self.assertTrue(found.is_valid({'force_delete': None}))
        self.assertTrue(found.is_valid({'reset_status': {'status': 'error'}}))
        for wrong in (
            {},
            {'force_delete': None, 'reset_status': {'status': 'error'}},
            {'force_delete': 1},
            {'reset_status': {'status': 'fine'}},
        ):
            self.assertFalse(found.is_valid(wrong), wrong)

    def test_a_body_under_either_name(self):
        found = jsonschema.Draft202012Validator(self.body('/v2/types', 'post'))
        fields = {
            'name': 'a',
            'extra_specs': {'driver_handles_share_servers': 'False'},
        }
        self.assertTrue(found.is_valid({'share_type': fields}))
        self.assertTrue(found.is_valid({'volume_type': fields}))
        both = {'share_type': fields, 'volume_type': fields}
        self.assertFalse(found.is_valid(both))

    def test_actions_without_a_body_are_named(self):
        path = '/v2/share-group-backups/{share_group_backup_id}/action'
        found = self.newest['paths'][path]['post']['responses']['202']
        self.assertEqual(
            ['reset_status', 'force_delete'], found['x-without-body']
        )
        for name, operation in operations(self.newest):
            for response in operation['responses'].values():
                if 'x-without-body' in response:
                    self.assertEqual(f'post {path}', name)

    def test_errors(self):
        path, verb = '/v2/share-groups', 'post'
        found = self.answer(path, verb, 413)['properties']['overLimit']
        self.assertEqual({'const': 413}, found['properties']['code'])
        self.assertIn('retryAfter', found['required'])
        responses = self.newest['paths'][path]
        self.assertNotIn('413', responses['get']['responses'])
        self.assertNotIn('500', responses['post']['responses'])


class TestComponents(base.TestCase):
    def test_equal_ones_are_one(self):
        shared = components.Components()
        names = ('a~', 'b', 'c')
        first, again, other = (
            shared.refer('things', {'value': value}, *names)
            for value in (1, 1, 2)
        )
        self.assertEqual({'$ref': '#/components/things/a.'}, first)
        self.assertEqual(first, again)
        self.assertEqual({'$ref': '#/components/things/b'}, other)
        self.assertRaises(ValueError, shared.refer, 'things', {}, 'b')


class TestCommand(base.TestCase):
    def test_a_file(self):
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        file = directory / 'new' / 'openapi.json'
        self.assertEqual(0, command.main(['--version', '2.40', str(file)]))
        self.assertEqual(
            '2.40', json.loads(file.read_text())['info']['version']
        )

    def test_the_standard_output(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            command.main([])
        newest = microversions.to_text(microversions.MAX)
        self.assertEqual(newest, json.loads(out.getvalue())['info']['version'])

    def test_it_is_the_same_each_time(self):
        found = {
            subprocess.run(
                [sys.executable, '-W', 'ignore', '-m', _MODULE],
                env={**os.environ, 'PYTHONHASHSEED': seed},
                capture_output=True,
                check=True,
            ).stdout
            for seed in '12'
        }
        self.assertEqual(1, len(found))

    def test_a_version_that_is_none(self):
        for text in ('2.30', '2.100', '2', '2.99, share-groups 9.9'):
            with contextlib.redirect_stderr(io.StringIO()) as err:
                self.assertRaises(
                    SystemExit, command.main, ['--version', text]
                )
            self.assertIn(text.split(', ')[-1], err.getvalue())
