# SPDX-License-Identifier: Apache-2.0
"""The deletion of share groups, with all that is in them."""

from collections.abc import Sequence
import dataclasses

from manila_groups import states
from manila_groups.db import records
from manila_groups.db import share_group_backups
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups as rows
from manila_groups.db import types as type_rows
from manila_groups.domain import changes
from manila_groups.domain.operations import deleting
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import removing
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_group_backups import clean_up


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a back end needs to delete a share group.

    :ivar specs: the group specs of its type
    :ivar snapshots: the snapshots that are deleted with it
    :ivar backups: those for which it may have further snapshots
    :ivar is_kept: whether it has content that nobody deletes by force: the
        back end must refuse
    """

    specs: dict[str, str]
    snapshots: Sequence[records.ShareGroupSnapshot]
    backups: Sequence[records.ShareGroupBackup]
    is_kept: bool


def _load(conn, operations):
    groups = rows.get_many(conn, [one.resource_id for one in operations])
    specs = type_rows.SHARE_GROUP_TYPES.specs_of(
        conn, {one.share_group_type_id for one in groups}
    )
    snapshots: dict[str, list] = {one.id: [] for one in groups}
    # Only a deletion by force may find any.
    forced = [one.resource_id for one in operations if one.forced]
    if forced:
        for one in share_group_snapshots.of_groups(conn, forced):
            snapshots[one.share_group_id].append(one)
    backups = share_group_backups.with_moments(conn, [*snapshots])
    plain = [one.resource_id for one in operations if not one.forced]
    kept = rows.with_content(conn, plain)
    return {
        group.id: (
            group,
            Work(
                specs[group.share_group_type_id],
                snapshots[group.id],
                [one for one in backups if one.share_group_id == group.id],
                group.id in kept,
            ),
        )
        for group in groups
    }


def _deleted(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    # Only a deletion by force begins with content, and nothing is added; the
    # engine records those by force apart.
    forced = tasks[0].operation.forced
    delete = purge.all_share_groups if forced else purge.empty_share_groups
    groups = [one.row for one in tasks]
    if not delete(
        tx.conn,
        groups,
        rows.ROWS.placed_as(groups),
        rows.ROWS.is_in((states.DELETING,)),
    ):
        raise verbs.Lost
    gone = [one.id for task in tasks for one in task.work.backups]
    if gone:
        share_group_backups.set_moments(tx.conn, gone, False)
    tx.end(tasks)


def _abandon(tx: transaction.Tx, task: verbs.Task) -> None:
    remove_without_backend(tx, task.row)
    tx.end([task])


def remove_without_backend(tx: transaction.Tx, group: records.ShareGroup):
    """Delete a group's rows; its back end cleans up when it can.

    :raises Lost: the row is gone, or has another status
    """
    if not rows.ROWS.lock(
        tx.conn, group.id, rows.ROWS.is_in((states.DELETING,))
    ):
        raise verbs.Lost
    share_group_snapshots.ROWS.lock_many(
        tx.conn, share_group_snapshots.in_group(group.id)
    )
    snapshots = share_group_snapshots.of_group(tx.conn, group.id)
    purge.all_share_groups(tx.conn, [group])
    if group.host is None:
        return
    # Snapshots first; the back end removes the group's shares with it.
    tx.begin(removing.SHARE_GROUP_SNAPSHOT, snapshots)
    clean_up.begin(tx, share_group_backups.with_moments(tx.conn, [group.id]))
    tx.begin(removing.SHARE_GROUP, [group])


VERB = deleting.verb(
    changes.SHARE_GROUP,
    states.ShareGroup,
    _load,
    _deleted,
    _abandon,
    lock=changes.lock_content,
)
