# SPDX-License-Identifier: Apache-2.0
"""The tables of share group backups.

They refer to no other tables but each other: a backup outlives what it was
made of.
"""

import sqlalchemy as sa

from manila_groups.db import columns
from manila_groups.db import indexes


class ShareGroupBackup(columns.Base):
    """What the shares of a group contained at one moment, kept elsewhere.

    has_moment tells that the back end may have a snapshot that was taken for
    it alone, and is_unverified that only a record has told of it. reference is
    the engine's name of it, and manifest what is stored with it besides.
    restoring_share_group_id is the group whose shares are getting its content.
    """

    __tablename__ = 'share_group_backups'
    id = columns.new_id()
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    request_id = columns.text()
    name = columns.text()
    description = columns.text()
    status = sa.Column(sa.String(32), nullable=False)
    share_group_id = sa.Column(columns.Id)
    share_group_type_id = sa.Column(columns.Id)
    source_share_group_snapshot_id = sa.Column(columns.Id)
    restoring_share_group_id = sa.Column(columns.Id)
    has_moment = sa.Column(sa.Boolean, nullable=False, default=False)
    is_unverified = sa.Column(sa.Boolean, nullable=False, default=False)
    is_scheduled = sa.Column(sa.Boolean, nullable=False, default=False)
    taken_at = sa.Column(columns.Time)
    consistent = sa.Column(sa.Boolean)
    size = sa.Column(sa.Integer, nullable=False)
    data_size = sa.Column(sa.BigInteger)
    sent_size = sa.Column(sa.BigInteger)
    is_incremental = sa.Column(sa.Boolean)
    reference = sa.Column(sa.String(255))
    manifest = sa.Column(columns.Json, nullable=False, default=dict)
    host = columns.text()
    availability_zone = columns.text()
    created_at, updated_at = columns.times()
    stepped_at = sa.Column(columns.Time)
    forced = columns.flag()
    __table_args__ = columns.table_args(
        *columns.indexes(
            'share_group_backups', indexes.SHARE_GROUP_BACKUP_INDEXES
        )
    )


class ShareGroupBackupMember(columns.Base):
    """One share of a backup, as it was."""

    __tablename__ = 'share_group_backup_members'
    id = columns.new_id()
    share_group_backup_id = columns.reference(
        'share_group_backups.id', cascade=True, index=True
    )
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    share_id = sa.Column(columns.Id, nullable=False)
    name = columns.text()
    size = sa.Column(sa.Integer, nullable=False)
    share_proto = sa.Column(sa.String(32), nullable=False)
    share_type_id = sa.Column(columns.Id, nullable=False)
    created_at, updated_at = columns.times()


class ShareGroupBackupPolicy(columns.Base):
    """When a group is backed up, and how many of these backups are kept.

    schedule is an expression of cron, in UTC. last_backup_id is the backup
    that was begun last, and expired_backup_id the one after whose end those
    that need not be kept were deleted.
    """

    __tablename__ = 'share_group_backup_policies'
    share_group_id = columns.part_of('share_groups.id')
    project_id = columns.text(nullable=False)
    user_id = columns.text()
    schedule = columns.text(nullable=False)
    keep_daily = sa.Column(sa.Integer, nullable=False)
    keep_weekly = sa.Column(sa.Integer, nullable=False)
    keep_monthly = sa.Column(sa.Integer, nullable=False)
    next_run_at = sa.Column(columns.Time, nullable=False, index=True)
    last_run_at = sa.Column(columns.Time)
    last_backup_id = sa.Column(columns.Id)
    expired_backup_id = sa.Column(columns.Id)
    created_at, updated_at = columns.times()
