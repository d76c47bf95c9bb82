# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about share groups."""

from manila_groups import states
from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists
from manila_groups.api.schemas import scheduler_hints
from manila_groups.api.schemas import share_group_backups
from manila_groups.policies import base as policies

#: The reference's names of fields. See the contract, 'Where reference and wire
#: differ', 3.
FIELD_ALIASES = {
    'share_group_type': 'share_group_type_id',
    'share_network': 'share_network_id',
    'source_share_group_snapshot': 'source_share_group_snapshot_id',
}

#: The version that copies share groups.
_COPIED_SINCE = 'share-groups 1.4'

INDEX = lists.List(
    lists.text('id', also=('share_group_id',)),
    lists.text('name'),
    lists.text('name~', ignored_before='2.36'),
    lists.text('description'),
    lists.text('description~', ignored_before='2.36'),
    lists.text('status'),
    lists.text('host'),
    lists.text('availability_zone'),
    lists.text('share_server_id', rule=policies.CONTEXT_IS_ADMIN),
    lists.text('share_network_id', also=('share_network',)),
    lists.text(
        'share_group_type_id', also=('group_type_id', 'share_group_type')
    ),
    lists.ids('share_types', most=100),
    lists.text(
        'source_share_group_snapshot_id',
        also=('share_group_snapshot_id', 'snapshot'),
    ),
    lists.text('source_share_group_id', since=_COPIED_SINCE),
    lists.text(
        'source_share_group_backup_id', since=share_group_backups.SINCE
    ),
    lists.text('snapshot_id'),
    lists.text('project_id'),
    lists.flag('all_tenants'),
    sort=[
        *lists.sorts('id', 'name', 'status', 'host', 'availability_zone'),
        *lists.sorts('created_at', 'project_id', 'user_id'),
        *lists.sorts('source_share_group_snapshot_id'),
        lists.Sort('share_group_type_id', also=('share_group_type',)),
        lists.Sort('share_network_id', also=('share_network',)),
    ],
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
        'source_share_group_id': base.OPTIONAL_ID,
        'source_share_group_backup_id': base.OPTIONAL_ID,
        'scheduler_hints': scheduler_hints.FIELD,
        **{
            name: base.OPTIONAL_ID
            for pair in FIELD_ALIASES.items()
            for name in pair
        },
    },
    since={
        'source_share_group_id': _COPIED_SINCE,
        'source_share_group_backup_id': share_group_backups.SINCE,
        'scheduler_hints': scheduler_hints.SINCE,
    },
)

UPDATE = base.Schema(_FIELDS)

#: The query of DELETE: ?force=true is force-delete. See the contract, 'Where
#: reference and wire differ', 6.
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

REVERT = base.Schema(
    {
        'revert': {
            'type': 'object',
            'properties': {'share_group_snapshot_id': base.ID},
            'required': ['share_group_snapshot_id'],
            'additionalProperties': False,
        }
    }
)

FORCE_DELETE = base.Schema({'force_delete': {'type': 'null'}})
