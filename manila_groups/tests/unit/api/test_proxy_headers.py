# SPDX-License-Identifier: Apache-2.0
"""What a proxy says of the address that the client used."""

import webob

from manila_groups import conf as configuration
from manila_groups.api import collaborators
from manila_groups.api.middleware import proxy_headers
from manila_groups.tests import base


class TestProxyHeaders(base.TestCase):
    def test_a_prefix_where_the_server_has_none(self):
        conf = configuration.load(
            files=[],
            defaults={
                'oslo_middleware': {'enable_proxy_headers_parsing': True}
            },
        )
        make = proxy_headers.ProxyHeaders.factory({collaborators.CONF: conf})
        application = make(
            lambda environ, start_response: webob.Response(
                environ['SCRIPT_NAME']
            )(environ, start_response)
        )
        request = webob.Request.blank(
            '/v2', headers={'X-Forwarded-Prefix': '/shares'}
        )
        del request.environ['SCRIPT_NAME']
        answer = request.get_response(application)
        self.assertEqual('/shares', answer.text)
