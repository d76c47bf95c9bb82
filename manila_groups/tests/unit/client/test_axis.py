# SPDX-License-Identifier: Apache-2.0
"""Requests that a version on the axis share-groups is needed for."""

from manila_groups.client import axis
from manila_groups.tests import base
from manila_groups.tests.unit.client import fake

OTHER = {'alias': 'os-quota-sets', 'name': 'Quotas'}


class AxisTestCase(base.TestCase):
    def assertRefused(self, client, since, *words):
        error = self.assertRaises(
            axis.Unsupported,
            axis.Client(client).ask,
            since,
            'get',
            '/things',
        )
        for word in words:
            self.assertIn(word, str(error))
        self.assertNotIn('\n', str(error))
        self.assertEqual([], client.asked)

    def test_a_request_names_both_versions(self):
        client = fake.Client(answers={'/things': [{'things': [1]}]})
        found = axis.Client(client).ask(
            (1, 9), 'post', '/things', thing={'a': 1}
        )
        self.assertEqual({'things': [1]}, found)
        headers = {
            'X-OpenStack-Manila-API-Version': '2.99',
            'OpenStack-API-Version': 'shared-file-system 2.99, '
            'share-groups 1.9',
        }
        self.assertEqual(
            [('post', '/things', headers, {'thing': {'a': 1}})], client.asked
        )

    def test_a_request_without_a_body(self):
        client = fake.Client(answers={'/things': [{}]})
        axis.Client(client).ask((1, 10), 'get', '/things')
        self.assertIsNone(client.asked[0][-1])

    def test_the_id_of_a_request(self):
        client = fake.Client(answers={'/things': [{'thing': 2}]})
        found = axis.Client(client).begin(
            (1, 9), 'post', '/things', grow={'by': 1}
        )
        self.assertEqual((fake.REQUEST_ID, {'thing': 2}), found)
        ((method, _path, _headers, body),) = client.asked
        self.assertEqual(('post', {'grow': {'by': 1}}), (method, body))

    def test_it_asks_once_which_versions_there_are(self):
        share = fake.Client(answers={'/things': [{}, {}]})
        client = axis.Client(share)
        self.assertEqual(0, share.asked_for_versions)
        self.assertTrue(client.has((1, 9)))
        self.assertFalse(client.has((1, 11)))
        for _ in range(2):
            client.ask((1, 10), 'get', '/things')
        self.assertEqual(1, share.asked_for_versions)

    def test_a_service_without_the_axis(self):
        for extensions in ((), (OTHER,)):
            self.assertRefused(
                fake.Client(extensions), (1, 1), 'needs manila-groups'
            )
            client = axis.Client(fake.Client(extensions))
            self.assertFalse(client.has((1, 0)))

    def test_a_service_that_is_too_old(self):
        self.assertRefused(
            fake.Client((OTHER, fake.AXIS)), (1, 11), '1.11', '1.0 to 1.10'
        )

    def test_a_service_that_is_too_new(self):
        newer = {**fake.AXIS, 'min_version': '2.0', 'version': '2.3'}
        self.assertRefused(fake.Client((newer,)), (1, 1), '1.1', '2.0 to 2.3')
