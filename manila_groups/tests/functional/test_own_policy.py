# SPDX-License-Identifier: Apache-2.0
"""An operator's own policy rule is held against the group itself."""

import pathlib

from fixtures import TempDir
import webob

from manila_groups.tests import base
from manila_groups.tests import fixtures

POLICY = """
"share_group:get": "role:admin or user_id:%(user_id)s"
"share_group:update": "role:admin or user_id:%(user_id)s"
"share_group:delete": "role:admin or user_id:%(user_id)s"
"share_group:force_delete": "role:admin or user_id:%(user_id)s"
"share_group:reset_status": "role:admin or user_id:%(user_id)s"
"""

#: What may be done with one group: method, rest of the path, body.
ACTIONS = (
    ('GET', '', None),
    ('PUT', '', {'share_group': {'name': 'changed'}}),
    ('POST', '/action', {'reset_status': {'status': 'available'}}),
    ('POST', '/action', {'force_delete': None}),
    ('DELETE', '?force=true', None),
    ('DELETE', '', None),
)


class OwnPolicyTest(base.TestCase):
    def setUp(self):
        super().setUp()
        file = pathlib.Path(self.useFixture(TempDir()).path, 'policy.yaml')
        file.write_text(POLICY)
        self.application = self.useFixture(
            fixtures.ServiceFixture(
                {
                    'DEFAULT': {'enabled_backends': []},
                    'oslo_policy': {'policy_file': str(file)},
                }
            )
        ).application

    def ask(self, user, method, path, body, roles='member'):
        headers = {
            'X-OpenStack-Manila-API-Version': 'latest',
            'X-User-Id': user,
            'X-Project-Id': 'shared',
            'X-Roles': roles,
        }
        request = webob.Request.blank(
            f'/v2/share-groups{path}', method=method, headers=headers
        )
        if body is not None:
            request.json = body
            request.content_type = 'application/json'
        return request.get_response(self.application)

    def group(self):
        answer = self.ask('alice', 'POST', '', {'share_group': {}})
        return answer.json['share_group']['id']

    def test_others_of_the_project_are_refused(self):
        group_id = self.group()
        for method, rest, body in ACTIONS:
            answer = self.ask('bob', method, f'/{group_id}{rest}', body)
            self.assertEqual(403, answer.status_code, (method, rest, body))
        shown = self.ask('alice', 'GET', f'/{group_id}', None)
        self.assertIsNone(shown.json['share_group']['name'])

    def test_the_user_and_administrators_are_not(self):
        for user, roles in (('alice', 'member'), ('carol', 'admin')):
            for method, rest, body in ACTIONS:
                group_id = self.group()
                # Not in creating: that could not be deleted without force.
                self.ask(
                    'alice',
                    'POST',
                    f'/{group_id}/action',
                    {'reset_status': {'status': 'error'}},
                )
                answer = self.ask(
                    user, method, f'/{group_id}{rest}', body, roles
                )
                self.assertIn(answer.status_code, (200, 202), answer.body)


_QUOTA_POLICY = """
"quota_set:show": "role:admin or role:member"
"quota_set:update": "role:admin or role:member"
"quota_set:delete": "role:admin or role:member"
"""


class OpenQuotasTest(base.TestCase):
    """A rule that opens quotas to a role opens those of one's project."""

    def setUp(self):
        super().setUp()
        file = pathlib.Path(self.useFixture(TempDir()).path, 'policy.yaml')
        file.write_text(_QUOTA_POLICY)
        self.application = self.useFixture(
            fixtures.ServiceFixture(
                {
                    'DEFAULT': {'enabled_backends': []},
                    'oslo_policy': {'policy_file': str(file)},
                }
            )
        ).application

    def ask(self, method, project, rest='', roles='member'):
        headers = {
            'X-OpenStack-Manila-API-Version': '2.99',
            'X-User-Id': 'alice',
            'X-Project-Id': 'own',
            'X-Roles': roles,
        }
        request = webob.Request.blank(
            f'/v2/quota-sets/{project}{rest}', method=method, headers=headers
        )
        if method == 'PUT':
            request.content_type = 'application/json'
            request.json = {'quota_set': {'shares': 7}}
        return request.get_response(self.application)

    def test_members_change_and_see_those_of_their_project_only(self):
        for method, rest, success in (
            ('PUT', '', 200),
            ('PUT', '?user_id=bob', 200),
            ('GET', '', 200),
            ('GET', '/detail', 200),
            ('DELETE', '?user_id=bob', 202),
            ('DELETE', '', 202),
        ):
            for project, roles, expected in (
                ('own', 'member', success),
                ('other', 'member', 403),
                ('other', 'admin', success),
            ):
                answer = self.ask(method, project, rest, roles)
                what = method, rest, project, roles
                self.assertEqual(expected, answer.status_code, what)

    def test_defaults_are_no_secret(self):
        for project in ('own', 'other'):
            answer = self.ask('GET', project, '/defaults')
            self.assertEqual(200, answer.status_code)
            self.assertEqual(project, answer.json['quota_set']['id'])

    def test_a_refusal_changes_nothing(self):
        self.ask('PUT', 'other')
        shown = self.ask('GET', 'other', roles='admin')
        self.assertNotEqual(7, shown.json['quota_set']['shares'])
