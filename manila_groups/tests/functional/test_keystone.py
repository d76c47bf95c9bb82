# SPDX-License-Identifier: Apache-2.0
"""The pipeline with keystonemiddleware, as far as it goes without tokens."""

import pathlib

from fixtures import TempDir
import webob

from manila_groups import conf as configuration
from manila_groups import policy
from manila_groups import rpc
from manila_groups.api import wsgi
from manila_groups.api.middleware import auth
from manila_groups.api.middleware import faults
from manila_groups.cmd import api
from manila_groups.db import api as db_api
from manila_groups.tests import base
from manila_groups.tests import fixtures

URL = 'http://127.0.0.1:5000'

CONFIGURATION = f"""
[DEFAULT]
transport_url = fake:///
[database]
connection = sqlite:///{{directory}}/test.sqlite
[api]
auth_strategy = keystone
[keystone_authtoken]
www_authenticate_uri = {URL}
"""


class WithoutTokenTest(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = pathlib.Path(self.useFixture(TempDir()).path)
        file = directory / 'manila-groups.conf'
        file.write_text(CONFIGURATION.format(directory=directory))
        conf = configuration.load(files=[str(file)])
        self.application = api.assemble(
            conf, db_api.Database(conf), rpc.transport(conf)
        )

    def get(self, path):
        return webob.Request.blank(path).get_response(self.application)

    def test_is_told_to_authenticate(self):
        response = self.get('/v2/share-groups')
        self.assertEqual(401, response.status_code)
        self.assertEqual(401, response.json['unauthorized']['code'])
        self.assertIn(URL, response.headers['WWW-Authenticate'])
        self.assertIn('x-openstack-request-id', response.headers)

    def test_sees_the_versions(self):
        self.assertEqual(300, self.get('/').status_code)
        self.assertEqual(200, self.get('/v2/').status_code)

    def test_sees_the_health(self):
        self.assertEqual(200, self.get('/healthcheck').status_code)


class KeystoneAuthTest(base.TestCase):
    """What keystonemiddleware leaves in the environment is the caller."""

    def identify(self, **environ):
        conf = self.useFixture(fixtures.DatabaseFixture()).conf
        request = webob.Request.blank('/', environ=environ)
        application = auth.KeystoneAuth(_answer, policy.Enforcer(conf))
        response = request.get_response(faults.Faults(application))
        return response, request.environ.get(wsgi.CONTEXT)

    def test_member(self):
        _, caller = self.identify(
            HTTP_X_USER_ID='somebody',
            HTTP_X_PROJECT_ID='theirs',
            HTTP_X_ROLES='member,reader',
        )
        self.assertEqual('somebody', caller.user_id)
        self.assertEqual('theirs', caller.visible_project)
        self.assertFalse(caller.is_admin)

    def test_administrator_sees_every_project(self):
        _, caller = self.identify(
            HTTP_X_PROJECT_ID='theirs', HTTP_X_ROLES='admin,member'
        )
        self.assertTrue(caller.is_admin)
        self.assertIsNone(caller.visible_project)

    def test_token_without_project_is_refused(self):
        response, _ = self.identify(HTTP_X_USER_ID='somebody')
        self.assertEqual(403, response.status_code)
        self.assertIn('project', response.json['forbidden']['message'])


def _answer(environ, start_response):
    return webob.Response()(environ, start_response)
