# SPDX-License-Identifier: Apache-2.0
"""The paths below /share-networks."""

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import share_networks as schemas
from manila_groups.api.views import share_networks as views
from manila_groups.domain.share_networks import api as domain

since_subnets = wsgi.since('2.51')

#: From this version on, a network may have several subnets in one zone.
_SEVERAL = microversions.parse('2.70')


class Controller:
    """Share networks over HTTP.

    :param networks: the domain
    :param enforcer: the policy
    :param max_limit: the maximum number of rows of a page
    """

    def __init__(
        self, networks: domain.ShareNetworks, enforcer, max_limit: int
    ):
        self._networks = networks
        self._enforcer = enforcer
        self._max_limit = max_limit

    @wsgi.policy('share_network:index')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List share networks."""
        return self._list(request, views.SUMMARY, details=False)

    @wsgi.policy('share_network:detail')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.DETAILED_PAGE)
    def detail(self, request):
        """List share networks, with all fields."""
        return self._list(request, views.DETAIL, details=True)

    def _list(self, request, view, details):
        page = paging.take(request.filters, self._max_limit)
        found, more = self._networks.list_page(
            request.context, request.filters, page, details
        )
        return {
            'share_networks': view.render_all(found, request),
            **paging.links(request, 'share_networks_links', found, more),
        }

    @wsgi.policy('share_network:create')
    @wsgi.creates('share_network', 'show', 'share_network_id')
    @wsgi.body(schemas.CREATE, 'share_network')
    @wsgi.returns(views.ONE)
    def create(self, request, body):
        """Create a share network."""
        body.pop('nova_net_id', None)
        name, description = (body.pop(key, None) for key in domain.TEXTS)
        made = self._networks.create(
            request.context, name, description, domain.NewSubnet(**body)
        )
        return _show(request, made)

    @wsgi.policy('share_network:show')
    @wsgi.returns(views.ONE)
    def show(self, request, share_network_id):
        """Show one share network."""
        return _show(request, self._find(request, share_network_id))

    def _find(self, request, network_id):
        """Find a network that the policy lets the caller use so."""
        network = self._networks.get(request.context, network_id)
        self._enforcer.authorize(request.context, request.rule, network)
        return network

    @wsgi.policy('share_network:update')
    @wsgi.body(schemas.UPDATE, 'share_network')
    @wsgi.returns(views.ONE)
    def update(self, request, share_network_id, body):
        """Update a share network."""
        body.pop('nova_net_id', None)
        self._find(request, share_network_id)
        return _show(
            request,
            self._networks.update(request.context, share_network_id, body),
        )

    @wsgi.policy('share_network:delete')
    @wsgi.success(202)
    def delete(self, request, share_network_id):
        """Delete a share network."""
        self._find(request, share_network_id)
        self._networks.delete(request.context, share_network_id)

    @since_subnets
    @wsgi.policy('share_network_subnet:index')
    @wsgi.returns(views.SUBNETS)
    def list_subnets(self, request, share_network_id):
        """List the subnets of a share network."""
        found = self._find(request, share_network_id).subnets
        return {
            'share_network_subnets': views.SUBNET.render_all(found, request)
        }

    @since_subnets
    @wsgi.policy('share_network_subnet:create')
    @wsgi.creates(
        'share_network_subnet', 'show_subnet', 'share_network_id', 'subnet_id'
    )
    @wsgi.body(
        schemas.CREATE_SUBNET, 'share-network-subnet', 'share_network_subnet'
    )
    @wsgi.returns(views.ONE_SUBNET)
    def create_subnet(self, request, share_network_id, body):
        """Add a subnet to a share network."""
        named = body.pop('share_network_id', share_network_id)
        if named != share_network_id:
            raise exception.Invalid(
                f'share_network_id: {named!r:.100} is not the share network '
                'in the path.'
            )
        body.pop('metadata', None)
        self._find(request, share_network_id)
        made = self._networks.create_subnet(
            request.context,
            share_network_id,
            domain.NewSubnet(**body),
            several=request.version.has(_SEVERAL),
        )
        return _show_subnet(request, made)

    @since_subnets
    @wsgi.policy('share_network_subnet:show')
    @wsgi.returns(views.ONE_SUBNET)
    def show_subnet(self, request, share_network_id, subnet_id):
        """Show one subnet of a share network."""
        self._find(request, share_network_id)
        found = self._networks.get_subnet(
            request.context, share_network_id, subnet_id
        )
        return _show_subnet(request, found)

    @since_subnets
    @wsgi.policy('share_network_subnet:delete')
    @wsgi.success(202)
    def delete_subnet(self, request, share_network_id, subnet_id):
        """Delete one subnet of a share network."""
        self._find(request, share_network_id)
        self._networks.delete_subnet(
            request.context, share_network_id, subnet_id
        )


def _show(request, network):
    return {'share_network': views.DETAIL.render(network, request)}


def _show_subnet(request, subnet):
    return {'share_network_subnet': views.SUBNET.render(subnet, request)}
