# SPDX-License-Identifier: Apache-2.0
"""The query of each list is a table with a row per filter and sort key.

Only these tables publish filters and sort keys: a filter of the database is
not public without a row here.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any
from typing import TypeVar

from oslo_utils import timeutils

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api import spec_filter
from manila_groups.api.schemas import base

TEXT = {'type': 'string', 'maxLength': 255}
NUMBER = base.number_query(18)
_MAPPING = {'type': 'string', 'maxLength': 10000}
_BOTH = ['all', 'All', 'none', 'None']
_PUBLIC = {
    'anyOf': [base.BOOLEAN, {'enum': _BOTH}],
    'description': 'true, false or all',
}


def _as_it_is(_key: str, text: str) -> str:
    return text


@dataclasses.dataclass(frozen=True)
class Filter:
    """One filter of a list.

    :ivar name: its name for clients and in the domain
    :ivar schema: the JSON schema of what clients send
    :ivar read: converts the text that a client sent, given the key and the
        text; raises Invalid, which names the key
    :ivar also: other names for clients
    :ivar since: the microversion that introduced it; before, it is refused
        like an unknown key; None for none
    :ivar ignored_before: the microversion before which it is accepted and
        has no effect; None for none
    :ivar rule: the policy rule that lets a caller use it; None if everybody
        who may list may use it.  A filter by a field that the view hides from
        some callers must have one.
    :ivar several: whether it may be repeated
    """

    name: str
    schema: dict[str, Any] = dataclasses.field(default_factory=TEXT.copy)
    read: Callable[[str, str], Any] = _as_it_is
    also: tuple[str, ...] = ()
    since: str | None = None
    ignored_before: str | None = None
    rule: str | None = None
    several: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All its names for clients."""
        return (self.name, *self.also)


