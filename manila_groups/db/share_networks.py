# SPDX-License-Identifier: Apache-2.0
"""Rows of share networks and of their subnets."""

import collections
from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import paging
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import transitions

_NETWORK = models.ShareNetwork.__table__
_SUBNET = models.ShareNetworkSubnet.__table__
_ZONE = models.AvailabilityZone.__table__
#: The tables whose rows refer to share networks.
_NAMING = (models.ShareGroup.__table__, models.Share.__table__)

_QUERY = sa.select(*(c for c in _NETWORK.c if c.name != 'holds'))

_SUBNET_QUERY = (
    sa.select(
        *(c for c in _SUBNET.c if c.name != 'availability_zone_id'),
        _ZONE.c.name.label('availability_zone'),
        _NETWORK.c.name.label('share_network_name'),
    )
    .join(_NETWORK, _SUBNET.c.share_network_id == _NETWORK.c.id)
    .outerjoin(_ZONE, _SUBNET.c.availability_zone_id == _ZONE.c.id)
    .order_by(_SUBNET.c.created_at, _SUBNET.c.id)
)

SORT_COLUMNS = {
    key: _NETWORK.c[key] for key in ('id', 'name', 'project_id', 'created_at')
}

#: The filters by a column of the subnets: any subnet may have the value.
SUBNET_FILTERS = (
    'neutron_net_id',
    'neutron_subnet_id',
    'network_type',
    'segmentation_id',
    'cidr',
    'ip_version',
)


def _has_subnet(column):
    return lambda value: _NETWORK.c.id.in_(
        sa.select(_SUBNET.c.share_network_id).where(column == value)
    )


FILTERS = {
    **{
        name: listing.equals(_NETWORK.c[name])
        for name in ('project_id', 'name', 'description')
    },
    'name~': listing.contains(_NETWORK.c.name),
    'description~': listing.contains(_NETWORK.c.description),
    'created_since': lambda value: _NETWORK.c.created_at >= value,
    'created_before': lambda value: _NETWORK.c.created_at <= value,
    **{name: _has_subnet(_SUBNET.c[name]) for name in SUBNET_FILTERS},
    # Share networks have no security services.
    'security_service_id': lambda _value: sa.false(),
}


def list_page(
    conn, filters: Mapping[str, Any], page: paging.Page, details: bool
) -> tuple[list[records.ShareNetwork], bool]:
    """Read one page of share networks.

    :param filters: keys of FILTERS; the created ones are datetimes,
        segmentation_id and ip_version numbers
    :param details: read the subnets too
    :returns: the share networks, and whether more follow
    :raises Invalid: an unknown marker
    """
    wanted = listing.conditions(FILTERS, filters)
    rows, more = listing.fetch(conn, _QUERY, SORT_COLUMNS, page, wanted)
    return _to_records(conn, rows, details), more


def get(conn, network_id: str) -> records.ShareNetwork | None:
    """Read one share network of any project; None when there is none."""
    rows = conn.execute(_QUERY.where(_NETWORK.c.id == network_id)).all()
    found = _to_records(conn, rows, True)
    return found[0] if found else None


def _to_records(conn, rows, details):
    subnets = collections.defaultdict(list)
    if details and rows:
        query = _SUBNET_QUERY.where(
            _SUBNET.c.share_network_id.in_([row.id for row in rows])
        )
        for row in conn.execute(query):
            subnets[row.share_network_id].append(
                records.ShareNetworkSubnet(**row._mapping)
            )
    return [
        records.ShareNetwork(**row._mapping, subnets=tuple(subnets[row.id]))
        for row in rows
    ]


def lock(conn, network_id: str, project_id: str | None = None) -> bool:
    """Lock a share network until the transaction ends.

    Whatever refers to a share network, or takes something away from it, locks
    it first, so that each sees what the other did.

    :param project_id: of this project; None of any
    :returns: False when there is no such network
    """
    statement = sa.update(_NETWORK).where(_NETWORK.c.id == network_id)
    if project_id is not None:
        statement = statement.where(_NETWORK.c.project_id == project_id)
    return transitions.changed(
        conn, statement.values(holds=_NETWORK.c.holds + 1)
    )


def serves(conn, network_id: str, zone_name: str | None) -> bool:
    """Tell whether a locked network has a subnet for a zone.

    :param zone_name: None for any zone
    """
    query = sa.select(_SUBNET.c.id).where(
        _SUBNET.c.share_network_id == network_id
    )
    if zone_name is not None:
        zone = sa.select(_ZONE.c.id).where(_ZONE.c.name == zone_name)
        query = query.where(
            sa.or_(
                _SUBNET.c.availability_zone_id.is_(None),
                _SUBNET.c.availability_zone_id == zone.scalar_subquery(),
            )
        )
    # A locking read sees what was committed before the network was locked.
    query = query.limit(1).with_for_update(read=True)
    return conn.execute(query).first() is not None


def insert(conn, values: Mapping[str, Any]) -> None:
    """Add a share network; values are columns of the row."""
    now = timeutils.utcnow()
    conn.execute(sa.insert(_NETWORK).values(**{'created_at': now, **values}))


def update(conn, network_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a share network."""
    conn.execute(
        sa.update(_NETWORK)
        .where(_NETWORK.c.id == network_id)
        .values(updated_at=timeutils.utcnow(), **values)
    )


def delete(conn, network_id: str) -> bool:
    """Delete a locked network that nothing refers to and that has one subnet.

    :returns: False if it is in use or has several subnets
    """
    subnets = (
        sa.select(sa.func.count())
        .select_from(_SUBNET)
        .where(_SUBNET.c.share_network_id == network_id)
    )
    return transitions.changed(
        conn,
        sa.delete(_NETWORK).where(
            _NETWORK.c.id == network_id,
            subnets.scalar_subquery() <= 1,
            *is_unused(network_id),
        ),
    )


def is_unused(network_id: str, zone_name: str | None = None) -> list:
    """Conditions: no share group and no share uses the network.

    :param zone_name: in this zone; None for any
    """
    zone = sa.select(_ZONE.c.id).where(_ZONE.c.name == zone_name)
    found = []
    for table in _NAMING:
        names = [table.c.share_network_id == network_id]
        if zone_name is not None:
            zone_id = table.c.availability_zone_id
            names.append(
                sa.or_(zone_id.is_(None), zone_id == zone.scalar_subquery())
            )
        found.append(~sa.exists().where(*names))
    return found


def is_in_use(conn, network_id: str) -> bool:
    """Tell whether a share group or a share uses a network."""
    query = sa.select(sa.literal(1)).where(*is_unused(network_id))
    return conn.execute(query).first() is None


def insert_subnet(conn, values: Mapping[str, Any]) -> None:
    """Add a subnet; values are columns of the row."""
    now = timeutils.utcnow()
    conn.execute(sa.insert(_SUBNET).values(**{'created_at': now, **values}))


def update_subnet(conn, subnet_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a subnet."""
    conn.execute(
        sa.update(_SUBNET)
        .where(_SUBNET.c.id == subnet_id)
        .values(updated_at=timeutils.utcnow(), **values)
    )


def delete_subnet(conn, subnet: records.ShareNetworkSubnet) -> bool:
    """Delete a subnet of a locked network that nothing uses.

    A group or share uses the subnet if it refers to the network and is in the
    subnet's zone or in no zone yet; a subnet without a zone is used by all of
    them.

    :returns: False if the subnet is in use
    """
    return transitions.changed(
        conn,
        sa.delete(_SUBNET).where(
            _SUBNET.c.id == subnet.id,
            *is_unused(subnet.share_network_id, subnet.availability_zone),
        ),
    )
