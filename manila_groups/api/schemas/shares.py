# SPDX-License-Identifier: Apache-2.0
"""What requests about shares may say."""

from manila_groups import states
from manila_groups.api.schemas import base
from manila_groups.api.schemas import metadata
from manila_groups.api.schemas import types
from manila_groups.db import shares

#: Other names that clients have for fields and filters.
FIELD_ALIASES = {
    'display_name': 'name',
    'display_description': 'description',
    'volume_type': 'share_type',
}
FILTER_ALIASES = {
    'display_name': 'name',
    'display_name~': 'name~',
    'display_description': 'description',
    'display_description~': 'description~',
    'share_type': 'share_type_id',
    'volume_type_id': 'share_type_id',
    'share_network': 'share_network_id',
    'snapshot': 'snapshot_id',
}

SORT_ALIASES = {
    'display_name': 'name',
    'share_type': 'share_type_id',
    'share_network': 'share_network_id',
    'snapshot': 'snapshot_id',
    'availability_zone_id': 'availability_zone',
}

#: Since when extend takes force.
FORCE_SINCE = '2.64'

#: Filters that are mappings, and those that are booleans.
MAPPINGS = dict.fromkeys(('metadata', 'extra_specs'), types.SPECS_QUERY)
BOOLEANS = dict.fromkeys(
    ('all_tenants', 'is_public', 'is_soft_deleted', 'with_count'), base.BOOLEAN
)
_TEXTS = sorted(set(shares.FILTERS) - {'seen_by', *MAPPINGS})

INDEX = base.Schema(
    {
        **base.paging([*shares.SORT_COLUMNS, *SORT_ALIASES]),
        **dict.fromkeys(
            [*_TEXTS, *FILTER_ALIASES, 'encryption_key_ref'], base.TEXT_QUERY
        ),
        'export_location_path': {'type': 'string', 'maxLength': 2000},
        **MAPPINGS,
        **BOOLEANS,
    },
    ignored_before={
        'export_location_id': '2.35',
        'export_location_path': '2.35',
        'name~': '2.36',
        'display_name~': '2.36',
        'description~': '2.36',
        'display_description~': '2.36',
        'with_count': '2.42',
        'is_soft_deleted': '2.69',
        'encryption_key_ref': '2.90',
        'availability_zone': '2.97',
    },
)

#: What the databases' columns hold.
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
        'description': f'null: there are no {noun} here',
    }


#: What clients send without a value for what this service does not have.
NOT_HERE = {
    'scheduler_hints': _nothing('scheduler hints'),
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
    },
    required=('size', 'share_proto'),
)

UPDATE = base.Schema(
    {
        'name': base.NAME,
        'display_name': base.NAME,
        'description': base.DESCRIPTION,
        'display_description': base.DESCRIPTION,
        'is_public': base.BOOLEAN,
    }
)

DELETE = base.Schema({'share_group_id': base.TEXT_QUERY})


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
    'reset_status', 'status', status={'enum': list(states.SHARE_STATUSES)}
)

#: The command line client sends it with every change of a share.
RESET_TASK_STATE = _action(
    'reset_task_state', 'task_state', task_state={'type': 'null'}
)

FORCE_DELETE = base.Schema({'force_delete': {'type': 'null'}})

EXTEND = _action('extend', 'new_size', new_size=_SIZE, force=base.BOOLEAN)
SHRINK = _action('shrink', 'new_size', new_size=_SIZE)
