# SPDX-License-Identifier: Apache-2.0
"""The pipeline with keystonemiddleware, with tokens of all kinds."""

import importlib.util
import json
import pathlib
import uuid

import fixtures
import requests

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.cmd import api
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests.functional import keystone
from manila_groups.tests.functional import wsgi_client

GROUPS = '/v2/share-groups'
GROUP = '{"share_group": {}}'
JSON = {'X-OpenStack-Manila-API-Version': '2.99'}
TYPE = '{"share_type": {"name": "x"}}'

CONFIGURATION = """
[DEFAULT]
transport_url = fake:///
[api]
auth_strategy = keystone
[database]
connection = {connection}
[keystone_authtoken]
"""


class KeystoneTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.keystone = self.useFixture(keystone.KeystoneFixture())
        self.db = self.useFixture(service_fixtures.DatabaseFixture()).db
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def build(self, more='', **options):
        """Build the application.

        :param more: sections of the configuration file
        :param options: of [keystone_authtoken]; None leaves one out
        """
        url = self.db.engine.url.render_as_string(hide_password=False)
        text = CONFIGURATION.format(connection=url) + '\n'.join(
            f'{name} = {value}'
            for name, value in (keystone.OPTIONS | options).items()
            if value is not None
        )
        file = self.directory / 'manila-groups.conf'
        file.write_text(f'{text}\n{more}')
        conf = configuration.load(files=[str(file)])
        return api.assemble(conf, self.db, rpc.transport(conf))

    def ask(self, token=None, method='GET', path=GROUPS, body='', **headers):
        if not hasattr(self, 'application'):
            self.application = self.build()
        if token is not None:
            headers['X-Auth-Token'] = token
        return wsgi_client.call(
            self.application, method, path, body=body, headers=headers
        )

    def issue(self, *roles, project_id='shop', **values):
        return self.keystone.issue(*roles, project_id=project_id, **values)


class TestProjects(KeystoneTest):
    """Projects that get access to private types have to be there."""

    def add(self, project_id):
        token = self.issue('admin')
        made = self.ask(
            token,
            'POST',
            '/v2/types',
            json.dumps(
                {
                    'share_type': {
                        'name': uuid.uuid4().hex,
                        'share_type_access:is_public': False,
                        'extra_specs': {'driver_handles_share_servers': False},
                    }
                }
            ),
            **JSON,
        )
        return self.ask(
            token,
            'POST',
            f'/v2/types/{made.json["share_type"]["id"]}/action',
            json.dumps({'addProjectAccess': {'project': project_id}}),
            **JSON,
        )

    def test_a_project_that_is_there(self):
        self.keystone.projects = {'known': 200}
        self.assertEqual(202, self.add('known').status)

    def test_a_name_is_not_an_id(self):
        for name in ('demo', '../users', 'a/b?c', 'é'):
            answer = self.add(name)
            self.assertEqual(400, answer.status, name)
            self.assertEqual(
                f"project: '{name}' is not the id of a project.",
                answer.json['badRequest']['message'],
            )

    def test_what_keystone_does_not_tell_is_taken(self):
        self.keystone.projects = {
            'a': 403,
            'b': 500,
            'c': requests.exceptions.ConnectionError('no route'),
            'd': requests.exceptions.Timeout('too slow'),
        }
        for name in self.keystone.projects:
            self.assertEqual(202, self.add(name).status, name)


