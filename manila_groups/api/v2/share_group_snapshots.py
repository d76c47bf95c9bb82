# SPDX-License-Identifier: Apache-2.0
"""The paths below /share-group-snapshots."""

from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import share_group_snapshots as schemas
from manila_groups.api.views import share_group_snapshots as views
from manila_groups.domain.share_group_snapshots import api as domain

since = wsgi.since('2.31', experimental_before='2.55')


class Controller:
    """Share group snapshots over HTTP.

    :param snapshots: the domain
    :param enforcer: the policy
    :param max_limit: the maximum number of rows of a page
    """

    def __init__(
        self,
        snapshots: domain.ShareGroupSnapshots,
        enforcer,
        max_limit: int,
    ):
        self._snapshots = snapshots
        self._enforcer = enforcer
        self._max_limit = max_limit

    @since
    @wsgi.policy('share_group_snapshot:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List share group snapshots."""
        return self._list(request, views.SUMMARY, details=False)

    @since
    @wsgi.policy('share_group_snapshot:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.DETAILED_PAGE)
    def detail(self, request):
        """List share group snapshots, with all fields."""
        return self._list(request, views.DETAIL, details=True)

    def _list(self, request, view, details):
        page = paging.take(request.filters, self._max_limit)
        found, more = self._snapshots.list_page(
            request.context, request.filters, page, details
        )
        return {
            'share_group_snapshots': view.render_all(found, request),
            **paging.links(request, 'share_group_snapshot_links', found, more),
        }

    @since
    @wsgi.policy('share_group_snapshot:get')
    @wsgi.lists(schemas.MEMBERS)
    @wsgi.returns(views.MEMBERS)
    def members(self, request, share_group_snapshot_id):
        """List the members of a share group snapshot."""
        self._find(request, share_group_snapshot_id)
        page = paging.take(request.filters, self._max_limit)
        found, more = self._snapshots.list_members(
            request.context, share_group_snapshot_id, page
        )
        return {
            'share_group_snapshot_members': views.MEMBER.render_all(
                found, request
            ),
            **paging.links(
                request, 'share_group_snapshot_members_links', found, more
            ),
        }

    @since
    @wsgi.policy('share_group_snapshot:create')
    @wsgi.creates('share_group_snapshot', 'show', 'share_group_snapshot_id')
    @wsgi.body(schemas.CREATE, 'share_group_snapshot')
    @wsgi.success(202)
    @wsgi.returns(views.ONE)
    @wsgi.sends
    def create(self, request, body):
        """Create a share group snapshot."""
        snapshot = self._snapshots.create(
            request.context,
            body['share_group_id'],
            body.get('name'),
            body.get('description'),
        )
        return self._show(request, snapshot)

    @since
    @wsgi.policy('share_group_snapshot:get')
    @wsgi.returns(views.ONE)
    def show(self, request, share_group_snapshot_id):
        """Show one share group snapshot."""
        return self._show(
            request, self._find(request, share_group_snapshot_id)
        )

    def _find(self, request, snapshot_id):
        """Find a snapshot that the policy lets the caller use so."""
        found = self._snapshots.get(request.context, snapshot_id)
        self._enforcer.authorize(request.context, request.rule, found)
        return found

    def _show(self, request, snapshot):
        return {'share_group_snapshot': views.DETAIL.render(snapshot, request)}

    @since
    @wsgi.policy('share_group_snapshot:update')
    @wsgi.body(schemas.UPDATE, 'share_group_snapshot')
    @wsgi.returns(views.ONE)
    def update(self, request, share_group_snapshot_id, body):
        """Update the name or the description."""
        self._find(request, share_group_snapshot_id)
        return self._show(
            request,
            self._snapshots.update(
                request.context, share_group_snapshot_id, body
            ),
        )

    @since
    @wsgi.policy('share_group_snapshot:delete')
    @wsgi.success(202)
    @wsgi.sends
    def delete(self, request, share_group_snapshot_id):
        """Delete a share group snapshot."""
        self._find(request, share_group_snapshot_id)
        self._snapshots.delete(request.context, share_group_snapshot_id)

    @since
    @wsgi.policy('share_group_snapshot:reset_status')
    @wsgi.body(schemas.RESET_STATUS)
    @wsgi.success(202)
    def reset_status(self, request, share_group_snapshot_id, body):
        """Reset the status."""
        self._find(request, share_group_snapshot_id)
        self._snapshots.reset_status(
            request.context,
            share_group_snapshot_id,
            body['reset_status']['status'],
        )

    @since
    @wsgi.policy('share_group_snapshot:force_delete')
    @wsgi.body(schemas.FORCE_DELETE)
    @wsgi.success(202)
    @wsgi.sends
    def force_delete(self, request, share_group_snapshot_id, body):
        """Delete a share group snapshot regardless of its status."""
        self._find(request, share_group_snapshot_id)
        self._snapshots.force_delete(request.context, share_group_snapshot_id)
