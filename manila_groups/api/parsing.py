# SPDX-License-Identifier: Apache-2.0
"""From the bytes of a request to checked text and JSON."""

import codecs
import json
import math
from typing import Any
import urllib.parse

from manila_groups import exception

#: How deep objects and lists may be nested; the deepest body that a method
#: accepts has four levels.
MAX_DEPTH = 20

#: The maximum number of characters of a whole number.
MAX_DIGITS = 4300

#: The maximum number of pairs of a query.
MAX_QUERY_FIELDS = 1000

_BYTE_ORDER_MARKS = (
    codecs.BOM_UTF8,
    codecs.BOM_UTF16_BE,
    codecs.BOM_UTF16_LE,
)

#: The beginnings of the messages of Python's parser, and what they mean.
_SYNTAX = {
    'Expecting value': 'a value is expected there',
    'Expecting property name': 'a name in double quotes is expected there',
    "Expecting ':'": 'a colon is expected there',
    "Expecting ','": 'a comma or the end is expected there',
    'Illegal trailing comma': 'a trailing comma is not allowed',
    'Extra data': 'nothing may follow the object',
    'Invalid control character': 'a line break or another control character '
    'is not allowed in a string',
    'Invalid \\': 'a backslash is not allowed there',
    'Unterminated string': 'the string that begins there has no closing quote',
}


def has_body(environ: dict) -> bool:
    """Tell whether a request has a body, also one of unknown length."""
    length = environ.get('CONTENT_LENGTH') or '0'
    return length != '0' or bool(environ.get('HTTP_TRANSFER_ENCODING'))


def read_path(environ: dict) -> str:
    """Decode the path of a request.

    :raises NotFound: it is not UTF-8, or has a NUL, so that nothing can have
        that name
    """
    try:
        path = environ.get('PATH_INFO', '').encode('latin-1').decode('utf-8')
    except UnicodeError:
        raise exception.NotFound('The path is not UTF-8.') from None
    if '\0' in path:
        raise exception.NotFound('The path has a NUL character.')
    return path


def read_pairs(query_string: str) -> list[tuple[str, str]]:
    """Decode a query: its keys and values, in order.

    :raises Invalid: it is not UTF-8, percent-encoded or not, or too long
    """
    try:
        return urllib.parse.parse_qsl(
            query_string.encode('latin-1').decode('utf-8'),
            keep_blank_values=True,
            errors='strict',
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except UnicodeDecodeError:
        raise exception.Invalid('The query is not UTF-8.') from None
    except ValueError:
        raise exception.Invalid(
            f'The query has more than {MAX_QUERY_FIELDS} fields.'
        ) from None


def read_query(query_string: str) -> dict[str, list[str]]:
    """Decode a query: each key with its values, in order.

    :raises Invalid: it is not UTF-8, has a NUL, or is too long
    """
    values: dict[str, list[str]] = {}
    for key, value in read_pairs(query_string):
        _check_text(key, 'query')
        _check_text(value, key)
        values.setdefault(key, []).append(value)
    return values


def read_json(data: bytes) -> dict[str, Any]:
    """Decode a body.

    :raises Invalid: it is not a JSON object in UTF-8, names a key twice, is
        nested too deeply, or has text that no database stores
    """
    text = _read_text(data)
    try:
        body = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_int=_read_integer,
        )
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise exception.Invalid(
            f'The body is not valid JSON: line {error.lineno}, column '
            f'{error.colno}: {_explain(error)}.'
        ) from None
    if not isinstance(body, dict):
        raise exception.Invalid('The body is not a JSON object.')
    check_tree(body)
    return body


def _read_text(data):
    if not data:
        raise exception.Invalid('The body is empty; it must be a JSON object.')
    if data.startswith(_BYTE_ORDER_MARKS):
        raise exception.Invalid(
            'The body must be UTF-8 without a byte order mark.'
        )
    try:
        return data.decode('utf-8')
    except UnicodeDecodeError as error:
        raise exception.Invalid(
            f'The body is not UTF-8: byte {error.start + 1} does not '
            'begin a character.'
        ) from None


def _explain(error):
    for beginning, meaning in _SYNTAX.items():
        if error.msg.startswith(beginning):
            return meaning
    return 'something else is expected there'


def _read_integer(text):
    if len(text) > MAX_DIGITS:
        raise exception.Invalid(
            f'The body has a number with more than {MAX_DIGITS} digits.'
        )
    return int(text)


def _without_duplicates(pairs):
    found = {}
    for key, value in pairs:
        if key in found:
            raise exception.Invalid(f'The body names {key!r:.100} twice.')
        found[key] = value
    return found


def _refuse_constant(name):
    raise exception.Invalid(
        f'The body is not valid JSON: {name} is not a JSON number.'
    )


def _too_deep():
    return exception.Invalid(
        f'The body is nested more than {MAX_DEPTH} levels deep.'
    )


def check_tree(body: dict[str, Any]) -> None:
    """Check all text in an object, and how deep it is nested.

    :raises Invalid: it is nested too deeply, or has text that no database
        stores
    """
    waiting = [(body, '', 1)]
    while waiting:
        value, where, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(value, str):
            _check_text(value, where)
        elif isinstance(value, float) and math.isinf(value):
            raise exception.Invalid(
                f'{where:.100}: is a number that is too large.'
            )
        elif isinstance(value, dict):
            for key, below in value.items():
                _check_text(key, where or 'body')
                path = f'{where}.{key}' if where else key
                waiting.append((below, path, depth + 1))
        elif isinstance(value, list):
            waiting.extend((below, where, depth + 1) for below in value)


def _check_text(text, where):
    if '\0' in text:
        raise exception.Invalid(f'{where:.100}: has a NUL character.')
    try:
        text.encode('utf-8')
    except UnicodeEncodeError:
        raise exception.Invalid(
            f'{where:.100}: has one half of a surrogate pair, which is not '
            'a character.'
        ) from None
