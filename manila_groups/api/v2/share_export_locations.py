# SPDX-License-Identifier: Apache-2.0
"""The paths below /shares/{share_id}/export_locations."""

from manila_groups.api import wsgi
from manila_groups.api.views import share_export_locations as views
from manila_groups.domain.shares import export_locations as domain


class Controller:
    """Export locations over HTTP.

    :param locations: the domain
    :param enforcer: the policy
    """

    def __init__(self, locations: domain.ShareExportLocations, enforcer):
        self._locations = locations
        self._enforcer = enforcer

    @wsgi.policy('share_export_location:index')
    @wsgi.returns(views.LIST)
    def index(self, request, share_id):
        """List the export locations of a share."""
        self._check_share(request, share_id)
        found = self._locations.list_of(request.context, share_id)
        return {'export_locations': views.SUMMARY.render_all(found, request)}

    @wsgi.policy('share_export_location:show')
    @wsgi.returns(views.ONE)
    def show(self, request, share_id, location_id):
        """Show one export location."""
        self._check_share(request, share_id)
        found = self._locations.get(request.context, share_id, location_id)
        return {'export_location': views.DETAIL.render(found, request)}

    def _check_share(self, request, share_id):
        share = self._locations.share(request.context, share_id)
        if not share.is_public:
            self._enforcer.authorize(request.context, request.rule, share)
