# SPDX-License-Identifier: Apache-2.0
"""What requests about share groups may say."""

from manila_groups import states
from manila_groups.api.schemas import base
from manila_groups.db import share_groups

#: Other names that clients and the reference have for filters.
FILTER_ALIASES = {
    'share_group_id': 'id',
    'group_type_id': 'share_group_type_id',
    'share_group_type': 'share_group_type_id',
    'share_group_snapshot_id': 'source_share_group_snapshot_id',
    'snapshot': 'source_share_group_snapshot_id',
    'share_network': 'share_network_id',
}

SORT_ALIASES = {
    'share_group_type': 'share_group_type_id',
    'share_network': 'share_network_id',
}

#: The reference's names of fields (wire: Where reference and wire differ, 3).
FIELD_ALIASES = {
    'share_group_type': 'share_group_type_id',
    'share_network': 'share_network_id',
    'source_share_group_snapshot': 'source_share_group_snapshot_id',
}

#: The most ids of share types in a filter: each is a condition in SQL.
MAX_SHARE_TYPES = 100

INDEX = base.Schema(
    {
        **base.paging([*share_groups.SORT_COLUMNS, *SORT_ALIASES]),
        **dict.fromkeys(
            [*share_groups.FILTERS, *FILTER_ALIASES], base.TEXT_QUERY
        ),
        'share_types': {'type': 'string', 'maxLength': 4096},
        'all_tenants': base.BOOLEAN,
    },
    ignored_before={'name~': '2.36', 'description~': '2.36'},
)

_FIELDS = {'name': base.NAME, 'description': base.DESCRIPTION}

CREATE = base.Schema(
    {
        **_FIELDS,
        'share_types': {
            'type': ['array', 'null'],
            'items': base.ID,
            'maxItems': 1000,
        },
        'availability_zone': base.OPTIONAL_ID,
        **{
            name: base.OPTIONAL_ID
            for pair in FIELD_ALIASES.items()
            for name in pair
        },
    }
)

UPDATE = base.Schema(_FIELDS)

#: Is true in DELETE ?force=true (wire: Where reference and wire differ, 6).
DELETE = base.Schema({'force': base.BOOLEAN})

RESET_STATUS = base.Schema(
    {
        'reset_status': {
            'type': 'object',
            'properties': {
                'status': {'enum': list(states.SHARE_GROUP_STATUSES)}
            },
            'required': ['status'],
            'additionalProperties': False,
        }
    }
)

FORCE_DELETE = base.Schema({'force_delete': {'type': 'null'}})
