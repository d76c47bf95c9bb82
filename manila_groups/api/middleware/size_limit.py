# SPDX-License-Identifier: Apache-2.0
"""Limits the size of request bodies."""

from typing import Any

from oslo_middleware import sizelimit
import webob.dec

from manila_groups import exception
from manila_groups.api import collaborators
from manila_groups.api import faults
from manila_groups.api import parsing


class SizeLimit(sizelimit.RequestBodySizeLimiter):
    """oslo.middleware's, with the process's own configuration."""

    @classmethod
    def factory(cls, global_conf, **_local_conf):
        """Make the filter, for the paste.deploy file."""
        conf = global_conf[collaborators.CONF]
        return lambda application: cls(application, conf)

    def __call__(self, environ, start_response):
        """Limit the size of a body.

        :raises RequestTooLarge: the body exceeds the limit
        """
        application: Any = self.application
        if parsing.has_body(environ):
            application = self._limited
        return application(environ, start_response)

    @webob.dec.wsgify
    def _limited(self, request):
        response = request.get_response(super().__call__)
        if response.status_code == 413 and not faults.is_fault(response):
            limit = self._conf_get('max_request_body_size', 'oslo_middleware')
            raise exception.RequestTooLarge(
                f'The body of the request exceeds the limit of {limit} bytes.'
            )
        return response
