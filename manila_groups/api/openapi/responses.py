# SPDX-License-Identifier: Apache-2.0
"""Responses, from the views and the table of errors."""

import http

from manila_groups.api import faults
from manila_groups.api import microversions
from manila_groups.api.openapi import operations
from manila_groups.api.views import shapes

#: Statuses of errors, with what they mean and the header that each has, if
#: any, and whether it always has it.
_ERRORS = {
    400: (
        'The request is malformed, or it asks for something impossible.',
        None,
    ),
    401: ('The request has no valid token.', ('WWW-Authenticate', True)),
    403: ('The policy does not allow the request.', None),
    404: ('The resource does not exist, or the caller may not see it.', None),
    406: ('The microversion is not supported.', None),
    409: ('The request conflicts with the state of the resource.', None),
    413: (
        'The quota is used up, or the body is too large.',
        ('Retry-After', True),
    ),
    415: ('The body is not application/json.', None),
    422: (
        'The Idempotency-Key belongs to another request, and the key must '
        'be new.',
        None,
    ),
    503: ('A service that is needed does not answer.', None),
}

#: Those that each operation may have, that those with a body may have, that
#: those that a state may forbid may have, and that those that create may have.
_ALWAYS = (400, 401, 403, 404, 406, 503)
_WITH_BODY = (413, 415)
_CONFLICTING = (409,)
_CREATING = (422,)

#: The headers of every response, and those of the ones that the dispatcher
#: has made.
_REQUEST_IDS = ('x-openstack-request-id', 'x-compute-request-id')
_VERSIONS = (microversions.HEADER, 'Vary')


def _headers(names, required=True):
    return {
        name: {'required': required, 'schema': {'type': 'string'}}
        for name in names
    }


def _content(schema):
    return {'application/json': {'schema': schema}}


def error_schema(code: int) -> dict:
    """What the body of an error is."""
    fault = {
        'code': {'const': code},
        'message': {'type': 'string', 'minLength': 1},
        **({'retryAfter': shapes.TEXT} if code in (413, 503) else {}),
    }
    return shapes.Members({faults.name(code): shapes.Members(fault)}).schema(
        microversions.MAX
    )


def _error(code):
    meaning, header = _ERRORS[code]
    own = _headers([header[0]], header[1]) if header else {}
    return {
        'description': meaning,
        'headers': {**_headers(_REQUEST_IDS), **own},
        'content': _content(error_schema(code)),
    }


def errors() -> dict[str, dict]:
    """The responses that tell of errors, by their component names."""
    return {_component(code): _error(code) for code in _ERRORS}


def _component(code):
    return http.HTTPStatus(code).name.title().replace('_', '')


def describe(
    operation: operations.Operation, version: microversions.Version
) -> dict[str, dict]:
    """The responses of an operation, by status."""
    codes = [
        *_ALWAYS,
        *(_WITH_BODY if operation.has_body else ()),
        *(_CONFLICTING if operation.conflicts else ()),
        *(_CREATING if operation.creates else ()),
    ]
    return {
        **_successes(operation, version),
        **{
            str(code): {'$ref': f'#/components/responses/{_component(code)}'}
            for code in sorted(codes)
        },
    }


def _successes(operation, version):
    by_status: dict[int, list] = {}
    for method in operation.methods:
        by_status.setdefault(method.success, []).append(method)
    return {
        str(status): _success(status, methods, version)
        for status, methods in sorted(by_status.items())
    }


def _success(status, methods, version):
    response = {
        'description': http.HTTPStatus(status).phrase,
        'headers': _headers((*_REQUEST_IDS, *_VERSIONS)),
    }
    schemas = []
    for method in methods:
        if method.returns is not None:
            schema = shapes.describe(method.returns, version)
            if schema not in schemas:
                schemas.append(schema)
    if schemas:
        whole = schemas[0] if len(schemas) == 1 else {'anyOf': schemas}
        response['content'] = _content(whole)
        response |= _without_body(methods)
    return response


def _without_body(methods):
    """Name the actions that are answered with the status alone."""
    found = [one.action for one in methods if one.returns is None]
    return {'x-without-body': found} if found else {}
