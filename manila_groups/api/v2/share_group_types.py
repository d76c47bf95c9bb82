# SPDX-License-Identifier: Apache-2.0
"""The paths below /share-group-types."""

from collections.abc import Callable

from manila_groups import exception
from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import share_group_types as schemas
from manila_groups.api.schemas import types as type_schemas
from manila_groups.api.views import metadata as metadata_views
from manila_groups.api.views import share_group_types as views
from manila_groups.domain.types import share_group_types as domain

since = wsgi.since('2.31', experimental_before='2.55')


class Controller:
    """Share group types over HTTP.

    :param types: the domain
    :param max_limit: the maximum number of rows of a page
    :param check_project: raises Invalid if an id is not that of a project
    """

    def __init__(
        self,
        types: domain.ShareGroupTypes,
        max_limit: int,
        check_project: Callable[[str], None],
    ):
        self._types = types
        self._check_project = check_project
        self._view = views.view(types)
        self._max_limit = max_limit

    @since
    @wsgi.policy('share_group_type:index')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List the share group types that the caller may see."""
        filters = request.filters
        page = paging.take(filters, self._max_limit)
        found, more = self._types.list_page(
            request.context,
            page,
            filters.get('is_public'),
            filters.get('group_specs'),
            everywhere='is_public' in filters,
        )
        return {
            'share_group_types': self._view.render_all(found, request),
            **paging.links(request, 'share_group_types_links', found, more),
        }

    @since
    @wsgi.policy('share_group_type:show')
    @wsgi.returns(views.ONE)
    def show(self, request, type_id):
        """Show one share group type."""
        return self._show(request, self._types.get(request.context, type_id))

    @since
    @wsgi.policy('share_group_type:default')
    @wsgi.returns(views.ONE)
    def default(self, request):
        """Show the default share group type."""
        found = self._types.default(request.context)
        if found is None:
            raise exception.NotFound('There is no default share group type.')
        return self._show(request, found)

    @since
    @wsgi.policy('share_group_type:create')
    @wsgi.creates('share_group_type', 'show', 'type_id')
    @wsgi.body(schemas.CREATE, 'share_group_type')
    @wsgi.returns(views.ONE)
    def create(self, request, body):
        """Create a share group type."""
        is_public = schema_base.one_boolean(
            body, 'is_public', schemas.ACCESS_IS_PUBLIC
        )
        made = self._types.create(
            request.context,
            body['name'],
            body.get('share_types'),
            schema_base.to_specs(body.get('group_specs', {})),
            is_public is not False,
            body.get('description'),
        )
        return self._show(request, made)

    @wsgi.since(schemas.CHANGES_SINCE)
    @wsgi.policy('share_group_type:update')
    @wsgi.body(schemas.UPDATE, 'share_group_type')
    @wsgi.returns(views.ONE)
    def update(self, request, type_id, body):
        """Update a share group type."""
        if not body:
            raise exception.Invalid(
                'At least one of name, description, is_public and share_types '
                'must be given.'
            )
        values = {
            name: body[name]
            for name in ('name', 'description')
            if name in body
        }
        is_public = schema_base.one_boolean(
            body, 'is_public', schemas.ACCESS_IS_PUBLIC
        )
        if is_public is not None:
            values['is_public'] = is_public
        changed = self._types.update(
            request.context, type_id, values, body.get('share_types')
        )
        return self._show(request, changed)

    def _show(self, request, found):
        return {'share_group_type': self._view.render(found, request)}

    @since
    @wsgi.policy('share_group_type:delete')
    @wsgi.success(204)
    def delete(self, request, type_id):
        """Delete a share group type that no share group uses."""
        self._types.delete(request.context, type_id)

    @since
    @wsgi.policy('share_group_type:list_project_access')
    @wsgi.returns(views.ACCESS)
    def list_access(self, request, type_id):
        """List the projects with access to a private share group type."""
        return {
            'share_group_type_access': [
                {'share_group_type_id': type_id, 'project_id': project_id}
                for project_id in self._types.list_projects(
                    request.context, type_id
                )
            ]
        }

    @since
    @wsgi.policy('share_group_type:add_project_access')
    @wsgi.body(type_schemas.ADD_ACCESS)
    @wsgi.success(202)
    def add_access(self, request, type_id, body):
        """Give a project access to a private share group type."""
        project_id = body['addProjectAccess']['project']
        self._check_project(project_id)
        self._types.add_project(request.context, type_id, project_id)

    @since
    @wsgi.policy('share_group_type:remove_project_access')
    @wsgi.body(type_schemas.REMOVE_ACCESS)
    @wsgi.success(202)
    def remove_access(self, request, type_id, body):
        """Remove a project's access to a private share group type."""
        self._types.remove_project(
            request.context, type_id, body['removeProjectAccess']['project']
        )

    @since
    @wsgi.policy('share_group_types_spec:index')
    @wsgi.returns(metadata_views.GROUP_SPECS)
    def list_specs(self, request, type_id):
        """List the group specs."""
        return {'group_specs': self._types.get(request.context, type_id).specs}

    @since
    @wsgi.policy('share_group_types_spec:create')
    @wsgi.body(schemas.SPECS, 'group_specs')
    @wsgi.returns(metadata_views.GROUP_SPECS)
    def set_specs(self, request, type_id, body):
        """Add or update group specs."""
        return {
            'group_specs': self._types.set_specs(
                request.context, type_id, schema_base.to_specs(body)
            )
        }

    @since
    @wsgi.policy('share_group_types_spec:show')
    @wsgi.returns(metadata_views.PAIR)
    def show_spec(self, request, type_id, key):
        """Show one group spec."""
        return {key: self._types.get_spec(request.context, type_id, key)}

    @since
    @wsgi.policy('share_group_types_spec:update')
    @wsgi.body(schemas.SPECS)
    @wsgi.returns(metadata_views.PAIR)
    def update_spec(self, request, type_id, key, body):
        """Update one group spec."""
        schema_base.check_only_key(body, key)
        return self._types.set_specs(
            request.context, type_id, schema_base.to_specs(body)
        )

    @since
    @wsgi.policy('share_group_types_spec:delete')
    @wsgi.success(204)
    def delete_spec(self, request, type_id, key):
        """Delete one group spec."""
        self._types.delete_spec(request.context, type_id, key)
