# SPDX-License-Identifier: Apache-2.0
"""Share networks: where the shares of a project are to be reached from."""

from collections.abc import Mapping
import dataclasses
from typing import Any

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import paging
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import availability_zones
from manila_groups.db import records
from manila_groups.db import share_networks as rows
from manila_groups.domain import visibility
from manila_groups.domain.events import base as events
from manila_groups.domain.quotas import counts as quotas

#: Fields of the network itself; a request's others are its subnet's.
TEXTS = ('name', 'description')
_COUNTED = {quotas.SHARE_NETWORKS: 1}
_NEUTRON = ('neutron_net_id', 'neutron_subnet_id')


@dataclasses.dataclass(frozen=True, slots=True)
class NewSubnet:
    """What a request asks for; None where it says nothing.

    :ivar availability_zone: a name; None serves every zone without a subnet
        of its own
    """

    neutron_net_id: str | None = None
    neutron_subnet_id: str | None = None
    availability_zone: str | None = None


def check(conn, ctxt, share_network_id: str, zone_name: str | None) -> None:
    """Check that something of the caller's may name a share network.

    Goes before the row that names it is added, in the same transaction: the
    network is not deleted before that ends.

    :param zone_name: of the availability zone asked for; None for any
    :raises Invalid: the caller's project has no such network, or it has no
        subnet in the zone
    """
    if not rows.lock(conn, share_network_id, ctxt.project_id):
        raise exception.Invalid(
            f'share_network_id: there is no share network {share_network_id}.'
        )
    if not rows.serves(conn, share_network_id, zone_name):
        where = f'in the availability zone {zone_name}'
        raise exception.Invalid(
            f'share_network_id: the share network {share_network_id} has no '
            f'subnet{f" {where}" if zone_name else ""}.'
        )


class ShareNetworks:
    """The share networks of the service."""

    def __init__(self, conf, db: db_api.Database):
        self._conf = conf
        self._db = db

    def list_page(
        self, ctxt, filters: Mapping[str, Any], page: paging.Page, details
    ) -> tuple[list[records.ShareNetwork], bool]:
        """Read one page of share networks.

        :param filters: keys of db.share_networks.FILTERS; project_id, and
            all_tenants (a boolean), count for administrators only
        :returns: the networks, and whether more follow
        :raises Invalid: an unknown marker
        """
        narrowed = visibility.narrow(ctxt, filters)
        # What a short list shows is read by one statement.
        reading = self._db.snapshot if details else self._db.reader
        with reading() as conn:
            return rows.list_page(conn, narrowed, page, details)

    def get(self, ctxt, network_id: str) -> records.ShareNetwork:
        """Read one share network.

        :raises NotFound: there is none that the caller may see
        """
        with self._db.snapshot() as conn:
            return _get(conn, ctxt, network_id)

    @db_api.transaction
    def create(
        self,
        conn,
        ctxt,
        name: str | None,
        description: str | None,
        subnet: NewSubnet,
    ) -> records.ShareNetwork:
        """Make a share network with one subnet.

        :raises Invalid: an unknown zone, or one of two ids of Neutron
        :raises OverQuota: the project has as many as it may
        """
        network_id = uuidutils.generate_uuid()
        values = _subnet_values(conn, network_id, subnet)
        owner = quotas.Owner(ctxt.project_id, ctxt.user_id)
        quotas.take(conn, self._conf, owner, _COUNTED)
        rows.insert(
            conn,
            {
                'id': network_id,
                'project_id': ctxt.project_id,
                'user_id': ctxt.user_id,
                'name': name,
                'description': description,
            },
        )
        rows.insert_subnet(conn, values)
        network = utils.present(rows.get(conn, network_id))
        events.note(conn, 'share_network.create', network, ctxt)
        _note(conn, ctxt, 'create', network, network.subnets[0])
        return network

    @db_api.transaction
    def update(
        self, conn, ctxt, network_id: str, values: Mapping[str, str | None]
    ) -> records.ShareNetwork:
        """Change the name, the description, or the default subnet's ids.

        :raises NotFound: there is no network that the caller may see
        :raises Invalid: the network has no default subnet, or several
        :raises Forbidden: the ids cannot change while the network is used
        """
        own = {k: v for k, v in values.items() if k not in _NEUTRON}
        neutron = {k: v for k, v in values.items() if k in _NEUTRON}
        _lock(conn, ctxt, network_id)
        if neutron:
            _update_default(conn, ctxt, network_id, neutron)
        rows.update(conn, network_id, own)
        network = _get(conn, ctxt, network_id)
        events.note(conn, 'share_network.update', network, ctxt)
        return network

    @db_api.transaction
    def delete(self, conn, ctxt, network_id: str) -> None:
        """Delete a share network that nothing names.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: a share group or a share uses it, or it has more
            than one subnet
        """
        network = _lock(conn, ctxt, network_id)
        if not rows.delete(conn, network_id):
            raise exception.Conflict(
                f'The share network {network_id} is used by share groups or '
                'shares, or has more than one subnet. Delete these first.'
            )
        owner = quotas.Owner(network.project_id, network.user_id)
        quotas.give_back(conn, owner, _COUNTED)
        for subnet in network.subnets:
            _note(conn, ctxt, 'delete', network, subnet)
        events.note(conn, 'share_network.delete', network, ctxt)

    def get_subnet(
        self, ctxt, network_id: str, subnet_id: str
    ) -> records.ShareNetworkSubnet:
        """Read one subnet.

        :raises NotFound: there is none that the caller may see
        """
        return _find_subnet(self.get(ctxt, network_id), subnet_id)

    @db_api.transaction
    def create_subnet(
        self, conn, ctxt, network_id: str, subnet: NewSubnet, several: bool
    ) -> records.ShareNetworkSubnet:
        """Add a subnet to a share network.

        :param several: whether a zone may have more than one
        :raises NotFound: there is no network that the caller may see
        :raises Invalid: an unknown zone, or one of two ids of Neutron
        :raises Conflict: the zone has a subnet
        """
        network = _lock(conn, ctxt, network_id)
        values = _subnet_values(conn, network_id, subnet)
        zone = subnet.availability_zone
        if not several and zone in _zones(network):
            raise exception.Conflict(
                f'The share network {network_id} already has a subnet '
                + (f'in the zone {zone}.' if zone else 'for all zones.')
            )
        rows.insert_subnet(conn, values)
        found = _get(conn, ctxt, network_id)
        made = _find_subnet(found, values['id'])
        _note(conn, ctxt, 'create', network, made)
        return made

    @db_api.transaction
    def delete_subnet(
        self, conn, ctxt, network_id: str, subnet_id: str
    ) -> None:
        """Delete a subnet that no share group and no share uses.

        :raises NotFound: there is none that the caller may see
        :raises Conflict: it is in use, or may come to be
        """
        network = _lock(conn, ctxt, network_id)
        subnet = _find_subnet(network, subnet_id)
        if not rows.delete_subnet(conn, subnet):
            raise exception.Conflict(
                f'The subnet {subnet_id} is used by share groups or '
                'shares, which must be deleted first.'
            )
        _note(conn, ctxt, 'delete', network, subnet)


