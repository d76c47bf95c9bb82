# SPDX-License-Identifier: Apache-2.0
"""The paths below /snapshots: clients request the empty list."""

from manila_groups.api import wsgi
from manila_groups.api.schemas import snapshots as schemas
from manila_groups.api.views import empty as views


class Controller:
    """Share snapshots over HTTP."""

    @wsgi.policy('share_snapshot:get_all_snapshots')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.SNAPSHOTS)
    def index(self, request):
        """List the snapshots of shares: always empty."""
        return {'snapshots': []}
