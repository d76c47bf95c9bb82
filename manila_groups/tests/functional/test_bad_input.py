# SPDX-License-Identifier: Apache-2.0
"""Every method of the API against what it should refuse.

The methods come from the table of the routes, so that a new one is tested
from its first day.
"""

import json

import jsonschema

from manila_groups.api.middleware import size_limit
from manila_groups.tests import base
from manila_groups.tests.functional import api_fixture
from manila_groups.tests.functional import bad_values

FAULTS = {
    400: 'badRequest',
    403: 'forbidden',
    404: 'itemNotFound',
    405: 'badMethod',
    406: 'computeFault',
    409: 'conflictingRequest',
    413: 'overLimit',
    415: 'badMediaType',
}

#: More than any message needs.
MESSAGE_LENGTH = 2000


class BadInputTestCase(base.TestCase):
    """Each test sends one kind of bad input to every method."""

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(api_fixture.ApiFixture())
        self.ids = self.api.ids
        self.before = self.api.snapshot()
        self.problems = []

    def refused(self, what, answer, expected=(400,), names=None):
        """Note what is wrong with the answer to bad input."""
        problem = self.problem_of(answer, expected, names)
        if problem is not None:
            self.problems.append(f'{what:.200}: {problem:.300}')

    def problem_of(self, answer, expected, names):
        if answer.status not in expected:
            return f'{answer.status} {answer.body[:200]}'
        try:
            ((name, fault),) = answer.json.items()
        except (ValueError, AttributeError):
            return f'no fault in {answer.body[:200]}'
        if name != FAULTS[answer.status] or fault['code'] != answer.status:
            return f'{answer.status} is called {name} {fault["code"]}'
        if answer.headers['content-type'] != 'application/json':
            return f'has the type {answer.headers["content-type"]}'
        if not 0 < len(fault['message']) <= MESSAGE_LENGTH:
            return f'has a message of {len(fault["message"])} characters'
        if names is not None and names not in fault['message']:
            return f'"{fault["message"]}" does not name {names}'
        return None

    def survived(self, verb, what, answer):
        """Note what is wrong with the answer to odd input."""
        if answer.status < 300:
            if verb != 'GET':
                self.before = self.api.snapshot()
        else:
            self.refused(what, answer, FAULTS)

    def operations(self, *verbs):
        """Give every method, and check after each that nothing changed."""
        for operation in api_fixture.operations():
            if verbs and operation.verb not in verbs:
                continue
            yield operation
            after = self.api.snapshot()
            if after != self.before:
                self.problems.append(f'{operation} has changed something')
                self.before = after

    def none_wrong(self):
        self.assertEqual('', '\n'.join(self.problems))

    def send(self, operation, url=None, query='', body=None, headers=None):
        if body is None:
            body = operation.body()
        if not isinstance(body, bytes | str):
            body = json.dumps(body)
        return self.api.call(
            operation.verb,
            url or operation.url(self.ids),
            query,
            body,
            headers,
        )

    def test_an_odd_id_is_not_found(self):
        for operation in self.operations():
            for variable in operation.variables:
                for odd in bad_values.ODD_IDS:
                    marker = operation.url(self.ids, **{variable: '\v'})
                    url = marker.encode().replace(b'\v', odd)
                    # A body that names the spec has to name that of the path.
                    named = operation.verb == 'PUT' and variable == 'key'
                    what = f'{operation}, {variable} {odd!r}'
                    answer = self.send(operation, url)
                    if variable in api_fixture.FREE_VARIABLES:
                        self.survived(operation.verb, what, answer)
                    else:
                        expected = (400, 404) if named else (404,)
                        self.refused(what, answer, expected)
        self.none_wrong()

    def test_an_odd_project_in_the_path_is_refused(self):
        for operation in self.operations():
            url = operation.url(self.ids)
            for odd in bad_values.ODD_IDS:
                path = b'/v2/' + odd + url.removeprefix('/v2').encode()
                self.refused(
                    f'{operation}, project {odd!r}',
                    self.send(operation, path),
                    (400, 404),
                )
        self.none_wrong()

    def test_an_id_with_something_behind_it_is_not_found(self):
        for operation in self.operations():
            url = operation.url(self.ids)
            for behind in (b'\n', b'/', b'//', b'\0', b'/more/than/that'):
                # It may be a key of metadata, or a part of one.
                key = '/metadata' in url and behind[:1] == b'/'
                self.refused(
                    f'{operation} and {behind!r}',
                    self.send(operation, url.encode() + behind),
                    (400, 404, 405) if key else (404,),
                )
        self.none_wrong()

    def test_a_method_that_a_path_does_not_have_is_not_allowed(self):
        verbs = {}
        for operation in api_fixture.operations():
            verbs.setdefault(operation.path, set()).add(operation.verb)
        for operation in self.operations():
            allowed = verbs[operation.path]
            allowed |= {'HEAD'} if 'GET' in allowed else set()
            for verb in {'GET', 'PUT', 'POST', 'DELETE', 'PATCH'} - allowed:
                answer = self.api.call(verb, operation.url(self.ids))
                self.refused(f'{verb} {operation.path}', answer, (405,), verb)
                self.assertEqual(
                    ', '.join(sorted(allowed)), answer.headers['allow']
                )
        self.none_wrong()

    def test_an_unknown_query_key_is_refused(self):
        for operation in self.operations():
            for key in bad_values.BAD_QUERY_KEYS:
                self.refused(
                    f'{operation}?{key:.20}=1',
                    self.send(operation, query=f'{key}=1'),
                    names='nope' if key == 'nope' else None,
                )
            self.refused(
                f'{operation} with many keys',
                self.send(operation, query='a=1&' * 2000),
            )
        self.none_wrong()

    def test_a_query_value_that_is_no_text_is_refused(self):
        for operation in self.operations():
            for key in operation.rules.query._properties:
                for value in bad_values.BAD_QUERY_VALUES:
                    self.refused(
                        f'{operation}?{key}={value:.20}',
                        self.send(operation, query=f'{key}={value}'),
                        names=None if value[:2] in ('%e', '%f') else key,
                    )
        self.none_wrong()

    def test_an_odd_query_value_is_taken_or_refused(self):
        tested = set()
        for operation in self.operations('GET'):
            if operation.rules.query in tested:
                continue
            tested.add(operation.rules.query)
            for key in operation.rules.query._properties:
                for value in bad_values.ODD_QUERY_VALUES:
                    self.survived(
                        operation.verb,
                        f'{operation}?{key}={value:.20}',
                        self.send(operation, query=f'{key}={value}'),
                    )
        self.none_wrong()

    def test_a_query_of_raw_bytes_is_taken_or_refused(self):
        for operation in self.operations('GET'):
            for key in operation.rules.query._properties:
                query = key.encode() + b'=\xff\xfe'
                self.refused(
                    f'{operation} {query!r}', self.send(operation, query=query)
                )
        self.none_wrong()

    def test_a_body_that_is_no_object_is_refused(self):
        for operation in self.operations():
            if operation.rules.body is None:
                continue
            for body in bad_values.BAD_BODIES:
                self.refused(
                    f'{operation} {body[:20]!r}',
                    self.send(operation, body=body),
                )
        self.none_wrong()

    def test_a_body_within_the_expected_key_that_is_no_object_is_refused(self):
        for operation in self.operations():
            for key in operation.rules.body.keys if operation.fields() else ():
                for value in (b'null', b'5', b'"x"', b'[]', b'[{}]', b'true'):
                    body = b'{"%b": %b}' % (key.encode(), value)
                    self.refused(
                        f'{operation} {body}',
                        self.send(operation, body=body),
                        names=key,
                    )
        self.none_wrong()

    def test_an_unknown_field_is_refused(self):
        for operation in self.operations():
            if operation.rules.body is None:
                continue
            for field in ('no such', '__class__', 'x' * 50_000, '🐍'):
                self.refused(
                    f'{operation} {field:.20}',
                    self.send(operation, body=operation.body(**{field: {}})),
                    names='no such' if field == 'no such' else None,
                )
        self.none_wrong()

    def test_a_key_that_is_given_twice_is_refused(self):
        for operation in self.operations():
            body = operation.body()
            if not body:
                continue
            ((key, value), *_rest) = body.items()
            pair = f'{json.dumps(key)}: {json.dumps(value)}'
            self.refused(
                f'{operation} {pair}',
                self.send(operation, body=f'{{{pair}, {pair}}}'),
                names=key,
            )
        self.none_wrong()

    def test_a_field_of_the_wrong_type_or_length_is_refused(self):
        for operation in self.operations():
            for field, rule in operation.fields().items():
                is_valid = jsonschema.Draft202012Validator(rule).is_valid
                # Those that are refused come first, and change nothing.
                for value in sorted(
                    bad_values.FIELD_VALUES,
                    key=lambda v: is_valid(json.loads(v)),
                ):
                    answer = self.send_field(operation, field, value)
                    what = f'{operation} {field}={value:.20}'
                    if is_valid(json.loads(value)):
                        self.survived(operation.verb, what, answer)
                    else:
                        self.refused(what, answer, names=field)
        self.none_wrong()

    def test_a_field_with_what_no_database_stores_is_refused(self):
        for operation in self.operations():
            for field in operation.fields():
                for value in bad_values.NEVER_VALUES:
                    self.refused(
                        f'{operation} {field}={value}',
                        self.send_field(operation, field, value),
                        names=field,
                    )
        self.none_wrong()

    def send_field(self, operation, field, value):
        body = json.dumps(operation.body(**{field: '\v'}))
        return self.send(operation, body=body.replace('"\\u000b"', value))

    def test_a_large_body_is_refused(self):
        for operation in self.operations():
            if operation.rules.body is None:
                continue
            size = size_limit.LARGER.get(operation.path, 200_000)
            answer = self.send(operation, body=b'{"a": "%b"}' % (b'x' * size))
            self.refused(f'{operation}', answer, (413,))
            self.assertIn('retry-after', answer.headers)
        self.none_wrong()

    def test_a_body_of_another_type_is_refused(self):
        for operation in self.operations():
            if operation.rules.body is None:
                continue
            for kind in ('text/plain', 'application/xml', 'json', '\xff', '/'):
                self.refused(
                    f'{operation} {kind}',
                    self.send(operation, headers={'Content-Type': kind}),
                    (415,),
                )
        self.none_wrong()

    def test_identities_are_utf8(self):
        for name in ('X-Project-Id', 'X-User-Id', 'X-Roles'):
            self.refused(
                name,
                self.api.call('GET', '/v2/share-groups', headers={name: 'é'}),
                names=name,
            )
        identity = {
            'X-Project-Id': 'é🐍'.encode().decode('latin-1'),
            'X-Roles': 'reader',
        }
        for project, expected in (('é🐍', 200), ('é', 400)):
            answer = self.api.call(
                'GET', f'/v2/{project}/share-groups', headers=identity
            )
            self.assertEqual(expected, answer.status, answer.body)
        self.none_wrong()

    def test_odd_headers_are_taken_or_refused(self):
        for name in bad_values.HEADERS:
            for value in bad_values.ODD_HEADER_VALUES:
                self.survived(
                    'GET',
                    f'{name}: {value!r:.20}',
                    self.api.call(
                        'GET', '/v2/share-groups', headers={name: value}
                    ),
                )
        self.none_wrong()
