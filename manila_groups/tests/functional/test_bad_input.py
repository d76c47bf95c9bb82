# SPDX-License-Identifier: Apache-2.0
"""Every method of the API against what it should refuse.

The methods come from the table of the routes, so that a new one is tested
from its first day.
"""

import json

import jsonschema

from manila_groups.tests import base
from manila_groups.tests.functional import api_fixture

#: Bytes in place of an id, as they arrive after percent-decoding.
ODD_IDS = (
    b'unknown',
    b'\xff\xfe',
    b'\xe9',
    b'\xed\xa0\x80',
    b'\xf0\x9f\x90\x8d',
    b'%ff%fe',
    b'%zz',
    b'%00',
    b'\0',
    b'a\0b',
    b'\n',
    b'\r\nX-Injected: 1',
    b' ',
    b'.',
    b'..',
    b'{id}',
    b"' OR 1=1 --",
    b'x' * 256,
    b'x' * 100_000,
    b'9' * 5000,
)

#: Texts in a query that are no text, or too much of it, whatever the key.
BAD_QUERY_VALUES = (
    '%ff%fe',
    '%e9',
    '%ed%a0%80',
    'a%00b',
    'x' * 100_000,
    '%F0%9F%90%8D' * 10_001,
    '[' * 50_000,
)

#: Others, which some keys may take.
ODD_QUERY_VALUES = (
    '',
    '%zz',
    '%',
    '%F0%9F%90%8D',
    '%0A',
    '1%0A',
    "'",
    '%25%5F%5C',
    '-1',
    '1.5',
    '1e400',
    'NaN',
    'null',
    'true',
    '[]',
    '{}',
    '{[]:1}',
    '{"a":{}}',
    '{"a":"%5Cud800"}',
    '{"a":"%5Cu0000"}',
    '(' * 200,
    '[' * 5000,
    '-' * 5000 + '1',
    '{"a":' * 1500 + '1' + '}' * 1500,
    '{' + ','.join(f'"{n}":1' for n in range(1200)) + '}',
    'a,' * 2000,
    '9' * 18,
    '9' * 19,
    '9' * 5000,
    'a{99999999999}',
    '(?P<n>',
    'x' * 255,
    'x' * 256,
    '2026-13-45',
    '9999999-01-01T00:00:00%2B99:99',
)

BAD_QUERY_KEYS = (
    'nope',
    '',
    '%ff',
    '%00',
    '%F0%9F%90%8D',
    'x' * 100_000,
    '__class__',
)

#: Values of a field, as JSON.
FIELD_VALUES = (
    '5',
    '-1',
    '0.5',
    '1e400',
    '9' * 400,
    'true',
    'null',
    '""',
    '"x"',
    '{}',
    '[]',
    '[5]',
    '[null]',
    '[[]]',
    '[{}]',
    '{"a": 1}',
    '{"": ""}',
    '{"\\u540d": "x"}',
    '"\\ud83d\\udc0d"',
    '"' + 'x' * 256 + '"',
    '"' + 'x' * 100_000 + '"',
    '["' + 'x' * 100_000 + '"]',
    '{"' + 'x' * 100_000 + '": 5}',
    '[' + ','.join(['"x"'] * 2000) + ']',
)

#: Values that no field takes, wherever they stand.
NEVER_VALUES = (
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc0d\\ud83d"',
    '["\\ud800"]',
    '{"\\ud800": "x"}',
    '{"a\\u0000": "x"}',
)

