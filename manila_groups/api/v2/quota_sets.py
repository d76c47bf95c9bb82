# SPDX-License-Identifier: Apache-2.0
"""The paths below /quota-sets."""

from manila_groups import exception
from manila_groups.api import wsgi
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import quota_sets as schemas
from manila_groups.api.views import quota_sets as views
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.quotas import sets as domain

#: The maximum length of the database's column.
_PROJECT_ID_LENGTH = schema_base.PROJECT_ID_LENGTH


class Controller:
    """Quota sets over HTTP.

    :param quota_sets: the domain
    :param enforcer: the policy
    """

    def __init__(self, quota_sets: domain.QuotaSets, enforcer):
        self._quota_sets = quota_sets
        self._enforcer = enforcer

    @wsgi.policy('quota_set:show')
    @wsgi.query(schemas.PART)
    @wsgi.returns(views.LIMIT_SET)
    def show(self, request, owner_id):
        """Show the limits of a project, or of a part of it."""
        return self._show(request, owner_id, views.LIMITS)

    @wsgi.policy('quota_set:show')
    @wsgi.query(schemas.PART)
    @wsgi.returns(views.USAGE_SET)
    def detail(self, request, owner_id):
        """Show the limits and the usage."""
        return self._show(request, owner_id, views.USAGES)

    def _show(self, request, owner_id, by_kind):
        self._authorize(request, owner_id)
        part = domain.Part(**request.filters)
        found = self._quota_sets.get(request.context, owner_id, part)
        return _render(request, found, by_kind)

    @wsgi.policy('quota_set:show')
    @wsgi.returns(views.DEFAULTS)
    def defaults(self, request, owner_id):
        """Show the limits that projects have when none was set.

        They are the same for all, so any project may be asked about.
        """
        _check_length(owner_id)
        found = self._quota_sets.defaults(owner_id)
        return _render(request, found, views.LIMITS)

    @wsgi.policy('quota_set:update')
    @wsgi.query(schemas.PART)
    @wsgi.body(schemas.UPDATE, 'quota_set')
    @wsgi.returns(views.LIMIT_SET)
    def update(self, request, owner_id, body):
        """Set limits of a project, or of a part of it."""
        self._authorize(request, owner_id)
        for name in schemas.PROJECT_KEYS:
            if body.pop(name, owner_id) != owner_id:
                raise exception.Invalid(
                    f'{name}: is not the project in the path.'
                )
        force = schema_base.to_bool(body.pop('force', False))
        if not body:
            raise exception.Invalid('quota_set: names no limit to set.')
        found = self._quota_sets.update(
            request.context,
            owner_id,
            domain.Part(**request.filters),
            body,
            force,
        )
        return _render(request, found, views.LIMITS)

    @wsgi.policy('quota_set:delete')
    @wsgi.query(schemas.PART)
    @wsgi.success(202)
    def delete(self, request, owner_id):
        """Reset the limits to the defaults."""
        self._authorize(request, owner_id)
        part = domain.Part(**request.filters)
        self._quota_sets.delete(request.context, owner_id, part)

    def _authorize(self, request, owner_id):
        _check_length(owner_id)
        context = request.context
        self._enforcer.authorize(context, request.rule, quotas.Owner(owner_id))
        # Independent of the policy: a rule may check only roles.
        if not context.is_admin and owner_id != context.project_id:
            raise exception.Forbidden(
                'Only administrators may see or change the quotas of other '
                'projects.'
            )


def _check_length(owner_id):
    if len(owner_id) > _PROJECT_ID_LENGTH:
        raise exception.NotFound(f'There is no project {owner_id:.255}.')


def _render(request, found, by_kind):
    view = by_kind['share_type' in request.filters]
    return {'quota_set': view.render(found, request)}
