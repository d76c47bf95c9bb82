# SPDX-License-Identifier: Apache-2.0
"""The schemas of requests about share networks and their subnets."""

from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists

INDEX = lists.List(
    lists.text('name'),
    lists.text('name~', ignored_before='2.36'),
    lists.text('description'),
    lists.text('description~', ignored_before='2.36'),
    lists.day('created_since'),
    lists.day('created_before'),
    lists.text('neutron_net_id'),
    lists.text('neutron_subnet_id'),
    lists.text('network_type'),
    lists.number('segmentation_id'),
    lists.text('cidr'),
    lists.number('ip_version'),
    lists.text('security_service_id', also=('security_service',)),
    lists.text('project_id'),
    lists.flag('all_tenants'),
    sort=lists.sorts('id', 'name', 'project_id', 'created_at'),
)

_NEUTRON = {
    'neutron_net_id': base.OPTIONAL_ID,
    'neutron_subnet_id': base.OPTIONAL_ID,
}
_NETWORK: dict[str, dict] = {
    'name': base.NAME,
    'description': base.DESCRIPTION,
    **_NEUTRON,
    'nova_net_id': {
        'type': 'null',
        'description': 'null: networks are those of Neutron',
    },
}

CREATE = base.Schema(
    {**_NETWORK, 'availability_zone': base.OPTIONAL_ID},
    since={'availability_zone': '2.51'},
)

UPDATE = base.Schema(_NETWORK)

#: Clients also send the network in the body.
CREATE_SUBNET = base.Schema(
    {
        **_NEUTRON,
        'availability_zone': base.OPTIONAL_ID,
        'share_network_id': base.ID,
        'metadata': {
            'type': 'object',
            'maxProperties': 0,
            'description': 'an empty object: subnets have no metadata here',
        },
    },
    since={'metadata': '2.78'},
    absent=('share_network_id', 'metadata'),
)
