# SPDX-License-Identifier: Apache-2.0
"""Filters by specs: a mapping within a query."""

import ast
import json

from manila_groups import exception


def read(text: str | None) -> dict[str, str]:
    """Read a mapping as clients send it: {'k': 'v'}, or JSON.

    :returns: spec keys to values; empty for None
    :raises Invalid: it is not a mapping from text to text, numbers or
        booleans
    """
    if text is None:
        return {}
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if _is_flat_mapping(found):
            return {key: str(value) for key, value in found.items()}
    raise exception.Invalid(
        f"'{text:.100}' is not a mapping such as {{'key': 'value'}}."
    )


def _is_flat_mapping(value):
    return (
        isinstance(value, dict)
        and all(isinstance(key, str) for key in value)
        and all(isinstance(v, str | int | float) for v in value.values())
    )
