# SPDX-License-Identifier: Apache-2.0
"""Requests to revert a share group: what they need, and how they begin."""

import collections
from collections.abc import Sequence

from oslo_utils import strutils

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_group_snapshots as snapshots
from manila_groups.db import shares as share_rows
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.operations import beginning
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_groups import from_source
from manila_groups.domain.share_groups import members
from manila_groups.domain.share_groups import revert
from manila_groups.rpc import wake

#: What a pool reports of its share groups.
SUPPORT = 'revert_to_snapshot_support'
TO_ANY = 'revert_to_any_group_snapshot'

_FIELD = 'share_group_snapshot_id'


def begin(
    group: changes.Locked[records.ShareGroup], conf, snapshot_id: str
) -> wake.Wake:
    """Begin to revert a group that is locked with all that is in it.

    :raises Invalid: the group has no such snapshot, or its back end can't
    :raises Conflict: what is in the group, or at work on it, forbids it
    :raises OverQuota: the project may not have so much more
    """
    snapshot = _find_snapshot(group, snapshot_id)
    shares = share_rows.of_group(group.conn, group.row.id)
    _check_group(group.row)
    _check_snapshot(snapshot)
    _check_shares(shares)
    _check_members(group.row, snapshot, shares)
    from_source.check_no_copy(group)
    _check_support(group, snapshot)
    statuses = {group.row.status, *(one.status for one in shares)}
    is_known = statuses == {states.AVAILABLE}
    _begin(group, conf, snapshot, shares)
    return beginning.begin(
        group.conn,
        revert.VERB,
        group.row,
        payload={revert.FRESH: True} if is_known else None,
    )


def _find_snapshot(group, snapshot_id):
    found = snapshots.get(group.conn, snapshot_id)
    if found is None or found.share_group_id != group.row.id:
        raise exception.Invalid(
            f'{_FIELD}: the share group {utils.label(group.row)} has no '
            f'share group snapshot {snapshot_id}.'
        )
    return found


def _check_group(group):
    expected = states.ShareGroup.REVERT.expected
    if group.status not in expected:
        raise exception.Conflict(
            f'The share group {utils.label(group)} has the status '
            f'{group.status}; it can be reverted when it is '
            f'{" or ".join(expected)}.'
        )
    members.check_placed(group)


def _check_snapshot(snapshot):
    if snapshot.status != states.AVAILABLE:
        raise exception.Conflict(
            f'{_FIELD}: the share group snapshot {utils.label(snapshot)} has '
            f'the status {snapshot.status}; it must be {states.AVAILABLE}.'
        )


def _check_shares(shares):
    for one in shares:
        members.check_status(one, states.Share.REVERT.expected)
        # Its status was set by hand: no pool has claims for it.
        if one.host is None:
            raise exception.Conflict(
                f'The share {utils.label(one)} in the share group has not '
                'been placed on a back end.'
            )
        if one.access_rules_status != states.ACTIVE:
            raise exception.Conflict(
                f'The access rules of the share {utils.label(one)} in the '
                f'share group have the status {one.access_rules_status}; it '
                f'must be {states.ACTIVE}.'
            )


def _check_members(group, snapshot, shares):
    kept = {one.share_id for one in snapshot.members}
    added = [utils.label(one) for one in shares if one.id not in kept]
    if added:
        raise exception.Conflict(
            f'The share group {utils.label(group)} has shares that are not '
            f'in the share group snapshot {utils.label(snapshot)}: '
            f'{_listed(added)}. A revert would leave them out; delete them '
            'first, or create a share group from the snapshot.'
        )
    missing = sorted(kept - {one.id for one in shares})
    if missing:
        raise exception.Conflict(
            f'The share group snapshot {utils.label(snapshot)} has shares '
            f'that are not in the share group {utils.label(group)} any more: '
            f'{_listed(missing)}.'
        )


def _listed(names: Sequence[str], most: int = 10) -> str:
    more = f', and {len(names) - most} more' if len(names) > most else ''
    return ', '.join(names[:most]) + more


def _check_support(group, snapshot):
    pool = pools.get(group.conn, group.row.host)
    reported = pool.report['group_capabilities'] if pool else {}
    if not strutils.bool_from_string(reported.get(SUPPORT)):
        raise exception.Invalid(
            f'The back end of the share group {utils.label(group.row)} cannot '
            'revert it to a share group snapshot.'
        )
    newest = snapshots.newest_of(group.conn, group.row.id)
    to_any = strutils.bool_from_string(reported.get(TO_ANY))
    if newest != snapshot.id and not to_any:
        raise exception.Conflict(
            f'{_FIELD}: the back end of the share group '
            f'{utils.label(group.row)} can revert it only to its newest '
            f'share group snapshot, which is {newest}.'
        )


def _begin(group, conf, snapshot, shares):
    """Let the group, the snapshot and the shares say what is going on."""
    sizes = {one.share_id: one.size for one in snapshot.members}
    utils.present(
        changes.transit(
            group.conn,
            changes.SNAPSHOT,
            snapshot,
            states.ShareGroupSnapshot.RESTORE,
        )
    )
    _claim(group, shares, sizes)
    _take_quotas(group.conn, conf, shares, sizes)
    group.transition(states.ShareGroup.REVERT, event='revert.start')
    if shares:
        _begin_shares(group, shares, sizes)


def _begin_shares(group, shares, sizes):
    """Let shares count for the larger size until the end is known."""
    begun = changes.transit_many(
        group.conn,
        changes.SHARE,
        shares,
        states.Share.REVERT,
        callers={one.id: group.ctxt for one in shares},
        new_size=share_rows.value_of_each(sizes),
        **{
            column: share_rows.value_of_each(
                {
                    one.id: max(getattr(one, column), sizes[one.id])
                    for one in shares
                }
            )
            for column in ('quota_gb', 'claimed_gb')
        },
    )
    for one in utils.present(begun):
        events.note(group.conn, 'share.revert.start', one, group.ctxt)


def _claim(group, shares, sizes):
    more = sum(max(0, sizes[one.id] - one.claimed_gb) for one in shares)
    if more and not pools.claim(group.conn, group.row.host, gigabytes=more):
        raise exception.Conflict(
            f'The pool of the share group {utils.label(group.row)} has not '
            f'the {more} GiB that its shares were larger when the share group '
            'snapshot was taken.'
        )


def _take_quotas(conn, conf, shares, sizes):
    grown: dict[tuple, list[records.Share]] = collections.defaultdict(list)
    for one in shares:
        if sizes[one.id] > one.quota_gb:
            key = one.project_id, one.user_id or '', one.share_type_id
            grown[key].append(one)
    for key, some in sorted(grown.items()):
        owner = quotas.Owner(*key)
        quotas.check_size(conn, conf, owner, max(sizes[o.id] for o in some))
        more = sum(sizes[one.id] - one.quota_gb for one in some)
        quotas.take(conn, conf, owner, {quotas.GIGABYTES: more})
