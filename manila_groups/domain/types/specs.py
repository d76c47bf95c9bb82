# SPDX-License-Identifier: Apache-2.0
"""Matches the specs of a type with the capabilities that a pool reports.

Extra specs (of share types) and group specs (of share group types) follow the
same rules: see the contract, 'Where reference and wire differ', 7. The
operators are those of ``oslo_utils.specs_matcher``, and ``<is>``. A bad
operand matches nothing.

=================  =======================================================
``>= 5``           numbers: ``=`` (at least, for history's sake), ``==``,
                   ``!=``, ``>=``, ``<=``, ``>``, ``<``
``s== text``       texts: ``s==``, ``s!=``, ``s>=``, ``s<=``, ``s>``, ``s<``
``<is> True``      the boolean
``<in> text``      the capability contains the text
``<or> a <or> b``  one of the values
``<all-in> a b``   all the words are in the capability's list
``<range-in> [ 1 5 )``  a number between the two
anything else      equality
=================  =======================================================
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import functools
import math
import operator
import re
import typing

from oslo_serialization import jsonutils
from oslo_utils import strutils

#: One value of a capability; booleans have become 'true' and 'false'.
Scalar = str | int | float
#: One capability; of a list, one match is enough.
Reported = Scalar | tuple[Scalar, ...]
Test = Callable[[Scalar], bool]
#: Compares a capability, the first, with an operand.
Comparison = Callable[[typing.Any, typing.Any], bool]
ListTest = Callable[[tuple[Scalar, ...]], bool]

#: The extra specs that mean the same on every back end. Users see only these:
#: operators may write names of their systems into others.
WELL_KNOWN = frozenset(
    (
        'driver_handles_share_servers',
        'snapshot_support',
        'create_share_from_snapshot_support',
        'revert_to_snapshot_support',
        'mount_snapshot_support',
        'mount_point_name_support',
        'snapshot_inherit_share_access_support',
        'replication_type',
        'encryption_support',
        'availability_zones',
        'provisioning:min_share_size',
        'provisioning:max_share_size',
        'provisioning:max_share_extend_size',
        'provisioning:mount_point_prefix',
        'default_qos_type',
    )
)

_BOOLEANS = ('true', 'false')

#: The capability with the protocols of a pool's shares.
STORAGE_PROTOCOL = 'storage_protocol'

CONSISTENT_SNAPSHOT_SUPPORT = 'consistent_snapshot_support'
_CAPABILITIES_SCOPE = 'capabilities:'


def _scalar(value: typing.Any) -> Scalar:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str | int | float):
        return value
    return jsonutils.dumps(value, sort_keys=True)


def _flat(name: str, value: typing.Any) -> Iterator[tuple[str, Reported]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f'{name}:{key}', inner)
    elif isinstance(value, list | tuple | set | frozenset):
        yield name, tuple(_scalar(one) for one in value if one is not None)
    elif value is not None:
        yield name, _scalar(value)


class Capabilities(dict):
    """A pool's capabilities, by name, which can be compared and hashed.

    Lists become tuples, booleans the texts 'true' and 'false' (1 and True are
    the same key of a dict, but not the same capability), mappings one
    capability per entry, ``outer:inner``. A null is not reported.

    :param reported: a JSON object of a back end's report
    """

    def __init__(self, reported: Mapping[str, typing.Any] = {}):
        super().__init__(
            pair for name in reported for pair in _flat(name, reported[name])
        )


def number(value: typing.Any) -> float | None:
    """Read a value or a text as a number; None if it is not a number.

    'infinite', which drivers report for a capacity without limit, is
    infinity; NaN compares with nothing, and is not a number here.
    """
    if value == 'infinite':
        return math.inf
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(result) else result


def _boolean(text: str) -> bool | None:
    return strutils.bool_from_string(text, default=None)


def _text(value: Scalar) -> str:
    """Make a text of a value: equal numbers have equal texts."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


def _equality(operand: str) -> Test:
    text, as_number = operand.casefold(), number(operand)
    texts = {text}
    boolean = _boolean(text)
    if boolean is not None:
        texts.add(str(boolean).lower())

    def test(reported: Scalar) -> bool:
        if isinstance(reported, str):
            return _text(reported) in texts
        return reported == as_number

    return test


