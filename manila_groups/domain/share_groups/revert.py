# SPDX-License-Identifier: Apache-2.0
"""Reverting a share group to one of its snapshots, with all its shares.

First the back end gives the shares the snapshot's content, while no client can
use them; that is recorded before clients are let in again. So nothing that a
client writes afterwards is lost when a step is repeated.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

from manila_groups import exception
from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_access_rules
from manila_groups.db import share_group_snapshots as snapshots
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

REVERT = 'revert'
OPEN = 'open'

#: In the payload of an operation that has not changed any content yet.
FRESH = 'fresh'
#: In that of one that has ended without a change.
_REFUSED = 'refused'

_UNKNOWN = (
    'What its shares contain is unknown: try again, or ask the administrator.'
)
_STAY = 'Its shares stay as they are. Try again, or ask the administrator.'
_FAILED = (
    'The back end could not revert the share group to the share group '
    f'snapshot. {_UNKNOWN}'
)
_NOT_CHANGED = (
    'The back end could not revert the share group to the share group '
    f'snapshot. {_STAY}'
)
_LATE = 'The share group was not reverted in time. {}'
_NOT_OPEN = (
    'The back end could not let the clients of all shares in the share group '
    'in again. The access rules of each share are applied again by '
    'themselves: see their states.'
)


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a back end needs to revert a share group.

    :ivar specs: the group specs of its type
    :ivar snapshot: what it is reverted to; None if it was set free by hand
    :ivar shares: all its shares
    :ivar rules: the id of each share that clients may use to its rules that
        are in force
    """

    specs: Mapping[str, str]
    snapshot: records.ShareGroupSnapshot | None
    shares: Sequence[records.Share]
    rules: Mapping[str, Sequence[records.AccessRule]]


def _load(conn, operations):
    groups = rows.get_many(conn, [one.resource_id for one in operations])
    ids = [one.id for one in groups]
    specs = type_rows.SHARE_GROUP_TYPES.specs_of(
        conn, {one.share_group_type_id for one in groups}
    )
    restoring = snapshots.restoring_of(conn, ids)
    # Also those whose status was set by hand: their content is replaced too.
    shares = share_rows.of_groups(conn, ids)
    rules = _rules_of(conn, shares)
    return {
        group.id: (
            group,
            Work(
                specs=specs[group.share_group_type_id],
                snapshot=restoring.get(group.id),
                shares=[
                    one for one in shares if one.share_group_id == group.id
                ],
                rules=rules,
            ),
        )
        for group in groups
        if group.host is not None
    }


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


