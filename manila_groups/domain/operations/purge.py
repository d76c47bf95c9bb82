# SPDX-License-Identifier: Apache-2.0
"""Deletes rows, and releases their quota and capacity.

The counts are taken from the record: it must have been read in the same
transaction, after the row was locked or changed.
"""

import collections
from collections.abc import Callable
from collections.abc import Iterable
import dataclasses

from manila_groups import states
from manila_groups.db import attempts
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.domain.events import base as events
from manila_groups.domain.quotas import counts as quotas

_STORES = {
    states.SHARE: shares,
    states.SHARE_GROUP: share_groups,
    states.SHARE_GROUP_SNAPSHOT: share_group_snapshots,
}


def share(conn, row: records.Share) -> None:
    """Delete a share's row; give back its quota, and its claim in its pool."""
    shares.ROWS.delete(conn, row.id)
    attempts.forget(conn, [row.id])
    if row.host is not None:
        pools.release(conn, row.host, gigabytes=row.claimed_gb)
    _give_shares_back(conn, [row])
    _note(conn, states.SHARE, row)


def _note(conn, kind, row, caller=None):
    _STORES[kind].ROWS.ended(conn, row)
    row = dataclasses.replace(row, status=events.DELETED)
    events.note(conn, f'{kind}.delete.end', row, caller)


def _give_shares_back(conn, rows):
    by_owner = collections.defaultdict(list)
    for row in rows:
        by_owner[row.project_id, row.user_id or '', row.share_type_id].append(
            row.quota_gb
        )
    for owner, sizes in sorted(by_owner.items()):
        amounts = {quotas.SHARES: len(sizes), quotas.GIGABYTES: sum(sizes)}
        quotas.give_back(conn, quotas.Owner(*owner), amounts)


def snapshot(conn, row: records.ShareGroupSnapshot, *conditions) -> bool:
    """Delete a group snapshot's row and its members; give back their quota.

    :param conditions: further SQL conditions on the row
    :returns: False if the row is gone or does not match
    """
    if not share_group_snapshots.ROWS.delete(conn, row.id, *conditions):
        return False
    count_snapshots(conn, [row], quotas.give_back)
    _note(conn, states.SHARE_GROUP_SNAPSHOT, row)
    return True


def count_snapshots(
    conn, rows: Iterable[records.ShareGroupSnapshot], count
) -> None:
    """Take or give back the quota of group snapshots and their members.

    :param count: called as (conn, owner, amounts)
    """
    snapshots: collections.Counter[tuple] = collections.Counter()
    members = collections.defaultdict(list)
    for row in rows:
        owner = row.project_id, row.user_id or ''
        snapshots[owner] += 1
        for one in row.members:
            members[*owner, one.share_type_id].append(one.size)
    for owner, number in sorted(snapshots.items()):
        amounts = {quotas.SHARE_GROUP_SNAPSHOTS: number}
        count(conn, quotas.Owner(*owner), amounts)
    for of_type, sizes in sorted(members.items()):
        amounts = {
            quotas.SNAPSHOTS: len(sizes),
            quotas.SNAPSHOT_GIGABYTES: sum(sizes),
        }
        count(conn, quotas.Owner(*of_type), amounts)


def share_group(conn, row: records.ShareGroup, *conditions) -> bool:
    """Delete a group with its content; give back all quota and claims.

    :param conditions: further SQL conditions on the group's row, which must
        not depend on its shares or snapshots
    :returns: False if the row is gone or does not match
    """
    if not share_groups.ROWS.lock(conn, row.id, *conditions):
        return False
    # Deletions of single snapshots and shares come before these locks, or
    # match no row.
    share_group_snapshots.ROWS.lock_many(
        conn, share_group_snapshots.in_group(row.id)
    )
    shares.ROWS.lock_many(conn, shares.in_group(row.id))
    snapshots = share_group_snapshots.of_group(conn, row.id)
    members = shares.of_group(conn, row.id)
    if snapshots:
        share_group_snapshots.ROWS.delete_many(
            conn, share_group_snapshots.in_group(row.id)
        )
    if members:
        shares.ROWS.delete_many(conn, shares.in_group(row.id))
    share_groups.ROWS.delete(conn, row.id)
    attempts.forget(conn, [row.id, *(one.id for one in members)])
    _release(conn, row, members)
    count_snapshots(conn, snapshots, quotas.give_back)
    _give_shares_back(conn, members)
    owner = quotas.Owner(row.project_id, row.user_id)
    quotas.give_back(conn, owner, {quotas.SHARE_GROUPS: 1})
    _note_all(conn, row, members, snapshots)
    return True


def _note_all(conn, group, members, snapshots):
    caller = events.caller_of(group)
    for one in snapshots:
        _note(conn, states.SHARE_GROUP_SNAPSHOT, one, caller)
    for one in members:
        _note(conn, states.SHARE, one, caller)
    _note(conn, states.SHARE_GROUP, group, caller)


def _release(conn, group, members):
    # A share whose status was set by hand during its group's creation may
    # still be in a pool that the group has left.
    claimed: collections.Counter[str] = collections.Counter()
    for one in members:
        claimed[one.host] += one.claimed_gb
    for host in sorted({group.host, *claimed} - {None}):
        groups = int(host == group.host)
        pools.release(conn, host, groups=groups, gigabytes=claimed[host])


def if_unplaced(locked):
    """Purge a locked row that was not placed on a back end.

    :param locked: a changes.Locked, whose deletion has begun
    :returns: the record of one that its back end has to delete, or None
    """
    if locked.row.host is not None:
        return locked.row
    _PURGES[locked.kind](locked.conn, locked.row)
    return None


_PURGES: dict[str, Callable] = {
    states.SHARE: share,
    states.SHARE_GROUP: share_group,
    states.SHARE_GROUP_SNAPSHOT: snapshot,
}
