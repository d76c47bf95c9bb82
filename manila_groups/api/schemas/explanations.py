# SPDX-License-Identifier: Apache-2.0
"""Errors of JSON Schema in plain English.

The library's own messages show patterns, terms of the specification and Python
values. Clients do not know these, so each rule has a sentence here.
"""

from collections.abc import Callable
import json
from typing import Any

import jsonschema

#: The maximum number of characters of a value or a name in a message.
REPEATED = 100


def spell(value: Any) -> str:
    """Write a value as JSON, in one short line.

    Text is in single quotes, with invisible characters escaped.
    """
    text = _escape(value) if isinstance(value, str) else _to_json(value)
    if len(text) > REPEATED:
        text = f'{text[:REPEATED]}...'
    return f"'{text}'" if isinstance(value, str) else text


def _escape(text: str) -> str:
    return ''.join(
        one if one.isprintable() else json.dumps(one)[1:-1]
        for one in text[: REPEATED + 1]
    )


def _to_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except ValueError:
        # Python refuses to write a number with too many digits.
        return 'the number'


def describe(schema: dict) -> str:
    """Describe what a schema accepts, as in "a whole number from 1 to 9"."""
    if 'description' in schema:
        return str(schema['description'])
    if 'enum' in schema:
        words = (_plain(value) for value in schema['enum'])
        return f'one of: {", ".join(words)}'
    if 'anyOf' in schema:
        return ', or '.join(map(describe, schema['anyOf']))
    types = schema.get('type', 'string')
    names = [types] if isinstance(types, str) else types
    return ', or '.join(_TYPES[name](schema) for name in names)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _string(schema: dict) -> str:
    least, most = schema.get('minLength', 0), schema.get('maxLength')
    if most is None:
        return 'a string that is not empty' if least else 'a string'
    lengths = f'{least} to {most}' if least else f'up to {most}'
    return f'a string of {lengths} characters'


def _whole_number(schema: dict) -> str:
    least, most = schema.get('minimum'), schema.get('maximum')
    if least is None or most is None:
        return 'a whole number'
    return f'a whole number from {least} to {most}'


_TYPES = {
    'string': _string,
    'integer': _whole_number,
    'boolean': lambda _schema: 'a boolean',
    'null': lambda _schema: 'null',
    'object': lambda _schema: 'an object',
    'array': lambda _schema: 'a list',
}


def missing(error: jsonschema.ValidationError) -> str:
    """The first missing name of an error."""
    return next(
        str(name)
        for name in error.validator_value
        if name not in error.instance
    )


def unknown(error: jsonschema.ValidationError) -> str:
    """The first unknown name of an error."""
    known = error.schema.get('properties', {})
    return next(str(name) for name in error.instance if name not in known)


def _too_long(error: jsonschema.ValidationError) -> str:
    return (
        f'{spell(error.instance)} has {len(error.instance)} characters; the '
        f'maximum is {error.validator_value}'
    )


#: The message of each rule; other rules say what would be right.
_SENTENCES = {
    'required': lambda _error: 'must be given',
    'additionalProperties': lambda error: (
        f'{spell(unknown(error))} is not a known field'
    ),
    'maxItems': lambda error: f'has more than {error.validator_value} items',
    'minItems': lambda _error: 'must not be empty',
    'maxLength': _too_long,
    'minLength': lambda _error: 'must not be empty',
}


def explain(
    error: jsonschema.ValidationError,
    where: str,
    about_name: Callable[[str], str],
) -> str:
    """Explain an error, with the name of the field.

    :param where: the name of the whole value
    :param about_name: explains why a name in it is not allowed
    """
    path = [where, *error.absolute_path]
    if error.validator == 'required':
        path.append(missing(error))
    if error.validator == 'additionalProperties' and not error.absolute_path:
        name = unknown(error)
        text = f'{spell(name)} {about_name(name)}'
    else:
        text = _explain(error)
    shown = '.'.join(f'{part!s:.{REPEATED}}' for part in path if part != '')
    return f'{shown}: {text}.' if shown else f'{text}.'


def _explain(error: jsonschema.ValidationError) -> str:
    if error.instance is None:
        return 'must not be null'
    if 'description' not in error.schema and error.validator in _SENTENCES:
        return _SENTENCES[error.validator](error)
    return f'{spell(error.instance)} is not {describe(error.schema)}'
