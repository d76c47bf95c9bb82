# SPDX-License-Identifier: Apache-2.0
"""Share networks and their subnets as clients read them."""

import operator

from manila_groups.api.views import base

SUMMARY = base.View(base.Field('id'), base.Field('name'))

#: What came from Neutron, and what can be known with it.
_NEUTRON = (
    'neutron_net_id',
    'neutron_subnet_id',
    'network_type',
    'segmentation_id',
    'cidr',
    'ip_version',
    'gateway',
    'mtu',
)

_SUBNET_FIELDS = (
    base.Field('id'),
    base.Field('availability_zone'),
    base.time('created_at'),
    base.time('updated_at'),
    *(base.Field(name) for name in _NEUTRON),
    # Subnets have none; clients read it.
    base.Field('metadata', since='2.78', value=lambda _subnet, _: {}),
)

#: A subnet as a part of its share network.
_PART = base.View(*_SUBNET_FIELDS)

SUBNET = base.View(
    *_SUBNET_FIELDS,
    base.Field('share_network_id'),
    base.Field('share_network_name'),
)


def _of_default_subnet(name):
    """A field of the network itself, before there were subnets."""
    get = operator.attrgetter(name)

    def value(network, _request):
        for subnet in network.subnets:
            if subnet.availability_zone is None:
                return get(subnet)
        return None

    return base.Field(name, before='2.51', value=value)


DETAIL = base.View(
    base.Field('id'),
    base.Field('name'),
    base.Field('project_id'),
    base.time('created_at'),
    base.time('updated_at'),
    base.Field('description'),
    *(_of_default_subnet(name) for name in _NEUTRON),
    base.Field(
        'share_network_subnets',
        since='2.51',
        value=lambda network, request: _PART.render_all(
            network.subnets, request
        ),
    ),
    # Nothing of a network changes on a back end, so it is always as it is.
    base.Field('status', since='2.63', value=lambda _n, _: 'active'),
    base.Field(
        'security_service_update_support',
        since='2.63',
        value=lambda _network, _: False,
    ),
    base.Field(
        'network_allocation_update_support',
        since='2.70',
        value=lambda _network, _: False,
    ),
)
