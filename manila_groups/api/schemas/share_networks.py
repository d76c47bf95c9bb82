# SPDX-License-Identifier: Apache-2.0
"""What requests about share networks and their subnets may say."""

from manila_groups.api.schemas import base
from manila_groups.db import share_networks

#: Other names that clients have for filters.
FILTER_ALIASES = {'security_service': 'security_service_id'}

#: Filters that are days.
DAYS = ('created_since', 'created_before')

#: Filters that are numbers.
NUMBERS = ('segmentation_id', 'ip_version')
_NUMBER_QUERY = base.number_query(9)

INDEX = base.Schema(
    {
        **base.paging(share_networks.SORT_COLUMNS),
        **dict.fromkeys(
            [*share_networks.FILTERS, *FILTER_ALIASES], base.TEXT_QUERY
        ),
        **dict.fromkeys(NUMBERS, _NUMBER_QUERY),
        'all_tenants': base.BOOLEAN,
    },
    ignored_before={'name~': '2.36', 'description~': '2.36'},
)

_NEUTRON = {
    'neutron_net_id': base.OPTIONAL_ID,
    'neutron_subnet_id': base.OPTIONAL_ID,
}
_NETWORK = {'name': base.NAME, 'description': base.DESCRIPTION, **_NEUTRON}

CREATE = base.Schema(
    {**_NETWORK, 'availability_zone': base.OPTIONAL_ID},
    since={'availability_zone': '2.51'},
)

UPDATE = base.Schema(_NETWORK)

CREATE_SUBNET = base.Schema(
    {**_NEUTRON, 'availability_zone': base.OPTIONAL_ID}
)
