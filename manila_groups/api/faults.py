# SPDX-License-Identifier: Apache-2.0
"""Errors as clients read them: see the contract, 'HTTP in general'."""

import json

import webob

from manila_groups import exception

#: The fault's name for each status; the default is computeFault.
_NAMES = {
    error.code: error.fault
    for error in vars(exception).values()
    if isinstance(error, type) and issubclass(error, exception.ServiceError)
} | {501: 'notImplemented'}

#: Seconds to wait before the same request may succeed: in the body, and for
#: 413 also as a header.  The command line client fails on the header of any
#: other error without showing the reason.
_RETRY_AFTER = {413: '0', 503: '5'}


def name(code: int) -> str:
    """The name of the fault of an HTTP status."""
    return _NAMES.get(code, 'computeFault')


def response(
    code: int, message: str, headers: dict[str, str] | None = None
) -> webob.Response:
    """Make the response to a client for an error.

    :param code: the HTTP status
    :param headers: more headers
    """
    fault = {'code': code, 'message': message}
    own = webob.headers.ResponseHeaders(headers or {})
    retry_after = own.pop('Retry-After', _RETRY_AFTER.get(code))
    if retry_after is not None:
        fault['retryAfter'] = retry_after
        if code == 413:
            own['Retry-After'] = retry_after
    made = webob.Response(
        status=code,
        body=json.dumps({name(code): fault}).encode(),
        content_type='application/json',
        charset=None,
    )
    made.headers.update(own)
    return made


def from_error(error: exception.ServiceError) -> webob.Response:
    """Make the response for an error of the service."""
    headers = {}
    if isinstance(error, exception.MethodNotAllowed):
        headers['Allow'] = ', '.join(error.allowed)
    if isinstance(error, exception.Unauthorized):
        headers['WWW-Authenticate'] = error.challenge
    return response(error.code, error.message, headers)


def is_fault(response: webob.Response) -> bool:
    """Tell whether a response is a fault made by :func:`response`.

    The response to a HEAD request has no body.
    """
    if response.content_type != 'application/json':
        return False
    return not response.body or _is_fault_body(
        read_json(response), response.status_code
    )


def read_json(response: webob.Response):
    """Read the body of a response; None where it is not JSON."""
    try:
        return json.loads(response.body)
    except ValueError:
        return None


def _is_fault_body(body, code):
    if not isinstance(body, dict) or set(body) != {name(code)}:
        return False
    fault = body[name(code)]
    return isinstance(fault, dict) and {'code', 'message'} <= set(fault)
