# SPDX-License-Identifier: Apache-2.0
"""Extending and shrinking shares."""

from collections.abc import Callable
from collections.abc import Sequence

from manila_groups import exception
from manila_groups import states
from manila_groups.db import shares as rows
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.shares import settling
from manila_groups.domain.shares import work

EXTEND = 'extend'
SHRINK = 'shrink'
CLAIM = 'claim'

_EXTEND_FAILED = (
    'The back end could not extend the share to {} GiB. Try again, or ask '
    'the administrator.'
)
_SHRINK_FAILED = (
    'The back end could not shrink the share to {} GiB. Try again, or ask '
    'the administrator.'
)
_OVERDUE = (
    'The share was not resized to {} GiB in time. Try again, or ask the '
    'administrator.'
)
_TOO_FULL = (
    'The share contains more than {} GiB. Remove files from it, and try again.'
)
_NO_ROOM = '{} The share stays as it is, at {} GiB. {}'


def _load_claim(conn, operations):
    by_id = {one.resource_id: one for one in operations}
    return {
        share.id: (
            share,
            work.waiting(
                share,
                by_id[share.id],
                (share.new_size or share.size) - share.claimed_gb,
                share.host,
                None,
            ),
        )
        for share in rows.get_many(conn, [*by_id])
    }


def _claimed(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    for place, some in placing.by_pool(tasks):
        growing = [one.row for one in some]
        tx.claim(
            changes.SHARE,
            growing,
            states.Share.EXTEND_CLAIM,
            rows.ROWS.placed_at(place.pool),
            rows.are_as_sized(growing),
            claimed_gb=rows.needed_size(),
        )
    placing.claim_pools(tx, tasks)
    placing.move_to_pools(tx, tasks, EXTEND)


def _no_room(tx: transaction.Tx, task: verbs.Task) -> None:
    text = _NO_ROOM.format(placing.NO_STORAGE, task.row.size, task.error)
    share = task.row
    (ended,) = tx.transition(
        changes.SHARE,
        [share],
        states.Share.NOT_EXTENDED,
        rows.are_as_sized([share]),
        reason=str(task.error),
        new_size=None,
        quota_gb=share.size,
    )
    settling.give_back(tx, [share], {share.id: share.size})
    tx.tell(task, ended, messages.EXTEND, messages.NO_VALID_HOST, text)
    tx.end([task])


def _resizing(transition: states.Transition, event: str) -> verbs.Done:
    def done(tx, tasks):
        shares = [one.row for one in tasks]
        # None where the status was set by hand.
        sizes = {one.id: one.new_size or one.size for one in shares}
        settling.settle(tx, shares, transition, sizes, event=event)
        tx.end(tasks)

    return done


_extended = _resizing(states.Share.EXTENDED, 'extend.end')
_shrunk = _resizing(states.Share.SHRUNK, 'shrink.end')


def _failing(
    transition: states.Transition, action: str, template: str, detail: str
) -> Callable[[transaction.Tx, verbs.Task], None]:
    def end(tx, task):
        share = task.row
        # None where the status was set by hand.
        text = template.format(share.new_size or share.size)
        sizes = {share.id: share.size}
        (ended,) = settling.settle(tx, [share], transition, sizes, reason=text)
        tx.tell(task, ended, action, detail, text)
        tx.end([task])

    return end


_not_extended = _failing(
    states.Share.EXTEND_FAILED,
    messages.EXTEND,
    _EXTEND_FAILED,
    messages.DRIVER_FAILED,
)
_extend_overdue = _failing(
    states.Share.EXTEND_FAILED, messages.EXTEND, _OVERDUE, messages.TIMED_OUT
)
_not_shrunk = _failing(
    states.Share.SHRINK_FAILED,
    messages.SHRINK,
    _SHRINK_FAILED,
    messages.DRIVER_FAILED,
)
_shrink_overdue = _failing(
    states.Share.SHRINK_FAILED, messages.SHRINK, _OVERDUE, messages.TIMED_OUT
)
_too_full = _failing(
    states.Share.SHRINK_REFUSED,
    messages.SHRINK,
    _TOO_FULL,
    messages.POSSIBLE_DATA_LOSS,
)


def _shrink_failed(tx: transaction.Tx, task: verbs.Task) -> None:
    is_full = isinstance(task.error, exception.PossibleDataLoss)
    (_too_full if is_full else _not_shrunk)(tx, task)


def _needs_claim(share):
    return share.claimed_gb < (share.new_size or share.size)


EXTEND_VERB = verbs.Verb(
    name=EXTEND,
    kind=states.SHARE,
    resource=changes.SHARE,
    during=(states.EXTENDING,),
    locate=lambda share: CLAIM if _needs_claim(share) else EXTEND,
    steps=(
        verbs.Step(
            name=CLAIM,
            at=verbs.Place.SCHEDULERS,
            load=_load_claim,
            done=_claimed,
            failed=_no_room,
            overdue=_extend_overdue,
            gone=verbs.WAIT,
        ),
        verbs.Step(
            name=EXTEND,
            at=verbs.Place.BACKEND,
            load=work.load,
            done=_extended,
            failed=_not_extended,
            overdue=_extend_overdue,
            gone=verbs.Gone(verbs.Away.REMOVED, _not_extended),
        ),
    ),
)
SHRINK_VERB = verbs.Verb(
    name=SHRINK,
    kind=states.SHARE,
    resource=changes.SHARE,
    during=(states.SHRINKING,),
    locate=lambda _share: SHRINK,
    steps=(
        verbs.Step(
            name=SHRINK,
            at=verbs.Place.BACKEND,
            load=work.load,
            done=_shrunk,
            failed=_shrink_failed,
            overdue=_shrink_overdue,
            gone=verbs.Gone(verbs.Away.REMOVED, _not_shrunk),
        ),
    ),
)
