# SPDX-License-Identifier: Apache-2.0
"""Rows in responses: a view is a table of fields."""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import datetime
import functools
import operator
from typing import Any

from manila_groups.api import microversions
from manila_groups.api.views import shapes


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a view.

    :ivar name: its name in the response
    :ivar since: the microversion that introduced it
    :ivar before: the microversion that removed it; None for none
    :ivar admin: only administrators see it
    :ivar value: computes it from (record, request); None takes the record's
        attribute of the field's name
    :ivar shape: the shape of its value: see api.views.shapes
    """

    name: str
    since: str = '2.31'
    admin: bool = False
    value: Callable[[Any, Any], Any] | None = None
    before: str | None = None
    shape: Any = dataclasses.field(default_factory=shapes.TEXT.copy)

    def exists(self, version: microversions.Version) -> bool:
        """Tell whether a microversion has the field."""
        return version.has(microversions.parse(self.since)) and (
            self.before is None
            or not version.has(microversions.parse(self.before))
        )

    def reader(self) -> Callable[[Any, Any], Any]:
        """The function that computes the field."""
        if self.value is not None:
            return self.value
        get = operator.attrgetter(self.name)
        return lambda record, _request: get(record)


class View:
    """Renders records of one kind.

    :param fields: the fields of a response, in order
    :ivar names: the names of the fields
    """

    def __init__(self, *fields: Field):
        self.names = frozenset(field.name for field in fields)
        self._table = fields
        self._fields = [
            (
                field.name,
                microversions.parse(field.since),
                field.before and microversions.parse(field.before),
                field.admin,
                field.reader(),
            )
            for field in fields
        ]
        self._shown = functools.cache(self._choose)

    def _choose(self, version, is_admin):
        return [
            (name, read)
            for name, since, before, admin, read in self._fields
            if version.has(since)
            and (before is None or not version.has(before))
            and (is_admin or not admin)
        ]

    def render_all(self, records: Iterable, request) -> list[dict]:
        """Render records for the caller and microversion of a request."""
        fields = self._shown(request.version, bool(request.context.is_admin))
        return [
            {name: read(record, request) for name, read in fields}
            for record in records
        ]

    def computing(self, **values: Callable[[Any, Any], Any]) -> 'View':
        """Make a view with the same fields.

        :param values: name of a field to the function that computes it
        """
        return View(
            *(
                dataclasses.replace(
                    field, value=values.get(field.name, field.value)
                )
                for field in self._table
            )
        )

    def schema(self, version: microversions.Version) -> dict:
        """Return the JSON schema of a rendered record at a microversion."""
        fields = [field for field in self._table if field.exists(version)]
        return {
            'type': 'object',
            'properties': {
                field.name: shapes.describe(field.shape, version)
                for field in fields
            },
            'required': [field.name for field in fields if not field.admin],
            'additionalProperties': False,
        }

    def render(self, record, request) -> dict:
        """Render one record."""
        return self.render_all([record], request)[0]


def time(name: str, since: str = '2.31', shape: Any = shapes.TIME) -> Field:
    """A field that is a time, in ISO 8601 with microseconds and no zone."""
    get = operator.attrgetter(name)
    return Field(
        name,
        since,
        value=lambda record, _: format_time(get(record)),
        shape=shape,
    )


def updated_at(since: str = '2.31') -> Field:
    """The field updated_at, which is null before the first change."""
    return time('updated_at', since, shapes.OPTIONAL_TIME)


def optional(name: str, since: str = '2.31', **settings) -> Field:
    """A field with text, or null."""
    return Field(name, since, shape=shapes.OPTIONAL_TEXT, **settings)


def format_time(value: datetime.datetime | None) -> str | None:
    """Write a time for a response; None stays None."""
    if value is None:
        return None
    return value.isoformat(timespec='microseconds')


def links(collection: str) -> Field:
    """The field links of a resource.

    :param collection: the path of the collection, such as 'share-groups'
    """

    def value(record, request):
        href = f'{request.root}/v2/{collection}/{record.id}'
        return [{'rel': rel, 'href': href} for rel in ('self', 'bookmark')]

    return Field('links', value=value, shape=shapes.links('self', 'bookmark'))
