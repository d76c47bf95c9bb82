# SPDX-License-Identifier: Apache-2.0
"""New shares: what a user asks for, checked and made a row."""

from collections.abc import Mapping
import dataclasses
from typing import Any

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import utils
from manila_groups.db import records
from manila_groups.db import shares as rows
from manila_groups.db import types as type_rows
from manila_groups.domain import changes
from manila_groups.domain import scheduler_hints
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_networks import location
from manila_groups.domain.types import share_types as share_types_domain


@dataclasses.dataclass(frozen=True, slots=True)
class NewShare:
    """What a user asks for; None where the request names nothing.

    :ivar size: in GiB
    :ivar share_proto: in any case
    :ivar share_type: an id or a name
    :ivar availability_zone: a name
    :ivar in_any_zone: also in one that the share type does not list
    :ivar scheduler_hints: see domain.scheduler_hints
    """

    size: int
    share_proto: str
    name: str | None = None
    description: str | None = None
    share_type: str | None = None
    share_group_id: str | None = None
    share_network_id: str | None = None
    availability_zone: str | None = None
    snapshot_id: str | None = None
    is_public: bool = False
    metadata: Mapping[str, str] | None = None
    in_any_zone: bool = False
    scheduler_hints: Mapping[str, Any] | None = None


class Creation:
    """Makes the rows of shares that are in a group, or alone.

    :param share_types: the share types
    """

    def __init__(self, conf, share_types):
        self._conf = conf
        self._share_types = share_types

    def insert(self, conn, ctxt, wanted: NewShare) -> records.Share:
        """Add a share.

        To be called before anything is read in the transaction.

        :raises Invalid: group, type, network, zone, protocol, size or hints
            do not go together
        :raises NotFound: an unknown group, type, zone or snapshot
        :raises Conflict: hints name what is on no back end
        :raises OverQuota: the project may not have so much more
        """
        group = _lock_group(conn, ctxt, wanted)
        share_proto = self._find_protocol(wanted)
        _check_snapshot(wanted)
        share_type = self._find_type(conn, ctxt, wanted, group)
        if group is None:
            location.check_network(conn, ctxt, wanted, [share_type])
        else:
            wanted = _move_to_group(conn, wanted, group)
        limiting = [] if wanted.in_any_zone else [share_type]
        zone_id = location.find_zone(conn, wanted, limiting)
        share_types_domain.check_size(share_type.specs, wanted.size)
        scheduler_hints.check(conn, ctxt, wanted.scheduler_hints)
        self._take_quotas(conn, ctxt, wanted, share_type)
        values = {
            'id': uuidutils.generate_uuid(),
            'project_id': ctxt.project_id,
            'user_id': ctxt.user_id,
            'request_id': ctxt.request_id,
            'name': wanted.name,
            'description': wanted.description,
            'size': wanted.size,
            'share_proto': share_proto,
            'share_type_id': share_type.id,
            'share_group_id': wanted.share_group_id,
            'share_network_id': wanted.share_network_id,
            'is_public': wanted.is_public,
            'requested_zone_id': zone_id,
            'availability_zone_id': zone_id,
            'scheduler_hints': wanted.scheduler_hints,
        }
        rows.insert(conn, [values])
        rows.set_metadata(conn, values['id'], wanted.metadata or {})
        return utils.present(rows.get(conn, values['id']))

    def _find_protocol(self, wanted):
        enabled = [one.upper() for one in self._conf.enabled_share_protocols]
        found = wanted.share_proto.upper()
        if found not in enabled:
            raise exception.Invalid(
                f"share_proto: '{wanted.share_proto}' is not one of the "
                f'enabled protocols: {", ".join(enabled)}.'
            )
        return found

    def _find_type(self, conn, ctxt, wanted, group):
        if wanted.share_type is not None:
            found = type_rows.SHARE_TYPES.get(
                conn, wanted.share_type, ctxt.visible_project
            )
            if found is None:
                raise exception.NotFound(
                    f'share_type: there is no share type {wanted.share_type}.'
                )
        else:
            found = self._choose_type(conn, ctxt, group)
        if group is not None and found.id not in group.share_types:
            raise exception.Invalid(
                f'share_type: {utils.label(found)} is not one of the share '
                'types of '
                f'the share group {utils.label(group)}.'
            )
        return found

    def _choose_type(self, conn, ctxt, group):
        if group is not None and len(group.share_types) == 1:
            return type_rows.SHARE_TYPES.get_by_id(conn, group.share_types[0])
        found = self._share_types.default(ctxt, conn)
        if found is None:
            raise exception.Invalid(
                'share_type: none is given, and no default share type is '
                'configured.'
            )
        return found

    def _take_quotas(self, conn, ctxt, wanted, share_type):
        owner = quotas.Owner(ctxt.project_id, ctxt.user_id, share_type.id)
        quotas.check_size(conn, self._conf, owner, wanted.size)
        quotas.take(
            conn,
            self._conf,
            owner,
            {quotas.SHARES: 1, quotas.GIGABYTES: wanted.size},
        )


def _lock_group(conn, ctxt, wanted):
    """Read the group, which stays as it is until the share is there."""
    if wanted.share_group_id is None:
        return None
    return changes.lock_source(
        conn,
        changes.SHARE_GROUP,
        ctxt,
        'share_group_id',
        wanted.share_group_id,
        missing=exception.NotFound,
        unusable=exception.Invalid,
    )


def _check_snapshot(wanted):
    if wanted.snapshot_id is not None:
        raise exception.NotFound(
            f'snapshot_id: there is no share snapshot {wanted.snapshot_id}.'
        )


def _move_to_group(conn, wanted, group):
    """Give a share the zone and the network of its group."""
    if wanted.scheduler_hints:
        raise exception.Invalid(
            'scheduler_hints: must not be given because the share goes where '
            f'its share group {utils.label(group)} is.'
        )
    location.find_zone(conn, wanted, [])
    for field, noun in (
        ('availability_zone', 'availability zone'),
        ('share_network_id', 'share network'),
    ):
        given, own = getattr(wanted, field), getattr(group, field)
        if given not in (None, own):
            raise exception.Invalid(
                f'{field}: {given} is not the {noun} of the share group '
                f'{utils.label(group)}, which has {own or "none"}.'
            )
    return dataclasses.replace(
        wanted,
        availability_zone=group.availability_zone,
        share_network_id=group.share_network_id,
    )
