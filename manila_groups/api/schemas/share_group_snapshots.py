# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about share group snapshots."""

from manila_groups import states
from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists

INDEX = lists.List(
    lists.text('id'),
    lists.text('name'),
    lists.text('name~', ignored_before='2.36'),
    lists.text('description'),
    lists.text('description~', ignored_before='2.36'),
    lists.text('status'),
    lists.text('share_group_id'),
    lists.text('project_id'),
    lists.flag('all_tenants'),
    sort=[
        *lists.sorts('id', 'name', 'status', 'host', 'share_group_id'),
        *lists.sorts('created_at', 'project_id', 'user_id'),
    ],
)

MEMBERS = lists.List(sort=lists.sorts('id', 'created_at', 'size', 'share_id'))

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
                'status': {'enum': list(states.SNAPSHOT_STATUSES_BY_HAND)}
            },
            'required': ['status'],
            'additionalProperties': False,
        }
    }
)

FORCE_DELETE = base.Schema({'force_delete': {'type': 'null'}})
