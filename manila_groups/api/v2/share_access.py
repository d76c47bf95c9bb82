# SPDX-License-Identifier: Apache-2.0
"""Access rules: actions of shares, and the paths below /share-access-rules."""

from manila_groups import exception
from manila_groups.api import wsgi
from manila_groups.api.schemas import metadata as metadata_schemas
from manila_groups.api.schemas import share_access as schemas
from manila_groups.api.views import metadata as metadata_views
from manila_groups.api.views import share_access as views
from manila_groups.domain.access_rules import api as domain

since = wsgi.since('2.45')


class Controller:
    """Access rules over HTTP.

    :param access: the domain
    :param enforcer: the policy
    """

    def __init__(self, access: domain.ShareAccess, enforcer):
        self._access = access
        self._enforcer = enforcer

    @wsgi.policy('share:allow_access')
    @wsgi.creates('share_access', 'show', 'access_id')
    @wsgi.body(schemas.ALLOW, 'allow_access')
    @wsgi.returns(views.ONE)
    @wsgi.sends
    def allow(self, request, share_id, body):
        """Add an access rule to a share."""
        self._find_share(request, share_id)
        wanted = domain.NewRule(
            access_to=body['access_to'],
            access_level=body.get('access_level') or domain.LEVELS[0],
            metadata=body.get('metadata', {}),
        )
        return self._show(
            request, self._access.allow(request.context, share_id, wanted)
        )

    @wsgi.policy('share:deny_access')
    @wsgi.body(schemas.DENY, 'deny_access')
    @wsgi.success(202)
    @wsgi.sends
    def deny(self, request, share_id, body):
        """Delete a rule."""
        self._find_share(request, share_id)
        self._access.deny(request.context, share_id, body['access_id'])

    @wsgi.policy('share:access_get_all')
    @wsgi.body(schemas.ACCESS_LIST)
    @wsgi.returns(views.LIST)
    def access_list(self, request, share_id, body):
        """List the rules of a share, before 2.45."""
        self._find_share(request, share_id)
        return self._list(request, share_id)

    @since
    @wsgi.policy('share_access_rule:index')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.LIST)
    def index(self, request):
        """List the rules of the share in the query."""
        filters = request.filters
        share_id = filters.pop('share_id')
        try:
            self._find_share(request, share_id)
        except exception.NotFound:
            raise exception.Invalid(
                f"share_id: there is no share with the id '{share_id:.255}'."
            ) from None
        return self._list(request, share_id, filters)

    def _list(self, request, share_id, filters=None):
        found = self._access.list_of(share_id, filters)
        return {'access_list': views.SUMMARY.render_all(found, request)}

    def _find_share(self, request, share_id):
        """Find a share that the policy lets the caller do this with."""
        share = self._access.share(request.context, share_id)
        self._enforcer.authorize(request.context, request.rule, share)

    @since
    @wsgi.policy('share_access_rule:get')
    @wsgi.returns(views.ONE)
    def show(self, request, access_id):
        """Show one rule."""
        return self._show(request, self._find(request, access_id))

    @wsgi.since('2.88')
    @wsgi.policy('share_access_rule:update')
    @wsgi.body(schemas.UPDATE, 'update_access')
    @wsgi.returns(views.ONE)
    @wsgi.sends
    def update(self, request, access_id, body):
        """Update the access level of a rule."""
        self._find(request, access_id)
        return self._show(
            request,
            self._access.change_level(
                request.context, access_id, body['access_level']
            ),
        )

    @since
    @wsgi.policy('share_access_metadata:update')
    @wsgi.body(metadata_schemas.BODY, 'metadata')
    @wsgi.returns(metadata_views.ALL)
    def set_metadata(self, request, access_id, body):
        """Add or update metadata."""
        self._find(request, access_id)
        return {
            'metadata': self._access.set_metadata(
                request.context, access_id, body
            )
        }

    @since
    @wsgi.policy('share_access_metadata:delete')
    def delete_metadata(self, request, access_id, key):
        """Delete one metadata item."""
        self._find(request, access_id)
        self._access.delete_metadata(request.context, access_id, key)

    def _find(self, request, access_id):
        """Find a rule that the policy lets the caller do this with."""
        share, rule = self._access.get(request.context, access_id)
        self._enforcer.authorize(request.context, request.rule, share)
        return rule

    def _show(self, request, rule):
        return {'access': views.DETAIL.render(rule, request)}
