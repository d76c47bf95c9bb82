# SPDX-License-Identifier: Apache-2.0
"""Rows of a key and a value, aggregated by the database to a JSON object."""

from collections.abc import Callable
import functools
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import functions

#: The databases' text begins with the object, so no space has to be skipped.
_decode = json.JSONDecoder().raw_decode


def _read(value: str | None) -> dict[str, str]:
    return _decode(value)[0] if value else {}


# Many rows have the same few keys.
@functools.lru_cache(maxsize=1000)
def _read_keys(value: str | None) -> tuple[str, ...]:
    return tuple(sorted(_read(value)))


class Pairs(sa.types.UserDefinedType):
    """The type of :class:`JSONObject`: a dict; an empty one for NULL."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable:
        """Return the function that reads a value."""
        return _read


class Keys(sa.types.UserDefinedType):
    """The type of :class:`JSONKeys`: a tuple; an empty one for NULL."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable:
        """Return the function that reads a value."""
        return _read_keys


class JSONObject(functions.FunctionElement):
    """A JSON object of the keys and values of some rows; NULL without rows.

    One such value takes far less work to read than a row for each pair.

    :param key: the column of the keys
    :param value: the column of the values
    """

    name = 'json_object'
    type: sa.types.TypeEngine = Pairs()
    inherit_cache = True


class JSONKeys(JSONObject):
    """The values of a column in some rows, in order; NULL without rows.

    :param key: the column
    """

    type = Keys()
    inherit_cache = True

    def __init__(self, key: sa.ColumnElement) -> None:
        super().__init__(key, key)


def of(
    found: JSONObject, condition: sa.ColumnElement[bool]
) -> sa.ScalarSelect:
    """Aggregate the rows that belong to a row of another query."""
    return sa.select(found).where(condition).scalar_subquery()


#: What takes the place of an aggregate where there is nothing to aggregate.
NO_PAIRS = sa.type_coerce(sa.null(), Pairs())
NO_KEYS = sa.type_coerce(sa.null(), Keys())


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
