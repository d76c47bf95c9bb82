# SPDX-License-Identifier: Apache-2.0
"""Traces of requests."""

import fixtures
from osprofiler import profiler
from osprofiler import web
import webob

from manila_groups.cmd import api
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures


class ProfilerTest(base.TestCase):
    def setUp(self):
        super().setUp()
        found = self.useFixture(service_fixtures.DatabaseFixture())
        conf = found.conf
        conf.set_override('enabled', True, 'profiler')
        conf.set_override('hmac_keys', 'SECRET', 'profiler')
        self.application = api.assemble(conf, found.db, rpc.transport(conf))
        self.sent = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'osprofiler.notifier.create',
                lambda *_args, **_kwargs: self.sent.append,
            )
        )

    def ask(self, key):
        profiler.init(key)
        headers = web.get_trace_id_headers()
        profiler.clean()
        headers['X-OpenStack-Manila-API-Version'] = '2.60'
        request = webob.Request.blank('/v2/share-groups', headers=headers)
        return request.get_response(self.application)

    def test_only_signed_requests_are_traced(self):
        self.assertEqual(200, self.ask('another').status_code)
        self.assertEqual([], self.sent)
        self.assertEqual(200, self.ask('SECRET').status_code)
        names = [one['name'] for one in self.sent]
        self.assertEqual(['wsgi-start', 'wsgi-stop'], names)
        request = self.sent[0]['info']['request']
        self.assertEqual('/v2/share-groups', request['path'])
