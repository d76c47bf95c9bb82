# SPDX-License-Identifier: Apache-2.0
"""What a sender says first: the header of a connection."""

from collections.abc import Callable
import dataclasses
import json
import re
from typing import Any

from manila_groups import exception
from manila_groups.backend.transfer import tokens

#: The version of what both sides say to each other.
PROTOCOL = 1

#: The maximum number of bytes of a header, with its end of line.
MOST_BYTES = 16384

_ID = re.compile('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
_FORMAT = re.compile('[a-z0-9][a-z0-9-]{0,63}')


class Refused(exception.DriverError):
    """A back end does not take what another one offers."""


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """What a sender has for a receiver, who knows all else itself.

    :ivar snapshot_id: of the snapshot that the stream makes
    :ivar base_id: of the snapshot that the stream is the difference to; None
        for a full one
    :ivar format: as in the driver's ``formats``
    :ivar drop: the ids of snapshots that the receiver no longer needs
    :ivar token: 64 hexadecimal digits, see :mod:`tokens`
    """

    migration_id: str
    snapshot_id: str
    base_id: str | None
    format: str
    drop: tuple[str, ...]
    token: str = dataclasses.field(repr=False)

    def line(self) -> bytes:
        """Write the header.

        :raises Refused: a field is not what a receiver accepts
        """
        fields = dataclasses.asdict(self)
        text = json.dumps({'protocol': PROTOCOL, **fields})
        line = text.encode() + b'\n'
        parse(line)
        return line


def parse(line: bytes) -> Offer:
    """Read a header.

    :param line: whatever the sender has written, with its end of line
    :raises Refused: it is not a header; the message says what is wrong
    """
    if len(line) > MOST_BYTES:
        raise Refused(f'the header has more than {MOST_BYTES} bytes')
    fields = _fields(line)
    protocol = fields.pop('protocol', None)
    if type(protocol) is not int or protocol != PROTOCOL:
        raise Refused(
            f'the header must have protocol {PROTOCOL}; the two back ends may '
            'be of different releases'
        )
    if fields.keys() != _RULES.keys():
        raise Refused(f'the header must have exactly {", ".join(_RULES)}')
    for name, (is_valid, rule) in _RULES.items():
        if not is_valid(fields[name]):
            raise Refused(f'the header: {name} must be {rule}')
    return Offer(**{**fields, 'drop': tuple(fields['drop'])})


def _fields(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode('utf-8'), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused('the header is not a line of JSON') from error
    if not isinstance(found, dict):
        raise Refused('the header must be a JSON object')
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError('a name is there twice')
    return found


def _has(form: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and bool(form.fullmatch(value))


_is_id = _has(_ID)

#: Each field, with whether a value is valid, and what it must be.
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    'migration_id': (_is_id, 'a UUID'),
    'snapshot_id': (_is_id, 'a UUID'),
    'base_id': (
        lambda value: value is None or _is_id(value),
        'a UUID or null',
    ),
    'format': (_has(_FORMAT), 'the name of a format'),
    'drop': (
        lambda value: isinstance(value, list) and all(map(_is_id, value)),
        'a list of UUIDs',
    ),
    'token': (_has(tokens.FORM), '64 hexadecimal digits'),
}
