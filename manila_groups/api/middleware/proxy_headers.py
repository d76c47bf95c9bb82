# SPDX-License-Identifier: Apache-2.0
"""URLs as the client sees them, behind a proxy."""

from oslo_middleware import http_proxy_to_wsgi

from manila_groups.api import collaborators

#: Where the request's own header Host is kept, which a proxy's replaces.
ORIGINAL_HOST = 'manila_groups.original_host'


class ProxyHeaders(http_proxy_to_wsgi.HTTPProxyToWSGI):
    """oslo.middleware's, with the process's own configuration."""

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file.

        Where no proxy is to be believed, requests don't pass it.
        """
        conf = global_conf[collaborators.CONF]
        if not conf.oslo_middleware.enable_proxy_headers_parsing:
            return lambda application: application
        return lambda application: cls(application, conf)

    def process_request(self, req):
        """Read the headers of the proxy."""
        # A server may leave it out when it is empty; the library does not.
        req.environ.setdefault('SCRIPT_NAME', '')
        req.environ[ORIGINAL_HOST] = req.environ.get('HTTP_HOST')
        return super().process_request(req)
