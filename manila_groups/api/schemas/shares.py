# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about shares."""

from manila_groups import states
from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists
from manila_groups.api.schemas import metadata
from manila_groups.api.schemas import scheduler_hints

#: Other names of fields for clients.
FIELD_ALIASES = {
    'display_name': 'name',
    'display_description': 'description',
    'volume_type': 'share_type',
}
#: The version from which on extend accepts force.
FORCE_SINCE = '2.64'
#: Before this version, a share may be in a zone that its type does not list.
ZONES_SINCE = '2.48'

#: Policy rules of fields that not every user may see.
_BY_HOST = 'share:list_by_host'
_LOCATIONS = 'share_export_location:index'

INDEX = lists.List(
    lists.text('id'),
    lists.text('name', also=('display_name',)),
    lists.text('name~', also=('display_name~',), ignored_before='2.36'),
    lists.text('description', also=('display_description',)),
    lists.text(
        'description~',
        also=('display_description~',),
        ignored_before='2.36',
    ),
    lists.text('status'),
    lists.text('host', rule=_BY_HOST),
    lists.text('availability_zone', ignored_before='2.97'),
    lists.text('share_proto'),
    lists.text('share_server_id', rule='share:list_by_share_server_id'),
    lists.text('share_network_id', also=('share_network',)),
    lists.text('share_type_id', also=('share_type', 'volume_type_id')),
    lists.text('share_group_id'),
    lists.text('source_share_group_snapshot_member_id'),
    lists.text('snapshot_id', also=('snapshot',)),
    lists.text('share_group_snapshot_id'),
    lists.text('mount_point_name', since='2.84'),
    lists.text('export_location_id', ignored_before='2.35', rule=_LOCATIONS),
    lists.text(
        'export_location_path',
        most=2000,
        ignored_before='2.35',
        rule=_LOCATIONS,
    ),
    lists.mapping('metadata'),
    lists.mapping('extra_specs'),
    lists.flag('is_soft_deleted', ignored_before='2.69'),
    lists.text('encryption_key_ref', ignored_before='2.90'),
    lists.text('user_id'),
    lists.text('project_id'),
    lists.flag('is_public'),
    lists.flag('all_tenants'),
    lists.flag('with_count', ignored_before='2.42'),
    sort=[
        lists.Sort('name', also=('display_name',)),
        lists.Sort('availability_zone', also=('availability_zone_id',)),
        lists.Sort('share_type_id', also=('share_type',)),
        lists.Sort('share_network_id', also=('share_network',)),
        lists.Sort('snapshot_id', also=('snapshot',)),
        lists.Sort('host', rule=_BY_HOST),
        *lists.sorts('id', 'size', 'status', 'share_proto'),
        *lists.sorts('created_at', 'updated_at', 'project_id', 'user_id'),
    ],
)

#: The maximum of the databases' columns.
_MAX_SIZE = 2**31 - 1
_SIZE = {
    'type': ['integer', 'string'],
    'minimum': 1,
    'maximum': _MAX_SIZE,
    'pattern': rf'^0*{base.digits(_MAX_SIZE)}\Z',
    'maxLength': 20,
    'description': f'a whole number of GiB from 1 to {_MAX_SIZE}',
}


def _nothing(noun):
    return {
        'type': ['null', 'object'],
        'maxProperties': 0,
        'description': f'null: this service has no {noun}',
    }


#: Fields that clients send without a value, for features that are not here.
NOT_HERE = {
    'mount_point_name': _nothing('mount point names'),
    'encryption_key_ref': _nothing('encryption keys'),
}

CREATE = base.Schema(
    {
        **NOT_HERE,
        'size': _SIZE,
        'share_proto': base.REQUIRED_NAME,
        'name': base.NAME,
        'display_name': base.NAME,
        'description': base.DESCRIPTION,
        'display_description': base.DESCRIPTION,
        'share_type': base.OPTIONAL_ID,
        'volume_type': base.OPTIONAL_ID,
        'share_group_id': base.OPTIONAL_ID,
        'share_network_id': base.OPTIONAL_ID,
        'availability_zone': base.OPTIONAL_ID,
        'snapshot_id': base.OPTIONAL_ID,
        'is_public': base.BOOLEAN,
        'metadata': metadata.FIELD,
        'scheduler_hints': scheduler_hints.FIELD,
    },
    required=('size', 'share_proto'),
    since={'scheduler_hints': scheduler_hints.SINCE},
    earlier={'scheduler_hints': _nothing('scheduler hints')},
    absent=('is_public', 'metadata'),
)

UPDATE = base.Schema(
    {
        'name': base.NAME,
        'display_name': base.NAME,
        'description': base.DESCRIPTION,
        'display_description': base.DESCRIPTION,
        'is_public': base.BOOLEAN,
    },
    absent=('is_public',),
)

DELETE = base.Schema({'share_group_id': lists.TEXT})


def _action(name, required, **properties):
    return base.Schema(
        {
            name: {
                'type': 'object',
                'properties': properties,
                'required': [required],
                'additionalProperties': False,
            }
        }
    )


RESET_STATUS = _action(
    'reset_status',
    'status',
    status={'enum': list(states.SHARE_STATUSES_BY_HAND)},
)

#: The command line client sends it with every update of a share.
RESET_TASK_STATE = _action(
    'reset_task_state', 'task_state', task_state={'type': 'null'}
)

FORCE_DELETE = base.Schema({'force_delete': {'type': 'null'}})

EXTEND = _action(
    'extend', 'new_size', new_size=_SIZE, force=base.or_null(base.BOOLEAN)
)
SHRINK = _action('shrink', 'new_size', new_size=_SIZE)
