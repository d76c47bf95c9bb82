# SPDX-License-Identifier: Apache-2.0
"""The request's id in every response, and in all that is logged."""

from oslo_context import context
from oslo_middleware import request_id


class RequestId(request_id.RequestId):
    """oslo.middleware's, with the second header that clients read."""

    compat_headers = ['x-compute-request-id']

    def __init__(self, application, conf=None):
        def begin(environ, start_response):
            # What is logged before the caller is known belongs to this
            # request, not to the one that the thread had before.
            context.RequestContext(
                request_id=environ[request_id.ENV_REQUEST_ID],
                global_request_id=environ.get(request_id.GLOBAL_REQ_ID),
            )
            return application(environ, start_response)

        super().__init__(begin, conf)
