# SPDX-License-Identifier: Apache-2.0
"""Differences between the recorded usage of quotas and the rows."""

from collections.abc import Collection
from collections.abc import Iterable
import dataclasses

import sqlalchemy as sa

from manila_groups.db import models
from manila_groups.db import quotas

_USAGE = models.QuotaUsage.__table__
_SHARE = models.Share.__table__
_MEMBER = models.ShareGroupSnapshotMember.__table__
_BACKUP = models.ShareGroupBackup.__table__

#: What uses a quota: a table, and how much each of its rows uses.
SHARE_GROUPS = (models.ShareGroup.__table__, sa.literal(1))
SHARES = (_SHARE, sa.literal(1))
SHARE_GIGABYTES = (_SHARE, _SHARE.c.quota_gb)
SHARE_GROUP_SNAPSHOTS = (models.ShareGroupSnapshot.__table__, sa.literal(1))
MEMBERS = (_MEMBER, sa.literal(1))
MEMBER_GIGABYTES = (_MEMBER, _MEMBER.c.size)
SHARE_GROUP_BACKUPS = (_BACKUP, sa.literal(1))
BACKUP_MEMBERS = (models.ShareGroupBackupMember.__table__, sa.literal(1))
BACKUP_GIGABYTES = (_BACKUP, _BACKUP.c.size)
SHARE_NETWORKS = (models.ShareNetwork.__table__, sa.literal(1))


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """The recorded usage of one scope, and the usage of its rows."""

    scope: quotas.Scope
    resource: str
    counted: int
    used: int


def list_all(
    conn,
    uses: Iterable[tuple[str, tuple[sa.Table, sa.ColumnElement]]],
    by_share_type: Collection[str],
) -> list[Difference]:
    """List the differences, in one statement.

    A concurrent change therefore never looks like a difference.

    :param uses: resource to what uses it
    :param by_share_type: the resources that are counted for share types too
    """
    parts = [
        _used(resource, table, amount, *scope)
        for resource, (table, amount) in uses
        for scope in _scopes(table, resource in by_share_type)
    ]
    both = sa.union_all(
        sa.select(
            *_key(_USAGE),
            _USAGE.c.in_use.label('counted'),
            sa.literal(0).label('used'),
        ),
        *parts,
    ).subquery()
    key = _key(both)
    counted, used = sa.func.sum(both.c.counted), sa.func.sum(both.c.used)
    query = (
        sa.select(*key, counted, used)
        .group_by(*key)
        .having(counted != used)
        .order_by(*key)
    )
    return [
        Difference(
            quotas.Scope(project_id, user_id, share_type_id),
            resource,
            int(in_use),
            int(amount),
        )
        for (
            project_id,
            user_id,
            share_type_id,
            resource,
            in_use,
            amount,
        ) in conn.execute(query)
    ]


def _key(table):
    return (
        table.c.project_id,
        table.c.user_id,
        table.c.share_type_id,
        table.c.resource,
    )


def _scopes(table, by_share_type):
    """The scopes: the project, the user in it and the share type in it."""
    none = sa.literal('')
    yield none, none, ()
    yield table.c.user_id, none, (table.c.user_id.is_not(None),)
    if by_share_type:
        yield none, table.c.share_type_id, ()


def _used(resource, table, amount, user_id, share_type_id, conditions):
    return (
        sa.select(
            table.c.project_id,
            user_id.label('user_id'),
            share_type_id.label('share_type_id'),
            sa.literal(resource).label('resource'),
            sa.literal(0).label('counted'),
            sa.func.sum(amount).label('used'),
        )
        .where(*conditions)
        .group_by(
            table.c.project_id,
            *(
                column
                for column in (user_id, share_type_id)
                if isinstance(column, sa.Column)
            ),
        )
    )


def lock(conn) -> None:
    """Lock all usage until the transaction ends."""
    conn.execute(sa.update(_USAGE).values(in_use=_USAGE.c.in_use))


def correct(conn, difference: Difference) -> None:
    """Set the recorded usage to that of the rows."""
    scope = dataclasses.asdict(difference.scope)
    values = {**scope, 'resource': difference.resource}
    changed = conn.execute(
        sa.update(_USAGE)
        .where(*(_USAGE.c[name] == value for name, value in values.items()))
        .values(in_use=difference.used)
    ).rowcount
    if not changed:
        conn.execute(
            sa.insert(_USAGE).values(**values, in_use=difference.used)
        )
