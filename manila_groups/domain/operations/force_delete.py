# SPDX-License-Identifier: Apache-2.0
"""Deletions that end whether or not the back end can carry them out.

The rows are deleted, and their quota is given back, once.  A cleanup is noted,
which the back end does as soon as it can.
"""

from manila_groups import states
from manila_groups import utils
from manila_groups.db import attempts
from manila_groups.db import services
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.domain.operations import purge
from manila_groups.domain.services import api as services_domain

#: The reason in the audit log.
REASON = 'deleted by force'


def end_if_away(locked, conf):
    """End a forced deletion that no back end can carry out now.

    :param locked: a changes.Locked, whose deletion has begun
    :returns: the record of one that its back end has to delete, or None
    """
    if _is_reachable(locked.conn, conf, locked.row.host):
        return purge.if_unplaced(locked)
    end(locked.conn, locked.kind, locked.row)
    return None


def _is_reachable(conn, conf, host: str | None) -> bool:
    """Tell whether the back end of a pool is up.

    :param host: host@backend#pool; true for None, which needs no back end
    """
    if host is None:
        return True
    backend = host.partition('#')[0]
    service = services.get(conn, backend, services.BACKEND)
    return service is not None and services_domain.is_up(conf, service)


def end(conn, kind: str, row, *conditions) -> bool:
    """End the deletion of a row, and note a cleanup for its back end.

    :param kind: the kind of the row, as in states
    :param row: its record
    :param conditions: SQL conditions on the row
    :returns: False if the row does not match; nothing has changed then
    """
    return _ENDS[kind](conn, row, *conditions)


def _end_share_group(conn, group, *conditions):
    # Before anything is read: see lock().
    if not share_groups.ROWS.lock(conn, group.id, *conditions):
        return False
    share_group_snapshots.ROWS.lock_many(
        conn, share_group_snapshots.in_group(group.id)
    )
    snapshots = share_group_snapshots.of_group(conn, group.id)
    purge.share_group(conn, group)
    attempts.add_cleanups(conn, states.SHARE_GROUP_SNAPSHOT, snapshots)
    # The back end removes the group's shares with it.
    _remember(conn, states.SHARE_GROUP, group)
    return True


def _end_share(conn, share, *conditions):
    if not shares.ROWS.lock(conn, share.id, *conditions):
        return False
    purge.share(conn, utils.present(shares.get(conn, share.id)))
    _remember(conn, states.SHARE, share)
    return True


def _end_snapshot(conn, snapshot, *conditions):
    if not purge.snapshot(conn, snapshot, *conditions):
        return False
    attempts.add_cleanups(conn, states.SHARE_GROUP_SNAPSHOT, [snapshot])
    return True


def _remember(conn, kind, row):
    if row.host is not None:
        attempts.add(conn, kind, row, cleaned=False)


_ENDS = {
    states.SHARE_GROUP: _end_share_group,
    states.SHARE: _end_share,
    states.SHARE_GROUP_SNAPSHOT: _end_snapshot,
}
