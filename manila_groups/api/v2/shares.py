# SPDX-License-Identifier: Apache-2.0
"""The paths below /shares, except access rules and export locations."""

from manila_groups import exception
from manila_groups.api import microversions
from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import base as schema_base
from manila_groups.api.schemas import metadata as metadata_schema
from manila_groups.api.schemas import scheduler_hints
from manila_groups.api.schemas import shares as schemas
from manila_groups.api.views import metadata as metadata_views
from manila_groups.api.views import shares as views
from manila_groups.domain.shares import api as domain
from manila_groups.domain.shares import insert as share_creation


class Controller:
    """Shares over HTTP.

    :param shares: the domain
    :param enforcer: the policy
    :param max_limit: the maximum number of rows of a page
    """

    def __init__(self, shares: domain.Shares, enforcer, max_limit: int):
        self._shares = shares
        self._enforcer = enforcer
        self._max_limit = max_limit

    @wsgi.policy('share:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List shares."""
        return self._list(request, views.SUMMARY, details=False)

    @wsgi.policy('share:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.DETAILED_PAGE)
    def detail(self, request):
        """List shares, with all fields."""
        return self._list(request, views.DETAIL, details=True)

    def _list(self, request, view, details):
        context = request.context
        filters = request.filters
        page = paging.take(filters, self._max_limit)
        with_count = filters.pop('with_count', False)
        found, more = self._shares.list_page(context, filters, page, details)
        count = with_count and self._shares.count(context, filters)
        return {
            'shares': view.render_all(found, request),
            **({'count': count} if with_count else {}),
            **paging.links(request, 'shares_links', found, more),
        }

    @wsgi.policy('share:create')
    @wsgi.creates('share', 'show', 'share_id')
    @wsgi.body(schemas.CREATE, 'share')
    @wsgi.returns(views.ONE)
    @wsgi.sends
    def create(self, request, body):
        """Create a share."""
        wanted = read_new(request, body, self._enforcer)
        return self._show(
            request, self._shares.create(request.context, wanted)
        )

    @wsgi.policy('share:get')
    @wsgi.returns(views.ONE)
    def show(self, request, share_id):
        """Show one share."""
        return self._show(request, self._see(request, share_id))

    def _see(self, request, share_id):
        """Find a share that the policy lets the caller see."""
        share = self._shares.get(request.context, share_id)
        # A public share is treated like one of the caller's project.
        row = None if share.is_public else share
        self._enforcer.authorize(request.context, request.rule, row)
        return share

    def _find(self, request, share_id, rule=None):
        """Find a share that the policy lets the caller use so."""
        share = self._shares.get(request.context, share_id)
        self._enforcer.authorize(request.context, rule or request.rule, share)
        return share

    def _show(self, request, share):
        return {'share': views.DETAIL.render(share, request)}

    @wsgi.policy('share:update')
    @wsgi.body(schemas.UPDATE, 'share')
    @wsgi.returns(views.ONE)
    def update(self, request, share_id, body):
        """Update the name, the description or the visibility."""
        values = schema_base.one_name_each(body, schemas.FIELD_ALIASES)
        self._find(request, share_id)
        if 'is_public' in values:
            values['is_public'] = schema_base.to_bool(values['is_public'])
            if values['is_public']:
                self._find(request, share_id, 'share:set_public_share')
        return self._show(
            request, self._shares.update(request.context, share_id, values)
        )

    @wsgi.policy('share:delete')
    @wsgi.query(schemas.DELETE)
    @wsgi.success(202)
    @wsgi.sends
    def delete(self, request, share_id):
        """Delete a share; if it is in a group, the query names the group."""
        self._find(request, share_id)
        self._shares.delete(
            request.context,
            share_id,
            request.filters.get('share_group_id') or None,
        )

    @wsgi.policy('share:reset_status')
    @wsgi.body(schemas.RESET_STATUS)
    @wsgi.success(202)
    def reset_status(self, request, share_id, body):
        """Reset the status."""
        self._find(request, share_id)
        self._shares.reset_status(
            request.context, share_id, body['reset_status']['status']
        )

    @wsgi.policy('share:reset_task_state')
    @wsgi.body(schemas.RESET_TASK_STATE)
    @wsgi.success(202)
    def reset_task_state(self, request, share_id, body):
        """Reset the task state, which is always null here."""
        self._find(request, share_id)

    @wsgi.policy('share:force_delete')
    @wsgi.body(schemas.FORCE_DELETE)
    @wsgi.success(202)
    @wsgi.sends
    def force_delete(self, request, share_id, body):
        """Delete a share regardless of its status."""
        self._find(request, share_id)
        self._shares.force_delete(request.context, share_id)

    @wsgi.policy('share:extend')
    @wsgi.body(schemas.EXTEND)
    @wsgi.success(202)
    @wsgi.sends
    def extend(self, request, share_id, body):
        """Extend a share; with force, beyond the capacity of its pool."""
        force = _read_force(request, body['extend'])
        self._find(request, share_id, force and 'share:force_extend')
        self._shares.extend(
            request.context, share_id, int(body['extend']['new_size']), force
        )

    @wsgi.policy('share:shrink')
    @wsgi.body(schemas.SHRINK)
    @wsgi.success(202)
    @wsgi.sends
    def shrink(self, request, share_id, body):
        """Shrink a share."""
        self._find(request, share_id)
        self._shares.shrink(
            request.context, share_id, int(body['shrink']['new_size'])
        )

    @wsgi.policy('share:get_share_metadata')
    @wsgi.returns(metadata_views.ALL)
    def list_metadata(self, request, share_id):
        """Show the metadata of a share."""
        return {'metadata': self._see(request, share_id).metadata}

    @wsgi.policy('share:update_share_metadata')
    @wsgi.body(metadata_schema.BODY, 'metadata')
    @wsgi.returns(metadata_views.ALL)
    def set_metadata(self, request, share_id, body):
        """Add or update metadata."""
        return self._set(request, share_id, body)

    @wsgi.policy('share:update_share_metadata')
    @wsgi.body(metadata_schema.BODY, 'metadata')
    @wsgi.returns(metadata_views.ALL)
    def replace_metadata(self, request, share_id, body):
        """Replace all metadata."""
        return self._set(request, share_id, body, replace=True)

    def _set(self, request, share_id, metadata, replace=False):
        self._find(request, share_id)
        found = self._shares.set_metadata(
            request.context, share_id, metadata, replace
        )
        return {'metadata': found}

    @wsgi.policy('share:get_share_metadata')
    @wsgi.returns(metadata_views.ONE)
    def show_metadata(self, request, share_id, key):
        """Show one metadata item."""
        metadata = self._see(request, share_id).metadata
        if key not in metadata:
            raise exception.NotFound(
                f'The share {share_id} has no metadata {key:.255}.'
            )
        return {'meta': {key: metadata[key]}}

    @wsgi.policy('share:update_share_metadata')
    @wsgi.body(metadata_schema.BODY, 'meta', 'metadata')
    @wsgi.returns(metadata_views.ONE)
    def update_metadata(self, request, share_id, key, body):
        """Set one metadata item."""
        schema_base.check_only_key(body, key)
        self._set(request, share_id, body)
        return {'meta': body}

    @wsgi.policy('share:delete_share_metadata')
    def delete_metadata(self, request, share_id, key):
        """Delete one metadata item."""
        self._find(request, share_id)
        self._shares.delete_metadata(request.context, share_id, key)


def read_new(request, body, enforcer) -> share_creation.NewShare:
    """Read what a new share shall be.

    :raises Forbidden: the policy does not let the caller choose its pool, or
        show it to all projects
    """
    values = schema_base.one_name_each(body, schemas.FIELD_ALIASES)
    for name in schemas.NOT_HERE:
        values.pop(name, None)
    values['size'] = int(values['size'])
    values['is_public'] = schema_base.to_bool(values.get('is_public', False))
    if values['is_public']:
        enforcer.authorize(request.context, 'share:create_public_share')
    values['scheduler_hints'] = scheduler_hints.read(
        values.get('scheduler_hints'), request, enforcer, 'share'
    )
    zones = microversions.parse(schemas.ZONES_SINCE)
    return share_creation.NewShare(
        **values, in_any_zone=not request.version.has(zones)
    )


def _read_force(request, options):
    force = schema_base.to_bool(options.get('force') or False)
    since = microversions.parse(schemas.FORCE_SINCE)
    if force and not request.version.has(since):
        raise exception.Invalid(
            f'force: requires version {schemas.FORCE_SINCE} of the API or '
            'later.'
        )
    return force
