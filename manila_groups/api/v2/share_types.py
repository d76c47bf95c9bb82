# SPDX-License-Identifier: Apache-2.0
"""The paths below /types."""

from collections.abc import Callable

from manila_groups import exception
from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import share_types as schemas
from manila_groups.api.schemas import types as type_schemas
from manila_groups.api.views import metadata as metadata_views
from manila_groups.api.views import share_types as views
from manila_groups.domain.types import share_types as domain


class Controller:
    """Share types over HTTP.

    :param types: the domain
    :param max_limit: the maximum number of rows of a page
    :param check_project: raises Invalid if an id is not that of a project
    """

    def __init__(
        self,
        types: domain.ShareTypes,
        max_limit: int,
        check_project: Callable[[str], None],
    ):
        self._types = types
        self._check_project = check_project
        self._view = views.view(types)
        self._max_limit = max_limit

    @wsgi.policy('share_type:index')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List the share types that the caller may see."""
        filters = request.filters
        page = paging.take(filters, self._max_limit)
        found, more = self._types.list_page(
            request.context,
            page,
            filters.get('is_public'),
            filters.get('extra_specs'),
            everywhere='is_public' in filters,
        )
        rendered = self._view.render_all(found, request)
        return {
            **dict.fromkeys(views.LIST_KEYS, rendered),
            **paging.links(request, 'share_types_links', found, more),
        }

    @wsgi.policy('share_type:show')
    @wsgi.returns(views.ONE)
    def show(self, request, type_id):
        """Show one share type."""
        return self._show(request, self._types.get(request.context, type_id))

    @wsgi.policy('share_type:default')
    @wsgi.returns(views.ONE)
    def default(self, request):
        """Show the default share type."""
        found = self._types.default(request.context)
        if found is None:
            raise exception.NotFound('There is no default share type.')
        return self._show(request, found)

    @wsgi.policy('share_type:create')
    @wsgi.creates('share_type', 'show', 'type_id')
    @wsgi.body(schemas.CREATE, *views.KEYS)
    @wsgi.returns(views.ONE)
    def create(self, request, body):
        """Create a share type."""
        made = self._types.create(
            body['name'],
            schema_base.to_specs(body['extra_specs']),
            _is_public(body) is not False,
            body.get('description'),
            request.context,
        )
        shown = self._view.render(made, request)
        sent = body['extra_specs'][domain.DHSS]
        shown['required_extra_specs'] = {domain.DHSS: sent}
        return dict.fromkeys(views.KEYS, shown)

    @wsgi.since('2.50')
    @wsgi.policy('share_type:update')
    @wsgi.body(schemas.UPDATE, *views.KEYS)
    @wsgi.returns(views.ONE)
    def update(self, request, type_id, body):
        """Update the name, the description or the visibility."""
        if not body:
            raise exception.Invalid(
                f'At least one of name, description and '
                f'{schemas.ACCESS_IS_PUBLIC} must be given.'
            )
        values = {
            name: body[name]
            for name in ('name', 'description')
            if name in body
        }
        is_public = _is_public(body)
        if is_public is not None:
            values['is_public'] = is_public
        return self._show(
            request, self._types.update(request.context, type_id, values)
        )

    def _show(self, request, found):
        return dict.fromkeys(views.KEYS, self._view.render(found, request))

    @wsgi.policy('share_type:delete')
    @wsgi.success(202)
    def delete(self, request, type_id):
        """Delete a share type that nothing uses."""
        self._types.delete(request.context, type_id)

    @wsgi.policy('share_type:list_project_access')
    @wsgi.returns(views.ACCESS)
    def list_access(self, request, type_id):
        """List the projects with access to a private share type."""
        return {
            'share_type_access': [
                {'share_type_id': type_id, 'project_id': project_id}
                for project_id in self._types.list_projects(
                    request.context, type_id
                )
            ]
        }

    @wsgi.policy('share_type:add_project_access')
    @wsgi.body(type_schemas.ADD_ACCESS)
    @wsgi.success(202)
    def add_access(self, request, type_id, body):
        """Give a project access to a private share type."""
        project_id = body['addProjectAccess']['project']
        self._check_project(project_id)
        self._types.add_project(request.context, type_id, project_id)

    @wsgi.policy('share_type:remove_project_access')
    @wsgi.body(type_schemas.REMOVE_ACCESS)
    @wsgi.success(202)
    def remove_access(self, request, type_id, body):
        """Remove a project's access to a private share type."""
        self._types.remove_project(
            request.context, type_id, body['removeProjectAccess']['project']
        )

    @wsgi.policy('share_types_extra_spec:index')
    @wsgi.returns(metadata_views.EXTRA_SPECS)
    def list_specs(self, request, type_id):
        """List the extra specs."""
        return {'extra_specs': self._types.get(request.context, type_id).specs}

    @wsgi.policy('share_types_extra_spec:create')
    @wsgi.body(schemas.SPECS, 'extra_specs')
    @wsgi.returns(metadata_views.EXTRA_SPECS)
    def set_specs(self, request, type_id, body):
        """Add or update extra specs."""
        return {
            'extra_specs': self._types.set_specs(
                request.context, type_id, schema_base.to_specs(body)
            )
        }

    @wsgi.policy('share_types_extra_spec:show')
    @wsgi.returns(metadata_views.PAIR)
    def show_spec(self, request, type_id, key):
        """Show one extra spec."""
        return {key: self._types.get_spec(request.context, type_id, key)}

    @wsgi.policy('share_types_extra_spec:update')
    @wsgi.body(schemas.SPECS)
    @wsgi.returns(metadata_views.PAIR)
    def update_spec(self, request, type_id, key, body):
        """Update one extra spec."""
        schema_base.check_only_key(body, key)
        return self._types.set_specs(
            request.context, type_id, schema_base.to_specs(body)
        )

    @wsgi.policy('share_types_extra_spec:delete')
    @wsgi.success(202)
    def delete_spec(self, request, type_id, key):
        """Delete one extra spec."""
        self._types.delete_spec(request.context, type_id, key)


def _is_public(body):
    return schema_base.one_boolean(
        body, schemas.ACCESS_IS_PUBLIC, schemas.OLD_IS_PUBLIC
    )