def _is(operand: str) -> Test:
    wanted = _boolean(operand)
    return lambda reported: (
        wanted is not None and _boolean(_text(reported)) is wanted
    )


def _numeric(compare: Comparison, operand: str) -> Test:
    wanted = number(operand)

    def test(reported: Scalar) -> bool:
        has = number(reported)
        return has is not None and wanted is not None and compare(has, wanted)

    return test


def _textual(compare: Comparison, operand: str) -> Test:
    wanted = operand.casefold()
    return lambda reported: compare(_text(reported), wanted)


def _range(operand: str) -> Test:
    match operand.split():
        case ['[' | '(' as opening, low, high, ']' | ')' as closing]:
            above = _numeric(_LOWEST[opening], low)
            below = _numeric(_HIGHEST[closing], high)
            return lambda reported: above(reported) and below(reported)
    return lambda reported: False


#: What a number in a range is to its limits.
_LOWEST: dict[str, Comparison] = {'[': operator.ge, '(': operator.gt}
_HIGHEST: dict[str, Comparison] = {']': operator.le, ')': operator.lt}


def _any(test: Test) -> ListTest:
    return lambda reported: any(map(test, reported))


def _all(tests: list[ListTest]) -> ListTest:
    return lambda reported: all(test(reported) for test in tests)


def _alternatives(operand: str) -> ListTest:
    choices = re.split('<or>', operand, flags=re.IGNORECASE)
    tests = [_equality(one.strip()) for one in choices if one.strip()]
    return _any(lambda reported: any(test(reported) for test in tests))


def _compared(
    test: Callable[[Comparison, str], Test], compare: Comparison, operand: str
) -> ListTest:
    return _any(test(compare, operand))


_NUMERIC: dict[str, Comparison] = {
    '=': operator.ge,
    '==': operator.eq,
    '!=': operator.ne,
    '>=': operator.ge,
    '<=': operator.le,
    '>': operator.gt,
    '<': operator.lt,
}
_TEXTUAL: dict[str, Comparison] = {
    's==': operator.eq,
    's!=': operator.ne,
    's>=': operator.ge,
    's<=': operator.le,
    's>': operator.gt,
    's<': operator.lt,
    '<in>': operator.contains,
}
_OPERATORS: dict[str, Callable[[str], ListTest]] = {
    '<is>': lambda operand: _any(_is(operand)),
    '<or>': _alternatives,
    '<range-in>': lambda operand: _any(_range(operand)),
    '<all-in>': lambda operand: _all(
        [_any(_equality(word)) for word in operand.split()]
    ),
    **{
        name: functools.partial(_compared, test, compare)
        for test, table in ((_numeric, _NUMERIC), (_textual, _TEXTUAL))
        for name, compare in table.items()
    },
}
_GRAMMAR = re.compile(
    '({})(.*)'.format(
        '|'.join(map(re.escape, sorted(_OPERATORS, key=len, reverse=True)))
    ),
    re.IGNORECASE | re.DOTALL,
)


def _compile(value: str) -> ListTest:
    parsed = _GRAMMAR.fullmatch(value.strip())
    if parsed is None:
        return _any(_equality(value.strip()))
    name, operand = parsed[1].lower(), parsed[2].strip()
    if not operand:
        return lambda reported: False
    return _OPERATORS[name](operand)


def _compile_consistent_snapshot(value: str) -> ListTest:
    """Compile consistent_snapshot_support: its booleans mean other values."""
    plain = re.sub(r'^\s*<is>', '', value, flags=re.IGNORECASE)
    wanted = _boolean(plain)
    if wanted is None:
        return _compile(value)
    if wanted:
        return _any(lambda one: _text(one) in ('pool', 'host', 'true'))
    return lambda reported: all(
        _text(one) in ('', 'false') for one in reported
    )


def _listed(reported: Reported | None) -> str:
    if reported is None:
        return 'not reported'
    values = reported if isinstance(reported, tuple) else (reported,)
    return ', '.join(map(str, values)) or 'empty'