#: Bodies that are no JSON object.
BAD_BODIES = (
    b'',
    b' ',
    b'null',
    b'true',
    b'5',
    b'"text"',
    b'[]',
    b'[{}]',
    b'{',
    b'{"a": }',
    b'{"a": 1}}',
    b"{'a': 1}",
    b'\xff\xfe{\x00}\x00',
    b'\xef\xbb\xbf{}',
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    b'{"a": "\n"}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": ' + b'9' * 5000 + b'}',
    b'[' * 5000 + b']' * 5000,
    b'{"a":' * 5000 + b'1' + b'}' * 5000,
    b'[' * 100_000,
    b'\0' * 1000,
)

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
        if problem is None and self.api.snapshot() != self.before:
            problem = 'something has changed'
            self.before = self.api.snapshot()
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

    def survived(self, what, answer):
        """Note what is wrong with the answer to odd input."""
        if answer.status < 300:
            self.before = self.api.snapshot()
        else:
            self.refused(what, answer, FAULTS)

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
        for operation in api_fixture.operations():
            for variable in operation.variables:
                for odd in ODD_IDS:
                    marker = operation.url(self.ids, **{variable: '\v'})
                    url = marker.encode().replace(b'\v', odd)
                    # A body that names the spec has to name that of the path.
                    named = operation.verb == 'PUT' and variable == 'key'
                    self.refused(
                        f'{operation}, {variable} {odd!r}',
                        self.send(operation, url),
                        (400, 404) if named else (404,),
                    )
        self.none_wrong()

    def test_an_odd_project_in_the_path_is_refused(self):
        for operation in api_fixture.operations():
            url = operation.url(self.ids)
            for odd in ODD_IDS:
                path = b'/v2/' + odd + url.removeprefix('/v2').encode()
                self.refused(
                    f'{operation}, project {odd!r}',
                    self.send(operation, path),
                    (400, 404),
                )
        self.none_wrong()

    def test_an_id_with_something_behind_it_is_not_found(self):
        for operation in api_fixture.operations():
            url = operation.url(self.ids)
            for behind in (b'\n', b'/', b'//', b'\0', b'/more/than/that'):
                self.refused(
                    f'{operation} and {behind!r}',
                    self.send(operation, url.encode() + behind),
                    (404,),
                )
        self.none_wrong()

    def test_a_method_that_a_path_does_not_have_is_not_allowed(self):
        verbs = {}
        for operation in api_fixture.operations():
            verbs.setdefault(operation.path, set()).add(operation.verb)
        for operation in api_fixture.operations():
            allowed = verbs[operation.path]
            for verb in {'GET', 'PUT', 'POST', 'DELETE', 'PATCH'} - allowed:
                answer = self.api.call(verb, operation.url(self.ids))
                self.refused(f'{verb} {operation.path}', answer, (405,), verb)
                self.assertEqual(
                    ', '.join(sorted(allowed)), answer.headers['allow']
                )
        self.none_wrong()

    def test_an_unknown_query_key_is_refused(self):
        for operation in api_fixture.operations():
            for key in BAD_QUERY_KEYS:
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
        for operation in api_fixture.operations():
            for key in operation.rules.query._properties:
                for value in BAD_QUERY_VALUES:
                    self.refused(
                        f'{operation}?{key}={value:.20}',
                        self.send(operation, query=f'{key}={value}'),
                        names=None if value[:2] in ('%e', '%f') else key,
                    )
        self.none_wrong()

    def test_an_odd_query_value_is_taken_or_refused(self):
        for operation in api_fixture.operations():
            if operation.verb != 'GET':
                continue
            for key in operation.rules.query._properties:
                for value in ODD_QUERY_VALUES:
                    self.survived(
                        f'{operation}?{key}={value:.20}',
                        self.send(operation, query=f'{key}={value}'),
                    )
        self.none_wrong()

    def test_a_query_of_raw_bytes_is_taken_or_refused(self):
        for operation in api_fixture.operations():
            if operation.verb != 'GET':
                continue
            for key in operation.rules.query._properties:
                query = key.encode() + b'=\xff\xfe'
                self.refused(
                    f'{operation} {query!r}', self.send(operation, query=query)
                )
        self.none_wrong()

    def test_a_body_that_is_no_object_is_refused(self):
        for operation in api_fixture.operations():
            if operation.rules.body is None:
                continue
            for body in BAD_BODIES:
                self.refused(
                    f'{operation} {body[:20]!r}',
                    self.send(operation, body=body),
                )
        self.none_wrong()

    def test_a_body_within_the_expected_key_that_is_no_object_is_refused(self):
        for operation in api_fixture.operations():
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
        for operation in api_fixture.operations():
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
        for operation in api_fixture.operations():
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
        for operation in api_fixture.operations():
            for field, rule in operation.fields().items():
                validator = jsonschema.Draft202012Validator(rule)
                for value in FIELD_VALUES:
                    answer = self.send_field(operation, field, value)
                    what = f'{operation} {field}={value:.20}'
                    if validator.is_valid(json.loads(value)):
                        self.survived(what, answer)
                    else:
                        self.refused(what, answer, names=field)
        self.none_wrong()

    def test_a_field_with_what_no_database_stores_is_refused(self):
        for operation in api_fixture.operations():
            for field in operation.fields():
                for value in NEVER_VALUES:
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
        for operation in api_fixture.operations():
            if operation.rules.body is None:
                continue
            answer = self.send(operation, body=b'{"a": "%b"}' % (b'x' * 204800))
            self.refused(f'{operation}', answer, (413,))
            self.assertIn('retry-after', answer.headers)
        self.none_wrong()

    def test_a_body_of_another_type_is_refused(self):
        for operation in api_fixture.operations():
            if operation.rules.body is None:
                continue
            for kind in ('text/plain', 'application/xml', 'json', '\xff', '/'):
                self.refused(
                    f'{operation} {kind}',
                    self.send(operation, headers={'Content-Type': kind}),
                    (415,),
                )
        self.none_wrong()

    def test_odd_headers_are_taken_or_refused(self):
        odd = ('', ' ', '\xff\xfe', 'x' * 100_000, '%00', ',', ';', '🐍'[:0])
        names = (
            'X-OpenStack-Manila-API-Version',
            'OpenStack-API-Version',
            'X-OpenStack-Manila-API-Experimental',
            'X-OpenStack-Request-ID',
            'X-User-Id',
            'X-Project-Id',
            'X-Roles',
            'X-Forwarded-Host',
            'X-Forwarded-Proto',
            'Forwarded',
            'Host',
            'Accept',
            'Accept-Encoding',
            'If-None-Match',
            'If-Modified-Since',
            'Range',
            'Cookie',
            'Authorization',
            'Content-Length',
        )
        for operation in api_fixture.operations():
            if operation.verb != 'GET':
                continue
            for name in names:
                for value in odd:
                    self.survived(
                        f'{operation} {name}: {value!r:.20}',
                        self.send(operation, headers={name: value}),
                    )
        self.none_wrong()
