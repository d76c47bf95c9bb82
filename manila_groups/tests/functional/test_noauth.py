# SPDX-License-Identifier: Apache-2.0
"""The pipeline noauth is for this machine only, unless an option says so."""

import pathlib

import fixtures
import webob

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.api.middleware import noauth
from manila_groups.cmd import api
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests.functional import processes

LATEST = {'X-OpenStack-Manila-API-Version': 'latest'}
LOOPBACK = ('127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1')
OTHERS = ('192.0.2.1', '0.0.0.0', '::', '2001:db8::1', '::ffff:192.0.2.1')


class TestListening(base.TestCase):
    def check(self, host, **options):
        values = {'bind_host': host, 'auth_strategy': 'noauth', **options}
        conf = configuration.load(files=[], defaults={'api': values})
        noauth.check_listening(conf)

    def test_loopback(self):
        for host in (*LOOPBACK, 'localhost'):
            self.check(host)

    def test_other_addresses(self):
        for host in OTHERS:
            error = self.assertRaises(
                exception.ConfigurationError, self.check, host
            )
            self.assertIn(host, error.message)
            self.assertIn('noauth_on_any_address', error.message)

    def test_what_may_listen_anywhere(self):
        for host in OTHERS:
            self.check(host, noauth_on_any_address=True)
            for strategy in ('keystone', 'http_basic'):
                self.check(host, auth_strategy=strategy)

    def test_a_name_that_is_none(self):
        error = self.assertRaises(
            exception.ConfigurationError, self.check, 'no.such.invalid'
        )
        self.assertIn('bind_host', error.message)


class TestPrograms(base.TestCase):
    def test_are_refused_in_one_line(self):
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        file = directory / 'written.conf'
        file.write_text(
            f'[DEFAULT]\ntransport_url = fake:///\nlog_dir = {directory}\n'
            '[api]\nauth_strategy = noauth\nbind_host = 0.0.0.0\n'
            f'bind_port = {processes.free_port()}\n'
            f'[database]\nconnection = sqlite:///{directory}/empty\n'
        )
        for module, arguments in (
            ('api', ()),
            ('standalone', ('--state-dir', directory / 'state')),
        ):
            program = self.useFixture(
                processes.Program(module, '--config-file', file, *arguments)
            )
            self.assertEqual(1, program.process.wait(processes.PATIENCE))
            line = program.complained()
            self.assertEqual(1, line.count('\n'), line)
            self.assertTrue(line.startswith(f'manila-groups-{module}: '), line)
            self.assertIn('noauth_on_any_address', line)


class TestRequests(base.TestCase):
    """Another program may be the WSGI server, and listen anywhere."""

    def application(self, allowed):
        overrides = {'api': {'noauth_on_any_address': allowed}}
        made = self.useFixture(service_fixtures.DatabaseFixture(overrides))
        return api.assemble(made.conf, made.db, rpc.transport(made.conf))

    def ask(self, application, path='/v2/share-groups', **environ):
        request = webob.Request.blank(path, environ=environ, headers=LATEST)
        return request.get_response(application)

    def test_of_this_machine(self):
        application = self.application(allowed=False)
        for address in LOOPBACK:
            answer = self.ask(application, REMOTE_ADDR=address)
            self.assertEqual(200, answer.status_code, address)

    def test_of_others(self):
        application = self.application(allowed=False)
        for environ in (
            *({'REMOTE_ADDR': address} for address in (*OTHERS, '', 'x')),
            {},
            *(
                {'REMOTE_ADDR': '127.0.0.1', f'HTTP_{name}': '127.0.0.1'}
                for name in ('X_FORWARDED_FOR', 'FORWARDED', 'VIA')
            ),
        ):
            answer = self.ask(application, **environ)
            self.assertEqual(403, answer.status_code, environ)
            self.assertIn(
                'noauth_on_any_address', answer.json['forbidden']['message']
            )

    def test_of_others_where_they_are_allowed(self):
        application = self.application(allowed=True)
        for environ in ({'REMOTE_ADDR': '192.0.2.1'}, {'HTTP_VIA': 'x'}, {}):
            answer = self.ask(application, **environ)
            self.assertEqual(200, answer.status_code)

    def test_without_a_host(self):
        """No browser leaves it out."""
        request = webob.Request.blank('/v2/share-groups', headers=LATEST)
        request.environ['REMOTE_ADDR'] = '127.0.0.1'
        del request.environ['HTTP_HOST']
        answer = request.get_response(self.application(allowed=False))
        self.assertEqual(200, answer.status_code)

    def test_a_body_of_no_media_type(self):
        """Even where nothing reads it."""
        application = self.application(allowed=True)
        for method in ('POST', 'DELETE', 'GET'):
            request = webob.Request.blank(
                '/v2/share-groups/x' if method == 'DELETE' else '/v2/shares',
                method=method,
                headers=LATEST,
                body=b'{}',
            )
            answer = request.get_response(application)
            self.assertEqual(415, answer.status_code, method)

    def test_that_need_no_caller(self):
        application = self.application(allowed=False)
        for path in ('/v2/', '/healthcheck'):
            answer = self.ask(application, path, REMOTE_ADDR='192.0.2.1')
            self.assertEqual(200, answer.status_code)


class TestRoles(base.TestCase):
    def test_imply_others(self):
        fixture = self.useFixture(service_fixtures.DatabaseFixture())
        application = api.assemble(
            fixture.conf, fixture.db, rpc.transport(fixture.conf)
        )
        for role, read, write in (
            ('admin', 200, 400),
            ('manager', 200, 400),
            ('member', 200, 400),
            ('reader', 200, 403),
            ('service', 403, 403),
        ):
            for method, expected in (('GET', read), ('POST', write)):
                request = webob.Request.blank(
                    '/v2/share-groups',
                    method=method,
                    headers=LATEST | {'X-Roles': role},
                )
                if method == 'POST':
                    request.json = {'share_group': {'name': 1}}
                    request.content_type = 'application/json'
                answer = request.get_response(application)
                self.assertEqual(expected, answer.status_code, (role, method))
