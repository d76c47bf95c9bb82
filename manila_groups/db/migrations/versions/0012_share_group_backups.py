# SPDX-License-Identifier: Apache-2.0
"""Backups of share groups.

The release before does not know them; it would create a group from a backup
empty. So no request may name one until its processes are gone.
"""

from typing import Any

from alembic import op
from oslo_db.sqlalchemy import types as db_types
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'

ID = sa.String(length=36)
NAME = sa.String(255).with_variant(
    postgresql.VARCHAR(255, collation='C'), 'postgresql'
)
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
OPTIONS: dict[str, Any] = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
    'mysql_row_format': 'DYNAMIC',
}
INDEXES = (
    ('project_id', 'id'),
    ('project_id', 'user_id', 'id'),
    ('project_id', 'created_at', 'id'),
    ('project_id', 'name', 'id'),
    ('project_id', 'status', 'id'),
    ('project_id', 'size', 'id'),
    ('project_id', 'share_group_id', 'id'),
    ('share_group_id', 'created_at', 'id'),
    ('created_at', 'id'),
    ('name', 'created_at', 'id'),
    ('status', 'created_at', 'id'),
    ('description', 'created_at', 'id'),
    ('source_share_group_snapshot_id', 'id'),
    ('restoring_share_group_id', 'id'),
)


def upgrade():
    _create_backups()
    _create_members()
    _create_policies()
    _extend_groups()


def _create_backups():
    op.create_table(
        'share_group_backups',
        sa.Column('id', ID, nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME),
        sa.Column('request_id', NAME),
        sa.Column('name', NAME),
        sa.Column('description', NAME),
        sa.Column('status', sa.String(length=32), nullable=False),
        sa.Column('share_group_id', ID),
        sa.Column('share_group_type_id', ID),
        sa.Column('source_share_group_snapshot_id', ID),
        sa.Column('restoring_share_group_id', ID),
        sa.Column('has_moment', sa.Boolean(), nullable=False),
        sa.Column('is_unverified', sa.Boolean(), nullable=False),
        sa.Column('is_scheduled', sa.Boolean(), nullable=False),
        sa.Column('taken_at', TIME),
        sa.Column('consistent', sa.Boolean()),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('data_size', sa.BigInteger()),
        sa.Column('sent_size', sa.BigInteger()),
        sa.Column('is_incremental', sa.Boolean()),
        sa.Column('reference', sa.String(length=255)),
        sa.Column(
            'manifest',
            db_types.JsonEncodedDict(mysql_as_long=True),
            nullable=False,
        ),
        sa.Column('host', NAME),
        sa.Column('availability_zone', NAME),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME),
        sa.Column('stepped_at', TIME),
        sa.Column(
            'forced', sa.Boolean(), nullable=False, server_default=sa.false()
        ),
        sa.PrimaryKeyConstraint('id', name='pk_share_group_backups'),
        **OPTIONS,
    )
    for columns in INDEXES:
        name = '_'.join(('ix_share_group_backups', *columns[:-1]))
        op.create_index(name, 'share_group_backups', list(columns))


def _create_members():
    op.create_table(
        'share_group_backup_members',
        sa.Column('id', ID, nullable=False),
        sa.Column('share_group_backup_id', ID, nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME),
        sa.Column('share_id', ID, nullable=False),
        sa.Column('name', NAME),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('share_proto', sa.String(length=32), nullable=False),
        sa.Column('share_type_id', ID, nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME),
        sa.PrimaryKeyConstraint('id', name='pk_share_group_backup_members'),
        sa.ForeignKeyConstraint(
            ['share_group_backup_id'],
            ['share_group_backups.id'],
            name='fk_share_group_backup_members_share_group_backup_id',
            ondelete='CASCADE',
        ),
        **OPTIONS,
    )
    op.create_index(
        'ix_share_group_backup_members_share_group_backup_id',
        'share_group_backup_members',
        ['share_group_backup_id'],
    )


def _create_policies():
    op.create_table(
        'share_group_backup_policies',
        sa.Column('share_group_id', ID, nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME),
        sa.Column('schedule', NAME, nullable=False),
        sa.Column('keep_daily', sa.Integer(), nullable=False),
        sa.Column('keep_weekly', sa.Integer(), nullable=False),
        sa.Column('keep_monthly', sa.Integer(), nullable=False),
        sa.Column('next_run_at', TIME, nullable=False),
        sa.Column('last_run_at', TIME),
        sa.Column('last_backup_id', ID),
        sa.Column('expired_backup_id', ID),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME),
        sa.PrimaryKeyConstraint(
            'share_group_id', name='pk_share_group_backup_policies'
        ),
        sa.ForeignKeyConstraint(
            ['share_group_id'],
            ['share_groups.id'],
            name='fk_share_group_backup_policies_share_group_id',
            ondelete='CASCADE',
        ),
        **OPTIONS,
    )
    op.create_index(
        'ix_share_group_backup_policies_next_run_at',
        'share_group_backup_policies',
        ['next_run_at'],
    )


def _extend_groups():
    op.add_column(
        'share_groups',
        sa.Column('source_share_group_backup_id', ID, nullable=True),
    )
    op.add_column(
        'shares',
        sa.Column('source_share_group_backup_member_id', ID, nullable=True),
    )
    for columns in (
        ('project_id', 'source_share_group_backup_id', 'id'),
        ('source_share_group_backup_id', 'created_at', 'id'),
    ):
        name = '_'.join(('ix_share_groups', *columns[:-1]))
        op.create_index(name, 'share_groups', list(columns))
