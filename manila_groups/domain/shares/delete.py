# SPDX-License-Identifier: Apache-2.0
"""The deletion of shares."""

from collections.abc import Sequence

from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_groups
from manila_groups.db import shares as rows
from manila_groups.domain import changes
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.shares import work


def _deleted(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    shares = [one.row for one in tasks]
    _purge(tx, [one.id for one in shares], rows.ROWS.placed_as(shares))
    tx.end(tasks)


def _purge(tx, ids, *conditions):
    is_going = rows.ROWS.is_in((states.DELETING,))
    if not rows.ROWS.lock_rows(tx.conn, ids, is_going, *conditions):
        raise verbs.Lost
    # As they are under the lock: their claims count.
    purge.all_shares(tx.conn, rows.get_many(tx.conn, ids))


def _abandon(tx: transaction.Tx, task: verbs.Task) -> None:
    remove_without_backend(tx, task.row)
    tx.end([task])


def remove_without_backend(tx: transaction.Tx, share: records.Share) -> None:
    """Delete a share's rows; its back end cleans up when it can.

    :raises Lost: the row is gone, or has another status
    """
    _purge(tx, [share.id])
    if share.host is not None:
        tx.begin(removing.SHARE, [share])


VERB = deleting.verb(
    changes.SHARE,
    states.Share,
    work.load,
    _deleted,
    _abandon,
    is_own=(~share_groups.takes_along_share(),),
)
