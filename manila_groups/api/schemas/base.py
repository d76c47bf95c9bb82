# SPDX-License-Identifier: Apache-2.0
"""JSON schemas with microversions, and their common parts."""

from collections.abc import Collection
from collections.abc import Mapping
import functools
from typing import Any

import jsonschema
from oslo_utils import strutils

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api.schemas import explanations

NAME = {'type': ['string', 'null'], 'maxLength': 255}
DESCRIPTION = NAME
ID = {'type': 'string', 'minLength': 1, 'maxLength': 255}
OPTIONAL_ID = {'type': ['string', 'null'], 'minLength': 1, 'maxLength': 255}
#: A project; the maximum length is that of the database's column.
PROJECT_ID_LENGTH = 255
PROJECT_ID = {
    'type': 'string',
    'minLength': 1,
    'maxLength': PROJECT_ID_LENGTH,
}


def _is_integer(_checker, value):
    return isinstance(value, int) and not isinstance(value, bool)


def _items(validator, rule, value, schema):
    if not validator.is_type(value, 'array'):
        return
    # Too many items would take too long to check.
    if len(value) <= schema.get('maxItems', len(value)):
        yield from jsonschema.Draft202012Validator.VALIDATORS['items'](
            validator, rule, value, schema
        )


#: JSON Schema accepts 1.0 as an integer; this service does not.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    {'items': _items},
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        'integer', _is_integer
    ),
)

_TRUE_FALSE = [*strutils.TRUE_STRINGS, *strutils.FALSE_STRINGS]
#: True and false as JSON has them, as people write them, and as 0 and 1.
BOOLEAN = {
    'enum': [
        True,
        False,
        0,
        1,
        *sorted(
            spelling(word)
            for word in _TRUE_FALSE
            for spelling in (str.lower, str.title, str.upper)
        ),
    ],
    'description': 'a boolean: true or false',
}

#: Python's spaces as a part of a character class: in the OpenAPI document, \s
#: would have another meaning.
SPACE = (
    r'\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000'
)

#: Invisible characters, in the same form: spaces, control and format
#: characters, and fillers. There is no portable escape for the last ones.
_INVISIBLE = (
    rf'{SPACE}\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5'
    r'\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164'
    r'\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb'
    '\U000e0000-\U000e0fff'
)
REQUIRED_NAME = {
    'type': 'string',
    'minLength': 1,
    'maxLength': 255,
    'pattern': f'[^{_INVISIBLE}]',
    'description': 'a name of 1 to 255 characters, at least one of them '
    'visible',
    'examples': ['x'],
}

#: Ends with \Z because $ also matches before a final newline.
SPEC_KEY = {
    'pattern': r'^[A-Za-z0-9_.:-]{1,255}\Z',
    'description': 'a key of 1 to 255 letters, digits and _ . : -',
}
SPEC_VALUE = {
    'anyOf': [
        {'type': 'string', 'minLength': 1, 'maxLength': 255},
        {'type': 'boolean'},
    ]
}
#: Extra specs or group specs. See the contract, 'Share group types'.
SPECS = {
    'type': 'object',
    'propertyNames': SPEC_KEY,
    'additionalProperties': SPEC_VALUE,
}


def number_query(digits: int) -> dict:
    """The schema of a query key with a number.

    :param digits: the maximum number of digits
    """
    return {
        'type': 'string',
        'pattern': rf'^[0-9]{{1,{digits}}}\Z',
        'description': f'a whole number from 0 to {"9" * digits}',
    }


def digits(maximum: int) -> str:
    """A pattern for the whole numbers from 1 to a maximum, in digits.

    :param maximum: the largest number; it must have several digits
    """
    text = str(maximum)
    found = [rf'[1-9][0-9]{{0,{len(text) - 2}}}', text]
    for place, digit in enumerate(text):
        minimum, below = int(place == 0), int(digit) - 1
        if minimum <= below:
            rest = len(text) - place - 1
            found.append(f'{text[:place]}[{minimum}-{below}][0-9]{{{rest}}}')
    return f'({"|".join(found)})'


def or_null(rule: dict) -> dict:
    """Make a schema that also accepts null."""
    changed = dict(rule)
    if 'enum' in rule:
        changed['enum'] = [*rule['enum'], None]
    if 'type' in rule:
        types = rule['type']
        types = [types] if isinstance(types, str) else types
        changed['type'] = [*types, 'null']
    return changed


def to_bool(value: Any) -> bool:
    """Convert a value that BOOLEAN has accepted; 1.0 is 1."""
    if isinstance(value, float):
        return bool(value)
    return strutils.bool_from_string(value, strict=True)


def one_boolean(
    values: Mapping[str, Any], name: str, other: str
) -> bool | None:
    """Read a boolean that has two names; None if neither is given.

    :raises Invalid: the two have different values
    """
    found = {
        to_bool(values[one])
        for one in (name, other)
        if values.get(one) is not None
    }
    if len(found) > 1:
        raise exception.Invalid(
            f'{name}: is given as {other}, too, with a different value.'
        )
    return found.pop() if found else None


