# SPDX-License-Identifier: Apache-2.0
"""The path /extensions: all of the API is in its microversions."""

from manila_groups.api import wsgi


class Controller:
    """Extensions over HTTP."""

    @wsgi.policy('extension:index')
    def index(self, request):
        """List the extensions, of which there are none."""
        return {'extensions': []}
