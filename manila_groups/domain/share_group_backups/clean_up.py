# SPDX-License-Identifier: Apache-2.0
"""The removal of what a backup has left: its snapshot, and its data.

The snapshot that was taken for it goes; the data only when its row is gone.
"""

from collections.abc import Sequence

from manila_groups.db import records
from manila_groups.db import share_group_backups as rows
from manila_groups.domain import changes
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs


def _done(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    rows.set_moments(tx.conn, [one.row.id for one in tasks], False)
    tx.end(tasks)


VERB = removing.verb(changes.BACKUP, _done)


def begin(
    tx: transaction.Tx, backups: Sequence[records.ShareGroupBackup]
) -> None:
    """Begin to remove what backups may have left at their back ends."""
    placed = [one for one in backups if one.host is not None]
    if placed:
        tx.begin(VERB, placed)
