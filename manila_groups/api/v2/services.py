# SPDX-License-Identifier: Apache-2.0
"""The paths below /services."""

from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import services as schemas
from manila_groups.api.views import services as views
from manila_groups.domain.services import api as domain


class Controller:
    """Services over HTTP.

    :param services: the domain
    """

    def __init__(self, services: domain.Services):
        self._services = services
        self._view = views.view(services)

    @wsgi.policy('service:index')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List the services, sorted by id."""
        filters = {**request.filters, 'sort_key': 'id', 'sort_dir': 'asc'}
        page = paging.take(filters, max_limit=None)
        if filters.pop('ensuring', False):
            return {'services': []}
        found, more = self._services.list_page(filters, page)
        return {
            'services': self._view.render_all(found, request),
            **paging.links(request, 'services_links', found, more),
        }

    @wsgi.policy('service:update')
    @wsgi.body(schemas.ENABLE)
    @wsgi.returns(views.SUMMARY)
    def enable(self, request, body):
        """Enable a service."""
        return views.SUMMARY.render(self._services.enable(**body), request)

    @wsgi.policy('service:update')
    @wsgi.body(schemas.DISABLE)
    @wsgi.returns(views.SUMMARY)
    def disable(self, request, body):
        """Disable a service."""
        reason = body.get('disabled_reason')
        disabled = self._services.disable(
            body['host'], body['binary'], reason and reason.strip()
        )
        return views.SUMMARY.render(disabled, request)
