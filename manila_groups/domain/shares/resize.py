# SPDX-License-Identifier: Apache-2.0
"""Extending and shrinking shares."""

from collections.abc import Callable
from collections.abc import Sequence

from manila_groups import exception
from manila_groups import states
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import shares as rows
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.quotas import counts as quotas
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
        tx.claim(
            changes.SHARE,
            [one.row for one in some],
            states.Share.EXTEND_CLAIM,
            rows.ROWS.placed_at(place.pool),
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
        rows.is_as_sized(share),
        reason=str(task.error),
        new_size=None,
        quota_gb=share.size,
    )
    _give_back(tx, share)
    tx.tell(task, ended, messages.EXTEND, messages.NO_VALID_HOST, text)
    tx.end([task])


def _resized(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    for one in tasks:
        is_larger = one.row.status == states.EXTENDING
        transition = (
            states.Share.EXTENDED if is_larger else states.Share.SHRUNK
        )
        event = f'{EXTEND if is_larger else SHRINK}.end'
        size = one.row.new_size
        _end(tx, one.row, transition, size, event=event)
    tx.end(tasks)


def _end(tx, share, transition, size, **notes) -> records.Share:
    """End a resize, well or not.

    :param size: the share's size from now on, in GiB
    """
    (ended,) = tx.transition(
        changes.SHARE,
        [share],
        transition,
        rows.is_as_sized(share),
        size=size,
        new_size=None,
        quota_gb=size,
        claimed_gb=size if share.host else 0,
        **notes,
    )
    if share.host:
        more = share.claimed_gb - size
        pools.release(tx.conn, share.host, gigabytes=more)
    _give_back(tx, share, size)
    return ended


def _give_back(tx, share, size=None):
    """Give back the quota beyond a size; by default beyond the share's."""
    more = share.quota_gb - (share.size if size is None else size)
    owner = quotas.owner_of(share)
    quotas.give_back(tx.conn, owner, {quotas.GIGABYTES: more})


def _failing(
    transition: states.Transition, action: str, template: str, detail: str
) -> Callable[[transaction.Tx, verbs.Task], None]:
    def end(tx, task):
        share = task.row
        # None where the status was set by hand.
        text = template.format(share.new_size or share.size)
        ended = _end(tx, share, transition, share.size, reason=text)
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
            done=_resized,
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
            done=_resized,
            failed=_shrink_failed,
            overdue=_shrink_overdue,
            gone=verbs.Gone(verbs.Away.REMOVED, _not_shrunk),
        ),
    ),
)
