# SPDX-License-Identifier: Apache-2.0
"""Requests to restore a backup to a group: what they need, how they begin."""

import collections
from collections.abc import Mapping
from collections.abc import Sequence

from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import shares as share_rows
from manila_groups.domain import changes
from manila_groups.domain.operations import beginning
from manila_groups.domain.share_group_backups import insert
from manila_groups.domain.share_group_backups import places
from manila_groups.domain.share_group_backups import record
from manila_groups.domain.share_groups import from_source
from manila_groups.domain.share_groups import replacing_request
from manila_groups.domain.share_groups import restore
from manila_groups.rpc import wake

_FIELD = 'share_group_id'


def own_group(backup: records.ShareGroupBackup) -> str:
    """Return the id of the group that was backed up.

    :raises Invalid: it is not known
    """
    if backup.share_group_id is None:
        raise exception.Invalid(
            f'{_FIELD}: the share group backup {utils.label(backup)} does '
            'not know its share group; name one.'
        )
    return backup.share_group_id


def lock(
    conn: db_api.Connection, ctxt: context.RequestContext, group_id: str
) -> changes.Locked[records.ShareGroup]:
    """Lock a group with its content; the first thing in a transaction.

    :raises Invalid: the caller sees no such group
    """
    changes.SHARE_GROUP.rows.lock(conn, group_id)
    changes.lock_content(conn, group_id)
    try:
        row = changes.SHARE_GROUP.find(conn, ctxt, group_id)
    except exception.NotFound:
        raise exception.Invalid(
            f'{_FIELD}: there is no share group {group_id}.'
        ) from None
    return changes.Locked(conn, changes.SHARE_GROUP, row, ctxt)


def begin(
    group: changes.Locked[records.ShareGroup], conf, backup_id: str
) -> wake.Wake:
    """Begin to restore a backup to a group that is locked with its content.

    :raises NotFound: there is no backup that the caller may see
    :raises Invalid: it is another project's, or the back end can't
    :raises Conflict: the backup, what is in the group, or what is at work on
        it forbids it
    :raises OverQuota: the project may not have so much more
    """
    changes.BACKUP.rows.lock(group.conn, backup_id)
    backup = changes.BACKUP.find(group.conn, group.ctxt, backup_id)
    shares = share_rows.of_group(group.conn, group.row.id)
    _check_backup(backup, group.row)
    replacing_request.check_group(
        group.row, states.ShareGroup.RESTORE, 'restored'
    )
    replacing_request.check_shares(shares, states.Share.RESTORE)
    pairs = pair(backup, group.row, shares)
    from_source.check_no_copy(group)
    insert.check_no_backup(group)
    _check_support(group)
    payload = replacing_request.payload_of(group.row, shares)
    _begin(group, conf, backup, shares, pairs)
    return beginning.begin(
        group.conn, restore.VERB, group.row, payload=payload
    )


def _check_backup(backup, group):
    if backup.project_id != group.project_id:
        raise exception.Invalid(
            f'{_FIELD}: the share group {utils.label(group)} belongs to '
            'another project than the share group backup '
            f'{utils.label(backup)}.'
        )
    if backup.status != states.AVAILABLE:
        raise exception.Conflict(
            f'The share group backup {utils.label(backup)} has the status '
            f'{backup.status}; it must be {states.AVAILABLE}.'
        )
    record.check_complete(backup)


def pair(
    backup: records.ShareGroupBackup,
    group: records.ShareGroup,
    shares: Sequence[records.Share],
) -> Mapping[str, records.ShareGroupBackupMember]:
    """Find the member of a backup for each share of a group.

    It is the share itself, the one that it was made from, or the one of the
    same name.

    :returns: each share's id to the member
    :raises Conflict: shares and members do not go together
    """
    found = _pair_by_origin(backup, shares)
    if found is None:
        found = _pair_by_name(backup, group, shares)
    left = {one.id for one in backup.members} - {
        one.id for one in found.values()
    }
    if left:
        raise exception.Conflict(
            f'The share group backup {utils.label(backup)} has shares that '
            f'are not in the share group {utils.label(group)}: '
            f'{_listed(backup, left)}.'
        )
    return found


def _pair_by_origin(backup, shares):
    """Find the members that shares are, or were made from; None if not all."""
    by_id = {one.share_id: one for one in backup.members}
    made_from = {one.id: one for one in backup.members}
    found = {
        one.id: by_id.get(one.id)
        or made_from.get(one.source_share_group_backup_member_id)
        for one in shares
    }
    return None if None in found.values() else found


def _pair_by_name(backup, group, shares):
    _check_names(f'share group backup {utils.label(backup)}', backup.members)
    _check_names(f'share group {utils.label(group)}', shares)
    by_name = {one.name: one for one in backup.members}
    missing = [utils.label(one) for one in shares if one.name not in by_name]
    if missing:
        raise exception.Conflict(
            f'The share group {utils.label(group)} has shares that are not '
            f'in the share group backup {utils.label(backup)}: '
            f'{replacing_request.listed(missing)}. Restoring it would leave '
            'them out; delete them first, or create a share group from the '
            'backup.'
        )
    return {one.id: by_name[one.name] for one in shares}


def _check_names(where, found):
    counts = collections.Counter(one.name for one in found)
    for name, number in counts.items():
        if name is None or number > 1:
            raise exception.Conflict(
                f'The shares of the {where} do not have a name each of their '
                'own, so they cannot be found by their names.'
            )


def _listed(backup, member_ids):
    return replacing_request.listed(
        [one.share_id for one in backup.members if one.id in member_ids]
    )


def _check_support(group):
    if not places.can_back_up(group.conn, group.row.host):
        raise exception.Invalid(
            f'The back end of the share group {utils.label(group.row)} cannot '
            'restore backups.'
        )


def _begin(group, conf, backup, shares, pairs):
    """Let the group, the backup and the shares say what is going on."""
    restoring = changes.transit(
        group.conn,
        changes.BACKUP,
        backup,
        states.ShareGroupBackup.RESTORE,
        restoring_share_group_id=group.row.id,
    )
    changes.Locked(
        group.conn, changes.BACKUP, utils.present(restoring), group.ctxt
    ).note('restore')
    # A share that was extended since then stays as large as it is.
    sizes = {one.id: max(one.size, pairs[one.id].size) for one in shares}
    replacing_request.begin(
        group,
        conf,
        shares,
        sizes,
        replacing_request.Begun(
            restore.RESTORE, states.ShareGroup.RESTORE, states.Share.RESTORE
        ),
    )
