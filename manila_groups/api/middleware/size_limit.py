# SPDX-License-Identifier: Apache-2.0
"""No request's body is larger than the configuration allows."""

from oslo_middleware import sizelimit

from manila_groups.api import collaborators


class SizeLimit(sizelimit.RequestBodySizeLimiter):
    """oslo.middleware's, with the process's own configuration."""

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file."""
        conf = global_conf[collaborators.CONF]
        return lambda application: cls(application, conf)

    def __call__(self, environ, start_response):
        """Limit a body, where there can be one."""
        if not (
            environ.get('CONTENT_LENGTH')
            or environ.get('HTTP_TRANSFER_ENCODING')
        ):
            return self.application(environ, start_response)
        return super().__call__(environ, start_response)
