# SPDX-License-Identifier: Apache-2.0
"""Deletes rows, and releases their quota and capacity.

The counts are taken from the record: it must have been read in the same
transaction, after the row was locked or changed.
"""

import collections
from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses

from manila_groups import states
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_group_backups
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.domain.events import base as events
from manila_groups.domain.quotas import counts as quotas

_STORES = {
    states.SHARE: shares,
    states.SHARE_GROUP: share_groups,
    states.SHARE_GROUP_SNAPSHOT: share_group_snapshots,
    states.SHARE_GROUP_BACKUP: share_group_backups,
}


def all_shares(conn, found: Sequence[records.Share]) -> None:
    """Delete shares' rows; give back their quotas, and their claims in pools.

    The transaction has locked them.
    """
    shares.ROWS.delete_many(conn, shares.ROWS.is_any([o.id for o in found]))
    _release(conn, [], found)
    _give_shares_back(conn, found)
    for one in found:
        _note(conn, states.SHARE, one)


def _note(conn, kind, row, caller=None):
    _STORES[kind].ROWS.ended(conn, row, caller or row)
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


def all_snapshots(
    conn, found: Sequence[records.ShareGroupSnapshot], *conditions
) -> bool:
    """Delete group snapshots' rows and members; give back their quotas.

    :param conditions: further SQL conditions on each row
    :returns: False if one is gone or does not match: the transaction is to be
        rolled back then
    """
    return _delete(
        conn, states.SHARE_GROUP_SNAPSHOT, found, count_snapshots, conditions
    )


def _delete(conn, kind, found, count, conditions):
    """Delete rows of a kind that are in no pool; give back their quotas."""
    ids = [one.id for one in found]
    if not _STORES[kind].ROWS.delete_rows(conn, ids, *conditions):
        return False
    count(conn, found, quotas.give_back)
    for one in found:
        _note(conn, kind, one)
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


def all_backups(
    conn, found: Sequence[records.ShareGroupBackup], *conditions
) -> bool:
    """Delete backups' rows and members; give back their quotas.

    :param conditions: further SQL conditions on each row
    :returns: False if one is gone or does not match: the transaction is to be
        rolled back then
    """
    return _delete(
        conn, states.SHARE_GROUP_BACKUP, found, count_backups, conditions
    )


def count_backups(
    conn, rows: Iterable[records.ShareGroupBackup], count
) -> None:
    """Take or give back the quota of backups and their members.

    :param count: called as (conn, owner, amounts)
    """
    by_owner = collections.defaultdict(list)
    for row in rows:
        by_owner[row.project_id, row.user_id or ''].append(row)
    for owner, some in sorted(by_owner.items()):
        amounts = {
            quotas.SHARE_GROUP_BACKUPS: len(some),
            quotas.BACKUPS: sum(len(one.members) for one in some),
            quotas.BACKUP_GIGABYTES: sum(one.size for one in some),
        }
        count(conn, quotas.Owner(*owner), amounts)


def all_share_groups(
    conn, groups: Sequence[records.ShareGroup], *conditions
) -> bool:
    """Delete groups with their content; give back all quotas and claims.

    :param conditions: further SQL conditions on each group's row, which must
        not depend on its shares or snapshots
    :returns: False if one is gone or does not match: the transaction is to be
        rolled back then
    """
    ids = [one.id for one in groups]
    if not share_groups.ROWS.lock_rows(conn, ids, *conditions):
        return False
    # Deletions of single snapshots and shares come before these locks, or
    # match no row.
    share_group_snapshots.ROWS.lock_many(
        conn, share_group_snapshots.in_groups(ids)
    )
    shares.ROWS.lock_many(conn, shares.in_groups(ids))
    snapshots = share_group_snapshots.of_groups(conn, ids)
    members = shares.of_groups(conn, ids)
    if snapshots:
        share_group_snapshots.ROWS.delete_many(
            conn, share_group_snapshots.in_groups(ids)
        )
    if members:
        shares.ROWS.delete_many(conn, shares.in_groups(ids))
    share_groups.ROWS.delete_many(conn, share_groups.ROWS.is_any(ids))
    _release(conn, groups, members)
    count_snapshots(conn, snapshots, quotas.give_back)
    _give_shares_back(conn, members)
    _give_groups_back(conn, groups)
    _note_all(conn, groups, members, snapshots)
    return True


def empty_share_groups(
    conn, groups: Sequence[records.ShareGroup], *conditions
) -> bool:
    """Delete groups without content; give back their quotas and claims.

    :param conditions: further SQL conditions on each group's row
    :returns: False if one is gone or does not match: the transaction is to be
        rolled back then
    """
    ids = [one.id for one in groups]
    if not share_groups.ROWS.delete_rows(conn, ids, *conditions):
        return False
    _release(conn, groups, [])
    _give_groups_back(conn, groups)
    _note_all(conn, groups, [], [])
    return True


def _give_groups_back(conn, groups):
    owners = collections.Counter(
        (one.project_id, one.user_id or '') for one in groups
    )
    for owner, number in sorted(owners.items()):
        amounts = {quotas.SHARE_GROUPS: number}
        quotas.give_back(conn, quotas.Owner(*owner), amounts)


def _note_all(conn, groups, members, snapshots):
    # What is deleted with a group is deleted by its caller.
    callers = {one.id: events.caller_of(one) for one in groups}
    for one in snapshots:
        caller = callers[one.share_group_id]
        _note(conn, states.SHARE_GROUP_SNAPSHOT, one, caller)
    for one in members:
        _note(conn, states.SHARE, one, callers[one.share_group_id])
    for one in groups:
        _note(conn, states.SHARE_GROUP, one, callers[one.id])


def _release(conn, groups, members):
    # A share whose status was set by hand during its group's creation may
    # still be in a pool that the group has left.
    placed = collections.Counter(one.host for one in groups)
    claimed: collections.Counter[str | None] = collections.Counter()
    for one in members:
        claimed[one.host] += one.claimed_gb
    for host in sorted({one for one in (*placed, *claimed) if one}):
        pools.release(conn, host, groups=placed[host], gigabytes=claimed[host])
