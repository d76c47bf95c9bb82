# SPDX-License-Identifier: Apache-2.0
"""Users and passwords in files, without Keystone."""

import base64

import bcrypt
import fixtures
import yaml

from manila_groups import exception
from manila_groups.cmd import api
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests.functional import users
from manila_groups.tests.functional import wsgi_client

GROUPS = '/v2/share-groups'
GROUP = '{"share_group": {}}'
TYPE = '{"share_type": {"name": "x"}}'


class HttpBasicTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.files = self.useFixture(users.UsersFixture())
        made = self.useFixture(
            service_fixtures.DatabaseFixture(self.files.overrides)
        )
        self.conf, self.db = made.conf, made.db

    def build(self):
        return api.assemble(self.conf, self.db, rpc.transport(self.conf))

    def ask(self, headers, method='GET', path=GROUPS, body=''):
        if not hasattr(self, 'application'):
            self.application = self.build()
        return wsgi_client.call(
            self.application, method, path, body=body, headers=headers
        )

    def ask_as(self, name, *args, password='secret', **kwargs):
        return self.ask(users.header(name, password), *args, **kwargs)


class TestWho(HttpBasicTest):
    def test_what_each_role_may_do(self):
        for name, read, write, administer in (
            ('service', 403, 403, 403),
            ('reader', 200, 403, 403),
            # No default type: whoever may write is told so.
            ('member', 200, 400, 403),
            ('manager', 200, 400, 403),
            ('admin', 200, 400, 400),
        ):
            for expected, *what in (
                (read, 'GET'),
                (write, 'POST', GROUPS, GROUP),
                (administer, 'POST', '/v2/types', TYPE),
            ):
                answer = self.ask_as(name, *what)
                self.assertEqual(expected, answer.status, (name, what))

    def test_the_project_of_the_path(self):
        for project, expected in (('shop', 200), ('admin', 400)):
            answer = self.ask_as('member', path=f'/v2/{project}/share-groups')
            self.assertEqual(expected, answer.status)

    def test_a_user_without_a_project(self):
        answer = self.ask_as('lost')
        self.assertEqual(403, answer.status)
        self.assertIn('lost', answer.message)
        self.assertIn('project', answer.message)

    def test_what_needs_no_user(self):
        for path, status in (('/', 300), ('/v2/', 200), ('/healthcheck', 200)):
            self.assertEqual(status, self.ask({}, path=path).status)


class TestRefused(HttpBasicTest):
    def test_headers(self):
        good = users.header('member', 'secret')['Authorization']
        for value in (
            None,
            '',
            'Basic',
            'Basic ',
            'Basic ====',
            'Basic \xff\xfe',
            'Basic ' + base64.b64encode(b'no colon').decode(),
            'Basic ' + base64.b64encode(b'\xff\xfe:secret').decode(),
            'Basic ' + base64.b64encode(b'member\0:secret').decode(),
            'Basic ' + base64.b64encode(b'member:secret\0').decode(),
            'Basic ' + base64.b64encode(b'member:' + 73 * b'x').decode(),
            'Basic ' + base64.b64encode(b'member:' + 2**20 * b'x').decode(),
            'Basic ' + base64.b64encode(2**20 * b'x' + b':secret').decode(),
            'Basic ' + base64.b64encode(b':secret').decode(),
            'Basic ' + base64.b64encode(b'\nmember:secret').decode(),
            'Bearer abc',
            good.replace('Basic', 'Digest'),
            good + 'x',
        ):
            headers = {} if value is None else {'Authorization': value}
            answer = self.ask(headers)
            self.assertEqual(401, answer.status, repr(value)[:80])
            self.assertEqual(401, answer.json['unauthorized']['code'])
            self.assertTrue(
                answer.headers['www-authenticate'].startswith('Basic realm="')
            )
            self.assertIn('x-openstack-request-id', answer.headers)

    def test_users_and_passwords(self):
        self.assertEqual(200, self.ask_as('member').status)
        for name, password in (
            ('member', 'Secret'),
            ('member', ''),
            ('member', 'secret '),
            ('Member', 'secret'),
            ('nobody', 'secret'),
        ):
            answer = self.ask_as(name, password=password)
            self.assertEqual(401, answer.status, (name, password))

    def test_headers_of_other_pipelines_say_nothing(self):
        claims = {'X-Roles': 'admin', 'X-Project-Id': 'p', 'X-User-Id': 'u'}
        self.assertEqual(401, self.ask(claims).status)
        answer = self.ask(
            claims | users.header('reader', 'secret'), 'POST', GROUPS, GROUP
        )
        self.assertEqual(403, answer.status)


class TestWebPages(HttpBasicTest):
    """A browser adds the password to whatever a page sends."""

    def ask_from(self, origin, **headers):
        headers |= users.header('member', 'secret')
        headers |= {} if origin is None else {'Origin': origin}
        return self.ask(headers, 'POST', GROUPS, GROUP)

    def test_of_other_sites(self):
        for origin in (
            'http://evil.example',
            'null',
            '',
            'http://localhost:1',
        ):
            answer = self.ask_from(origin)
            self.assertEqual(403, answer.status, origin)
            self.assertIn('allowed_origin', answer.message)

    def test_of_this_one_and_of_allowed_ones(self):
        self.conf.set_override('allowed_origin', ['https://one.test'], 'cors')
        for origin in (None, 'http://localhost', 'https://one.test'):
            self.assertEqual(400, self.ask_from(origin).status, origin)
        for origin in ('https://one.test:8443', 'http://one.test'):
            self.assertEqual(403, self.ask_from(origin).status, origin)

    def test_a_body_without_a_type(self):
        for media_type in ('', 'text/plain', 'application/x-json'):
            answer = self.ask_from(None, **{'Content-Type': media_type})
            self.assertEqual(415, answer.status, media_type)