def _note(conn, ctxt, verb, network, subnet):
    events.note(
        conn,
        f'share_network_subnet.{verb}',
        subnet,
        ctxt,
        project_id=network.project_id,
    )


def _get(conn, ctxt, network_id):
    found = rows.get(conn, network_id)
    if found is None or ctxt.visible_project not in (None, found.project_id):
        raise exception.no_row('share network', network_id)
    return found


def _lock(conn, ctxt, network_id):
    """Lock and read a network that the caller may see."""
    if not rows.lock(conn, network_id, ctxt.visible_project):
        raise exception.no_row('share network', network_id)
    return _get(conn, ctxt, network_id)


def _find_subnet(network, subnet_id):
    for subnet in network.subnets:
        if subnet.id == subnet_id:
            return subnet
    raise exception.NotFound(
        f'The share network {utils.label(network)} has no subnet '
        f'{subnet_id:.255}.'
    )


def _zones(network):
    return [subnet.availability_zone for subnet in network.subnets]


def _subnet_values(conn, network_id, subnet):
    values = {
        'id': uuidutils.generate_uuid(),
        'share_network_id': network_id,
        **{name: getattr(subnet, name) for name in _NEUTRON},
    }
    _check_neutron(values)
    zone = subnet.availability_zone
    if zone is not None:
        values['availability_zone_id'] = availability_zones.get_id(conn, zone)
        if values['availability_zone_id'] is None:
            raise exception.Invalid(
                f'availability_zone: there is no availability zone {zone}.'
            )
    return values


def _check_neutron(values):
    given = [name for name in _NEUTRON if values[name] is not None]
    if len(given) == 1:
        (missing,) = set(_NEUTRON) - set(given)
        raise exception.Invalid(
            f'{missing}: must be given together with {given[0]}.'
        )


def _update_default(conn, ctxt, network_id, neutron):
    network = _get(conn, ctxt, network_id)
    field = next(iter(neutron))
    if rows.is_in_use(conn, network_id):
        raise exception.Forbidden(
            f'{field}: cannot be changed while share groups or shares use '
            'the share network.'
        )
    defaults = [one for one in network.subnets if not one.availability_zone]
    if len(defaults) != 1:
        raise exception.Invalid(
            f'{field}: the share network has {len(defaults)} default subnets; '
            'it must have exactly one.'
        )
    merged = {name: getattr(defaults[0], name) for name in _NEUTRON} | neutron
    _check_neutron(merged)
    rows.update_subnet(conn, defaults[0].id, merged)
