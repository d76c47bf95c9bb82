# SPDX-License-Identifier: Apache-2.0
"""The path /share-groups/{id}/operations."""

from manila_groups.api import wsgi
from manila_groups.api.views import operations as views
from manila_groups.domain.share_groups import operations as domain


class Controller:
    """What is at work on a share group, over HTTP.

    :param operations: the domain
    :param enforcer: the policy
    """

    def __init__(self, operations: domain.Operations, enforcer):
        self._operations = operations
        self._enforcer = enforcer

    @wsgi.since(views.SINCE)
    @wsgi.policy('share_group:get_operations')
    @wsgi.returns(views.LIST)
    def index(self, request, share_group_id):
        """List what is at work on a share group, and what has failed last."""
        group = self._operations.find_group(request.context, share_group_id)
        self._enforcer.authorize(request.context, request.rule, group)
        found = self._operations.list_of(request.context, group)
        return {'operations': views.DETAIL.render_all(found, request)}
