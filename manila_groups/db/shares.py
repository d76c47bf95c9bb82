# SPDX-License-Identifier: Apache-2.0
"""Rows of shares."""

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import json_objects
from manila_groups.db import listing
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import rows
from manila_groups.db import transitions
from manila_groups.db import types

_SHARE = models.Share.__table__
_ZONE = models.AvailabilityZone.__table__
_GROUP = models.ShareGroup.__table__
_TYPE = models.ShareType.__table__
_SPEC = models.ShareTypeSpec.__table__
_MEMBER = models.ShareGroupSnapshotMember.__table__
_METADATA = models.ShareMetadata.__table__
_EXPORT = models.ShareExportLocation.__table__

ROWS = transitions.Rows(_SHARE, states.SHARE)


def _select(specs, metadata):
    return sa.select(
        *rows.columns(
            records.Share,
            _SHARE,
            availability_zone=_ZONE.c.name,
            share_type_name=_TYPE.c.name,
            share_type_specs=specs,
            metadata=metadata,
        )
    ).select_from(
        _SHARE.join(_TYPE, _SHARE.c.share_type_id == _TYPE.c.id).outerjoin(
            _ZONE, _SHARE.c.availability_zone_id == _ZONE.c.id
        )
    )


_QUERY = _select(
    json_objects.of(
        json_objects.JSONObject(_SPEC.c.spec_key, _SPEC.c.spec_value),
        _SPEC.c.type_id == _SHARE.c.share_type_id,
    ),
    json_objects.of(
        json_objects.JSONObject(_METADATA.c.meta_key, _METADATA.c.meta_value),
        _METADATA.c.share_id == _SHARE.c.id,
    ),
)
#: Without the specs and the metadata.
_SHORT = _select(json_objects.NO_PAIRS, json_objects.NO_PAIRS)

_ONE = _QUERY.where(_SHARE.c.id == sa.bindparam('id'))


SORT_COLUMNS = {
    **{
        name: _SHARE.c[name]
        for name in (
            'id',
            'name',
            'size',
            'status',
            'host',
            'share_proto',
            'user_id',
            'project_id',
            'created_at',
            'updated_at',
            'share_type_id',
            'share_network_id',
            'snapshot_id',
        )
    },
    # NULL for a share without a zone, although zones' names are not.
    'availability_zone': sa.type_coerce(_ZONE.c.name, _ZONE.c.name.type),
}


def _seen_by(project_id):
    return sa.or_(_SHARE.c.project_id == project_id, _SHARE.c.is_public)


def _in_zone(name):
    zone = sa.select(_ZONE.c.id).where(_ZONE.c.name == name)
    return _SHARE.c.availability_zone_id == zone.scalar_subquery()


def _has_metadata(pairs):
    return _has_pairs(
        pairs,
        _METADATA.c.share_id == _SHARE.c.id,
        _METADATA.c.meta_key,
        _METADATA.c.meta_value,
    )


def _has_extra_specs(pairs):
    return _has_pairs(
        pairs,
        _SPEC.c.type_id == _SHARE.c.share_type_id,
        _SPEC.c.spec_key,
        _SPEC.c.spec_value,
    )


def _has_pairs(pairs, is_its_own, key, value):
    return sa.and_(
        sa.true(),
        *(
            sa.exists().where(is_its_own, key == one, value.in_(wanted))
            for one, wanted in sorted(pairs.items())
        ),
    )


def _exported_as(export_id, *conditions):
    owner = sa.select(_EXPORT.c.share_id).where(
        _EXPORT.c.id == export_id, *conditions
    )
    return _SHARE.c.id == owner.scalar_subquery()


def _exported_at(path, *conditions):
    return sa.exists().where(
        _EXPORT.c.share_id == _SHARE.c.id, _EXPORT.c.path == path, *conditions
    )


def _is_shown():
    return _EXPORT.c.is_admin_only.is_(sa.false())


def _of_type(id_or_name):
    return _SHARE.c.share_type_id == types.SHARE_TYPES.id_of(id_or_name)


def _made_from(snapshot_id):
    return _SHARE.c.source_share_group_snapshot_member_id.in_(
        sa.select(_MEMBER.c.id).where(
            _MEMBER.c.share_group_snapshot_id == snapshot_id
        )
    )


