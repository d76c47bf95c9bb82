# SPDX-License-Identifier: Apache-2.0
"""The paths below /share-group-backups."""

from manila_groups.api import paging
from manila_groups.api import wsgi
from manila_groups.api.schemas import share_group_backup_records as records
from manila_groups.api.schemas import share_group_backups as schemas
from manila_groups.api.views import share_group_backup_records as record_views
from manila_groups.api.views import share_group_backups as views
from manila_groups.domain.share_group_backups import api as domain

since = wsgi.since(schemas.SINCE)


class Controller:
    """Share group backups over HTTP.

    :param backups: the domain
    :param enforcer: the policy
    :param max_limit: the maximum number of rows of a page
    """

    def __init__(
        self, backups: domain.ShareGroupBackups, enforcer, max_limit: int
    ):
        self._backups = backups
        self._enforcer = enforcer
        self._max_limit = max_limit
        self._detail = views.detail_of(backups.location_of)

    @since
    @wsgi.policy('share_group_backup:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.PAGE)
    def index(self, request):
        """List share group backups."""
        return self._list(request, views.SUMMARY, details=False)

    @since
    @wsgi.policy('share_group_backup:get_all')
    @wsgi.lists(schemas.INDEX)
    @wsgi.returns(views.DETAILED_PAGE)
    def detail(self, request):
        """List share group backups, with all fields."""
        return self._list(request, self._detail, details=True)

    def _list(self, request, view, details):
        page = paging.take(request.filters, self._max_limit)
        found, more = self._backups.list_page(
            request.context, request.filters, page, details
        )
        return {
            'share_group_backups': view.render_all(found, request),
            **paging.links(request, 'share_group_backups_links', found, more),
        }

    @since
    @wsgi.policy('share_group_backup:get')
    @wsgi.lists(schemas.MEMBERS)
    @wsgi.returns(views.MEMBERS)
    def members(self, request, share_group_backup_id):
        """List the members of a share group backup."""
        self._find(request, share_group_backup_id)
        page = paging.take(request.filters, self._max_limit)
        found, more = self._backups.list_members(
            request.context, share_group_backup_id, page
        )
        return {
            'share_group_backup_members': views.MEMBER.render_all(
                found, request
            ),
            **paging.links(
                request, 'share_group_backup_members_links', found, more
            ),
        }

    @since
    @wsgi.policy('share_group_backup:create')
    @wsgi.creates('share_group_backup', 'show', 'share_group_backup_id')
    @wsgi.body(schemas.CREATE, 'share_group_backup')
    @wsgi.success(202)
    @wsgi.returns(views.ONE)
    @wsgi.sends
    def create(self, request, body):
        """Back up a share group, or a share group snapshot."""
        schemas.check_source(body)
        backup = self._backups.create(
            request.context,
            group_id=body.get('share_group_id'),
            snapshot_id=body.get('share_group_snapshot_id'),
            name=body.get('name'),
            description=body.get('description'),
        )
        return self._show(request, backup)

    @since
    @wsgi.policy('share_group_backup:get')
    @wsgi.returns(views.ONE)
    def show(self, request, share_group_backup_id):
        """Show one share group backup."""
        return self._show(request, self._find(request, share_group_backup_id))

    def _find(self, request, backup_id):
        """Find a backup that the policy lets the caller use so."""
        found = self._backups.get(request.context, backup_id)
        self._enforcer.authorize(request.context, request.rule, found)
        return found

    def _show(self, request, backup):
        return {'share_group_backup': self._detail.render(backup, request)}

    @since
    @wsgi.policy('share_group_backup:update')
    @wsgi.body(schemas.UPDATE, 'share_group_backup')
    @wsgi.returns(views.ONE)
    def update(self, request, share_group_backup_id, body):
        """Update the name or the description."""
        self._find(request, share_group_backup_id)
        backup = self._backups.update(
            request.context, share_group_backup_id, body
        )
        return self._show(request, backup)

    @since
    @wsgi.policy('share_group_backup:delete')
    @wsgi.success(202)
    @wsgi.sends
    def delete(self, request, share_group_backup_id):
        """Delete a share group backup."""
        self._find(request, share_group_backup_id)
        self._backups.delete(request.context, share_group_backup_id)

    @since
    @wsgi.policy('share_group_backup:restore')
    @wsgi.body(schemas.RESTORE)
    @wsgi.success(202)
    @wsgi.returns(views.RESTORED)
    @wsgi.sends
    def restore(self, request, share_group_backup_id, body):
        """Give all shares of a group the content of a backup."""
        self._find(request, share_group_backup_id)
        target = body['restore'] or {}
        group_id = self._backups.restore(
            request.context,
            share_group_backup_id,
            target.get('share_group_id'),
        )
        return {
            'restore': {
                'share_group_backup_id': share_group_backup_id,
                'share_group_id': group_id,
            }
        }

    @since
    @wsgi.policy('share_group_backup:reset_status')
    @wsgi.body(schemas.RESET_STATUS)
    @wsgi.success(202)
    def reset_status(self, request, share_group_backup_id, body):
        """Reset the status."""
        self._find(request, share_group_backup_id)
        self._backups.reset_status(
            request.context,
            share_group_backup_id,
            body['reset_status']['status'],
        )

    @since
    @wsgi.policy('share_group_backup:force_delete')
    @wsgi.body(schemas.FORCE_DELETE)
    @wsgi.success(202)
    @wsgi.sends
    def force_delete(self, request, share_group_backup_id, body):
        """Delete a share group backup regardless of its status."""
        self._find(request, share_group_backup_id)
        self._backups.force_delete(request.context, share_group_backup_id)

    @wsgi.since(records.SINCE)
    @wsgi.policy('share_group_backup:export')
    @wsgi.returns(record_views.ONE)
    @wsgi.conflicts
    def show_record(self, request, share_group_backup_id):
        """Show what a share group backup is imported with."""
        self._find(request, share_group_backup_id)
        record = self._backups.record(request.context, share_group_backup_id)
        return {'share_group_backup_record': record}

    @wsgi.since(records.SINCE)
    @wsgi.policy('share_group_backup:import')
    @wsgi.creates('share_group_backup', 'show', 'share_group_backup_id')
    @wsgi.body(records.IMPORT, 'share_group_backup_record')
    @wsgi.success(202)
    @wsgi.returns(views.ONE)
    @wsgi.sends
    def import_record(self, request, body):
        """Import a share group backup by its record."""
        records.check_time(body['taken_at'])
        backup = self._backups.import_record(request.context, body)
        return self._show(request, backup)