class TestWithoutToken(KeystoneTest):
    def test_is_told_to_authenticate(self):
        for headers in ({}, {'X-Auth-Token': ''}, {'X-Auth-Token': 'unknown'}):
            answer = self.ask(**headers)
            self.assertEqual(401, answer.status)
            self.assertEqual(401, answer.json['unauthorized']['code'])
            self.assertIn(keystone.URL, answer.headers['www-authenticate'])
            self.assertIn('x-openstack-request-id', answer.headers)

    def test_headers_that_claim_something_are_not_believed(self):
        claims = {
            'X-User-Id': 'u',
            'X-Project-Id': 'p',
            'X-Roles': 'admin',
            'X-Identity-Status': 'Confirmed',
        }
        self.assertEqual(401, self.ask(**claims).status)
        token = self.issue('reader')
        answer = self.ask(token, 'POST', body=GROUP, **claims)
        self.assertEqual(403, answer.status)

    def test_sees_versions_and_health(self):
        for path, status in (('/', 300), ('/v2/', 200), ('/healthcheck', 200)):
            self.assertEqual(status, self.ask(path=path).status)
        self.assertEqual([], self.keystone.validated)


class TestToken(KeystoneTest):
    def test_what_each_role_may_do(self):
        for roles, read, write, administer in (
            (['service'], 403, 403, 403),
            (['auditor'], 403, 403, 403),
            (['reader'], 200, 403, 403),
            # No default type: whoever may write is told so.
            (['member', 'reader'], 200, 400, 403),
            (['manager', 'member', 'reader'], 200, 400, 403),
            (['admin', 'manager', 'member', 'reader'], 200, 400, 400),
        ):
            token = self.issue(*roles)
            for expected, *what in (
                (read, 'GET'),
                (write, 'POST', GROUPS, GROUP),
                (administer, 'POST', '/v2/types', TYPE),
            ):
                answer = self.ask(token, *what)
                self.assertEqual(expected, answer.status, (roles, what))

    def test_has_to_be_scoped_to_a_project(self):
        for scope, word in (
            ({}, 'nothing'),
            ({'domain_id': 'default'}, 'a domain'),
            ({'system': True}, 'the system'),
        ):
            token = self.keystone.issue(
                'admin', 'manager', 'member', 'reader', **scope
            )
            for what in (('GET',), ('POST', GROUPS, GROUP)):
                answer = self.ask(token, *what)
                self.assertEqual(403, answer.status, scope)
                message = answer.json['forbidden']['message']
                self.assertIn(f'scoped to {word};', message)
                self.assertIn('scoped to a project', message)

    def test_is_for_the_project_of_the_path(self):
        token = self.issue('admin')
        for project, expected in (('shop', 200), ('other', 400)):
            answer = self.ask(token, path=f'/v2/{project}/share-groups')
            self.assertEqual(expected, answer.status)

    def test_that_has_expired(self):
        self.assertEqual(401, self.ask(self.issue('member', hours=-1)).status)


class TestServiceToken(KeystoneTest):
    """What another service sends along with the token of its user."""

    def test_has_to_have_the_role_service(self):
        for role, expected in (('service', 200), ('admin', 401)):
            answer = self.ask(
                self.issue('reader'), **{'X-Service-Token': self.issue(role)}
            )
            self.assertEqual(expected, answer.status, role)

    def test_lets_the_token_of_the_user_have_expired(self):
        headers = {'X-Service-Token': self.issue('service')}
        token = self.issue('reader', hours=-1)
        self.assertEqual(401, self.ask(token).status)
        self.assertEqual(200, self.ask(token, **headers).status)

    def test_gives_no_more_rights(self):
        headers = {'X-Service-Token': self.issue('service', 'admin')}
        answer = self.ask(
            self.issue('reader'), 'POST', GROUPS, GROUP, **headers
        )
        self.assertEqual(403, answer.status)


class TestApplicationCredential(KeystoneTest):
    def test_access_rules_are_kept(self):
        rule = {'method': 'GET', 'path': '/v2/share-groups/*', 'id': 'x'}
        for service, path, expected in (
            ('shared-file-system', f'{GROUPS}/detail', 200),
            ('shared-file-system', '/v2/types', 401),
            ('compute', f'{GROUPS}/detail', 401),
        ):
            token = self.issue(
                'reader',
                application_credential_id='x',
                application_credential_access_rules=[
                    {**rule, 'service': service}
                ],
            )
            self.assertEqual(expected, self.ask(token, path=path).status)


