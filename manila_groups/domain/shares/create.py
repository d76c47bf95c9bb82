# SPDX-License-Identifier: Apache-2.0
"""The creation of shares, alone or in a group that is there."""

from collections.abc import Sequence
import dataclasses
from typing import Any

from manila_groups import states
from manila_groups.db import attempts
from manila_groups.db import pools
from manila_groups.db import share_export_locations
from manila_groups.db import share_groups
from manila_groups.db import shares as rows
from manila_groups.domain import changes
from manila_groups.domain import scheduler_hints
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.shares import work

PLACE = 'place'
CREATE = 'create'

_FAILED = 'The share could not be created.'
_OVERDUE = (
    'The share was not created in time. Delete it and try again, or ask the '
    'administrator.'
)


def _load_place(conn, operations):
    by_id = {one.resource_id: one for one in operations}
    found = [one for one in rows.get_many(conn, [*by_id]) if one.host is None]
    group_ids = {one.share_group_id for one in found if one.share_group_id}
    groups = {
        one.id: one.host or ''
        for one in share_groups.get_many(conn, list(group_ids))
    }
    hints = scheduler_hints.resolve(conn, found)
    return {
        share.id: (
            share,
            dataclasses.replace(
                work.waiting(
                    share,
                    by_id[share.id],
                    share.size,
                    groups.get(share.share_group_id or ''),
                    share.share_proto,
                ),
                hints=hints[share.id],
            ),
        )
        for share in found
    }


def _placed(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    for place, some in placing.by_pool(tasks):
        tx.claim(
            changes.SHARE,
            [one.row for one in some],
            states.Share.CLAIM,
            rows.ROWS.placed_at(None),
            claimed_gb=rows.own_size(),
            **place.columns(),
        )
    placing.claim_pools(tx, tasks)
    placing.move_to_pools(tx, tasks, CREATE)


def _not_placed(tx: transaction.Tx, task: verbs.Task) -> None:
    tx.fail(
        task,
        states.Share.CREATE_FAILED,
        messages.ALLOCATE_HOST,
        f'{placing.NO_STORAGE} {task.error}',
        rows.ROWS.placed_at(None),
        detail=messages.NO_VALID_HOST,
    )
    tx.end([task])


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    tx.fail(
        task,
        states.Share.CREATE_FAILED,
        messages.CREATE,
        _OVERDUE,
        detail=messages.TIMED_OUT,
    )
    tx.end([task])


def _created(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    by_server: dict[Any, list[verbs.Task]] = {}
    for one in tasks:
        server_id, _locations = one.result
        by_server.setdefault((one.row.host, server_id), []).append(one)
    for (host, server_id), some in by_server.items():
        tx.transition(
            changes.SHARE,
            [one.row for one in some],
            states.Share.CREATED,
            rows.ROWS.placed_at(host),
            event='create.end',
            share_server_id=server_id,
        )
    share_export_locations.replace_many(
        tx.conn, {one.row.id: one.result[1] for one in tasks}
    )
    tx.end(tasks)


def _attempt_failed(tx: transaction.Tx, task: verbs.Task) -> None:
    """Remove a share from a pool that failed to create it.

    A share of a group stays in the group's pool, in error.
    """
    if task.row.share_group_id is not None:
        _end_failed(tx, task)
        return
    # Not in the task: the transaction may have to be repeated.
    left = task.row
    task = dataclasses.replace(task, row=_take_away(tx, left))
    if not task.cleaned:
        tx.begin(removing.SHARE, [left])
    tried = [*task.operation.payload.get('tried', ()), left.host]
    if len(tried) >= tx.conf.scheduler.max_attempts:
        _end_failed(tx, task)
    else:
        attempts.note(tx.conn, states.SHARE, left)
        tx.move([task], PLACE, task.row, {'tried': tried})


def _end_failed(tx, task):
    tx.fail(task, states.Share.CREATE_FAILED, messages.CREATE, _FAILED)
    tx.end([task])


def _take_away(tx, share):
    (taken,) = tx.transition(
        changes.SHARE,
        [share],
        states.Share.CLAIM,
        rows.ROWS.placed_at(share.host),
        host=None,
        availability_zone_id=rows.ROWS.requested_zone(),
        claimed_gb=0,
    )
    pools.release(tx.conn, share.host, gigabytes=share.claimed_gb)
    return taken


VERB = verbs.Verb(
    name=CREATE,
    kind=states.SHARE,
    resource=changes.SHARE,
    during=(states.CREATING,),
    is_own=(rows.is_made_alone(),),
    may_end=(~rows.comes_with_group(),),
    locate=lambda share: PLACE if share.host is None else CREATE,
    steps=(
        verbs.Step(
            name=PLACE,
            at=verbs.Place.SCHEDULERS,
            load=_load_place,
            done=_placed,
            failed=_not_placed,
            overdue=_overdue,
            gone=verbs.WAIT,
        ),
        verbs.Step(
            name=CREATE,
            at=verbs.Place.BACKEND,
            load=work.load,
            done=_created,
            failed=_attempt_failed,
            overdue=_overdue,
            gone=verbs.Gone(verbs.Away.DOWN, _attempt_failed),
        ),
    ),
)
