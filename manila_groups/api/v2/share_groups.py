# SPDX-License-Identifier: Apache-2.0
"""The paths below /share-groups."""

from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import scheduler_hints
from manila_groups.api.schemas import share_groups as schemas
from manila_groups.api.views import share_groups as views
from manila_groups.domain.share_groups import api as domain

_FORCE_DELETE = 'share_group:force_delete'

since = wsgi.since('2.31', experimental_before='2.55')


class Controller:
    """Share groups over HTTP.

    :param groups: the domain
    :param enforcer: the policy
    :param max_limit: the maximum number of rows of a page
    """

    def __init__(self, groups: domain.ShareGroups, enforcer, max_limit: int):
        self._groups = groups
        self._enforcer = enforcer
        self._max_limit = max_limit

    @since
    @wsgi.policy('share_group:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE, reference=views.REFERENCE_PAGE)
    def index(self, request):
        """List share groups."""
        view = views.REFERENCE_SUMMARY if request.reference else views.SUMMARY
        return self._list(request, view, details=False)

    @since
    @wsgi.policy('share_group:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.DETAILED_PAGE)
    def detail(self, request):
        """List share groups, with all fields."""
        return self._list(request, views.DETAIL, details=True)

    def _list(self, request, view, details):
        page = paging.take(request.filters, self._max_limit)
        found, more = self._groups.list_page(
            request.context, request.filters, page, details
        )
        return {
            'share_groups': view.render_all(found, request),
            **paging.links(request, 'share_groups_links', found, more),
        }

    @since
    @wsgi.policy('share_group:create')
    @wsgi.creates('share_group', 'show', 'share_group_id')
    @wsgi.body(schemas.CREATE, 'share_group')
    @wsgi.success(202, reference=200)
    @wsgi.returns(views.ONE)
    @wsgi.sends
    def create(self, request, body):
        """Create a share group."""
        wanted = read_new(request, body, self._enforcer)
        return self._show(
            request, self._groups.create(request.context, wanted)
        )

    @since
    @wsgi.policy('share_group:get')
    @wsgi.returns(views.ONE)
    def show(self, request, share_group_id):
        """Show one share group."""
        return self._show(request, self._find(request, share_group_id))

    def _find(self, request, group_id, rule=None):
        """Find a group that the policy lets the caller use so."""
        group = self._groups.get(request.context, group_id)
        self._enforcer.authorize(request.context, rule or request.rule, group)
        return group

    @since
    @wsgi.policy('share_group:update')
    @wsgi.body(schemas.UPDATE, 'share_group')
    @wsgi.returns(views.ONE)
    def update(self, request, share_group_id, body):
        """Update the name or the description."""
        self._find(request, share_group_id)
        return self._show(
            request,
            self._groups.update(request.context, share_group_id, body),
        )

    def _show(self, request, group):
        return {'share_group': views.DETAIL.render(group, request)}

    @since
    @wsgi.policy('share_group:delete')
    @wsgi.query(schemas.DELETE)
    @wsgi.success(202)
    @wsgi.sends
    def delete(self, request, share_group_id):
        """Delete a share group; with force, regardless of its status."""
        if schema_base.to_bool(request.filters.get('force', False)):
            rule, delete = _FORCE_DELETE, self._groups.force_delete
        else:
            rule, delete = request.rule, self._groups.delete
        # The policy is checked first so that a 403 reveals nothing about the
        # group.
        self._enforcer.authorize(request.context, rule)
        self._find(request, share_group_id, rule)
        delete(request.context, share_group_id)

    @since
    @wsgi.policy('share_group:reset_status')
    @wsgi.body(schemas.RESET_STATUS)
    @wsgi.success(202)
    def reset_status(self, request, share_group_id, body):
        """Reset the status."""
        self._find(request, share_group_id)
        self._groups.reset_status(
            request.context, share_group_id, body['reset_status']['status']
        )

    @since
    @wsgi.policy(_FORCE_DELETE)
    @wsgi.body(schemas.FORCE_DELETE)
    @wsgi.success(202)
    @wsgi.sends
    def force_delete(self, request, share_group_id, body):
        """Delete a share group regardless of its status."""
        self._find(request, share_group_id)
        self._groups.force_delete(request.context, share_group_id)

    @wsgi.since('share-groups 1.5')
    @wsgi.policy('share_group:revert_to_snapshot')
    @wsgi.body(schemas.REVERT)
    @wsgi.success(202)
    @wsgi.sends
    def revert(self, request, share_group_id, body):
        """Give all shares of a group the content of a snapshot."""
        self._find(request, share_group_id)
        self._groups.revert(
            request.context,
            share_group_id,
            body['revert']['share_group_snapshot_id'],
        )


def read_new(request, body, enforcer) -> domain.NewShareGroup:
    """Read what a new share group shall be.

    :raises Forbidden: the policy does not let the caller choose its pool
    """
    values = schema_base.one_name_each(body, schemas.FIELD_ALIASES)
    values['scheduler_hints'] = scheduler_hints.read(
        values.get('scheduler_hints'), request, enforcer, 'share_group'
    )
    return domain.NewShareGroup(**values)
