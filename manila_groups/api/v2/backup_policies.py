# SPDX-License-Identifier: Apache-2.0
"""The path /share-groups/{id}/backup-policy."""

from manila_groups.api import wsgi
from manila_groups.api.schemas import backup_policies as schemas
from manila_groups.api.views import backup_policies as views
from manila_groups.domain.backup_policies import api as domain
from manila_groups.domain.share_groups import api as groups_domain

since = wsgi.since(schemas.SINCE)
_SET = 'share_group:set_backup_policy'


class Controller:
    """When share groups are backed up, over HTTP.

    :param policies: the domain
    :param groups: the same, for share groups
    :param enforcer: the policy of the service
    """

    def __init__(
        self,
        policies: domain.BackupPolicies,
        groups: groups_domain.ShareGroups,
        enforcer,
    ):
        self._policies = policies
        self._groups = groups
        self._enforcer = enforcer

    @since
    @wsgi.policy('share_group:get_backup_policy')
    @wsgi.returns(views.ONE)
    def show(self, request, share_group_id):
        """Show when a share group is backed up."""
        self._check(request, share_group_id)
        return self._show(
            request, self._policies.get(request.context, share_group_id)
        )

    @since
    @wsgi.policy(_SET)
    @wsgi.body(schemas.PUT, 'backup_policy')
    @wsgi.returns(views.ONE)
    def update(self, request, share_group_id, body):
        """Let the service back up a share group by a schedule."""
        self._check(request, share_group_id)
        return self._show(
            request, self._policies.put(request.context, share_group_id, body)
        )

    @since
    @wsgi.policy(_SET)
    @wsgi.success(204)
    def delete(self, request, share_group_id):
        """Let the service no longer back up a share group by a schedule."""
        self._check(request, share_group_id)
        self._policies.delete(request.context, share_group_id)

    def _check(self, request, group_id):
        """Check that the policy lets the caller use the group so."""
        group = self._groups.get(request.context, group_id)
        self._enforcer.authorize(request.context, request.rule, group)

    def _show(self, request, policy):
        return {'backup_policy': views.DETAIL.render(policy, request)}
