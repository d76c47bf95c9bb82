# SPDX-License-Identifier: Apache-2.0
"""The path /extensions: all of the API is in its microversions."""

from manila_groups.api import wsgi
from manila_groups.api.views import empty as views


class Controller:
    """Extensions over HTTP."""

    @wsgi.policy('extension:index')
    @wsgi.returns(views.EXTENSIONS)
    def index(self, request):
        """List the extensions, of which there are none."""
        return {'extensions': []}