@dataclasses.dataclass(frozen=True)
class Sort:
    """One key that a list can be sorted by.

    :ivar name: its name for clients and in the domain
    :ivar also: other names for clients
    :ivar rule: the policy rule that lets a caller use it; None if everybody
        who may list may use it
    """

    name: str
    also: tuple[str, ...] = ()
    rule: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All its names for clients."""
        return (self.name, *self.also)


Row = TypeVar('Row', Filter, Sort)


def text(name: str, most: int = 255, **settings: Any) -> Filter:
    """A filter by text.

    :param most: the maximum number of characters
    """
    return Filter(name, {**TEXT, 'maxLength': most}, **settings)


def one_of(name: str, *values: str, **settings: Any) -> Filter:
    """A filter by one of some words."""
    return Filter(name, {'enum': list(values)}, **settings)


def word(name: str, **settings: Any) -> Filter:
    """A filter by an upper-case word, which clients may send in any case."""
    return Filter(name, read=lambda _key, text: text.upper(), **settings)


def flag(name: str, **settings: Any) -> Filter:
    """A filter that is true or false."""
    return Filter(
        name, base.BOOLEAN, lambda _key, text: base.to_bool(text), **settings
    )


def public(name: str, **settings: Any) -> Filter:
    """A filter that is true, false, or None for both."""
    return Filter(name, _PUBLIC, _read_public, **settings)


def _read_public(_key: str, text: str) -> bool | None:
    return None if text in _BOTH else base.to_bool(text)


def number(name: str, **settings: Any) -> Filter:
    """A filter by a number of up to nine digits."""
    schema = base.number_query(9)
    return Filter(name, schema, lambda _key, text: int(text), **settings)


def ids(name: str, most: int, **settings: Any) -> Filter:
    """A filter by several ids: separated by commas, or repeated.

    :param most: the maximum number: each is a condition in SQL
    """

    def read(key: str, text: str) -> list[str]:
        found = sorted(set(text.split(',')))
        if len(found) > most:
            raise exception.Invalid(f'{key}: has more than {most} ids.')
        return found

    schema = {'type': 'string', 'maxLength': 4096}
    return Filter(name, schema, read, several=True, **settings)


def mapping(name: str, **settings: Any) -> Filter:
    """A filter by keys and values: see api.spec_filter."""
    return Filter(name, _MAPPING, spec_filter.read, **settings)


def time(name: str, **settings: Any) -> Filter:
    """A filter by a time in ISO 8601."""
    return Filter(name, read=_read_time, **settings)


def _read_time(key: str, text: str) -> datetime.datetime:
    try:
        return timeutils.normalize_time(timeutils.parse_isotime(text))
    except (ValueError, OverflowError) as error:
        raise exception.Invalid(
            f"{key}: '{text}' is not a time in ISO 8601."
        ) from error


def day(name: str, **settings: Any) -> Filter:
    """A filter by a day."""
    return Filter(name, read=_read_day, **settings)


def _read_day(key: str, text: str) -> datetime.datetime:
    try:
        return datetime.datetime.strptime(text, '%Y-%m-%d')
    except ValueError as error:
        raise exception.Invalid(
            f"{key}: '{text}' is not a day such as 2026-11-22."
        ) from error


def sorts(*names: str) -> list[Sort]:
    """Sort keys with one name each and without a policy rule."""
    return [Sort(name) for name in names]


#: The query keys of pagination.  The command line client's --marker arrives as
#: an offset. See the contract, 'Lists'.
PAGE = {
    'limit': NUMBER,
    'offset': {
        'anyOf': [
            NUMBER,
            {
                **TEXT,
                'pattern': '[^0-9]',
                'description': 'the id of a row',
            },
        ],
        'description': 'a number of rows of up to 18 digits, or the id of a '
        'row',
    },
    'marker': TEXT,
}


class List(base.Schema):
    """The query of a list, as a table.

    :ivar filters: the rows of the filters
    :ivar sort: the rows of the sort keys
    :ivar several: the query keys that may be repeated
    :ivar guards: query keys, each with the policy rule that guards it
    :param page: the query keys of pagination, each with its schema
    :param needed: the required filters
    """

    def __init__(
        self,
        *filters: Filter,
        sort: Iterable[Sort] = (),
        page: Mapping[str, dict] | None = PAGE,
        needed: tuple[str, ...] = (),
    ) -> None:
        self.filters, self.sort = filters, tuple(sort)
        self._filters = _by_name(filters)
        self._sorts = _by_name(self.sort)
        self.several = frozenset(
            name for name, row in self._filters.items() if row.several
        )
        self.guards = {
            name: row.rule
            for name, row in self._filters.items()
            if row.rule is not None
        }
        super().__init__(
            {
                **(page or {}),
                **self._order(),
                **{name: row.schema for name, row in self._filters.items()},
            },
            since=self._versions('since'),
            ignored_before=self._versions('ignored_before'),
            needed=needed,
        )

    def _order(self) -> dict[str, dict]:
        if not self.sort:
            return {}
        return {
            'sort_key': {'enum': sorted(self._sorts)},
            'sort_dir': {'enum': ['asc', 'desc']},
        }

    def _versions(self, attribute: str) -> dict[str, str]:
        return {
            name: getattr(row, attribute)
            for name, row in self._filters.items()
            if getattr(row, attribute) is not None
        }

    def validate(
        self,
        value: Any,
        version: microversions.Version,
        *args: Any,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Check and convert a query: see Schema.validate.

        :returns: the domain's names of the filters to their values, and the
            keys of the page to text
        :raises Invalid: naming the key and the rule
        """
        found: dict[str, Any] = {}
        for key, given in (
            super().validate(value, version, *args, **kwargs).items()
        ):
            row = self._filters.get(key)
            name, read = (row.name, row.read) if row else (key, _as_it_is)
            read_value = read(key, given)
            if found.setdefault(name, read_value) != read_value:
                raise exception.Invalid(
                    f'{name}: is given twice, with different values.'
                )
        if 'sort_key' in found:
            found['sort_key'] = self._sorts[found['sort_key']].name
        return found

    def rules(self, query: Mapping[str, Any]) -> set[str]:
        """The policy rules that a checked query must pass."""
        found = {self.guards[name] for name in query.keys() & self.guards}
        order = self._sorts.get(query.get('sort_key', ''))
        if order is not None and order.rule is not None:
            found.add(order.rule)
        return found


def _by_name(rows: Iterable[Row]) -> dict[str, Row]:
    return {name: row for row in rows for name in row.names}
