# SPDX-License-Identifier: Apache-2.0
"""The path /limits."""

from manila_groups.api import wsgi
from manila_groups.api.views import limits as views
from manila_groups.domain.quotas import sets as domain


class Controller:
    """The limits of the caller's project over HTTP.

    :param quota_sets: the domain
    """

    def __init__(self, quota_sets: domain.QuotaSets):
        self._quota_sets = quota_sets

    @wsgi.policy('limits:index')
    @wsgi.returns(views.ALL)
    def index(self, request):
        """Show the limits; the request rate is not limited."""
        context = request.context
        found = self._quota_sets.get(context, context.project_id)
        absolute = views.ABSOLUTE.render(found, request)
        return {'limits': {'rate': [], 'absolute': absolute}}
