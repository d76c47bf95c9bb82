# SPDX-License-Identifier: Apache-2.0
"""Filters by specs: a mapping within a query."""

import ast
import json

from manila_groups import exception
from manila_groups.api import parsing

#: Each pair is a condition in SQL, and databases limit their number.
MAX_PAIRS = 100
MAX_LENGTH = 255

_NOT_READABLE = (
    ValueError,
    TypeError,
    SyntaxError,
    MemoryError,
    RecursionError,
)


def read(name: str, text: str) -> dict[str, str]:
    """Read a mapping as clients send it: {'k': 'v'}, or JSON.

    :param name: the query key
    :param text: its value
    :returns: keys to values
    :raises Invalid: it is not a mapping from text to text, numbers or
        booleans, or is too large
    """
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(text)
        except _NOT_READABLE:
            continue
        if _is_flat_mapping(found):
            parsing.check_tree({name: found})
            return _within_limits(name, found)
    raise exception.Invalid(
        f"{name}: '{text:.100}' is not a mapping such as {{'key': 'value'}}."
    )


def _is_flat_mapping(value):
    return (
        isinstance(value, dict)
        and all(isinstance(key, str) for key in value)
        and all(isinstance(v, str | int | float) for v in value.values())
    )


def _within_limits(name, found):
    if len(found) > MAX_PAIRS:
        raise exception.Invalid(f'{name}: has more than {MAX_PAIRS} pairs.')
    try:
        pairs = {key: str(value) for key, value in found.items()}
    except ValueError:
        # A number in hexadecimal may have more digits than Python writes.
        raise exception.Invalid(
            f'{name}: has a number with too many digits.'
        ) from None
    for text in (*pairs, *pairs.values()):
        if len(text) > MAX_LENGTH:
            raise exception.Invalid(
                f"{name}: '{text:.100}' has more than {MAX_LENGTH} characters."
            )
    return pairs
