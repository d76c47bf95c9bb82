# SPDX-License-Identifier: Apache-2.0
"""What is logged of a request has the id of that request."""

from oslo_context import context
import webob

from manila_groups.api.middleware import request_id
from manila_groups.tests import base


class TestContext(base.TestCase):
    def application(self, environ, start_response):
        self.found = context.get_current()
        # As the end of a pipeline does.
        context.RequestContext(user_id='somebody')
        return webob.Response()(environ, start_response)

    def test_is_not_that_of_the_last_request(self):
        application = request_id.RequestId(self.application)
        for _ in range(2):
            answer = webob.Request.blank('/').get_response(application)
            self.assertIsNone(self.found.user_id)
            self.assertEqual(
                answer.headers['x-openstack-request-id'],
                self.found.request_id,
            )
            self.assertEqual(
                answer.headers['x-compute-request-id'], self.found.request_id
            )
