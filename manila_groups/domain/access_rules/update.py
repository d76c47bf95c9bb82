# SPDX-License-Identifier: Apache-2.0
"""Applying the access rules of shares.

One operation does it for all rules of a share that wait: the driver is always
given the whole set.  Rules that are added or denied while it is at work wait
for its next turn.
"""

from collections.abc import Sequence
import dataclasses

from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_access_rules as rows
from manila_groups.db import shares
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs

APPLY = 'apply_rules'

#: Each state of a rule at work: the event's verb, and the state afterwards.
_ENDS = {
    states.APPLYING: ('allow', states.ACTIVE),
    states.DENYING: ('deny', events.DELETED),
}
#: The states of the rules that the driver is given.
_IN_FORCE = (states.APPLYING, states.ACTIVE)

_FAILED = (
    'The back end could not apply the access rules of the share. Delete the '
    'rules in error and add them again, or ask the administrator.'
)
_OVERDUE = (
    'The access rules of the share were not applied in time. Delete the rules '
    'in error and add them again, or ask the administrator.'
)


def _load(conn, operations):
    ids = [one.resource_id for one in operations]
    leases = rows.leases(conn, ids)
    return {
        one.id: (dataclasses.replace(one, **leases.get(one.id, {})), None)
        for one in shares.get_many(conn, ids)
        if one.host is not None and one.status != states.DELETING
    }


def _begin(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    """Take up the rules that wait; give each task the rules of its share."""
    ids = _lock(tx, tasks)
    tx.keep(tasks)
    mine = rows.of_any(ids)
    for transition in (states.AccessRule.APPLY, states.AccessRule.DENY):
        rows.ROWS.transition_many(tx.conn, transition, mine)
    rules = _rules(tx, ids)
    for one in tasks:
        one.work = [
            rule for rule in rules[one.row.id] if rule.state in _IN_FORCE
        ]


def _lock(tx, tasks):
    ids = [one.row.id for one in tasks]
    if not shares.ROWS.lock_rows(tx.conn, ids):
        raise verbs.Lost
    return ids


def _rules(tx, ids) -> dict[str, list[records.AccessRule]]:
    found: dict[str, list[records.AccessRule]] = {one: [] for one in ids}
    for rule in rows.of_shares(tx.conn, ids):
        found[rule.share_id].append(rule)
    return found


def _applied(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    ids = _lock(tx, tasks)
    found = _rules(tx, ids)
    for task in tasks:
        for rule in found[task.row.id]:
            if rule.state in _ENDS:
                verb, state = _ENDS[rule.state]
                _note(tx, task, rule, f'{verb}.end', state)
                if rule.state == states.DENYING:
                    rows.ROWS.ended(tx.conn, rule, _caller(task, rule))
    mine = rows.of_any(ids)
    rows.ROWS.transition_many(tx.conn, states.AccessRule.APPLIED, mine)
    rows.ROWS.delete_many(tx.conn, rows.ROWS.is_in((states.DENYING,)), mine)
    _settle(tx, tasks)


def _failed(tx: transaction.Tx, task: verbs.Task) -> None:
    _lock(tx, [task])
    _end_rules(
        tx,
        task,
        (states.AccessRule.APPLY_FAILED, states.AccessRule.DENY_FAILED),
        tuple(_ENDS),
        _FAILED,
        messages.DRIVER_FAILED,
    )


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    _lock(tx, [task])
    _end_rules(
        tx,
        task,
        (states.AccessRule.OVERDUE,),
        rows.WAITING,
        _OVERDUE,
        messages.TIMED_OUT,
    )


def _end_rules(tx, task, transitions, waiting, text, detail):
    """Let rules end in error, with one message about all of them."""
    rules = _rules(tx, [task.row.id])[task.row.id]
    failed = [one for one in rules if one.state in waiting]
    mine = rows.of(task.row.id)
    for transition in transitions:
        rows.ROWS.transition_many(tx.conn, transition, mine, reason=text)
    if failed:
        last = _caller(task, failed[-1])
        tx.tell(task, last, messages.UPDATE_ACCESS_RULES, detail, text)
    for rule in failed:
        denies = rule.state in (states.QUEUED_TO_DENY, states.DENYING)
        verb = 'deny.error' if denies else 'allow.error'
        _note(tx, task, rule, verb, states.ERROR, reason=text)
    _settle(tx, [task])


def _note(tx, task, rule, verb, state, **details):
    events.note(
        tx.conn,
        f'share_access.{verb}',
        dataclasses.replace(rule, state=state),
        events.caller_of(_caller(task, rule)),
        project_id=task.row.project_id,
        **details,
    )


def _caller(task, rule):
    """Return a share's record with the request of a rule."""
    return dataclasses.replace(task.row, request_id=rule.request_id)


def _settle(tx, tasks):
    """Set access_rules_status; end, or go on where rules wait again."""
    found = rows.states_of(tx.conn, [one.row.id for one in tasks])
    waiting: list[verbs.Task] = []
    by_status: dict[str, list[str]] = {}
    for one in tasks:
        own = found.get(one.row.id, frozenset())
        if not own.isdisjoint(rows.WAITING):
            waiting.append(one)
        by_status.setdefault(_summary(own), []).append(one.row.id)
    for status, ids in sorted(by_status.items()):
        shares.set_rules_status(tx.conn, ids, status)
    ended = [one for one in tasks if one not in waiting]
    if ended:
        tx.end(ended)
    for one in waiting:
        tx.move([one], APPLY, one.row)


def _summary(own: frozenset[str]) -> str:
    if not own.isdisjoint(rows.WAITING):
        return states.SYNCING
    return states.ERROR if states.ERROR in own else states.ACTIVE


VERB = verbs.Verb(
    name=APPLY,
    kind=states.SHARE_ACCESS,
    resource=changes.SHARE,
    locate=lambda _share: APPLY,
    find_strays=rows.shares_waiting,
    steps=(
        verbs.Step(
            name=APPLY,
            at=verbs.Place.BACKEND,
            load=_load,
            begin=_begin,
            done=_applied,
            failed=_failed,
            overdue=_overdue,
            gone=verbs.WAIT,
        ),
    ),
)
