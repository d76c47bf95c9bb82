# SPDX-License-Identifier: Apache-2.0
"""Limits in responses."""

from manila_groups.api.views import base
from manila_groups.api.views import shapes

#: Rows of (resource, name of the limit, name of the usage, microversion).
_TABLE = (
    ('shares', 'maxTotalShares', 'totalSharesUsed', '2.31'),
    (
        'gigabytes',
        'maxTotalShareGigabytes',
        'totalShareGigabytesUsed',
        '2.31',
    ),
    (
        'snapshots',
        'maxTotalShareSnapshots',
        'totalShareSnapshotsUsed',
        '2.31',
    ),
    (
        'snapshot_gigabytes',
        'maxTotalSnapshotGigabytes',
        'totalSnapshotGigabytesUsed',
        '2.31',
    ),
    (
        'share_networks',
        'maxTotalShareNetworks',
        'totalShareNetworksUsed',
        '2.31',
    ),
    ('share_groups', 'maxTotalShareGroups', 'totalShareGroupsUsed', '2.58'),
    (
        'share_group_snapshots',
        'maxTotalShareGroupSnapshots',
        'totalShareGroupSnapshotsUsed',
        '2.58',
    ),
    (
        'share_group_backups',
        'maxTotalShareGroupBackups',
        'totalShareGroupBackupsUsed',
        'share-groups 1.7',
    ),
    (
        'backups',
        'maxTotalShareBackups',
        'totalShareBackupsUsed',
        'share-groups 1.7',
    ),
    (
        'backup_gigabytes',
        'maxTotalBackupGigabytes',
        'totalBackupGigabytesUsed',
        'share-groups 1.7',
    ),
)


def _fields(resource, limit, usage, since):
    return (
        base.Field(
            limit,
            since,
            value=lambda f, _: f.quotas[resource].limit,
            shape={'type': 'integer', 'minimum': -1},
        ),
        base.Field(
            usage,
            since,
            value=lambda f, _: f.quotas[resource].in_use,
            shape=shapes.COUNT,
        ),
    )


ABSOLUTE = base.View(*(field for row in _TABLE for field in _fields(*row)))

ALL = shapes.one(
    'limits',
    shape=shapes.Members({'rate': shapes.EMPTY_LIST, 'absolute': ABSOLUTE}),
)
