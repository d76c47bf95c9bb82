# SPDX-License-Identifier: Apache-2.0
"""Applying the access rules of shares.

One operation does it for all rules of a share that wait: the driver is always
given the whole set.  Rules that are added or denied while it is at work wait
for its next turn.
"""

from collections.abc import Collection
from collections.abc import Sequence
import dataclasses

from manila_groups import states
from manila_groups import utils
from manila_groups.db import records
from manila_groups.db import share_access_rules as rows
from manila_groups.db import shares
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import deadlines
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs

APPLY = 'apply_rules'

#: The states of the rules that the driver has at work.
_AT_WORK = (states.APPLYING, states.DENYING)
#: The states of the rules that the driver is given.
IN_FORCE = (states.APPLYING, states.ACTIVE)

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
    rules = _Rules(tx, tasks)
    tx.keep(tasks)
    for transition in (states.AccessRule.APPLY, states.AccessRule.DENY):
        rules.transit(rules.that_are(*transition.expected), transition)
    for one in tasks:
        one.work = [
            rule for rule in rules.of(one.row.id) if rule.state in IN_FORCE
        ]


def queue_again(conn, some: Sequence[records.Share]) -> None:
    """Let the rules of shares be applied once more.

    The transaction has locked the shares. Their back end finds them when it
    looks for what waits.
    """
    by_id = {one.id: one for one in some}
    found = [
        one
        for one in rows.of_shares(conn, [*by_id])
        if one.state == states.ACTIVE
    ]
    if found:
        changes.transit_many(
            conn,
            changes.SHARE_ACCESS,
            found,
            states.AccessRule.QUEUE_CHANGE,
            callers={one.id: by_id[one.share_id] for one in found},
        )
        ids = sorted({one.share_id for one in found})
        shares.set_rules_status(conn, ids, states.SYNCING)


class _Rules:
    """The rules of the shares of some tasks, locked with their shares.

    Whoever changes a rule has locked its share before.
    """

    def __init__(self, tx: transaction.Tx, tasks: Sequence[verbs.Task]):
        self._conn = tx.conn
        self._shares = {one.row.id: one.row for one in tasks}
        ids = [*self._shares]
        if not shares.ROWS.lock_rows(tx.conn, ids):
            raise verbs.Lost
        self._found = {one.id: one for one in rows.of_shares(tx.conn, ids)}

    def of(self, share_id: str) -> list[records.AccessRule]:
        """Name the rules of one share, oldest first."""
        return [
            one for one in self._found.values() if one.share_id == share_id
        ]

    def that_are(self, *wanted: str) -> list[records.AccessRule]:
        """Name the rules in some states, oldest first."""
        return [one for one in self._found.values() if one.state in wanted]

    def caller_of(self, rule: records.AccessRule) -> records.Share:
        """Return the share's record with the request of a rule."""
        share = self._shares[rule.share_id]
        return dataclasses.replace(share, request_id=rule.request_id)

    def transit(
        self,
        some: list[records.AccessRule],
        transition: states.Transition,
        reason: str | None = None,
    ) -> None:
        """Let rules have their next state."""
        if not some:
            return
        callers = {one.id: self.caller_of(one) for one in some}
        changed = changes.transit_many(
            self._conn,
            changes.SHARE_ACCESS,
            some,
            transition,
            reason=reason,
            callers=callers,
        )
        self._found |= {one.id: one for one in utils.present(changed)}

    def delete(self, some: list[records.AccessRule]) -> None:
        """Delete rules."""
        if not some:
            return
        rows.ROWS.delete_many(
            self._conn, rows.ROWS.is_any([one.id for one in some])
        )
        for one in some:
            rows.ROWS.ended(self._conn, one, self.caller_of(one))
            del self._found[one.id]

    def note(
        self, rule: records.AccessRule, phase: str, state: str, **details: str
    ) -> None:
        """Note the end of a rule's way."""
        denies = rule.state in (states.QUEUED_TO_DENY, states.DENYING)
        caller = self.caller_of(rule)
        events.note(
            self._conn,
            f'share_access.{"deny" if denies else "allow"}.{phase}',
            dataclasses.replace(rule, state=state),
            events.caller_of(caller),
            project_id=caller.project_id,
            **details,
        )


def _applied(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    rules = _Rules(tx, tasks)
    applied = rules.that_are(states.APPLYING)
    denied = rules.that_are(states.DENYING)
    for one in applied:
        rules.note(one, 'end', states.ACTIVE)
    for one in denied:
        rules.note(one, 'end', events.DELETED)
    rules.transit(applied, states.AccessRule.APPLIED)
    rules.delete(denied)
    _settle(tx, tasks, rules)


def _failed(tx: transaction.Tx, task: verbs.Task) -> None:
    rules = _Rules(tx, [task])
    failed = rules.that_are(*_AT_WORK)
    _end_rules(
        tx,
        task,
        rules,
        failed,
        (states.AccessRule.APPLY_FAILED, states.AccessRule.DENY_FAILED),
        _FAILED,
        messages.DRIVER_FAILED,
    )


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    rules = _Rules(tx, [task])
    deadline = deadlines.deadline(tx.conf)
    # A rule that was added not long ago has its own time.
    overdue = [
        one
        for one in rules.that_are(*rows.WAITING)
        if one.state in _AT_WORK or _waits_since(one) < deadline
    ]
    _end_rules(
        tx,
        task,
        rules,
        overdue,
        (states.AccessRule.OVERDUE,),
        _OVERDUE,
        messages.TIMED_OUT,
    )


def _waits_since(rule):
    return rule.stepped_at or rule.created_at


def _end_rules(tx, task, rules, failed, transitions, text, detail):
    """Let rules end in error, with one message about all of them."""
    for transition in transitions:
        expected = [one for one in failed if one.state in transition.expected]
        rules.transit(expected, transition, text)
    if failed:
        last = rules.caller_of(failed[-1])
        tx.tell(task, last, messages.UPDATE_ACCESS_RULES, detail, text)
    for one in failed:
        rules.note(one, 'error', states.ERROR, reason=text)
    _settle(tx, [task], rules)


def _settle(tx, tasks, rules):
    """Set access_rules_status; end, or go on where rules wait again."""
    ended: list[verbs.Task] = []
    waiting: list[verbs.Task] = []
    by_status: dict[str, list[str]] = {}
    for one in tasks:
        own = {rule.state for rule in rules.of(one.row.id)}
        (ended if own.isdisjoint(rows.WAITING) else waiting).append(one)
        by_status.setdefault(_summary(own), []).append(one.row.id)
    for status, ids in sorted(by_status.items()):
        shares.set_rules_status(tx.conn, ids, status)
    if ended:
        tx.end(ended)
    if waiting:
        tx.move(waiting, APPLY, waiting[0].row)


def _summary(own: Collection[str]) -> str:
    if any(one in rows.WAITING for one in own):
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
