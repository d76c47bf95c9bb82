# SPDX-License-Identifier: Apache-2.0
"""The request's id in every response."""

from oslo_middleware import request_id


class RequestId(request_id.RequestId):
    """oslo.middleware's, with the second header that clients read."""

    compat_headers = ['x-compute-request-id']