class TestChanges(HttpBasicTest):
    def test_of_a_password(self):
        self.assertEqual(200, self.ask_as('member').status)
        self.files.write(self.files.htpasswd, users.entry('member', 'another'))
        self.assertEqual(401, self.ask_as('member').status)
        self.assertEqual(200, self.ask_as('member', password='another').status)
        self.assertEqual(401, self.ask_as('reader').status)

    def test_of_roles_and_projects(self):
        self.assertEqual(403, self.ask_as('lost').status)
        found = {'lost': {'project_id': 'shop', 'roles': ['reader']}}
        self.files.write(self.files.users, yaml.safe_dump(found))
        self.assertEqual(200, self.ask_as('lost').status)
        self.assertEqual(403, self.ask_as('member').status)

    def test_that_break_a_file_let_nobody_in(self):
        for file, good in (
            (self.files.users, yaml.safe_dump(users.USERS)),
            (self.files.htpasswd, users.entry('member', 'secret')),
        ):
            self.files.write(file, good)
            self.assertEqual(200, self.ask_as('member').status)
            self.files.write(file, '- broken')
            for _ in range(2):
                answer = self.ask_as('member')
                self.assertEqual(503, answer.status)
                self.assertNotIn(str(file), answer.message)
            file.unlink()
            self.assertEqual(503, self.ask_as('member').status)
            self.files.write(file, good)
            self.assertEqual(200, self.ask_as('member').status)


class TestCost(HttpBasicTest):
    """bcrypt takes long on purpose, and so it is asked once."""

    def setUp(self):
        super().setUp()
        self.asked = []
        check = bcrypt.checkpw

        def count(password, digest):
            self.asked.append(password)
            return check(password, digest)

        self.useFixture(fixtures.MonkeyPatch('bcrypt.checkpw', count))

    def test_a_password_is_recognized(self):
        for name in ('member', 'reader', 'member', 'reader', 'member'):
            self.assertEqual(200, self.ask_as(name).status)
        self.assertEqual(2, len(self.asked))

    def test_an_unknown_user_takes_as_long(self):
        self.assertEqual(401, self.ask_as('nobody').status)
        self.assertEqual(1, len(self.asked))

    def test_a_wrong_one_never_is(self):
        self.assertEqual(200, self.ask_as('member').status)
        for _ in range(2):
            answer = self.ask_as('member', password='wrong')
            self.assertEqual(401, answer.status)
        self.assertEqual(3, len(self.asked))
        self.assertEqual(200, self.ask_as('member').status)
        self.assertEqual(3, len(self.asked))


class TestMistakes(HttpBasicTest):
    """Found at the start, and told in one line."""

    def refused(self, file, text, *words):
        self.files.write(file, text)
        error = self.assertRaises(exception.ConfigurationError, self.build)
        self.assertNotIn('\n', error.message)
        for word in (str(file), *words):
            self.assertIn(word, error.message)

    def test_passwords(self):
        good = users.entry('member', 'secret')
        for text in (
            'member',
            'member:secret',
            'member:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=',
            good.strip()[:-1],
            good.strip().replace('$04$', '$99$'),
            f'member:{good}',
            good.partition(':')[2],
            f':{good.partition(":")[2]}',
            f'{256 * "x"}:{good.partition(":")[2]}',
            users.entry('member', 'another'),
        ):
            self.refused(
                self.files.htpasswd, f'{good}# x\n\n{text}\n', 'line 4'
            )

    def test_users(self):
        for text, word in (
            ('- member', 'mapping'),
            ('member: [', 'line'),
            ('member: shop', 'member'),
            ('member: {project_id: shop}', 'roles'),
            ('member: {project_id: shop, roles: []}', 'roles'),
            ('member: {project_id: shop, roles: reader}', 'roles'),
            ('member: {project_id: shop, roles: [1]}', 'roles'),
            ('member: {project_id: 1, roles: [reader]}', 'project_id'),
            ('member: {project_id: "", roles: [reader]}', 'project_id'),
            (
                'member: {project_id: p, roles: [r], user: x}',
                'only project_id',
            ),
            ('1: {project_id: shop, roles: [reader]}', 'quotes'),
        ):
            self.refused(self.files.users, text, word)

    def test_files_that_are_not_there(self):
        self.files.users.unlink()
        error = self.assertRaises(exception.ConfigurationError, self.build)
        self.assertIn(str(self.files.users), error.message)

    def test_files_that_are_not_text(self):
        for file in (self.files.htpasswd, self.files.users):
            good = file.read_bytes()
            file.write_bytes(b'\xff\xfe\0')
            error = self.assertRaises(exception.ConfigurationError, self.build)
            self.assertIn(str(file), error.message)
            self.assertNotIn('\n', error.message)
            file.write_bytes(good)

    def test_empty_files_let_nobody_in(self):
        self.files.write(self.files.htpasswd, '')
        self.files.write(self.files.users, '')
        self.assertEqual(401, self.ask_as('member').status)
