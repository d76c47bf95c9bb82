# SPDX-License-Identifier: Apache-2.0
"""Requests that no well-behaved client sends, straight to the application."""

import dataclasses
import io
import json
from typing import Any

HEADERS = {
    'X-OpenStack-Manila-API-Version': 'latest',
    'OpenStack-API-Version': 'share-groups latest',
}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back.

    :ivar headers: by their names in lower case
    """

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """The message of a fault."""
        ((_name, fault),) = self.json.items()
        return fault['message']


def call(
    application,
    method: str,
    path: bytes | str,
    query: bytes | str = b'',
    body: bytes | str = b'',
    headers: dict[str, str] | None = None,
) -> Answer:
    """Make one request, as a WSGI server does.

    :param path: after percent-decoding
    :param query: before percent-decoding
    """
    body = _bytes(body)
    environ = {
        'REQUEST_METHOD': method,
        'SCRIPT_NAME': '',
        'PATH_INFO': _bytes(path).decode('latin-1'),
        'QUERY_STRING': _bytes(query).decode('latin-1'),
        'SERVER_NAME': 'localhost',
        'SERVER_PORT': '80',
        'SERVER_PROTOCOL': 'HTTP/1.1',
        'HTTP_HOST': 'localhost',
        'CONTENT_LENGTH': str(len(body)),
        'CONTENT_TYPE': 'application/json',
        'wsgi.version': (1, 0),
        'wsgi.url_scheme': 'http',
        'wsgi.input': io.BytesIO(body),
        'wsgi.errors': io.StringIO(),
        'wsgi.multithread': True,
        'wsgi.multiprocess': False,
        'wsgi.run_once': False,
        **_environ(HEADERS | (headers or {})),
    }
    started = []

    def start_response(status, response_headers, _exc_info=None):
        started.append((int(status.split()[0]), dict(response_headers)))

    content = application(environ, start_response)
    try:
        data = b''.join(content)
    finally:
        if hasattr(content, 'close'):
            content.close()
    ((status, response_headers),) = started
    lower = {name.lower(): text for name, text in response_headers.items()}
    return Answer(status, lower, data)


def _bytes(value):
    return value.encode() if isinstance(value, str) else value


def _environ(headers):
    plain = ('CONTENT_TYPE', 'CONTENT_LENGTH')
    named = {
        name.upper().replace('-', '_'): value
        for name, value in headers.items()
    }
    return {
        name if name in plain else f'HTTP_{name}': value
        for name, value in named.items()
    }
