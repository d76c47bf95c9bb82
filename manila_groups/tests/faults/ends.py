# SPDX-License-Identifier: Apache-2.0
"""What has become of each thing that clients were told of."""

from collections.abc import Callable

from manila_groups import states
from manila_groups.tests.faults import ledger

GONE, DONE = 'gone', 'available'
FAILED, SILENT = 'error with a message', 'error without a message'

#: What shares are in when their group could not get other content.
_REPLACED = (states.REVERTING_ERROR, states.BACKUP_RESTORING_ERROR)


def find(thing: ledger.Thing, things):
    """Find a thing's row, by its id or else by its name.

    :param things: rows by kind and id
    """
    if thing.id is not None:
        return things[thing.kind].get(thing.id)
    named = (
        row for row in things[thing.kind].values() if row['name'] == thing.name
    )
    return next(named, None)


def judge(
    thing: ledger.Thing, row, has_message: Callable[[str], bool]
) -> tuple[str, bool]:
    """Say what has become of a thing, and whether that is right.

    :param row: of the thing; None when there is none
    :param has_message: tells whether the user can read why something failed
    """
    if row is None:
        return GONE, thing.may_be_gone
    status = row['status']
    if status == states.AVAILABLE:
        return DONE, thing.deletion != ledger.ACCEPTED
    if 'error' not in status:
        return status, False
    told = [row['id']]
    is_replaced = status in _REPLACED
    if thing.comes_with_group or (is_replaced and thing.group):
        told.append(thing.group.id)
    is_told = any(has_message(one) for one in told)
    return (FAILED if is_told else SILENT), is_told or thing.ends_with_group
