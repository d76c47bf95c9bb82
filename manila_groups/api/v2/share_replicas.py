# SPDX-License-Identifier: Apache-2.0
"""The paths below /share-replicas: clients request the empty list."""

from manila_groups.api import wsgi
from manila_groups.api.schemas import share_replicas as schemas
from manila_groups.api.views import empty as views


class Controller:
    """Share replicas over HTTP."""

    @wsgi.policy('share_replica:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.SHARE_REPLICAS)
    def index(self, request):
        """List the share replicas: always empty."""
        return {'share_replicas': []}
