# SPDX-License-Identifier: Apache-2.0
"""What is on the axis share-groups does not exist without it."""

import json

from manila_groups.api import microversions
from manila_groups.api.openapi import document
from manila_groups.tests import base
from manila_groups.tests.functional import api_fixture

WITHOUT = {
    'X-OpenStack-Manila-API-Version': '2.99',
    'OpenStack-API-Version': 'shared-file-system 2.99',
}


class TestAxis(base.TestCase):
    def setUp(self):
        super().setUp()
        self.api = self.useFixture(api_fixture.ApiFixture())

    def on_axis(self):
        return [
            one
            for one in api_fixture.operations()
            if one.rules.since.is_on_axis
        ]

    def ask(self, operation, headers):
        body = operation.body()
        if operation.action:
            body = {operation.action: body.get(operation.action)}
        return self.api.call(
            operation.verb,
            operation.url(self.api.ids),
            body=b'' if body is None else json.dumps(body),
            headers=headers,
        )

    def test_no_path_and_no_action_is_there_without_it(self):
        others = {
            one.path
            for one in api_fixture.operations()
            if not one.rules.since.is_on_axis
        }
        for one in self.on_axis():
            before = self.api.snapshot()
            answer = self.ask(one, WITHOUT)
            is_unknown = one.action and one.path in others
            expected = (400,) if is_unknown else (404, 405)
            self.assertIn(answer.status, expected, one)
            self.assertNotIn('version', answer.message, one)
            self.assertEqual(before, self.api.snapshot(), one)

    def test_the_documents_of_microversions_have_nothing_of_it(self):
        for version, *_others in microversions.HISTORY:
            made = document.make(microversions.parse(version))
            self.assertNotIn('share-groups 1', json.dumps(made))
