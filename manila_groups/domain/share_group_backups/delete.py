# SPDX-License-Identifier: Apache-2.0
"""The deletion of share group backups, by any back end with the engine."""

from collections.abc import Sequence

from manila_groups import exception
from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_group_backups as rows
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_group_backups import clean_up
from manila_groups.domain.share_group_backups import places

_NOWHERE = (
    'No back end that can delete the share group backup is there. Try again, '
    'or ask the administrator.'
)


_NO_REPOSITORY = (
    'The share group backup was not deleted: its repository is not there, so '
    'nobody knows what is left of it. Ask the administrator.'
)


def _load(conn, operations):
    """Read backups, and where repositories are known to be."""
    found = rows.get_many(conn, [one.resource_id for one in operations])
    known = rows.places_of(conn, sorted({one.project_id for one in found}))
    return {one.id: (one, known[one.project_id]) for one in found}


def _reason(task: verbs.Task) -> str | None:
    is_missing = isinstance(task.error, exception.NoRepository)
    return _NO_REPOSITORY if is_missing else None


def _deleted(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    _purge(tx.conn, [one.row for one in tasks])
    tx.end(tasks)


def _purge(conn, backups):
    if not purge.all_backups(
        conn, backups, rows.ROWS.is_in((states.DELETING,))
    ):
        raise verbs.Lost


def _abandon(tx: transaction.Tx, task: verbs.Task) -> None:
    remove_without_backend(tx, task.row)
    tx.end([task])


def remove_without_backend(
    tx: transaction.Tx, backup: records.ShareGroupBackup
) -> None:
    """Delete a backup's rows; a back end removes its data when it can.

    :raises Lost: the row is gone, or has another status
    """
    _purge(tx.conn, [backup])
    # What only a record tells of is not this service's to remove.
    if not backup.is_unverified:
        clean_up.begin(tx, [backup])


def _elsewhere(tx: transaction.Tx, task: verbs.Task) -> None:
    """Let another back end delete it: all reach the same repositories."""
    if task.operation.forced:
        _abandon(tx, task)
        return
    place = places.choose(tx.conn, tx.conf, None)
    if place is None:
        transition = states.ShareGroupBackup.DELETE_FAILED
        tx.fail(task, transition, messages.DELETE, _NOWHERE)
        tx.end([task])
        return
    step = states.Transition((states.DELETING,), states.DELETING)
    (moved,) = tx.transition(changes.BACKUP, [task.row], step, host=place)
    tx.move([task], deleting.DELETE, moved)


VERB = deleting.verb(
    changes.BACKUP,
    states.ShareGroupBackup,
    _load,
    _deleted,
    _abandon,
    reason=_reason,
    gone=_elsewhere,
    alone=True,
)
