# SPDX-License-Identifier: Apache-2.0
"""Share groups: what the service does with them for its users."""

from collections.abc import Mapping
import dataclasses
from typing import Any

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import availability_zones
from manila_groups.db import paging
from manila_groups.db import quotas
from manila_groups.db import records
from manila_groups.db import share_groups as rows
from manila_groups.db import types as type_rows
from manila_groups.groups import lifecycle
from manila_groups.groups import share_types as share_types_domain


@dataclasses.dataclass(frozen=True, slots=True)
class NewShareGroup:
    """What a user asks for; None where the request names nothing.

    :ivar share_types: ids
    :ivar availability_zone: a name
    """

    name: str | None = None
    description: str | None = None
    share_types: list[str] | None = None
    share_group_type_id: str | None = None
    share_network_id: str | None = None
    source_share_group_snapshot_id: str | None = None
    availability_zone: str | None = None


class ShareGroups:
    """The share groups of the service.

    :param types: the share group types
    :param share_types: the share types
    :param scheduler: tells schedulers of waiting work
    :param backends: tells back ends of waiting work
    """

    def __init__(self, conf, db, types, share_types, scheduler, backends):
        self._conf = conf
        self._db = db
        self._types = types
        self._share_types = share_types
        self._scheduler = scheduler
        self._backends = backends

    def list_page(
        self, ctxt, filters: Mapping[str, Any], page: paging.Page, details
    ) -> tuple[list[records.ShareGroup], bool]:
        """Read one page of share groups.

        :param filters: keys of db.share_groups.FILTERS; project_id, and
            all_tenants (a boolean), count for administrators only
        :returns: the groups, and whether more follow
        :raises Invalid: an unknown marker
        """
        filters = dict(filters)
        everywhere = filters.pop('all_tenants', False)
        chosen = everywhere or 'project_id' in filters
        if not (ctxt.is_admin and chosen):
            filters['project_id'] = ctxt.project_id
        with self._db.reader() as session:
            return rows.list_page(session, filters, page, details)

    def get(self, ctxt, group_id: str) -> records.ShareGroup:
        """Read one share group.

        :raises NotFound: there is none that the caller sees
        """
        with self._db.reader() as session:
            return _get(session, ctxt, group_id)

    def create(self, ctxt, wanted: NewShareGroup) -> records.ShareGroup:
        """Make a share group, which a scheduler then finds a place for.

        :raises Invalid: types, network or zone do not go together
        :raises NotFound: an unknown availability zone
        :raises OverQuota: the project has as many as it may
        """
        group = self._insert(ctxt, wanted)
        self._scheduler.place_share_group(ctxt, group.id)
        return group

    @db_api.retry_on_deadlock
    def _insert(self, ctxt, wanted):
        _check_source(wanted)
        with self._db.writer() as session:
            group_type = self._find_type(session, ctxt, wanted)
            share_types = self._find_share_types(
                session, ctxt, wanted, group_type
            )
            _check_network(wanted, share_types)
            zone_id = _find_zone(session, wanted, share_types)
            values = {
                'id': uuidutils.generate_uuid(),
                'project_id': ctxt.project_id,
                'user_id': ctxt.user_id,
                'request_id': ctxt.request_id,
                'name': wanted.name,
                'description': wanted.description,
                'share_group_type_id': group_type.id,
                'requested_zone_id': zone_id,
                'availability_zone_id': zone_id,
            }
            self._take_quota(session, ctxt.project_id)
            rows.insert(session, values, [one.id for one in share_types])
            return rows.get(session, values['id'])

    def _find_type(self, session, ctxt, wanted):
        wanted_id = wanted.share_group_type_id
        if wanted_id is None:
            found = self._types.default(ctxt, session)
            if found is None:
                raise exception.Invalid(
                    'share_group_type_id: none is given, and no default '
                    'share group type is configured.'
                )
            return found
        found = type_rows.SHARE_GROUP_TYPES.get_by_id(
            session, wanted_id, ctxt.visible_project
        )
        if found is None:
            raise exception.Invalid(
                'share_group_type_id: there is no share group type '
                f'{wanted_id}.'
            )
        return found

    def _find_share_types(self, session, ctxt, wanted, group_type):
        ids = self._choose_share_types(session, ctxt, wanted, group_type)
        found = type_rows.SHARE_TYPES.get_many(
            session, ids, ctxt.visible_project
        )
        missing = sorted(set(ids) - {one.id for one in found})
        if missing:
            raise exception.Invalid(
                f'share_types: there is no share type {missing[0]}.'
            )
        outside = sorted(set(ids) - set(group_type.share_types))
        if outside:
            raise exception.Invalid(
                f'share_types: {outside[0]} is not one of the share types '
                f'that the share group type {group_type.id} allows.'
            )
        if len({share_types_domain.share_servers(one) for one in found}) > 1:
            raise exception.Invalid(
                'share_types: all of them must have the same value of '
                f'{share_types_domain.DHSS}.'
            )
        return found

    def _choose_share_types(self, session, ctxt, wanted, group_type):
        if wanted.share_types:
            return wanted.share_types
        default = self._share_types.default(ctxt, session)
        if default is not None and default.id in group_type.share_types:
            return [default.id]
        return list(group_type.share_types)

    def _take_quota(self, session, project_id):
        most = quotas.limit(
            session,
            project_id,
            lifecycle.QUOTA,
            self._conf.quota.share_groups,
        )
        if not quotas.take(session, project_id, lifecycle.QUOTA, 1, most):
            raise exception.OverQuota(
                f'The project may have {most} share groups and has as many.'
            )

    @db_api.retry_on_deadlock
    def update(
        self, ctxt, group_id: str, values: Mapping[str, str | None]
    ) -> records.ShareGroup:
        """Change the name or the description.

        :raises NotFound: there is no group that the caller sees
        """
        with self._db.writer() as session:
            _get(session, ctxt, group_id)
            rows.update(session, group_id, values)
            return _get(session, ctxt, group_id)

    def delete(self, ctxt, group_id: str) -> None:
        """Begin to delete a share group that holds nothing.

        :raises NotFound: there is none that the caller sees
        :raises Conflict: its status, its shares or its snapshots forbid it
        """
        self._delete(ctxt, group_id, states.DELETE)

    def force_delete(self, ctxt, group_id: str) -> None:
        """Begin to delete a share group in whatever status it is.

        :raises NotFound: there is none that the caller sees
        :raises Conflict: it holds shares or snapshots
        """
        self._delete(ctxt, group_id, states.FORCE_DELETE)

    def _delete(self, ctxt, group_id, step):
        host = self._begin_delete(ctxt, group_id, step)
        if host is not None:
            self._backends.delete_share_group(ctxt, host, group_id)

    @db_api.retry_on_deadlock
    def _begin_delete(self, ctxt, group_id, step):
        with self._db.writer() as session:
            group = _get(session, ctxt, group_id)
            if not rows.take_step(session, group_id, step, rows.is_empty()):
                raise _not_deletable(group, step)
            # Nothing of a group without a place is anywhere else.
            if lifecycle.remove(session, group, rows.placed_at(None)):
                return None
            return rows.get(session, group_id).host

    @db_api.retry_on_deadlock
    def reset_status(self, ctxt, group_id: str, status: str) -> None:
        """Set the status by hand; no work is begun or stopped by that.

        :raises NotFound: there is no group that the caller sees
        """
        with self._db.writer() as session:
            _get(session, ctxt, group_id)
            rows.set_status(session, group_id, status)