@dataclasses.dataclass(frozen=True, slots=True)
class Spec:
    """One spec, compiled to be matched with the capabilities of many pools.

    :ivar key: the key as the operator wrote it, with its scope
    :ivar value: the value as the operator wrote it
    :ivar name: the name of the capability
    :ivar test: takes the tuple of the capability's values
    :ivar hidden: whether users may not see that the type has this spec
    """

    key: str
    value: str
    name: str
    test: ListTest
    hidden: bool = False

    def accepts(self, reported: Reported | None) -> bool:
        """Whether a capability, None if it is not reported, satisfies it."""
        if isinstance(reported, tuple):
            return self.test(reported)
        return self.test(() if reported is None else (reported,))

    @property
    def asked(self) -> str:
        """What the spec requires, in words that any user may see."""
        if self.hidden:
            return 'a requirement of the share types must be met'
        return self._wanted

    @property
    def _wanted(self):
        return f"{self.key} must be '{self.value}'"

    def found(self, reported: Reported | None) -> str:
        """What a pool has instead, in words for the operator."""
        has = f'{self.name} is {_listed(reported)}'
        return f'{self._wanted} and {has}' if self.hidden else has


def compile_spec(key: str, value: str, hidden: bool = False) -> Spec | None:
    """Compile one spec.

    :param key: the spec's key, with or without a scope
    :param value: the spec's value, with or without an operator
    :param hidden: whether users may not see that the type has this spec
    :returns: None for a scope other than ``capabilities``: such a spec is for
        the back end's driver
    """
    name = key.removeprefix(_CAPABILITIES_SCOPE)
    if name == key and ':' in key:
        return None
    special = name == CONSISTENT_SNAPSHOT_SUPPORT
    compiler = _compile_consistent_snapshot if special else _compile
    return Spec(key, value, name, compiler(value), hidden)


def compile_specs(
    specs: Mapping[str, str],
    ignored: Collection[str] = (),
    visible: Collection[str] | None = None,
) -> list[Spec]:
    """Compile all specs of a type, in the order of their keys.

    :param specs: a type's extra specs or group specs
    :param ignored: names of specs that are not about a capability
    :param visible: keys of the specs that users may see; None for all
    """
    compiled = (
        compile_spec(
            key, specs[key], visible is not None and key not in visible
        )
        for key in sorted(specs)
    )
    return [one for one in compiled if one and one.name not in ignored]


def protocol_spec(specs: Mapping[str, str], protocol: str) -> Spec | None:
    """Compile what a share's protocol requires of a pool.

    :param specs: the extra specs of the share's type
    :param protocol: in upper case, such as NFS
    :returns: None where the share type itself says what storage_protocol must
        be
    """
    key = STORAGE_PROTOCOL
    if key in specs or f'{_CAPABILITIES_SCOPE}{key}' in specs:
        return None
    return Spec(key, protocol, key, _compile(f'<in> {protocol}'))


def spellings(value: str) -> tuple[str, ...]:
    """The ways to write a spec's value, for lists that are filtered by it.

    To the scheduler, a boolean is the same in whatever case, with ``<is>`` or
    without it.

    :param value: one of the ways
    """
    plain = re.sub(r'^<is>', '', value.strip(), flags=re.IGNORECASE)
    word = plain.strip().lower()
    if word not in _BOOLEANS:
        return (value,)
    words = (word, word.title(), word.upper())
    return (*words, *(f'<is> {one}' for one in words))


def spelled(wanted: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The specs that a list is filtered by, with :func:`spellings`."""
    return {key: spellings(value) for key, value in wanted.items()}


def matches(
    specs: Mapping[str, str],
    capabilities: Mapping[str, typing.Any],
    ignored: Collection[str] = (),
) -> str | None:
    """Match all specs of a type with the capabilities of one pool.

    :param specs: a type's extra specs or group specs
    :param capabilities: a JSON object, as the pool reports it
    :param ignored: names of specs that are not about a capability, such as
        a share type's ``availability_zones``
    :returns: None if all are satisfied, else the reason of the first, by key,
        that is not
    """
    reported = Capabilities(capabilities)
    for spec in compile_specs(specs, ignored):
        value = reported.get(spec.name)
        if not spec.accepts(value):
            return f'{spec.asked}, but {spec.found(value)}'
    return None
