# SPDX-License-Identifier: Apache-2.0
"""The path /availability-zones."""

from manila_groups.api import wsgi
from manila_groups.api.views import availability_zones as views
from manila_groups.domain.services import availability_zones as domain


class Controller:
    """Availability zones over HTTP.

    :param zones: the domain
    """

    def __init__(self, zones: domain.AvailabilityZones):
        self._zones = zones

    @wsgi.policy('availability_zone:index')
    @wsgi.returns(views.LIST)
    def index(self, request):
        """List the availability zones, by name."""
        found = self._zones.list_all()
        return {'availability_zones': views.DETAIL.render_all(found, request)}
