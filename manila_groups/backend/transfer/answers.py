# SPDX-License-Identifier: Apache-2.0
"""What a receiver answers: a line before the stream, and one after it."""

import json
from typing import Any

from manila_groups import exception
from manila_groups.backend.transfer import offers

#: The stream may begin; it was received.
READY, DONE = 'ready', 'done'
#: It can't be received now; it never can.
AGAIN, REFUSED = 'again', 'refused'

#: The maximum number of bytes of an answer, with its end of line.
MOST_BYTES = 8192

#: The maximum number of characters of a reason.
_LONGEST = 1000


def line(answer: str, reason: str = '') -> bytes:
    """Write an answer.

    :param answer: one of the words above
    :param reason: why not
    """
    fields = {'answer': answer, 'reason': reason[:_LONGEST]}
    return json.dumps(fields).encode() + b'\n'


def of_error(error: Exception) -> bytes:
    """Write the answer for what has failed at the receiver."""
    if isinstance(error, exception.TransientDriverError):
        return line(AGAIN, error.message)
    if isinstance(error, exception.DriverError):
        return line(REFUSED, error.message)
    return line(AGAIN, 'it failed in a way that only its log tells')


def expect(wanted: str, line: bytes) -> None:
    """Read an answer.

    :param wanted: the one that should come
    :raises Refused: the receiver will not take it, with its reason
    :raises TransientDriverError: the receiver can't take it now, or this is
        not its answer
    """
    answer, reason = _parse(line)
    if answer == wanted:
        return
    if answer == REFUSED:
        raise offers.Refused(f'the other back end refuses: {reason}')
    if answer == AGAIN:
        raise exception.TransientDriverError(
            f'the other back end cannot receive it now: {reason}'
        )
    raise exception.TransientDriverError(
        f'the other back end answers something else than "{wanted}"'
    )


def _parse(line: bytes) -> tuple[Any, str]:
    try:
        found = json.loads(line.decode('utf-8'))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return None, ''
    return found.get('answer'), _printable(found.get('reason'))


def _printable(value: Any) -> str:
    """Return a text of another machine as one line that a log can have."""
    text = value if isinstance(value, str) else ''
    return ''.join(
        one if one.isprintable() else ' ' for one in text[:_LONGEST]
    )
