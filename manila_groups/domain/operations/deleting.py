# SPDX-License-Identifier: Apache-2.0
"""Deletions, of whatever kind: how they go on, and how they end."""

from collections.abc import Callable
from typing import Any

from manila_groups import states
from manila_groups.db import operations
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import deadlines
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.services import api as services
from manila_groups.rpc import wake

DELETE = 'delete'
#: The reason of a deletion by force, in the audit log.
FORCED = 'deleted by force'

_FAILED = (
    'The back end could not delete the {}. Try again, or ask the '
    'administrator.'
)
_OVERDUE = (
    'The {} was not deleted in time. Try again, or ask the administrator.'
)


def verb(
    kind: changes.Owned,
    machine: type[states.Resource],
    load: verbs.Load,
    done: verbs.Done,
    abandon: verbs.End,
    *,
    reason: Callable[[verbs.Task], str | None] = lambda _task: None,
    gone: verbs.End | None = None,
    alone: bool = False,
    **details: Any,
) -> verbs.Verb:
    """Make the deletion of a kind.

    :param done: deletes the rows of what is deleted at the back end
    :param abandon: deletes a row whose back end can't do it, and begins a
        clean-up
    :param reason: tells users why a task has failed; None for no more than
        that it has
    :param gone: what is done instead when its back end is removed
    :param alone: see verb.Step
    :param details: see verb.Verb
    """
    step = verbs.Step(
        name=DELETE,
        at=verbs.Place.BACKEND,
        load=load,
        done=done,
        failed=_ending(
            machine, abandon, _FAILED, messages.DRIVER_FAILED, reason
        ),
        overdue=_ending(machine, abandon, _OVERDUE, messages.TIMED_OUT),
        gone=verbs.Gone(verbs.Away.REMOVED, gone or abandon),
        alone=alone,
    )
    return verbs.Verb(
        name=DELETE,
        kind=kind.name,
        resource=kind,
        steps=(step,),
        locate=lambda _row: DELETE,
        during=(states.DELETING,),
        **details,
    )


def _ending(
    machine: type[states.Resource],
    abandon: verbs.End,
    template: str,
    detail: str,
    reason: Callable[[verbs.Task], str | None] = lambda _task: None,
) -> Callable[[transaction.Tx, verbs.Task], None]:
    def end(tx, task):
        # Force takes over: the back end cleans up when it can.
        if task.operation.forced:
            abandon(tx, task)
            return
        text = reason(task) or template.format(states.noun(task.verb.kind))
        tx.fail(
            task, machine.DELETE_FAILED, messages.DELETE, text, detail=detail
        )
        tx.end([task])

    return end


def begin(
    locked: changes.Locked, verb: verbs.Verb, purge: Callable
) -> list[wake.Wake]:
    """Begin the deletion of a row whose status has changed.

    A row that is in no pool is deleted at once.

    :param purge: deletes rows: (connection, records)
    :returns: who has to be woken after the commit
    """
    if locked.row.host is None:
        purge(locked.conn, [locked.row])
        cancel(locked)
        return []
    return [beginning.begin(locked.conn, verb, locked.row)]


def cancel(locked: changes.Locked) -> None:
    """End the operation on a row; after all other locks."""
    operations.cancel(locked.conn, locked.kind, locked.row.id)


def begin_forced(
    locked: changes.Locked,
    conf: Any,
    verb: verbs.Verb,
    purge: Callable,
    remove: Callable[[transaction.Tx, Any], None],
    cancel: Callable[[changes.Locked], None] = cancel,
) -> list[wake.Wake]:
    """Begin a deletion that ends whether or not its back end is there.

    :param remove: deletes a row whose back end is down, and begins a clean-up
    :param cancel: ends what is at work on the row, or on what is in it
    :returns: who has to be woken after the commit
    """
    row = locked.row
    if row.host and services.is_reachable(locked.conn, conf, row.host):
        under_way = _forced_already(locked, verb)
        if under_way is not None:
            return [under_way]
        cancel(locked)
        return [beginning.begin(locked.conn, verb, row, forced=True)]
    tx = transaction.Tx(locked.conn, conf, None)
    if row.host is None:
        purge(locked.conn, [row])
    else:
        remove(tx, row)
    cancel(locked)
    return tx.wakes


def _forced_already(locked, verb) -> wake.Wake | None:
    """Leave a forced deletion to who does it; its deadline begins anew."""
    found = operations.open_on(locked.conn, verb.kind, locked.row.id)
    if found is None or found.verb != verb.name or not found.forced:
        return None
    operations.prolong(locked.conn, found.id)
    return wake.Wake(found.runs_at, found.kind, found.resource_id)


def transition_for(
    conf: Any, row: Any, machine: type[states.Resource]
) -> states.Transition:
    """Choose the transition that begins the deletion of a row by its owner.

    :param machine: of the row
    """
    overdue = machine.DELETE_OVERDUE
    if row.status in overdue.expected and deadlines.is_past(conf, row):
        return overdue
    return machine.DELETE
