# SPDX-License-Identifier: Apache-2.0
"""Adds the request's id to every response and log line."""

from oslo_context import context
from oslo_middleware import request_id


class RequestId(request_id.RequestId):
    """oslo.middleware's, with the second header that clients read."""

    compat_headers = ['x-compute-request-id']

    def __init__(self, application, conf=None):
        def begin(environ, start_response):
            # Otherwise log lines before the authentication would have the id
            # of the thread's previous request.
            context.RequestContext(
                request_id=environ[request_id.ENV_REQUEST_ID],
                global_request_id=environ.get(request_id.GLOBAL_REQ_ID),
            )
            return application(environ, start_response)

        super().__init__(begin, conf)
