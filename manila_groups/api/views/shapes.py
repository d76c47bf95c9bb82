# SPDX-License-Identifier: Apache-2.0
"""Shapes of responses, from which the OpenAPI document is made.

A shape is a JSON schema valid at every microversion, or an object whose
method ``schema`` gives the one of a microversion, such as a view.
"""

from collections.abc import Collection
from collections.abc import Mapping
import dataclasses
from typing import Any

from manila_groups.api import microversions

TEXT = {'type': 'string'}
OPTIONAL_TEXT = {'type': ['string', 'null']}
FLAG = {'type': 'boolean'}
COUNT = {'type': 'integer', 'minimum': 0}
OPTIONAL_NUMBER = {'type': ['integer', 'null']}
NOTHING = {'type': 'null'}
URL = {'type': 'string', 'format': 'uri'}
#: Keys and values that users or operators have chosen.
TEXTS = {'type': 'object', 'additionalProperties': TEXT}
EMPTY_OBJECT = {'type': 'object', 'maxProperties': 0}
EMPTY_LIST = {'type': 'array', 'maxItems': 0}

_TIME = r'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}$'
#: In ISO 8601 with microseconds and no zone.
TIME = {'type': 'string', 'pattern': _TIME}
OPTIONAL_TIME = {'type': ['string', 'null'], 'pattern': _TIME}


def one_of(*values: str | None) -> dict:
    """The shape of a field that has one of a few values."""
    return {'enum': list(values)}


def describe(shape: Any, version: microversions.Version) -> dict:
    """Return the JSON schema of a shape at a microversion."""
    return dict(shape) if isinstance(shape, dict) else shape.schema(version)


@dataclasses.dataclass(frozen=True)
class ListOf:
    """A list.

    :ivar item: the shape of each item
    """

    item: Any

    def schema(self, version: microversions.Version) -> dict:
        """Return the JSON schema at a microversion."""
        return {'type': 'array', 'items': describe(self.item, version)}


@dataclasses.dataclass(frozen=True)
class Members:
    """An object with fixed names and no others.

    :ivar always: name to shape
    :ivar sometimes: the same, for names that may be absent
    """

    always: Mapping[str, Any]
    sometimes: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def schema(self, version: microversions.Version) -> dict:
        """Return the JSON schema at a microversion."""
        members = {**self.always, **self.sometimes}
        return {
            'type': 'object',
            'properties': {
                name: describe(shape, version)
                for name, shape in members.items()
            },
            'required': list(self.always),
            'additionalProperties': False,
        }


def names(shape: Any, key: str) -> Collection[str]:
    """Return the names of the fields below a key of a body.

    :param shape: the shape of the body; empty if it has no fixed names
    """
    found = getattr(shape, 'always', {}).get(key)
    return getattr(found, 'names', ())


class AnyOf:
    """One of several.

    :param shapes: the possible shapes
    """

    def __init__(self, *shapes: Any):
        self._shapes = shapes

    def schema(self, version: microversions.Version) -> dict:
        """Return the JSON schema at a microversion."""
        return {'anyOf': [describe(shape, version) for shape in self._shapes]}


def links(*rels: str) -> dict:
    """The shape of a list of links.

    :param rels: the relations of the links
    """
    link = {
        'type': 'object',
        'properties': {'rel': one_of(*rels), 'href': URL},
        'required': ['rel', 'href'],
        'additionalProperties': False,
    }
    return {
        'type': 'array',
        'items': link,
        'minItems': len(rels),
        'maxItems': len(rels),
    }


def one(*keys: str, shape: Any) -> Members:
    """The shape of a body with one resource.

    :param keys: each name of the resource in the body
    """
    return Members(dict.fromkeys(keys, shape))


def every(key: str, item: Any) -> Members:
    """The shape of a body with a list that is not paginated."""
    return Members({key: ListOf(item)})


def page(
    *keys: str,
    item: Any,
    next_key: str | None = None,
    sometimes: Mapping | None = None,
) -> Members:
    """The shape of a body with a page of a list.

    :param keys: each name of the list in the body
    :param next_key: the name of the link to the next page, if it is not
        the first key with _links behind it
    :param sometimes: other fields that may be present
    """
    next_link = {next_key or f'{keys[0]}_links': links('next')}
    return Members(
        dict.fromkeys(keys, ListOf(item)), {**(sometimes or {}), **next_link}
    )
