# SPDX-License-Identifier: Apache-2.0
"""Whoever refuses a request, and whatever it accepts, the error is a fault."""

import io

import requests

from manila_groups.cmd import api
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests.functional import keystone
from manila_groups.tests.functional import users
from manila_groups.tests.functional import wsgi_client

ACCEPTS = (
    None,
    '',
    '*/*',
    'application/json',
    'text/html',
    'text/plain',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'application/xml',
    'garbage;;q=x',
    '\xff',
)
SHARES = '/v2/shares'
LARGE = b'x' * 200_000


class ErrorBodiesTestCase(base.TestCase):
    def build(self, **overrides):
        """Build the API.

        :param overrides: section to option to value
        """
        made = self.useFixture(service_fixtures.DatabaseFixture(overrides))
        self.conf = made.conf
        return made

    def assemble(self, made, db=None):
        return api.assemble(made.conf, db or made.db, rpc.transport(made.conf))

    def check(
        self, application, status, fault, words, *args, headers=(), **kw
    ):
        """Make one request with each Accept; the fault is always the same."""
        found = set()
        for accept in ACCEPTS:
            accepts = {} if accept is None else {'Accept': accept}
            answer = wsgi_client.call(
                application, *args, headers=dict(headers) | accepts, **kw
            )
            self.assertEqual(status, answer.status, (accept, answer.body))
            self.assertEqual(
                'application/json', answer.headers['content-type'], accept
            )
            self.assertEqual({fault}, set(answer.json), accept)
            self.assertEqual(status, answer.json[fault]['code'])
            # The command line client fails on it elsewhere.
            self.assertEqual(status == 413, 'retry-after' in answer.headers)
            for name in ('x-openstack-request-id', 'x-compute-request-id'):
                self.assertRegex(answer.headers[name], '^req-')
            found.add(answer.message)
        self.assertEqual(1, len(found), found)
        (message,) = found
        for word in words:
            self.assertIn(word, message)
        for word in ('<', '>', '%s', '\n', str(status), '{'):
            self.assertNotIn(word, message)
        return message


class TestEveryPipeline(ErrorBodiesTestCase):
    def setUp(self):
        super().setUp()
        self.application = self.assemble(self.build())

    def test_a_body_that_is_too_large(self):
        self.check(
            self.application,
            413,
            'overLimit',
            # By this word, clients tell it from a limit of rates.
            ('exceeds', '114688 bytes'),
            'POST',
            SHARES,
            body=LARGE,
        )

    def test_one_whose_size_is_not_told(self):
        self.check(
            self.without_length(LARGE),
            413,
            'overLimit',
            ('exceeds', '114688 bytes'),
            'POST',
            SHARES,
        )

    def without_length(self, body):
        def call(environ, start_response):
            del environ['CONTENT_LENGTH']
            environ['HTTP_TRANSFER_ENCODING'] = 'chunked'
            environ['wsgi.input_terminated'] = True
            environ['wsgi.input'] = io.BytesIO(body)
            return self.application(environ, start_response)

        return call

    def test_what_the_api_itself_refuses(self):
        for status, fault, word, *args in (
            (404, 'itemNotFound', 'found', 'GET', '/v2/nothing'),
            (404, 'itemNotFound', 'found', 'GET', '/nothing'),
            (404, 'itemNotFound', 'not a path', 'GET', '*'),
            (405, 'badMethod', 'PATCH', 'PATCH', SHARES),
            (405, 'badMethod', 'POST', 'POST', '/v2'),
            (400, 'badRequest', 'JSON', 'POST', SHARES),
        ):
            self.check(self.application, status, fault, (word,), *args)
        for status, fault, word, headers in (
            (
                406,
                'computeFault',
                '3.0',
                {'X-OpenStack-Manila-API-Version': '3.0'},
            ),
            (
                415,
                'badMediaType',
                'text/plain',
                {'Content-Type': 'text/plain'},
            ),
            (403, 'forbidden', 'evil', {'Origin': 'http://evil.example'}),
        ):
            self.check(
                self.application,
                status,
                fault,
                (word,),
                'POST',
                SHARES,
                body='{}',
                headers=headers,
            )


class TestHealth(ErrorBodiesTestCase):
    def test_who_may_not_ask(self):
        made = self.build(
            healthcheck={'allowed_source_ranges': ['192.0.2.0/24']}
        )

        def call(environ, start_response):
            environ['REMOTE_ADDR'] = '198.51.100.1'
            return application(environ, start_response)

        application = self.assemble(made)
        words = ('could not be found',)
        self.check(call, 404, 'itemNotFound', words, 'GET', '/healthcheck')

    def test_what_does_not_work(self):
        made = self.build()
        made.conf.set_override('connection', 'sqlite:////no/file', 'database')
        application = self.assemble(made)
        message = self.check(
            application,
            503,
            'serviceUnavailable',
            ('database',),
            'GET',
            '/healthcheck',
        )
        self.assertEqual('The database does not answer.', message)


class TestHttpBasic(ErrorBodiesTestCase):
    def test_no_password(self):
        made = self.build(**self.useFixture(users.UsersFixture()).overrides)
        self.check(
            self.assemble(made),
            401,
            'unauthorized',
            ('password',),
            'GET',
            SHARES,
        )


class TestKeystone(ErrorBodiesTestCase):
    def setUp(self):
        super().setUp()
        self.keystone = self.useFixture(keystone.KeystoneFixture())
        made = self.build()
        keystone.configure(made.conf)
        made.conf.set_override(
            'http_request_max_retries', 0, keystone.options.GROUP
        )
        made.conf.set_override('auth_strategy', 'keystone', 'api')
        self.application = self.assemble(made)

    def test_no_token(self):
        for headers in ({}, {'X-Auth-Token': 'unknown'}):
            self.check(
                self.application,
                401,
                'unauthorized',
                ('requires authentication',),
                'GET',
                SHARES,
                headers=headers,
            )

    def test_one_of_no_project(self):
        self.check(
            self.application,
            403,
            'forbidden',
            ('scoped to',),
            'GET',
            SHARES,
            headers={'X-Auth-Token': self.keystone.issue('admin')},
        )

    def test_keystone_that_does_not_answer(self):
        for error in (
            requests.exceptions.ConnectTimeout,
            requests.exceptions.ConnectionError,
        ):
            self.keystone.failure = error
            self.check(
                self.application,
                503,
                'serviceUnavailable',
                ('Keystone',),
                'GET',
                SHARES,
                headers={'X-Auth-Token': 'any'},
            )
