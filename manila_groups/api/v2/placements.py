# SPDX-License-Identifier: Apache-2.0
"""The paths /share-groups/placement and /shares/placement."""

from manila_groups.api import wsgi
from manila_groups.api.schemas import share_groups as group_schemas
from manila_groups.api.schemas import shares as share_schemas
from manila_groups.api.v2 import share_groups
from manila_groups.api.v2 import shares
from manila_groups.api.views import placements as views
from manila_groups.domain import placements as domain


class Controller:
    """Where something would go, over HTTP.

    :param groups: the domain, for share groups
    :param shares: the same, for shares
    :param enforcer: the policy
    """

    def __init__(
        self, groups: domain.Placements, shares: domain.Placements, enforcer
    ):
        self._groups = groups
        self._shares = shares
        self._enforcer = enforcer

    @wsgi.since(views.SINCE)
    @wsgi.policy('share_group:placement')
    @wsgi.body(group_schemas.CREATE, 'share_group')
    @wsgi.returns(views.ONE)
    def place_group(self, request, body):
        """Tell where a share group would go."""
        wanted = share_groups.read_new(request, body, self._enforcer)
        return self._show(request, self._groups.of(request.context, wanted))

    @wsgi.since(views.SINCE)
    @wsgi.policy('share:placement')
    @wsgi.body(share_schemas.CREATE, 'share')
    @wsgi.returns(views.ONE)
    def place_share(self, request, body):
        """Tell where a share would go."""
        wanted = shares.read_new(request, body, self._enforcer)
        return self._show(request, self._shares.of(request.context, wanted))

    def _show(self, request, placement):
        return {'placement': views.DETAIL.render(placement, request)}
