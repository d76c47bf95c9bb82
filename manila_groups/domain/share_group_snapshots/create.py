# SPDX-License-Identifier: Apache-2.0
"""The creation of share group snapshots."""

from collections.abc import Sequence

from manila_groups import states
from manila_groups.db import share_group_snapshots as rows
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs

CREATE = 'create'

_FAILED = (
    'The back end could not create the share group snapshot. Delete it and '
    'try again, or ask the administrator.'
)
_OVERDUE = (
    'The share group snapshot was not created in time. Delete it and try '
    'again, or ask the administrator.'
)


def load(conn, operations):
    """Read snapshots with their members."""
    ids = [one.resource_id for one in operations]
    return {one.id: (one, None) for one in rows.get_many(conn, ids)}


def _created(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    tx.transition(
        changes.SNAPSHOT,
        [one.row for one in tasks],
        states.ShareGroupSnapshot.CREATED,
        event='create.end',
    )
    tx.end(tasks)


def _failed(tx: transaction.Tx, task: verbs.Task) -> None:
    # What is left of it goes with the user's deletion.
    _fail(tx, task, _FAILED)


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    _fail(tx, task, _OVERDUE, detail=messages.TIMED_OUT)


def _fail(tx, task, text, **details):
    transition = states.ShareGroupSnapshot.CREATE_FAILED
    tx.fail(task, transition, messages.CREATE, text, **details)
    tx.end([task])


VERB = verbs.Verb(
    name=CREATE,
    kind=states.SHARE_GROUP_SNAPSHOT,
    resource=changes.SNAPSHOT,
    during=(states.CREATING,),
    locate=lambda _snapshot: CREATE,
    steps=(
        verbs.Step(
            name=CREATE,
            at=verbs.Place.BACKEND,
            load=load,
            done=_created,
            failed=_failed,
            overdue=_overdue,
            gone=verbs.Gone(verbs.Away.DOWN, _failed),
        ),
    ),
)
