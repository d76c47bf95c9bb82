# SPDX-License-Identifier: Apache-2.0
"""Share networks and their subnets in responses."""

import operator

from manila_groups.api.views import base
from manila_groups.api.views import shapes

SUMMARY = base.View(base.Field('id'), base.optional('name'))

#: The fields from Neutron, and those that depend on them.
_NEUTRON = {
    'neutron_net_id': shapes.OPTIONAL_TEXT,
    'neutron_subnet_id': shapes.OPTIONAL_TEXT,
    'network_type': shapes.OPTIONAL_TEXT,
    'segmentation_id': shapes.OPTIONAL_NUMBER,
    'cidr': shapes.OPTIONAL_TEXT,
    'ip_version': shapes.OPTIONAL_NUMBER,
    'gateway': shapes.OPTIONAL_TEXT,
    'mtu': shapes.OPTIONAL_NUMBER,
}

_SUBNET_FIELDS = (
    base.Field('id'),
    base.optional('availability_zone'),
    base.time('created_at'),
    base.updated_at(),
    *(base.Field(name, shape=shape) for name, shape in _NEUTRON.items()),
    # Subnets have no metadata here, but clients read the field.
    base.Field(
        'metadata',
        since='2.78',
        value=lambda _subnet, _: {},
        shape=shapes.EMPTY_OBJECT,
    ),
)

#: A subnet as a part of its share network.
_PART = base.View(*_SUBNET_FIELDS)

SUBNET = base.View(
    *_SUBNET_FIELDS,
    base.Field('share_network_id'),
    base.optional('share_network_name'),
)


def _of_default_subnet(name, shape):
    """A field of the network itself, before the API had subnets."""
    get = operator.attrgetter(name)

    def value(network, _request):
        for subnet in network.subnets:
            if subnet.availability_zone is None:
                return get(subnet)
        return None

    return base.Field(name, before='2.51', value=value, shape=shape)


DETAIL = base.View(
    base.Field('id'),
    base.optional('name'),
    base.Field('project_id'),
    base.time('created_at'),
    base.updated_at(),
    base.optional('description'),
    *(_of_default_subnet(*pair) for pair in _NEUTRON.items()),
    base.Field(
        'share_network_subnets',
        since='2.51',
        value=lambda network, request: _PART.render_all(
            network.subnets, request
        ),
        shape=shapes.ListOf(_PART),
    ),
    # Back ends do not change networks, so the status is always the same.
    base.Field(
        'status',
        since='2.63',
        value=lambda _network, _: 'active',
        shape={'const': 'active'},
    ),
    base.Field(
        'security_service_update_support',
        since='2.63',
        value=lambda _network, _: False,
        shape={'const': False},
    ),
    base.Field(
        'network_allocation_update_support',
        since='2.70',
        value=lambda _network, _: False,
        shape={'const': False},
    ),
)

ONE = shapes.one('share_network', shape=DETAIL)
PAGE = shapes.page('share_networks', item=SUMMARY)
DETAILED_PAGE = shapes.page('share_networks', item=DETAIL)
ONE_SUBNET = shapes.one('share_network_subnet', shape=SUBNET)
SUBNETS = shapes.every('share_network_subnets', SUBNET)
