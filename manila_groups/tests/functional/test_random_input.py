# SPDX-License-Identifier: Apache-2.0
"""Random bodies and queries: whatever comes, the service itself is well."""

import json
import urllib.parse

import hypothesis
from hypothesis import strategies as st

from manila_groups.tests import base
from manila_groups.tests.functional import api_fixture

settings = hypothesis.settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(['', '0', 'true', 'all', 'None', api_fixture.GROUP_ID]),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.text(max_size=10), inside, max_size=4)
    ),
    max_leaves=12,
)


class RandomInputTestCase(base.TestCase):
    """Requests that start from what the API knows, and go astray."""

    def setUp(self):
        super().setUp()
        self.api = self.useFixture(api_fixture.ApiFixture())
        operations = api_fixture.operations()
        self.with_body = [one for one in operations if one.rules.body]
        self.lists = [one for one in operations if one.verb == 'GET']

    def check(self, answer):
        self.assertLess(answer.status, 500, answer.body)
        if answer.status >= 400:
            ((_name, fault),) = answer.json.items()
            self.assertEqual(answer.status, fault['code'])
            self.assertTrue(fault['message'])

    def send(self, operation, query, body):
        url = operation.url(self.api.ids)
        self.check(self.api.call(operation.verb, url, query, body))

    @settings
    @hypothesis.given(st.data())
    def test_bodies_of_random_json(self, data):
        operation = data.draw(st.sampled_from(self.with_body))
        names = st.sampled_from(sorted(operation.fields()) or ['tier'])
        fields = st.dictionaries(names | st.text(max_size=9), JSON, max_size=4)
        body = operation.body(**data.draw(fields))
        self.send(operation, '', json.dumps(body))

    @settings
    @hypothesis.given(st.data(), JSON)
    def test_whole_bodies_of_random_json(self, data, body):
        operation = data.draw(st.sampled_from(self.with_body))
        self.send(operation, '', json.dumps(body))

    @settings
    @hypothesis.given(st.data(), st.binary(max_size=200))
    def test_bodies_of_random_bytes(self, data, body):
        operation = data.draw(st.sampled_from(self.with_body))
        self.send(operation, '', body)

    @settings
    @hypothesis.given(st.data())
    def test_random_queries(self, data):
        operation = data.draw(st.sampled_from(self.lists))
        known = sorted(operation.rules.query._properties) or ['limit']
        values = st.text(max_size=300) | JSON.map(json.dumps) | JSON.map(repr)
        pairs = data.draw(
            st.lists(
                st.tuples(st.sampled_from(known) | st.text(), values),
                max_size=4,
            )
        )
        query = urllib.parse.urlencode(
            pairs, encoding='utf-8', errors='surrogatepass'
        )
        self.send(operation, query, '')

    @settings
    @hypothesis.given(st.data(), st.binary(max_size=100))
    def test_queries_of_random_bytes(self, data, query):
        self.send(data.draw(st.sampled_from(self.lists)), query, '')

    @settings
    @hypothesis.given(
        st.sampled_from(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD']),
        st.binary(max_size=100),
    )
    def test_paths_of_random_bytes(self, verb, path):
        for start in (b'/', b'/v2/', b'/v2/share-groups/'):
            answer = self.api.call(verb, start + path)
            self.assertLess(answer.status, 500, answer.body)
