# SPDX-License-Identifier: Apache-2.0
"""The paths below /scheduler-stats/pools."""

from manila_groups.api import wsgi
from manila_groups.api.schemas import pools as schemas
from manila_groups.api.views import pools as views
from manila_groups.domain.services import pools as domain


class Controller:
    """Pools over HTTP.

    :param pools: the domain
    """

    def __init__(self, pools: domain.Pools):
        self._pools = pools

    @wsgi.policy('scheduler_stats:pools:index')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.LIST)
    def index(self, request):
        """List the pools, by name."""
        return self._list(request, views.SUMMARY)

    @wsgi.policy('scheduler_stats:pools:detail')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.DETAILED_LIST)
    def detail(self, request):
        """List the pools, by name, with their capabilities."""
        return self._list(request, views.DETAIL)

    def _list(self, request, view):
        filters = request.filters
        found = self._pools.list_all(
            request.context,
            {key: filters[key] for key in schemas.PATTERNS if key in filters},
            filters.get('share_type'),
            filters.get('capabilities'),
        )
        return {'pools': view.render_all(found, request)}
