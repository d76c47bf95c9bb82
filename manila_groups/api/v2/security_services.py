# SPDX-License-Identifier: Apache-2.0
"""The paths below /security-services: clients request the empty list."""

from manila_groups.api import wsgi
from manila_groups.api.schemas import security_services as schemas
from manila_groups.api.views import empty as views


class Controller:
    """Security services over HTTP."""

    @wsgi.policy('security_service:index')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.SECURITY_SERVICES)
    def index(self, request):
        """List the security services: always empty."""
        return {'security_services': []}
