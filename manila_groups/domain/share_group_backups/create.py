# SPDX-License-Identifier: Apache-2.0
"""The creation of share group backups, beside all other work on the group.

The back end takes a snapshot of the group, unless it is given one, and the
engine reads that, which may take hours. However it ends, the snapshot is
deleted then.
"""

from collections.abc import Sequence
import dataclasses

from oslo_utils import strutils

from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_group_backups as rows
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_group_backups import clean_up

CREATE = 'create'
SNAPSHOT = 'snapshot'
COPY = 'copy'

_TRY_AGAIN = 'Delete it and try again, or ask the administrator.'
_NOT_TAKEN = f'The back end could not take a snapshot for it. {_TRY_AGAIN}'
_NOT_COPIED = (
    f'The share group backup could not be written to its repository. '
    f'{_TRY_AGAIN}'
)
_OVERDUE = f'The share group backup was not made in time. {_TRY_AGAIN}'


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a back end needs to copy a share group.

    :ivar parent: what the engine calls the newest backup of the group; None
        if there is none
    :ivar waits_for: the project's first backup, which may just be making the
        project's repository: two would make one that nobody can read
    :ivar known: projects that have repositories
    """

    parent: str | None
    waits_for: str | None
    known: tuple[str, ...]


def load(conn, operations):
    """Read backups with their members."""
    ids = [one.resource_id for one in operations]
    return {one.id: (one, None) for one in rows.get_many(conn, ids)}


def _load_copy(conn, operations):
    found = rows.get_many(conn, [one.resource_id for one in operations])
    groups = {one.share_group_id for one in found}
    newest = rows.newest_of(conn, sorted(one for one in groups if one))
    projects = sorted({one.project_id for one in found})
    first = rows.first_of(conn, projects)
    known = rows.places_of(conn, projects)
    return {
        one.id: (
            one,
            Work(
                _parent_of(one, newest),
                _waits_for(one, first.get(one.project_id)),
                known[one.project_id],
            ),
        )
        for one in found
    }


def _waits_for(backup, first):
    # One that says how far it is has a repository.
    if first is None or first.id == backup.id or first.progress is not None:
        return None
    return first.id


def _parent_of(backup, newest):
    base = newest.get((backup.project_id, backup.share_group_id))
    return base and base.reference


def _first_step(backup: records.ShareGroupBackup) -> str:
    return COPY if backup.taken_at is not None else SNAPSHOT


def _note_moment(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    """Let others know that there may be a snapshot from now on."""
    rows.set_moments(tx.conn, [one.row.id for one in tasks], True)
    tx.keep(tasks)


def _taken(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    tx.claim(
        changes.BACKUP,
        [one.row for one in tasks],
        states.ShareGroupBackup.STEP,
        taken_at=_of_each(tasks, lambda one: one.result),
    )
    tx.move(tasks, COPY, tasks[0].row)


def _of_each(tasks, value_of):
    return rows.ROWS.value_of_each(
        {one.row.id: value_of(one) for one in tasks}
    )


def _copied(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    tx.transition(
        changes.BACKUP,
        [one.row for one in tasks],
        states.ShareGroupBackup.CREATED,
        event='create.end',
        **{
            name: _of_each(
                tasks, lambda one, name=name: getattr(one.result, name)
            )
            for name in (
                'reference',
                'data_size',
                'sent_size',
                'is_incremental',
            )
        },
    )
    _end(tx, tasks)


def _end(tx, tasks):
    clean_up.begin(tx, [one.row for one in tasks if one.row.has_moment])
    tx.end(tasks)


def _failed(tx: transaction.Tx, task: verbs.Task) -> None:
    text = _NOT_COPIED if task.step.name == COPY else _NOT_TAKEN
    _fail(tx, task, text, messages.DRIVER_FAILED)


def _overdue(tx: transaction.Tx, task: verbs.Task) -> None:
    _fail(tx, task, _OVERDUE, messages.TIMED_OUT)


def _fail(tx, task, text, detail):
    transition = states.ShareGroupBackup.CREATE_FAILED
    failed = tx.fail(task, transition, messages.CREATE, text, detail=detail)
    # As it is now: the step may just have begun to take the snapshot.
    _end(tx, [dataclasses.replace(task, row=failed)])


def is_consistent(group: records.ShareGroup) -> bool:
    """Tell whether snapshots of a group show all its shares at one moment."""
    support = group.consistent_snapshot_support
    return support is not None and not _is_false(support)


def _is_false(text):
    return text == '' or not strutils.bool_from_string(text, default=True)


def _step(name, **parts):
    return verbs.Step(
        name=name,
        at=verbs.Place.BACKEND,
        failed=_failed,
        overdue=_overdue,
        gone=verbs.Gone(verbs.Away.DOWN, _failed),
        **parts,
    )


VERB = verbs.Verb(
    name=CREATE,
    kind=states.SHARE_GROUP_BACKUP,
    resource=changes.BACKUP,
    during=(states.CREATING,),
    is_own=(~rows.is_unverified(),),
    beside=('import',),
    locate=_first_step,
    steps=(
        _step(SNAPSHOT, load=load, begin=_note_moment, done=_taken),
        _step(COPY, load=_load_copy, done=_copied, alone=True),
    ),
)
