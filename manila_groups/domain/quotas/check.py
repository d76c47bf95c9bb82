# SPDX-License-Identifier: Apache-2.0
"""Compares the recorded usage of quotas with the rows."""

from manila_groups.db import api as db_api
from manila_groups.db import quota_differences as rows
from manila_groups.domain.quotas import counts as quotas

#: The usage of rows, as groups.quotas counts it.
_USES = (
    (quotas.SHARE_GROUPS, rows.SHARE_GROUPS),
    (quotas.SHARES, rows.SHARES),
    (quotas.GIGABYTES, rows.SHARE_GIGABYTES),
    (quotas.SHARE_GROUP_SNAPSHOTS, rows.SHARE_GROUP_SNAPSHOTS),
    (quotas.SNAPSHOTS, rows.MEMBERS),
    (quotas.SNAPSHOT_GIGABYTES, rows.MEMBER_GIGABYTES),
    (quotas.SHARE_GROUP_BACKUPS, rows.SHARE_GROUP_BACKUPS),
    (quotas.BACKUPS, rows.BACKUP_MEMBERS),
    (quotas.BACKUP_GIGABYTES, rows.BACKUP_GIGABYTES),
    (quotas.SHARE_NETWORKS, rows.SHARE_NETWORKS),
)


def differences(db: db_api.Database) -> list[rows.Difference]:
    """List the differences."""
    with db.snapshot() as conn:
        return rows.list_all(conn, _USES, quotas.COUNTED_BY_SHARE_TYPE)


@db_api.retry_on_deadlock
def correct(db: db_api.Database) -> list[rows.Difference]:
    """Set the recorded usage to that of the rows, in one transaction.

    :returns: the differences that there were
    """
    with db.writer() as conn:
        # Other transactions that take or give back quota wait from here on.
        rows.lock(conn)
        found = rows.list_all(conn, _USES, quotas.COUNTED_BY_SHARE_TYPE)
        for one in found:
            rows.correct(conn, one)
        return found
