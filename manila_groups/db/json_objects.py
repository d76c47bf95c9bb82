# SPDX-License-Identifier: Apache-2.0
"""Rows of a key and a value, aggregated by the database to a JSON object."""

import json

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import functions


class JSONObject(functions.FunctionElement):
    """A JSON object of the keys and values of some rows; NULL without rows.

    One such value takes far less work to read than a row for each pair.

    :param key: the column of the keys
    :param value: the column of the values
    """

    name = 'json_object'
    type = sa.Text()
    inherit_cache = True


@compiler.compiles(JSONObject, 'mysql')
def _on_mysql(element, compiled, **kwargs):
    return f'JSON_OBJECTAGG({compiled.process(element.clauses, **kwargs)})'


@compiler.compiles(JSONObject, 'postgresql')
def _on_postgresql(element, compiled, **kwargs):
    arguments = compiled.process(element.clauses, **kwargs)
    return f'CAST(json_object_agg({arguments}) AS TEXT)'


@compiler.compiles(JSONObject)
def _on_sqlite(element, compiled, **kwargs):
    return f'json_group_object({compiled.process(element.clauses, **kwargs)})'


def read(value: str | None) -> dict[str, str]:
    """Read what :class:`JSONObject` has made."""
    return json.loads(value) if value else {}


def read_keys(value: str | None) -> tuple[str, ...]:
    """Read the keys alone, in order."""
    return tuple(sorted(read(value)))
