# SPDX-License-Identifier: Apache-2.0
"""What the API publishes of lists, and which of it no index serves."""

from manila_groups.api.schemas import messages as message_schemas
from manila_groups.api.schemas import share_access as rule_schemas
from manila_groups.api.schemas import share_group_backups as backup_schemas
from manila_groups.api.schemas import share_group_snapshots as snapshot_schemas
from manila_groups.api.schemas import share_groups as group_schemas
from manila_groups.api.schemas import share_networks as network_schemas
from manila_groups.api.schemas import shares as share_schemas
from manila_groups.db import messages
from manila_groups.db import share_access_rules
from manila_groups.db import share_group_backups
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups
from manila_groups.db import share_networks
from manila_groups.db import shares

#: Each list that the database filters: its table, and the database's part.
LISTS = {
    'share groups': (group_schemas.INDEX, share_groups),
    'share group snapshots': (snapshot_schemas.INDEX, share_group_snapshots),
    'share group backups': (backup_schemas.INDEX, share_group_backups),
    'shares': (share_schemas.INDEX, shares),
    'share networks': (network_schemas.INDEX, share_networks),
    'messages': (message_schemas.INDEX, messages),
    'access rules': (rule_schemas.INDEX, share_access_rules),
}

#: What the domain does before the database is asked.
DOMAIN = {
    'share groups': {'all_tenants'},
    'share group snapshots': {'all_tenants'},
    'share group backups': {'all_tenants'},
    'shares': {'all_tenants', 'is_public', 'with_count'},
    'share networks': {'all_tenants'},
    'messages': {'all_tenants'},
    'access rules': {'share_id'},
}

_OTHER_TABLE = 'it comes from another table, and is sorted'
_FEW_NETWORKS = 'a project has few share networks, and each few subnets'
_FEW_KINDS = 'few values, of messages that are gone after a time'
_FEW_RULES = 'the list is that of one share, whose rules are few'

#: Why no index is there for a filter.
UNINDEXED_FILTERS = {
    'share networks': dict.fromkeys(
        (
            'description',
            'description~',
            'network_type',
            'segmentation_id',
            'cidr',
            'ip_version',
        ),
        _FEW_NETWORKS,
    ),
    'messages': dict.fromkeys(
        ('resource_type', 'message_level', 'action_id', 'detail_id'),
        _FEW_KINDS,
    ),
    'access rules': dict.fromkeys(
        ('access_type', 'access_to', 'access_level'), _FEW_RULES
    ),
}

#: Why no index is there for a sort key.
UNINDEXED_SORT_KEYS = {
    'share groups': {'availability_zone': _OTHER_TABLE},
    'share group snapshots': {'host': _OTHER_TABLE},
    'shares': {'availability_zone': _OTHER_TABLE},
    'messages': dict.fromkeys(
        ('resource_type', 'message_level', 'action_id', 'detail_id'),
        _FEW_KINDS,
    ),
}


def filters(name: str, values: dict, others: set) -> dict:
    """Every name of every filter of a list, with a value to try.

    :param values: a value for each filter
    :param others: the filters that are tried in another way
    :raises KeyError: a filter has no value
    """
    return {
        key: values[row.name]
        for row in LISTS[name][0].filters
        if row.name not in others
        for key in row.names
    }


def indexed_sort_keys(name: str) -> list[str]:
    """The sort keys of a list that an index serves."""
    unindexed = UNINDEXED_SORT_KEYS.get(name, {})
    return [
        row.name for row in LISTS[name][0].sort if row.name not in unindexed
    ]
