# SPDX-License-Identifier: Apache-2.0
"""What a driver is given, made of the database's records."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any
import uuid

from manila_groups import utils
from manila_groups.backend import driver
from manila_groups.db import records
from manila_groups.domain.operations import removing

#: What the ids of snapshots are made from that are taken for backups.
_MOMENTS = uuid.UUID('6d1ab9f4-3d0e-4a55-8a5e-0b2c7f5e9a31')


def share_group(
    group: records.ShareGroup, specs: Mapping[str, str]
) -> driver.ShareGroup:
    """Make a driver's share group."""
    return driver.ShareGroup(
        id=group.id,
        project_id=group.project_id,
        pool=pool(group.host),
        group_specs=specs,
        share_network_id=group.share_network_id,
    )


def share(row: records.Share, group_size: int) -> driver.Share:
    """Make a driver's share.

    :param group_size: the sum of the sizes of its group's shares, in GiB
    """
    return driver.Share(
        id=row.id,
        project_id=row.project_id,
        pool=pool(row.host),
        size_gb=row.new_size or row.size,
        share_proto=row.share_proto,
        share_group_id=row.share_group_id,
        group_size_gb=group_size,
        extra_specs=row.share_type_specs,
        share_network_id=row.share_network_id,
    )


def snapshot(row: records.ShareGroupSnapshot) -> driver.ShareGroupSnapshot:
    """Make a driver's share group snapshot."""
    return driver.ShareGroupSnapshot(
        id=row.id,
        project_id=row.project_id,
        pool=pool(row.host),
        share_group_id=row.share_group_id,
        share_ids=tuple(one.share_id for one in row.members),
    )


def moment(row: records.ShareGroupBackup) -> driver.ShareGroupSnapshot:
    """Make the driver's snapshot that is taken for a backup alone.

    Its id is always the same for the same backup.
    """
    return driver.ShareGroupSnapshot(
        id=moment_id(row.id),
        project_id=row.project_id,
        pool=pool(row.host),
        share_group_id=utils.present(row.share_group_id),
        share_ids=tuple(one.share_id for one in row.members),
    )


def moment_left(row: removing.Remains) -> driver.ShareGroupSnapshot:
    """Make that snapshot of a backup whose row may be gone."""
    return driver.ShareGroupSnapshot(
        id=moment_id(row.id),
        project_id=row.project_id,
        pool=pool(row.host),
        share_group_id=row.share_group_id or '',
    )


def moment_id(backup_id: str) -> str:
    """Return the id of the snapshot that is taken for a backup alone."""
    return str(uuid.uuid5(_MOMENTS, backup_id))


def source(row: records.ShareGroupBackup) -> driver.ShareGroupSnapshot:
    """Make the driver's snapshot that a backup is made from."""
    snapshot_id = row.source_share_group_snapshot_id
    found = moment(row)
    if snapshot_id is None:
        return found
    return dataclasses.replace(found, id=snapshot_id)


def rebuilt(
    source: records.ShareGroupBackup, shares: Sequence[records.Share]
) -> list[driver.Clone]:
    """Make a driver's shares of a group that is made from a backup."""
    sources: dict[str | None, str] = {
        one.id: one.share_id for one in source.members
    }
    return [
        driver.Clone(made, sources[one.source_share_group_backup_member_id])
        for made, one in zip(members(shares), shares, strict=True)
    ]


def restored(
    shares: Sequence[records.Share],
    sources: Mapping[str, records.ShareGroupBackupMember],
) -> list[driver.Clone]:
    """Make a driver's shares of a group that gets a backup's content.

    :param sources: each share's id to the member whose content it gets
    """
    return [
        driver.Clone(one, sources[one.id].share_id) for one in members(shares)
    ]


def remains(row: removing.Remains) -> dict[str, Any]:
    """Make the fields that a driver gets for whatever it has to clean up."""
    return {
        'id': row.id,
        'project_id': row.project_id,
        'pool': pool(row.host),
    }


def clones(
    source: records.ShareGroupSnapshot, shares: Sequence[records.Share]
) -> list[driver.Clone]:
    """Make a driver's shares of a group that is made from a snapshot."""
    sources: dict[str | None, str] = {
        one.id: one.share_id for one in source.members
    }
    return [
        driver.Clone(made, sources[one.source_share_group_snapshot_member_id])
        for made, one in zip(members(shares), shares, strict=True)
    ]


def copies(shares: Sequence[records.Share]) -> list[driver.Clone]:
    """Make a driver's shares of a group that is made from a group."""
    return [
        driver.Clone(made, utils.present(one.source_share_id))
        for made, one in zip(members(shares), shares, strict=True)
    ]


def members(shares: Sequence[records.Share]) -> list[driver.Share]:
    """Make a driver's shares of one group, all of them."""
    size = sum(one.new_size or one.size for one in shares)
    return [share(one, size) for one in shares]


def rules(found: Iterable[records.AccessRule]) -> list[driver.AccessRule]:
    """Make a driver's access rules."""
    return [
        driver.AccessRule(one.access_to, one.access_level) for one in found
    ]


def pool(name: str | None) -> str:
    """Return the last part of host@backend#pool.

    :raises LookupError: there is no name: the row has not been placed
    """
    return utils.present(name).partition('#')[2]