FILTERS = {
    **{
        name: listing.equals(_SHARE.c[name])
        for name in (
            'id',
            'project_id',
            'user_id',
            'name',
            'description',
            'status',
            'host',
            'share_proto',
            'share_server_id',
            'share_network_id',
            'share_group_id',
            'source_share_group_snapshot_member_id',
            'snapshot_id',
        )
    },
    'name~': listing.contains(_SHARE.c.name),
    'description~': listing.contains(_SHARE.c.description),
    'seen_by': _seen_by,
    'availability_zone': _in_zone,
    'share_type_id': _of_type,
    'share_group_snapshot_id': _made_from,
    'metadata': lambda pairs: _has_metadata(
        {key: [value] for key, value in pairs.items()}
    ),
    'extra_specs': _has_extra_specs,
    'export_location_id': _exported_as,
    'export_location_path': _exported_at,
    # Not by what only administrators are shown.
    'shown_export_location_id': lambda value: _exported_as(value, _is_shown()),
    'shown_export_location_path': lambda value: _exported_at(
        value, _is_shown()
    ),
    # Shares have neither, and there is no recycle bin.
    'mount_point_name': lambda _value: sa.false(),
    'encryption_key_ref': lambda _value: sa.false(),
    'is_soft_deleted': lambda value: sa.false() if value else sa.true(),
}


def list_page(
    conn, filters: Mapping[str, Any], page: paging.Page, details: bool
) -> tuple[list[records.Share], bool]:
    """Read one page of shares.

    :param filters: keys of FILTERS; metadata is a mapping, and extra_specs
        one of keys to the ways in which their values may be written; seen_by
        is a project that sees its own shares and public ones
    :param details: read the shares' metadata and their types' specs too
    :returns: the shares, and whether more follow
    :raises Invalid: an unknown marker
    """
    wanted = listing.conditions(FILTERS, filters)
    query = _QUERY if details else _SHORT
    found, more = listing.fetch(conn, query, SORT_COLUMNS, page, wanted)
    return [records.Share(*row) for row in found], more


def count(conn, filters: Mapping[str, Any]) -> int:
    """Count the shares on all pages of a list."""
    return conn.scalar(
        sa.select(sa.func.count())
        .select_from(_SHARE)
        .where(*listing.conditions(FILTERS, filters).values())
    )


def get(conn, share_id: str) -> records.Share | None:
    """Read one share of any project; None when there is none."""
    row = conn.execute(_ONE, {'id': share_id}).one_or_none()
    return row and records.Share(*row)


def get_many(conn, ids: list[str]) -> list[records.Share]:
    """Read the shares of these ids; unknown ids are skipped."""
    return _find(conn, _SHARE.c.id.in_(ids))


def of_group(conn, group_id: str) -> list[records.Share]:
    """Read the shares of a group, oldest first."""
    return _find(conn, _SHARE.c.share_group_id == group_id)


def of_groups(conn, ids: list[str]) -> list[records.Share]:
    """Read the shares of some groups, oldest first."""
    return _find(conn, in_groups(ids))


def _find(conn, condition):
    query = _QUERY.where(condition).order_by(_SHARE.c.created_at, _SHARE.c.id)
    return [records.Share(*row) for row in conn.execute(query)]


def insert(conn, values: list[Mapping[str, Any]]) -> None:
    """Add shares in creation.

    :param values: columns of each row, without those set here
    :raises Invalid: the share type has been deleted
    """
    now = timeutils.utcnow()
    rows = [
        {
            'status': states.CREATING,
            'access_rules_status': states.ACTIVE,
            'created_at': now,
            'stepped_at': now,
            'claimed_gb': 0,
            'quota_gb': one['size'],
            **one,
        }
        for one in values
    ]
    try:
        conn.execute(sa.insert(_SHARE), rows)
    except db_exception.DBReferenceError as error:
        raise exception.Invalid(
            'share_type: names a type that has been deleted.'
        ) from error
    for row in rows:
        ROWS.began(conn, row['id'], row['status'])


def set_metadata(
    conn, share_id: str, metadata: Mapping[str, str], replace: bool = False
) -> None:
    """Set metadata of a share that the transaction has locked.

    :param replace: remove the keys that are not given
    """
    stale = _METADATA.c.share_id == share_id
    if not replace:
        stale &= _METADATA.c.meta_key.in_(metadata)
    conn.execute(sa.delete(_METADATA).where(stale))
    rows = [
        {'share_id': share_id, 'meta_key': key, 'meta_value': value}
        for key, value in metadata.items()
    ]
    if rows:
        conn.execute(sa.insert(_METADATA), rows)


