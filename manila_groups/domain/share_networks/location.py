# SPDX-License-Identifier: Apache-2.0
"""The availability zone and share network of a new share group or share."""

from manila_groups import exception
from manila_groups import utils
from manila_groups.db import availability_zones
from manila_groups.domain.share_networks import api as share_networks
from manila_groups.domain.types import share_types as share_types_domain


def find_zone(conn, wanted, share_types) -> str | None:
    """Find the requested availability zone.

    :param wanted: has the attribute availability_zone: a name, or None
    :param share_types: the share types of the new resource
    :returns: the zone's id; None if no zone is requested
    :raises NotFound: there is no such zone
    :raises Invalid: a share type does not allow the zone
    """
    name = wanted.availability_zone
    if name is None:
        return None
    zone_id = availability_zones.get_id(conn, name)
    if zone_id is None:
        raise exception.NotFound(
            f'availability_zone: there is no availability zone {name}.'
        )
    for share_type in share_types:
        allowed = share_types_domain.zones(share_type)
        if allowed is not None and name not in allowed:
            raise exception.Invalid(
                f'availability_zone: {name} is not one of the zones that the '
                f'share type {utils.label(share_type)} allows.'
            )
    return zone_id


def check_network(conn, ctxt, wanted, share_types) -> None:
    """Check that a share network is given if the share types need one.

    :param wanted: has the attributes share_network_id and availability_zone
    :param share_types: the share types of the new resource
    :raises Invalid: it is missing, not allowed, unknown, or not in the zone
    """
    dhss = share_types_domain.DHSS
    servers = any(map(share_types_domain.share_servers, share_types))
    network_id = wanted.share_network_id
    if servers and network_id is None:
        raise exception.Invalid(
            f'share_network_id: is required because {dhss} of the share '
            'types is true.'
        )
    if not servers and network_id is not None:
        raise exception.Invalid(
            f'share_network_id: must not be given because {dhss} of the share '
            'types is false.'
        )
    if network_id is not None:
        share_networks.check(conn, ctxt, network_id, wanted.availability_zone)
