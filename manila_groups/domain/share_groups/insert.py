# SPDX-License-Identifier: Apache-2.0
"""New share groups: what a user asks for, checked and made a row."""

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import utils
from manila_groups.db import records
from manila_groups.db import share_groups as rows
from manila_groups.db import types as type_rows
from manila_groups.domain import scheduler_hints
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_networks import location
from manila_groups.domain.types import base as types
from manila_groups.domain.types import share_types as share_types_domain


class Creation:
    """Makes the rows of share groups that hold nothing yet.

    :param types: the share group types
    :param share_types: the share types
    """

    def __init__(self, conf, types, share_types):
        self._conf = conf
        self._types = types
        self._share_types = share_types

    def insert(self, conn, ctxt, wanted, **source) -> records.ShareGroup:
        """Add a share group.

        :param wanted: a NewShareGroup, with its types if it has a source
        :param source: the column that names what it is made from
        :raises Invalid: types, network, zone or hints do not go together
        :raises NotFound: an unknown availability zone
        :raises Conflict: hints name what is on no back end
        :raises OverQuota: the project has as many as it may
        """
        group_type = self._find_type(conn, ctxt, wanted)
        share_types = self._find_share_types(conn, ctxt, wanted, group_type)
        zone_id = location.find_zone(conn, wanted, share_types)
        location.check_network(conn, ctxt, wanted, share_types)
        scheduler_hints.check(conn, ctxt, wanted.scheduler_hints)
        values = new_row(
            ctxt,
            wanted,
            share_group_type_id=group_type.id,
            share_network_id=wanted.share_network_id,
            zone_id=zone_id,
            scheduler_hints=wanted.scheduler_hints,
            **source,
        )
        take_quota(conn, self._conf, ctxt)
        ids = [one.id for one in share_types]
        zone = wanted.availability_zone
        return rows.insert(conn, values, ids, zone)

    def _find_type(self, conn, ctxt, wanted):
        wanted_id = wanted.share_group_type_id
        if wanted_id is None:
            found = self._types.default(ctxt, conn)
            if found is None:
                raise exception.Invalid(
                    'share_group_type_id: none is given, and no default '
                    'share group type is configured.'
                )
            return found
        found = type_rows.SHARE_GROUP_TYPES.get_by_id(
            conn, wanted_id, ctxt.visible_project
        )
        if found is None:
            raise types.unknown(
                conn,
                type_rows.SHARE_GROUP_TYPES,
                'share_group_type_id',
                wanted_id,
                ctxt.visible_project,
            )
        return found

    def _find_share_types(self, conn, ctxt, wanted, group_type):
        ids = wanted.share_types
        if not ids:
            default = self._share_types.default(ctxt, conn)
            if default is not None and default.id in group_type.share_types:
                return [default]
            ids = group_type.share_types
        found = type_rows.SHARE_TYPES.get_many(conn, ids, ctxt.visible_project)
        missing = sorted(set(ids) - {one.id for one in found})
        if missing:
            raise types.unknown(
                conn,
                type_rows.SHARE_TYPES,
                'share_types',
                missing[0],
                ctxt.visible_project,
            )
        outside = sorted(set(ids) - set(group_type.share_types))
        if outside:
            raise exception.Invalid(
                f'share_types: {outside[0]} is not one of the share types '
                f'that the share group type {utils.label(group_type)} allows.'
            )
        if len({share_types_domain.share_servers(one) for one in found}) > 1:
            raise exception.Invalid(
                'share_types: all of them must have the same value of '
                f'{share_types_domain.DHSS}.'
            )
        return found


def new_row(ctxt, wanted, *, zone_id: str | None, **values) -> dict:
    """The columns of a new share group's row.

    :param zone_id: the availability zone that it has to be in
    :param values: further columns
    """
    return {
        'id': uuidutils.generate_uuid(),
        'project_id': ctxt.project_id,
        'user_id': ctxt.user_id,
        'request_id': ctxt.request_id,
        'name': wanted.name,
        'description': wanted.description,
        'requested_zone_id': zone_id,
        'availability_zone_id': zone_id,
        **values,
    }


def take_quota(conn, conf, ctxt) -> None:
    """Count one more share group of the caller's.

    :raises OverQuota: the project has as many as it may
    """
    owner = quotas.Owner(ctxt.project_id, ctxt.user_id)
    quotas.take(conn, conf, owner, {quotas.SHARE_GROUPS: 1})