def delete_metadata(conn, share_id: str, key: str) -> bool:
    """Remove one key of a share's metadata; False if it does not have it."""
    return transitions.changed(
        conn,
        sa.delete(_METADATA).where(
            _METADATA.c.share_id == share_id, _METADATA.c.meta_key == key
        ),
    )


def set_rules_status(conn, ids: list[str], status: str) -> None:
    """Set the access_rules_status of shares that the transaction locked."""
    conn.execute(
        sa.update(_SHARE)
        .where(_SHARE.c.id.in_(ids))
        .values(access_rules_status=status, updated_at=timeutils.utcnow())
    )


def matches(conn, share_id: str, condition) -> bool:
    """Tell whether a share matches a condition."""
    query = sa.select(_SHARE.c.id).where(_SHARE.c.id == share_id, condition)
    return conn.scalar(query) is not None


def in_group(group_id: str):
    """A condition: the share is in this group."""
    return _SHARE.c.share_group_id == group_id


def in_groups(ids: list[str]):
    """A condition: the share is in one of these groups."""
    return _SHARE.c.share_group_id.in_(ids)


def no_group_is(status: str):
    """A condition: the share is in no group with this status."""
    return ~sa.exists().where(
        _GROUP.c.id == _SHARE.c.share_group_id, _GROUP.c.status == status
    )


def is_made_alone():
    """A condition: the share is not being created together with its group."""
    return sa.or_(
        _SHARE.c.status != states.CREATING,
        sa.and_(
            _SHARE.c.source_share_group_snapshot_member_id.is_(None),
            _SHARE.c.source_share_id.is_(None),
            _SHARE.c.source_share_group_backup_member_id.is_(None),
        ),
    )


def own_size():
    """The value of a share's size, in GiB."""
    return _SHARE.c.size


def are_as_sized(found: Iterable[records.Share]):
    """A condition: a share's sizes are as they were when it was read."""
    columns = _SHARE.c
    return sa.or_(
        *(
            sa.and_(
                columns.id == one.id,
                columns.new_size == one.new_size,
                columns.quota_gb == one.quota_gb,
                columns.claimed_gb == one.claimed_gb,
            )
            for one in found
        )
    )


def comes_with_group():
    """A condition: the share is being created together with its group."""
    groups = sa.select(_GROUP.c.id).where(_GROUP.c.status == states.CREATING)
    return ~is_made_alone() & _SHARE.c.share_group_id.in_(groups)


def in_no_snapshot():
    """A condition: the share is a member of no snapshot of its group."""
    return ~sa.exists().where(_MEMBER.c.share_id == _SHARE.c.id)


def group_sizes(conn, ids: list[str]) -> dict[str, int]:
    """Sum the sizes of the groups of some shares, in GiB, after their work.

    The sum is of the claims of a group's shares.  The sizes of other shares
    that are shrunk or deleted meanwhile still count: only the work on such a
    share itself can check how full it is.

    :param ids: shares in groups
    :returns: each share's id to the size of its group
    """
    if not ids:
        return {}
    other = _SHARE.alias('other')
    is_it = other.c.id == _SHARE.c.id
    size = sa.case(
        (sa.and_(is_it, other.c.status == states.DELETING), 0),
        (sa.and_(is_it, other.c.status == states.SHRINKING), other.c.new_size),
        else_=other.c.claimed_gb,
    )
    query = (
        sa.select(_SHARE.c.id, sa.func.sum(size))
        .join(other, other.c.share_group_id == _SHARE.c.share_group_id)
        .where(_SHARE.c.id.in_(ids))
        .group_by(_SHARE.c.id)
    )
    return {share_id: int(total) for share_id, total in conn.execute(query)}


def claimed_in(conn, group_ids: list[str]) -> dict[str, int]:
    """Sum what the shares of some groups claim, in GiB.

    :returns: the id of each group with shares to the sum
    """
    query = (
        sa.select(_SHARE.c.share_group_id, sa.func.sum(_SHARE.c.claimed_gb))
        .where(in_groups(group_ids))
        .group_by(_SHARE.c.share_group_id)
    )
    return {group_id: int(total) for group_id, total in conn.execute(query)}


def needed_size():
    """The value of the size that a share gets, in GiB."""
    return sa.func.coalesce(_SHARE.c.new_size, _SHARE.c.size)
