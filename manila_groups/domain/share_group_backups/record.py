# SPDX-License-Identifier: Apache-2.0
"""What is known of a backup without the database: its record.

It is kept beside the backup's data, and can be exported. A backup is imported
only if the two say the same, but for its name and description.
"""

from collections.abc import Mapping
from typing import Any

from manila_groups import exception
from manila_groups import utils
from manila_groups.db import records
from manila_groups.db import types as type_rows

VERSION = 1

#: How many members, and how many share types, a record can have: databases
#: take it as a whole, and may take no more than 16 MiB.
MOST_MEMBERS = 2800
MOST_SHARE_TYPES = 1000

#: What may change after the backup was made.
_CHANGING = ('name', 'description')

_FIELDS = (
    'id',
    'name',
    'description',
    'project_id',
    'share_group_id',
    'share_group_type_id',
    'source_share_group_snapshot_id',
    'consistent',
    'size',
    'data_size',
    'is_incremental',
    'reference',
)
_MEMBER_FIELDS = ('share_id', 'name', 'size', 'share_proto', 'share_type_id')


def of(backup: records.ShareGroupBackup) -> dict[str, Any]:
    """Make the record of a backup: plain data for JSON."""
    changing = {name: getattr(backup, name) for name in _CHANGING}
    if 'version' in backup.manifest:
        return {**backup.manifest, **changing}
    taken_at = backup.taken_at
    return {
        'version': VERSION,
        **{name: getattr(backup, name) for name in _FIELDS},
        'taken_at': f'{taken_at.isoformat()}Z' if taken_at else None,
        'names': dict(backup.manifest),
        'members': [
            {name: getattr(one, name) for name in _MEMBER_FIELDS}
            for one in sorted(backup.members, key=lambda one: one.share_id)
        ],
    }


def check_complete(backup: records.ShareGroupBackup) -> None:
    """Refuse a backup that has no content: its status was set by hand.

    :raises Conflict: it has none
    """
    if backup.reference is None:
        raise exception.Conflict(
            f'The share group backup {utils.label(backup)} is not complete: '
            'it was never written to its repository.'
        )


def check_size(backup: records.ShareGroupBackup) -> None:
    """Refuse a backup whose record nobody would import.

    :raises Conflict: it has too many members
    """
    number = len(backup.members)
    if number > MOST_MEMBERS:
        raise exception.Conflict(
            f'The share group backup {utils.label(backup)} has {number} '
            f'members; a record can have {MOST_MEMBERS}.'
        )


def names_in(
    conn, group: records.ShareGroup, share_type_ids: set[str]
) -> dict[str, Any]:
    """Read the names that tell people, and another service, what is meant.

    :returns: what a backup's row keeps of them
    """
    types = type_rows.SHARE_TYPES.get_many(conn, sorted(share_type_ids), None)
    (group_type,) = type_rows.SHARE_GROUP_TYPES.get_many(
        conn, [group.share_group_type_id], None
    )
    return {
        'share_group': group.name,
        'share_group_type': group_type.name,
        'share_types': {one.id: one.name for one in types},
    }


def differ(stored: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Name the fields in which two records differ, in their order."""
    names = [*stored, *(name for name in given if name not in stored)]
    return [
        name
        for name in names
        if name not in _CHANGING and stored.get(name) != given.get(name)
    ]
