# SPDX-License-Identifier: Apache-2.0
"""What notices that an answer is not as the document says."""

import json

from manila_groups.api import microversions
from manila_groups.tests import base
from manila_groups.tests import conformance
from manila_groups.tests.functional import wsgi_client

ZONE = {
    'id': '1',
    'name': 'nova',
    'created_at': '2026-11-21T17:50:11.164859',
    'updated_at': None,
}
NEWEST = microversions.to_text(microversions.MAX)
HEADERS = {
    'x-openstack-request-id': 'req-1',
    'x-compute-request-id': 'req-1',
    'X-OpenStack-Manila-API-Version': NEWEST,
    'Vary': 'X-OpenStack-Manila-API-Version',
}


class ConformanceTestCase(base.TestCase):
    def ask(self, body, status=200, without=(), path='/availability-zones'):
        def application(_environ, start_response):
            headers = [
                (name, value)
                for name, value in HEADERS.items()
                if name not in without
            ]
            start_response(f'{status} Whatever', headers)
            return [b'' if body is None else json.dumps(body).encode()]

        return wsgi_client.call(
            conformance.Conforming(application), 'GET', f'/v2{path}'
        )

    def refuse(self, words, *args, **kwargs):
        error = self.assertRaises(
            conformance.Nonconforming, self.ask, *args, **kwargs
        )
        self.assertIn(words, str(error))

    def test_what_is_right_passes_as_it_is(self):
        body = {'availability_zones': [ZONE]}
        for path in ('/availability-zones', '/project/availability-zones'):
            answer = self.ask(body, path=path)
            self.assertEqual(body, answer.json)
            self.assertEqual(NEWEST, answer.headers[list(HEADERS)[2].lower()])

    def test_a_field_too_many_or_too_few(self):
        more = {'availability_zones': [{**ZONE, 'more': 1}]}
        self.refuse("'more' was unexpected", more)
        fewer = {'availability_zones': [{'id': '1'}]}
        self.refuse('is a required property', fewer)
        self.refuse('is a required property', {})
        self.refuse('unexpected', {'availability_zones': [], 'more': 1})

    def test_a_field_of_another_type(self):
        for wrong in ({'name': None}, {'created_at': '2026-11-21'}):
            self.refuse('', {'availability_zones': [{**ZONE, **wrong}]})

    def test_a_status_that_is_not_described(self):
        self.refuse('202', {'availability_zones': []}, status=202)
        self.refuse('500', {'computeFault': {}}, status=500)

    def test_a_header_that_is_missing(self):
        for name in HEADERS:
            self.refuse(name, {'availability_zones': []}, without=[name])

    def test_errors_too(self):
        fault = {'code': 404, 'message': 'no'}
        self.ask({'itemNotFound': fault}, status=404)
        self.refuse('', {'badRequest': fault}, status=404)
        self.refuse('', {'itemNotFound': {**fault, 'code': 400}}, status=404)

    def test_what_is_in_no_document(self):
        self.refuse('is in no document', {}, path='/nothing')
        self.ask({}, path='/nothing', status=404)