def _get(session, ctxt, group_id):
    found = rows.get(session, group_id)
    if found is None or ctxt.visible_project not in (None, found.project_id):
        raise exception.NotFound(f'There is no share group {group_id:.255}.')
    return found


def _not_deletable(group, step):
    if group.status in step.expected:
        return exception.Conflict(
            f'The share group {group.id} has shares or share group '
            'snapshots, which have to be deleted first.'
        )
    return exception.Conflict(
        f'The share group {group.id} has the status {group.status}; it can '
        f'be deleted when it is {" or ".join(step.expected)}.'
    )


def _check_source(wanted):
    snapshot_id = wanted.source_share_group_snapshot_id
    if snapshot_id is None:
        return
    for field in ('share_types', 'share_network_id', 'availability_zone'):
        if getattr(wanted, field):
            raise exception.Invalid(
                f'{field}: comes from the source_share_group_snapshot_id, '
                'and can not be given with it.'
            )
    raise exception.Invalid(
        'source_share_group_snapshot_id: there is no share group snapshot '
        f'{snapshot_id}.'
    )


def _check_network(wanted, share_types):
    dhss = share_types_domain.DHSS
    servers = any(map(share_types_domain.share_servers, share_types))
    if servers and wanted.share_network_id is None:
        raise exception.Invalid(
            f'share_network_id: has to be given, as {dhss} of the share '
            'types is true.'
        )
    if not servers and wanted.share_network_id is not None:
        raise exception.Invalid(
            f'share_network_id: can not be given, as {dhss} of the share '
            'types is false.'
        )
    if wanted.share_network_id is not None:
        raise exception.Invalid(
            'share_network_id: there is no share network '
            f'{wanted.share_network_id}.'
        )


def _find_zone(session, wanted, share_types):
    name = wanted.availability_zone
    if name is None:
        return None
    zone_id = availability_zones.get_id(session, name)
    if zone_id is None:
        raise exception.NotFound(
            f'availability_zone: there is no availability zone {name}.'
        )
    for share_type in share_types:
        allowed = share_types_domain.zones(share_type)
        if allowed is not None and name not in allowed:
            raise exception.Invalid(
                f'availability_zone: {name} is not one of those that the '
                f'share type {share_type.id} is limited to.'
            )
    return zone_id