class TestCache(KeystoneTest):
    """Keystone is asked once about a token."""

    def asked(self, times=3):
        token = self.issue('reader')
        for _ in range(times):
            self.assertEqual(200, self.ask(token).status)
        return self.keystone.validated.count(token)

    def test_in_the_process(self):
        self.assertEqual(1, self.asked())

    def test_that_is_off(self):
        self.application = self.build(token_cache_time=-1)
        self.assertEqual(3, self.asked())

    def test_in_memcached(self):
        server = keystone.need_memcached(self)
        for options in (
            {},
            {
                'memcache_security_strategy': 'MAC',
                'memcache_secret_key': 'secret',
            },
        ):
            options['memcached_servers'] = server
            self.application = self.build(**options)
            self.assertEqual(1, self.asked())
            token = self.keystone.validated[-1]
            # As another worker would.
            self.application = self.build(**options)
            self.assertEqual(200, self.ask(token).status)
            self.assertEqual(1, self.keystone.validated.count(token))

    def test_in_a_memcached_that_is_not_there(self):
        self.application = self.build(memcached_servers='127.0.0.1:1')
        self.assertEqual(3, self.asked())


class TestUnreachable(KeystoneTest):
    def test_keystone(self):
        self.keystone.failure = requests.exceptions.ConnectTimeout
        answer = self.ask(self.issue('reader'))
        self.assertEqual(503, answer.status)
        self.assertEqual(503, answer.json['serviceUnavailable']['code'])
        self.keystone.failure = None
        self.assertEqual(200, self.ask(self.issue('reader')).status)

    def test_no_such_endpoint(self):
        self.application = self.build(region_name='elsewhere')
        self.assertEqual(503, self.ask(self.issue('reader')).status)


class TestMistakes(KeystoneTest):
    """Found at the start, and told in one line."""

    def refused(self, *words, **options):
        error = self.assertRaises(
            exception.ConfigurationError, self.build, **options
        )
        self.assertNotIn('\n', error.message)
        for word in ('keystone_authtoken', *words):
            self.assertIn(word, error.message)

    def test_in_options(self):
        for options, word in (
            ({'auth_type': None}, 'auth_type'),
            ({'auth_type': 'magic'}, 'magic'),
            ({'auth_url': None}, 'auth_url'),
            ({'token_cache_time': 'long'}, 'token_cache_time'),
            ({'service_token_roles_required': 'x'}, 'service_token_roles_'),
            ({'memcache_security_strategy': 'MAC'}, 'memcache_secret_key'),
        ):
            self.refused(word, **options)

    def test_libraries_that_are_missing(self):
        find = importlib.util.find_spec
        missing = ('memcache', 'bmemcached', 'cryptography')
        self.useFixture(
            fixtures.MonkeyPatch(
                'importlib.util.find_spec',
                lambda name, *args: (
                    None if name in missing else find(name, *args)
                ),
            )
        )
        self.build()
        memcached = {'memcached_servers': '127.0.0.1:11211'}
        self.refused('python-memcached', **memcached)
        self.refused(
            'python-binary-memcached',
            memcache_sasl_enabled='true',
            **memcached,
        )
        self.refused(
            'python-binary-memcached', memcache_tls_enabled='true', **memcached
        )
        missing = ('cryptography',)
        self.refused(
            'cryptography',
            memcache_security_strategy='encrypt',
            memcache_secret_key='secret',
            **memcached,
        )

    def test_log_in_options_of_another_section(self):
        options = dict.fromkeys(keystone.OPTIONS)
        text = '\n'.join(f'{k} = {v}' for k, v in keystone.OPTIONS.items())
        self.application = self.build(
            f'[login]\n{text}\n', **options, auth_section='login'
        )
        self.assertEqual(200, self.ask(self.issue('reader')).status)
