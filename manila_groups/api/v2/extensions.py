# SPDX-License-Identifier: Apache-2.0
"""The paths below /extensions: they announce the axis share-groups."""

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api import wsgi
from manila_groups.api.views import extensions as views


class Controller:
    """Extensions over HTTP."""

    @wsgi.policy('extension:index')
    @wsgi.returns(views.LIST)
    def index(self, request):
        """List the extensions: the versions that only this service has."""
        return {'extensions': [views.SHARE_GROUPS]}

    @wsgi.policy('extension:show')
    @wsgi.returns(views.ONE)
    def show(self, request, extension_id):
        """Show one extension."""
        if extension_id != microversions.SHARE_GROUPS:
            raise exception.NotFound(
                f'There is no extension {extension_id:.50}; there is '
                f'{microversions.SHARE_GROUPS}.'
            )
        return {'extension': views.SHARE_GROUPS}
