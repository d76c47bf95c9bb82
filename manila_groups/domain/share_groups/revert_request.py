# SPDX-License-Identifier: Apache-2.0
"""Requests to revert a share group: what they need, and how they begin."""

from oslo_utils import strutils

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_group_backups as backups
from manila_groups.db import share_group_snapshots as snapshots
from manila_groups.db import shares as share_rows
from manila_groups.domain import changes
from manila_groups.domain.operations import beginning
from manila_groups.domain.share_groups import from_source
from manila_groups.domain.share_groups import replacing_request
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
    replacing_request.check_group(
        group.row, states.ShareGroup.REVERT, 'reverted'
    )
    _check_snapshot(snapshot)
    replacing_request.check_shares(shares, states.Share.REVERT)
    _check_members(group.row, snapshot, shares)
    from_source.check_no_copy(group)
    _check_support(group, snapshot)
    payload = replacing_request.payload_of(group.row, shares)
    _begin(group, conf, snapshot, shares)
    return beginning.begin(group.conn, revert.VERB, group.row, payload=payload)


def _find_snapshot(group, snapshot_id):
    found = snapshots.get(group.conn, snapshot_id)
    if found is None or found.share_group_id != group.row.id:
        raise exception.Invalid(
            f'{_FIELD}: the share group {utils.label(group.row)} has no '
            f'share group snapshot {snapshot_id}.'
        )
    return found


def _check_snapshot(snapshot):
    if snapshot.status != states.AVAILABLE:
        raise exception.Conflict(
            f'{_FIELD}: the share group snapshot {utils.label(snapshot)} has '
            f'the status {snapshot.status}; it must be {states.AVAILABLE}.'
        )


def _check_members(group, snapshot, shares):
    kept = {one.share_id for one in snapshot.members}
    added = [utils.label(one) for one in shares if one.id not in kept]
    if added:
        raise exception.Conflict(
            f'The share group {utils.label(group)} has shares that are not '
            f'in the share group snapshot {utils.label(snapshot)}: '
            f'{replacing_request.listed(added)}. A revert would leave them '
            'out; delete them first, or create a share group from the '
            'snapshot.'
        )
    missing = sorted(kept - {one.id for one in shares})
    if missing:
        raise exception.Conflict(
            f'The share group snapshot {utils.label(snapshot)} has shares '
            f'that are not in the share group {utils.label(group)} any more: '
            f'{replacing_request.listed(missing)}.'
        )


def _check_support(group, snapshot):
    pool = pools.get(group.conn, group.row.host)
    reported = pool.report['group_capabilities'] if pool else {}
    if not strutils.bool_from_string(reported.get(SUPPORT)):
        raise exception.Invalid(
            f'The back end of the share group {utils.label(group.row)} cannot '
            'revert it to a share group snapshot.'
        )
    if not strutils.bool_from_string(reported.get(TO_ANY)):
        _check_newest(group, snapshot)


def _check_newest(group, snapshot):
    backup_id = backups.with_moment(group.conn, group.row.id)
    if backup_id is not None:
        raise exception.Conflict(
            f'{_FIELD}: the back end of the share group '
            f'{utils.label(group.row)} can revert it only to its newest '
            f'snapshot, which is the one of the share group backup '
            f'{backup_id} until that has been made.'
        )
    newest = snapshots.newest_of(group.conn, group.row.id)
    if newest != snapshot.id:
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
    replacing_request.begin(
        group,
        conf,
        shares,
        sizes,
        replacing_request.Begun(
            revert.REVERT, states.ShareGroup.REVERT, states.Share.REVERT
        ),
    )
