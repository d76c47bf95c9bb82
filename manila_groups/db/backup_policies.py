# SPDX-License-Identifier: Apache-2.0
"""Rows of the backup policies of share groups."""

from collections.abc import Mapping
import datetime
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import models
from manila_groups.db import records

_POLICY = models.ShareGroupBackupPolicy.__table__
_BACKUP = models.ShareGroupBackup.__table__
_COLUMNS = _POLICY.c


def get(conn, group_id: str) -> records.BackupPolicy | None:
    """Read the policy of a group; None if it has none."""
    found = _find(conn, _COLUMNS.share_group_id == group_id)
    return found[0] if found else None


def put(conn, group_id: str, values: Mapping[str, Any]) -> None:
    """Give a group that is locked a policy, or change it.

    :param values: columns of the row, without times that tell of its past
    """
    now = timeutils.utcnow()
    changed = conn.execute(
        sa.update(_POLICY)
        .where(_COLUMNS.share_group_id == group_id)
        .values(**values, updated_at=now)
    ).rowcount
    if not changed:
        row = {'share_group_id': group_id, 'created_at': now, **values}
        conn.execute(sa.insert(_POLICY), [row])


def delete(conn, group_id: str) -> bool:
    """Take a group's policy away; False if it has none."""
    statement = sa.delete(_POLICY).where(_COLUMNS.share_group_id == group_id)
    return conn.execute(statement).rowcount == 1


def due(
    conn, now: datetime.datetime, limit: int
) -> list[records.BackupPolicy]:
    """Read the policies whose next backup is due, longest wait first."""
    return _find(conn, _COLUMNS.next_run_at <= now, limit=limit)


def advance(
    conn,
    policy: records.BackupPolicy,
    next_run_at: datetime.datetime,
) -> bool:
    """Take up what is due of a policy; False if another process has."""
    statement = (
        sa.update(_POLICY)
        .where(
            _COLUMNS.share_group_id == policy.share_group_id,
            _COLUMNS.next_run_at == policy.next_run_at,
        )
        .values(next_run_at=next_run_at, last_run_at=timeutils.utcnow())
    )
    return conn.execute(statement).rowcount == 1


def note_backup(conn, group_id: str, backup_id: str) -> None:
    """Note which backup a policy has begun."""
    _note(conn, group_id, last_backup_id=backup_id)


def note_expired(conn, group_id: str, backup_id: str) -> None:
    """Note after which backup those that need not be kept were deleted."""
    _note(conn, group_id, expired_backup_id=backup_id)


def _note(conn, group_id, **values):
    conn.execute(
        sa.update(_POLICY)
        .where(_COLUMNS.share_group_id == group_id)
        .values(values)
    )


def to_expire(conn, limit: int) -> list[records.BackupPolicy]:
    """Read the policies after whose last backup nothing was deleted yet."""
    is_complete = sa.exists().where(
        _BACKUP.c.id == _COLUMNS.last_backup_id,
        _BACKUP.c.status == states.AVAILABLE,
        _BACKUP.c.reference.is_not(None),
    )
    return _find(
        conn,
        sa.or_(
            _COLUMNS.expired_backup_id.is_(None),
            _COLUMNS.expired_backup_id != _COLUMNS.last_backup_id,
        ),
        is_complete,
        limit=limit,
    )


def _find(conn, *conditions, limit=None):
    query = (
        sa.select(_POLICY)
        .where(*conditions)
        .order_by(_COLUMNS.next_run_at, _COLUMNS.share_group_id)
        .limit(limit)
    )
    return [records.BackupPolicy(*row) for row in conn.execute(query)]
