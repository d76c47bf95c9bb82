# SPDX-License-Identifier: Apache-2.0
"""Giving all shares of a group other content: what reverts and restores share.

First the back end gives the shares the new content, while no client can use
them; that is recorded before clients are let in again. So nothing that a
client writes afterwards is lost when a step is repeated.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from manila_groups import exception
from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_access_rules
from manila_groups.db import share_groups as rows
from manila_groups.db import shares as share_rows
from manila_groups.db import types as type_rows
from manila_groups.domain import changes
from manila_groups.domain.access_rules import update as update_rules
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.shares import settling

OPEN = 'open'

#: In the payload of an operation that has not changed any content yet.
FRESH = 'fresh'
#: In that of one that has ended without a change.
_REFUSED = 'refused'

_UNKNOWN = (
    'What its shares contain is unknown: try again, or ask the administrator.'
)
_STAY = 'Its shares stay as they are. Try again, or ask the administrator.'
_NOT_OPEN = (
    'The back end could not let the clients of all shares in the share group '
    'in again. The access rules of each share are applied again by '
    'themselves: see their states.'
)


@dataclasses.dataclass(frozen=True, slots=True)
class Machine:
    """The transitions of a group, or of its shares, from begin to end.

    :ivar unchanged: when its content has stayed as it was
    """

    step: states.Transition
    done: states.Transition
    failed: states.Transition
    unchanged: states.Transition


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a back end needs to replace the content of a share group.

    :ivar specs: the group specs of its type
    :ivar source: where the content comes from; None if it was set free by
        hand
    :ivar shares: all its shares
    :ivar rules: the id of each share that clients may use to its rules that
        are in force
    """

    specs: Mapping[str, str]
    source: records.ShareGroupSnapshot | records.ShareGroupBackup | None
    shares: Sequence[records.Share]
    rules: Mapping[str, Sequence[records.AccessRule]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One way to replace the content of share groups.

    :ivar name: of the verb, and of its first step
    :ivar status: of groups and shares meanwhile
    :ivar action: of messages
    :ivar failed: what a message says of one that failed
    :ivar late: and of one that took too long
    :ivar find_sources: reads what groups are getting the content of:
        (connection, ids) to the record of each group by its id
    :ivar free_sources: ends what those sources were doing: (connection, ids,
        the caller)
    """

    name: str
    status: str
    group: Machine
    share: Machine
    action: str
    failed: str
    late: str
    find_sources: Callable[[Any, list[str]], Mapping[str, Any]]
    free_sources: Callable[[Any, list[str], Any], None]

    def load(self, conn, operations):
        """Read groups with their sources, shares and rules."""
        groups = rows.get_many(conn, [one.resource_id for one in operations])
        ids = [one.id for one in groups]
        specs = type_rows.SHARE_GROUP_TYPES.specs_of(
            conn, {one.share_group_type_id for one in groups}
        )
        sources = self.find_sources(conn, ids)
        # Also those whose status was set by hand: their content is replaced
        # too.
        shares = share_rows.of_groups(conn, ids)
        rules = _rules_of(conn, shares)
        return {
            group.id: (
                group,
                Work(
                    specs=specs[group.share_group_type_id],
                    source=sources.get(group.id),
                    shares=[
                        one for one in shares if one.share_group_id == group.id
                    ],
                    rules=rules,
                ),
            )
            for group in groups
            if group.host is not None
        }

    def replaced(
        self, tx: transaction.Tx, tasks: Sequence[verbs.Task]
    ) -> None:
        """Record that shares have their new content."""
        self._settle(tx, tasks, lambda share: share.new_size or share.size)
        tx.move(tasks, OPEN, tasks[0].row)

    def _settle(self, tx, tasks, size_of):
        """Let shares have the size that their content has."""
        groups = [one.row for one in tasks]
        tx.claim(changes.SHARE_GROUP, groups, self.group.step)
        ids = [one.id for one in groups]
        share_rows.ROWS.lock_many(tx.conn, share_rows.in_groups(ids))
        shares = [
            one
            for one in share_rows.of_groups(tx.conn, ids)
            if one.status == self.status
        ]
        if shares:
            sizes = {one.id: size_of(one) for one in shares}
            settling.settle(tx, shares, self.share.step, sizes)

    def not_replaced(self, tx: transaction.Tx, task: verbs.Task) -> None:
        """End what a back end could not do."""
        # Whatever the last attempt says, one before may have changed it.
        is_fresh = _is_fresh(task)
        if is_fresh and task.error is None:
            text = f'{self.failed} {_STAY}'
            self._end_unchanged(tx, task, text, messages.DRIVER_FAILED)
        elif is_fresh and isinstance(task.error, exception.NothingChanged):
            # Clients may have been shut out already.
            self._settle(tx, [task], lambda share: share.size)
            tx.move([task], OPEN, task.row, {_REFUSED: True})
        else:
            self._fail(tx, task, f'{self.failed} {_UNKNOWN}')

    def overdue(self, tx: transaction.Tx, task: verbs.Task) -> None:
        """End what took too long."""
        if _is_fresh(task):
            text = f'{self.late} {_STAY}'
            self._end_unchanged(tx, task, text, messages.TIMED_OUT)
        else:
            text = f'{self.late} {_UNKNOWN}'
            self._fail(tx, task, text, detail=messages.TIMED_OUT)

    def _end_unchanged(self, tx, task, text, detail):
        """End what no back end has taken up."""
        self._settle(tx, [task], lambda share: share.size)
        groups = self._end(tx, [task], self.group.unchanged)
        self._tell(tx, task, groups[0], text, detail)
        tx.end([task])

    def opened(self, tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
        """Record that clients are let in."""
        self._end_all(tx, tasks)
        tx.end(tasks)

    def _end_all(self, tx, tasks):
        """End those replaced, and those refused, once their clients are in."""
        refused = [one for one in tasks if one.operation.payload.get(_REFUSED)]
        done = [one for one in tasks if one not in refused]
        if done:
            self._end(tx, done, self.group.done, f'{self.name}.end')
        if refused:
            groups = self._end(tx, refused, self.group.unchanged)
            text = f'{self.failed} {_STAY}'
            for group, task in zip(groups, refused, strict=True):
                self._tell(tx, task, group, text, messages.DRIVER_FAILED)

    def _tell(self, tx, task, group, text, detail):
        tx.tell(task, group, self.action, detail, text)
        self._note_shares(tx.conn, [group], 'error', reason=text)

    def not_opened(self, tx: transaction.Tx, task: verbs.Task) -> None:
        """Let the rules of each share be applied by themselves."""
        self._open_apart(tx, task, messages.DRIVER_FAILED)

    def opening_overdue(self, tx: transaction.Tx, task: verbs.Task) -> None:
        """Let the rules of each share be applied by themselves."""
        self._open_apart(tx, task, messages.TIMED_OUT)

    def _open_apart(self, tx, task, detail):
        """End it; a share whose rules can't be applied is then in error.

        The other shares are not affected.
        """
        self._end_all(tx, [task])
        update_rules.queue_again(
            tx.conn, share_rows.of_group(tx.conn, task.row.id)
        )
        # No error of the verb: it has ended.
        action = messages.UPDATE_ACCESS_RULES
        tx.tell(task, task.row, action, detail, _NOT_OPEN)
        tx.end([task])

    def _end(self, tx, tasks, transition, event=None):
        groups = tx.transition(
            changes.SHARE_GROUP,
            [one.row for one in tasks],
            transition,
            event=event,
        )
        self._end_content(tx.conn, groups, self.share.done)
        if event is not None:
            self._note_shares(tx.conn, groups, 'end')
        return groups

    def _note_shares(
        self, conn, groups: Iterable[records.ShareGroup], phase, **details
    ):
        by_id = {one.id: one for one in groups}
        event = f'share.{self.name}.{phase}'
        for share in share_rows.of_groups(conn, [*by_id]):
            caller = events.caller_of(by_id[share.share_group_id or ''])
            events.note(conn, event, share, caller, **details)

    def _end_content(self, conn, groups, transition):
        """End what the shares and the sources of groups were doing."""
        ids = [one.id for one in groups]
        caller = groups[0] if len(groups) == 1 else None
        self.free_sources(conn, ids, caller)
        share_rows.ROWS.transition_many(
            conn, transition, share_rows.in_groups(ids), caller=caller
        )

    def _fail(self, tx, task, text, **details):
        failed = tx.fail(task, self.group.failed, self.action, text, **details)
        self._end_content(tx.conn, [failed], self.share.failed)
        self._note_shares(tx.conn, [failed], 'error', reason=text)
        tx.end([task])

    def verb(self, kind: str, sources: verbs.Left) -> verbs.Verb:
        """Make the verb.

        :param kind: of its sources
        :param sources: their status meanwhile, and its end without a group
        """
        shares = verbs.Left(
            share_rows.ROWS,
            self.share.failed,
            share_rows.no_group_is(self.status),
        )
        return verbs.Verb(
            name=self.name,
            kind=states.SHARE_GROUP,
            resource=changes.SHARE_GROUP,
            during=(self.status,),
            along={
                states.SHARE: (self.status,),
                kind: sources.transition.expected,
            },
            left=(shares, sources),
            locate=lambda _group: self.name,
            lock=changes.lock_content,
            steps=(
                verbs.Step(
                    name=self.name,
                    at=verbs.Place.BACKEND,
                    load=self.load,
                    begin=_attempt,
                    done=self.replaced,
                    failed=self.not_replaced,
                    overdue=self.overdue,
                    gone=verbs.Gone(verbs.Away.REMOVED, self.not_replaced),
                ),
                verbs.Step(
                    name=OPEN,
                    at=verbs.Place.BACKEND,
                    load=self.load,
                    done=self.opened,
                    failed=self.not_opened,
                    overdue=self.opening_overdue,
                    gone=verbs.Gone(verbs.Away.REMOVED, self.not_opened),
                ),
            ),
        )


def _rules_of(conn, shares):
    rules: dict[str, list[records.AccessRule]] = {}
    ids = [one.id for one in shares]
    for one in share_access_rules.of_shares(conn, ids) if ids else ():
        if one.state in update_rules.IN_FORCE:
            rules.setdefault(one.share_id, []).append(one)
    return rules


def _attempt(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    """Note that the content may change from now on."""
    tx.note(tasks, {})


def _is_fresh(task):
    """Tell whether nothing had been attempted before the task began."""
    return bool(task.operation.payload.get(FRESH))
