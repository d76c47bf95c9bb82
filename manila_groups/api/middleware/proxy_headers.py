# SPDX-License-Identifier: Apache-2.0
"""URLs from the view of a client behind a proxy."""

from oslo_middleware import http_proxy_to_wsgi

from manila_groups.api import collaborators

#: The key of the original Host header, which a proxy's header replaces.
ORIGINAL_HOST = 'manila_groups.original_host'


class ProxyHeaders(http_proxy_to_wsgi.HTTPProxyToWSGI):
    """oslo.middleware's, with the process's own configuration."""

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file.

        If no proxy is trusted, the pipeline leaves the filter out.
        """
        conf = global_conf[collaborators.CONF]
        if not conf.oslo_middleware.enable_proxy_headers_parsing:
            return lambda application: application
        return lambda application: cls(application, conf)

    def process_request(self, req):
        """Read the headers of the proxy."""
        # A server may leave SCRIPT_NAME out if it is empty, but the library
        # requires it.
        req.environ.setdefault('SCRIPT_NAME', '')
        req.environ[ORIGINAL_HOST] = req.environ.get('HTTP_HOST')
        return super().process_request(req)
