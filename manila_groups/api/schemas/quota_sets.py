# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about quotas."""

from manila_groups.api.schemas import base
from manila_groups.domain.quotas import counts as quotas

#: Resources of Manila that this service lacks; clients send them too.
NOT_HERE = (
    'share_replicas',
    'replica_gigabytes',
    'encryption_keys',
)

#: The microversions that introduced quotas, if not the oldest one.
SINCE = {
    'share_groups': '2.40',
    'share_group_snapshots': '2.40',
    'share_replicas': '2.53',
    'replica_gigabytes': '2.53',
    'per_share_gigabytes': '2.62',
    'backups': '2.80',
    'backup_gigabytes': '2.80',
    'encryption_keys': '2.90',
    'share_group_backups': 'share-groups 1.7',
}

_LIMIT = {'type': 'integer', 'minimum': -1, 'maximum': 2**63 - 1}
_NO_LIMIT = {
    'not': {},
    'description': 'a limit that can be set: this service has none of these',
}

#: The keys of a part of a project.
PART = base.Schema(
    {'user_id': base.ID, 'share_type': base.ID}, since={'share_type': '2.39'}
)

#: Clients also send the project in the body.
PROJECT_KEYS = ('tenant_id', 'id')

UPDATE = base.Schema(
    {
        **dict.fromkeys(quotas.RESOURCES, _LIMIT),
        **dict.fromkeys(NOT_HERE, _NO_LIMIT),
        **dict.fromkeys(PROJECT_KEYS, base.PROJECT_ID),
        'force': base.BOOLEAN,
    },
    absent=('force',),
    since=SINCE,
)
