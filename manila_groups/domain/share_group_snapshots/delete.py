# SPDX-License-Identifier: Apache-2.0
"""The deletion of share group snapshots."""

from collections.abc import Sequence

from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_group_snapshots as rows
from manila_groups.db import share_groups
from manila_groups.domain import changes
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_group_snapshots import create


def _deleted(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    if not purge.all_snapshots(
        tx.conn,
        [one.row for one in tasks],
        rows.ROWS.is_in((states.DELETING,)),
    ):
        raise verbs.Lost
    tx.end(tasks)


def _abandon(tx: transaction.Tx, task: verbs.Task) -> None:
    remove_without_backend(tx, task.row)
    tx.end([task])


def remove_without_backend(
    tx: transaction.Tx, snapshot: records.ShareGroupSnapshot
) -> None:
    """Delete a snapshot's rows; its back end cleans up when it can.

    :raises Lost: the row is gone, or has another status
    """
    if not purge.all_snapshots(
        tx.conn, [snapshot], rows.ROWS.is_in((states.DELETING,))
    ):
        raise verbs.Lost
    if snapshot.host is not None:
        tx.begin(removing.SHARE_GROUP_SNAPSHOT, [snapshot])


VERB = deleting.verb(
    changes.SNAPSHOT,
    states.ShareGroupSnapshot,
    create.load,
    _deleted,
    _abandon,
    is_own=(~share_groups.takes_along_snapshot(),),
)
