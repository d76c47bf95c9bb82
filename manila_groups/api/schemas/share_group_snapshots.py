# SPDX-License-Identifier: Apache-2.0
"""What requests about share group snapshots may say."""

from manila_groups import states
from manila_groups.api.schemas import base
from manila_groups.db import share_group_snapshots

INDEX = base.Schema(
    {
        **base.paging(share_group_snapshots.SORT_COLUMNS),
        **dict.fromkeys(share_group_snapshots.FILTERS, base.TEXT_QUERY),
        'all_tenants': base.BOOLEAN,
    },
    ignored_before={'name~': '2.36', 'description~': '2.36'},
)

MEMBERS = base.Schema(base.paging(share_group_snapshots.MEMBER_SORT_COLUMNS))

_FIELDS = {'name': base.NAME, 'description': base.DESCRIPTION}

CREATE = base.Schema(
    {'share_group_id': base.ID, **_FIELDS}, required=('share_group_id',)
)

UPDATE = base.Schema(_FIELDS)

RESET_STATUS = base.Schema(
    {
        'reset_status': {
            'type': 'object',
            'properties': {
                'status': {'enum': list(states.SHARE_GROUP_SNAPSHOT_STATUSES)}
            },
            'required': ['status'],
            'additionalProperties': False,
        }
    }
)

FORCE_DELETE = base.Schema({'force_delete': {'type': 'null'}})