def check_only_key(body: Mapping[str, Any], key: str) -> None:
    """Check that the only key of a body is the key in the path.

    :raises Invalid: it is not
    """
    if list(body) != [key]:
        raise exception.Invalid(
            f'The body must have the key {explanations.spell(key)} of the '
            'path and no other key.'
        )


def to_specs(specs: Mapping[str, str | bool]) -> dict[str, str]:
    """Convert a value that SPECS has accepted: booleans become strings."""
    return {key: str(value) for key, value in specs.items()}


def one_name_each(
    values: Mapping[str, Any], aliases: Mapping[str, str]
) -> dict[str, Any]:
    """Replace aliases by the canonical names.

    :param aliases: alias to canonical name
    :raises Invalid: two names of the same field have different values
    """
    renamed: dict[str, Any] = {}
    for name, value in values.items():
        target = aliases.get(name, name)
        if renamed.setdefault(target, value) != value:
            raise exception.Invalid(
                f'{target}: is given twice, with different values.'
            )
    return renamed


class Schema:
    """The schema of the fields of a body, or the keys of a query.

    :param properties: name to JSON schema; other names are refused
    :param required: the required names
    :param since: name to the microversion that introduced it; before, it is
        refused like an unknown name
    :param earlier: name to the schema that it has before, instead
    :param ignored_before: name to the microversion before which it is
        accepted and has no effect
    :param absent: names that may be null, with the same effect as if absent
    :param names: the schema of every name; None for any
    :param others: the schema of names that are not in properties; None
        refuses them
    :param needed: more required names, which are reported only if there is no
        other error
    """

    def __init__(
        self,
        properties: Mapping[str, dict] | None = None,
        required: tuple[str, ...] = (),
        since: Mapping[str, str] | None = None,
        earlier: Mapping[str, dict] | None = None,
        ignored_before: Mapping[str, str] | None = None,
        names: dict | None = None,
        others: dict | None = None,
        needed: tuple[str, ...] = (),
        absent: tuple[str, ...] = (),
    ):
        self._properties = dict(properties or {})
        self._absent = frozenset(absent)
        for name in absent:
            self._properties[name] = or_null(self._properties[name])
        self._required = list(required)
        self._since = _parse_versions(since)
        self._earlier = dict(earlier or {})
        self._ignored_before = _parse_versions(ignored_before)
        self._names = names
        self._others = others
        self._needed = needed
        self._validator = functools.lru_cache(self._make_validator)

    def schema(self, version: microversions.Version) -> dict:
        """Return the JSON schema at a microversion."""
        schema = self._schema(self._unknown(version))
        return {**schema, 'required': [*self._required, *self._needed]}

    def _unknown(self, version):
        return frozenset(
            name
            for name, since in self._since.items()
            if not version.has(since)
        )

    def _make_validator(self, unknown):
        return _Validator(self._schema(unknown))

    def _schema(self, unknown):
        before = {
            name: rule
            for name, rule in self._earlier.items()
            if name in unknown
        }
        schema = {
            'type': 'object',
            'properties': {
                name: rule
                for name, rule in {**self._properties, **before}.items()
                if name not in unknown or name in before
            },
            'required': self._required,
            'additionalProperties': self._others or False,
        }
        if self._names is not None:
            schema['propertyNames'] = self._names
        return schema

    def validate(
        self,
        value: Any,
        version: microversions.Version,
        where: str = '',
        noun: str = 'field',
        readable: Collection[str] = (),
    ) -> Any:
        """Check a value, and leave out the names that this version ignores.

        :param where: the name of the value in error messages
        :param noun: the word for its names in error messages
        :param readable: names in the response, whether they can be set or
            not
        :raises Invalid: naming the field and the rule
        """
        if value == {} and not (self._required or self._needed):
            return {}
        validator = self._validator(self._unknown(version))
        errors = list(validator.iter_errors(value))
        if errors:
            worst = max(errors, key=jsonschema.exceptions.relevance)
            about = self._about_name(noun, readable)
            raise exception.Invalid(explanations.explain(worst, where, about))
        for name in self._needed:
            if name not in value:
                raise exception.Invalid(f'{name}: must be given.')
        ignored = {
            name
            for name, before in self._ignored_before.items()
            if not version.has(before)
        }
        return {
            name: found
            for name, found in value.items()
            if name not in ignored
            and not (found is None and name in self._absent)
        }

    def _about_name(self, noun, readable):
        def explain(name):
            if name in self._since:
                since = microversions.to_text(self._since[name])
                return f'requires version {since} of the API or later'
            if name in readable:
                return 'is read-only here'
            return f'is not a known {noun}'

        return explain


def _parse_versions(table):
    return {
        name: microversions.parse(version)
        for name, version in (table or {}).items()
    }
