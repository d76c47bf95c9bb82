# SPDX-License-Identifier: Apache-2.0
"""Holds what the API answers against the document that it has of itself."""

import functools
import json
import re

import jsonschema

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api import paths
from manila_groups.api.openapi import document

_SUCCESS = range(200, 300)


class Nonconforming(AssertionError):
    """An answer is not as the document says."""


class Conforming:
    """A WSGI application whose answers have to be as the document says.

    :param application: the API
    """

    def __init__(self, application):
        self._application = application

    def __call__(self, environ, start_response):
        started = []

        def begin(status, headers, exc_info=None):
            started.append((status, headers, exc_info))
            return lambda _data: None

        content = self._application(dict(environ), begin)
        try:
            body = b''.join(content)
        finally:
            if hasattr(content, 'close'):
                content.close()
        status, headers, exc_info = started[-1]
        _check(environ, int(status.split()[0]), dict(headers), body)
        start_response(status, headers, exc_info)
        return [body]


def _check(environ, status, headers, body):
    version = _version(environ)
    # HEAD is answered as GET is, without the body.
    is_head = environ['REQUEST_METHOD'] == 'HEAD'
    verb = 'GET' if is_head else environ['REQUEST_METHOD']
    operation = _find(version, verb, environ.get('PATH_INFO', ''))
    if operation is None:
        if status in _SUCCESS and _is_described(environ):
            raise Nonconforming(f'{_call(environ)}: is in no document')
        return
    responses = _responses(version, operation)
    if str(status) not in responses:
        raise Nonconforming(
            f'{_call(environ)}: {status} is none of {sorted(responses)}'
        )
    _check_headers(environ, responses[str(status)], headers)
    if is_head:
        if body:
            raise Nonconforming(f'{_call(environ)}: has a body')
        return
    _check_body(environ, version, (operation, str(status)), body)


def _call(environ):
    return f'{environ["REQUEST_METHOD"]} {environ.get("PATH_INFO")}'


def _version(environ):
    """The microversion whose document counts for a request."""
    headers = {
        name.removeprefix('HTTP_').replace('_', '-').title(): value
        for name, value in environ.items()
        if name.startswith('HTTP_')
    }
    wanted = {
        name: headers[name.title()]
        for name in (microversions.HEADER, microversions.STANDARD_HEADER)
        if name.title() in headers
    }
    try:
        return microversions.requested(wanted)
    except exception.ServiceError:
        return microversions.MAX


def _is_described(environ):
    path = environ.get('PATH_INFO', '').rstrip('/')
    is_other = path in ('', '/v2') or path.startswith('/healthcheck')
    return environ['REQUEST_METHOD'] != 'OPTIONS' and not is_other


@functools.cache
def made(version):
    """The document of a microversion."""
    return document.make(version)


@functools.cache
def _patterns(version):
    # A path is first looked for as one without a project.
    return [
        (
            re.compile(
                prefix + re.sub(r'\\{\w+\\}', '[^/]+', _escape(path[3:])),
                re.DOTALL,
            ),
            path,
        )
        for prefix in ('/v2', '/v2/[^/]+')
        for path in made(version)['paths']
    ]


def _escape(path):
    """A pattern for a path; the keys of metadata may have slashes."""
    return re.escape(path).replace(r'/metadata/\{key\}', '/metadata/.+')


def _find(version, verb, path):
    """The path and the method in the document, as a request has them."""
    text = path.encode('latin-1', 'replace').decode('utf-8', 'replace')
    text = paths.tidy(text)
    for pattern, template in _patterns(version):
        if pattern.fullmatch(text):
            key = (template, verb.lower())
            return key if key[1] in made(version)['paths'][template] else None
    return None


def _responses(version, operation):
    path, verb = operation
    found = made(version)['paths'][path][verb]['responses']
    shared = made(version)['components']['responses']
    return {
        status: shared[response['$ref'].rpartition('/')[2]]
        if '$ref' in response
        else response
        for status, response in found.items()
    }


def _check_headers(environ, response, headers):
    names = {name.lower() for name in headers}
    for name, rule in response.get('headers', {}).items():
        if rule['required'] and name.lower() not in names:
            raise Nonconforming(f'{_call(environ)}: there is no {name}')


def _check_body(environ, version, key, body):
    validator = _validator(version, key)
    operation, status = key
    if not body and 'x-without-body' in _responses(version, operation)[status]:
        return
    if validator is None:
        if body:
            raise Nonconforming(f'{_call(environ)}: has a body: {body:.200}')
        return
    error = jsonschema.exceptions.best_match(
        validator.iter_errors(json.loads(body))
    )
    if error is not None:
        raise Nonconforming(f'{_call(environ)}: {error}')


@functools.cache
def _validator(version, key):
    operation, status = key
    content = _responses(version, operation)[status].get('content')
    if content is None:
        return None
    schema = content['application/json']['schema']
    # What it refers to is looked for in the same place as in the document.
    return jsonschema.Draft202012Validator(
        {**schema, 'components': made(version)['components']}
    )
