# SPDX-License-Identifier: Apache-2.0
"""The path /extensions: the API has microversions instead."""

from manila_groups.api import wsgi
from manila_groups.api.views import empty as views


class Controller:
    """Extensions over HTTP."""

    @wsgi.policy('extension:index')
    @wsgi.returns(views.EXTENSIONS)
    def index(self, request):
        """List the extensions: always empty."""
        return {'extensions': []}