def _reverted(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    _settle(tx, tasks, lambda share: share.new_size or share.size)
    tx.move(tasks, OPEN, tasks[0].row)


def _settle(tx, tasks, size_of):
    """Let shares have the size that their content has."""
    groups = [one.row for one in tasks]
    tx.claim(changes.SHARE_GROUP, groups, states.ShareGroup.REVERT_STEP)
    ids = [one.id for one in groups]
    share_rows.ROWS.lock_many(tx.conn, share_rows.in_groups(ids))
    shares = [
        one
        for one in share_rows.of_groups(tx.conn, ids)
        if one.status == states.REVERTING
    ]
    if shares:
        sizes = {one.id: size_of(one) for one in shares}
        settling.settle(tx, shares, states.Share.REVERT_STEP, sizes)


def _not_reverted(tx: transaction.Tx, task: verbs.Task) -> None:
    # Whatever the last attempt says, one before may have changed it.
    is_fresh = _is_fresh(task)
    if is_fresh and task.error is None:
        _end_unchanged(tx, task, _NOT_CHANGED, messages.DRIVER_FAILED)
    elif is_fresh and isinstance(task.error, exception.NothingChanged):
        # Clients may have been shut out already.
        _settle(tx, [task], lambda share: share.size)
        tx.move([task], OPEN, task.row, {_REFUSED: True})
    else:
        _fail(tx, task, _FAILED)


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    if _is_fresh(task):
        text = _LATE.format(_STAY)
        _end_unchanged(tx, task, text, messages.TIMED_OUT)
    else:
        text = _LATE.format(_UNKNOWN)
        _fail(tx, task, text, detail=messages.TIMED_OUT)


def _end_unchanged(tx, task, text, detail):
    """End what no back end has taken up."""
    _settle(tx, [task], lambda share: share.size)
    groups = _end(tx, [task], states.ShareGroup.NOT_REVERTED)
    _tell(tx, task, groups[0], text, detail)
    tx.end([task])


def _opened(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    _end_all(tx, tasks)
    tx.end(tasks)


def _end_all(tx, tasks):
    """End reverts, and those that were refused, once their clients are in."""
    refused = [one for one in tasks if one.operation.payload.get(_REFUSED)]
    reverted = [one for one in tasks if one not in refused]
    if reverted:
        _end(tx, reverted, states.ShareGroup.REVERTED, 'revert.end')
    if refused:
        groups = _end(tx, refused, states.ShareGroup.NOT_REVERTED)
        for group, task in zip(groups, refused, strict=True):
            _tell(tx, task, group, _NOT_CHANGED, messages.DRIVER_FAILED)


def _tell(tx, task, group, text, detail):
    tx.tell(task, group, messages.REVERT, detail, text)
    _note_shares(tx.conn, [group], 'revert.error', reason=text)


def _not_opened(tx: transaction.Tx, task: verbs.Task) -> None:
    _open_apart(tx, task, messages.DRIVER_FAILED)


def _opening_overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    _open_apart(tx, task, messages.TIMED_OUT)


def _open_apart(tx, task, detail):
    """Let the rules of each share be applied by themselves.

    One that can't be applied is then in error, and the other shares are not
    affected.
    """
    _end_all(tx, [task])
    update_rules.queue_again(
        tx.conn, share_rows.of_group(tx.conn, task.row.id)
    )
    # No error of the revert: it has ended.
    action = messages.UPDATE_ACCESS_RULES
    tx.tell(task, task.row, action, detail, _NOT_OPEN)
    tx.end([task])


def _end(tx, tasks, transition, event=None):
    groups = tx.transition(
        changes.SHARE_GROUP,
        [one.row for one in tasks],
        transition,
        event=event,
    )
    _end_content(tx.conn, groups, states.Share.REVERTED)
    if event is not None:
        _note_shares(tx.conn, groups, event)
    return groups


def _note_shares(conn, groups: Iterable[records.ShareGroup], event, **details):
    by_id = {one.id: one for one in groups}
    for share in share_rows.of_groups(conn, [*by_id]):
        caller = events.caller_of(by_id[share.share_group_id or ''])
        events.note(conn, f'share.{event}', share, caller, **details)


def _end_content(conn, groups, transition):
    """End what the shares and the snapshots of groups were doing."""
    ids = [one.id for one in groups]
    caller = groups[0] if len(groups) == 1 else None
    snapshots.ROWS.transition_many(
        conn,
        states.ShareGroupSnapshot.RESTORED,
        snapshots.in_groups(ids),
        caller=caller,
    )
    share_rows.ROWS.transition_many(
        conn, transition, share_rows.in_groups(ids), caller=caller
    )


def _fail(tx, task, text, **details):
    transition = states.ShareGroup.REVERT_FAILED
    failed = tx.fail(task, transition, messages.REVERT, text, **details)
    _end_content(tx.conn, [failed], states.Share.REVERT_FAILED)
    _note_shares(tx.conn, [failed], 'revert.error', reason=text)
    tx.end([task])


VERB = verbs.Verb(
    name=REVERT,
    kind=states.SHARE_GROUP,
    resource=changes.SHARE_GROUP,
    during=(states.REVERTING,),
    along={
        states.SHARE: (states.REVERTING,),
        states.SHARE_GROUP_SNAPSHOT: (states.RESTORING,),
    },
    locate=lambda _group: REVERT,
    lock=changes.lock_content,
    steps=(
        verbs.Step(
            name=REVERT,
            at=verbs.Place.BACKEND,
            load=_load,
            begin=_attempt,
            done=_reverted,
            failed=_not_reverted,
            overdue=_overdue,
            gone=verbs.Gone(verbs.Away.REMOVED, _not_reverted),
        ),
        verbs.Step(
            name=OPEN,
            at=verbs.Place.BACKEND,
            load=_load,
            done=_opened,
            failed=_not_opened,
            overdue=_opening_overdue,
            gone=verbs.Gone(verbs.Away.REMOVED, _not_opened),
        ),
    ),
)
