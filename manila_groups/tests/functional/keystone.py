# SPDX-License-Identifier: Apache-2.0
"""A Keystone that issues the tokens that a test wants to have."""

import datetime
import os
import re
import socket
import urllib.parse
import uuid

import fixtures
from keystoneauth1 import fixture as keystone_fixture
from keystoneauth1 import loading
from requests_mock.contrib import fixture as requests_fixture

from manila_groups.conf import keystone as options
from manila_groups.tests import servers

MEMCACHED = os.environ.get('MANILA_GROUPS_TEST_MEMCACHED', '127.0.0.1:11211')
URL = 'http://keystone.example.org/v3'

#: What the service logs in with.
OPTIONS = {
    'www_authenticate_uri': URL,
    'auth_type': 'password',
    'auth_url': URL,
    'username': 'manila-groups',
    'password': 'secret',
    'project_name': 'service',
    'user_domain_id': 'default',
    'project_domain_id': 'default',
}


def need_memcached(test) -> str:
    """Make sure that memcached answers.

    :returns: its host and port
    """
    host, _, port = MEMCACHED.rpartition(':')
    try:
        socket.create_connection((host, int(port)), 5).close()
    except OSError as error:
        servers.not_there(test, 'memcached', error)
    return MEMCACHED


def configure(conf) -> None:
    """Let the service use this Keystone.

    :param conf: a configuration without a file that says so
    """
    options.register(conf)
    conf.register_opts(
        loading.get_auth_plugin_conf_options(OPTIONS['auth_type']),
        options.GROUP,
    )
    for name, value in OPTIONS.items():
        conf.set_default(name, value, options.GROUP)
    conf.set_default('auth_strategy', 'keystone', 'api')


class KeystoneFixture(fixtures.Fixture):
    """Takes the place of Keystone for all that this process asks it.

    :ivar validated: the tokens that it was asked to validate, in order
    :ivar failure: what happens when it is asked; None if it answers
    :ivar projects: ids to the status of the answer to who asks for one
    """

    def _setUp(self):
        self.validated = []
        self.failure = None
        self.projects = {}
        self._tokens = {}
        mock = self.useFixture(requests_fixture.Fixture())
        versions = keystone_fixture.V3Discovery(URL)
        mock.get(URL, json={'version': versions})
        mock.post(f'{URL}/auth/tokens', json=self._log_in)
        mock.get(f'{URL}/auth/tokens', json=self._validate)
        mock.get(re.compile(f'^{URL}/projects/'), json=self._show_project)

    def issue(self, *roles, hours=1, system=False, **values) -> str:
        """Issue a token.

        :param hours: until it expires
        :param system: it is scoped to the system
        :param values: of keystoneauth1's fixture
        """
        values.setdefault('user_id', 'somebody')
        expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
            hours=hours
        )
        made = keystone_fixture.V3Token(expires=expires, **values)
        if system:
            made.set_system_scope()
        for role in roles:
            made.add_role(role)
        for service_type, url in (
            ('identity', URL),
            ('shared-file-system', 'http://shares.example.org/v2'),
        ):
            made.add_service(service_type).add_standard_endpoints(
                public=url, internal=url, admin=url
            )
        found = uuid.uuid4().hex
        self._tokens[found] = made
        return found

    def _show_project(self, request, context):
        found = urllib.parse.unquote(request.url.rpartition('/')[2])
        answer = self.projects.get(found, 404)
        if not isinstance(answer, int):
            raise answer
        context.status_code = answer
        return {}

    def _log_in(self, _request, context):
        context.status_code = 201
        token = self.issue('service', project_id='service')
        context.headers['X-Subject-Token'] = token
        return self._tokens[token]

    def _validate(self, request, context):
        if self.failure is not None:
            raise self.failure
        token = request.headers['X-Subject-Token']
        self.validated.append(token)
        if token not in self._tokens:
            context.status_code = 404
            return {'error': {'code': 404, 'message': 'no such token'}}
        context.headers['X-Subject-Token'] = token
        return self._tokens[token]
