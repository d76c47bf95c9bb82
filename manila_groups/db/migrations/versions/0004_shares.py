# SPDX-License-Identifier: Apache-2.0
"""Shares, their access rules, and snapshots of share groups."""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'

NAME = sa.String(255).with_variant(
    postgresql.VARCHAR(255, collation='C'), 'postgresql'
)
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
MYSQL: dict[str, Any] = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
    'mysql_row_format': 'DYNAMIC',
}


def upgrade():
    op.create_table(
        'share_group_snapshots',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME, nullable=True),
        sa.Column('request_id', NAME, nullable=True),
        sa.Column('share_group_id', sa.String(length=36), nullable=False),
        sa.Column('name', NAME, nullable=True),
        sa.Column('description', NAME, nullable=True),
        sa.Column('status', sa.String(length=32), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.Column('stepped_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['share_group_id'],
            ['share_groups.id'],
            name='fk_share_group_snapshots_share_group_id',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_share_group_snapshots'),
        **MYSQL,
    )
    columns: tuple[str, ...]
    for columns in (
        ('created_at', 'id'),
        ('description', 'created_at', 'id'),
        ('name', 'created_at', 'id'),
        ('project_id', 'id'),
        ('project_id', 'created_at', 'id'),
        ('project_id', 'name', 'id'),
        ('project_id', 'share_group_id', 'id'),
        ('project_id', 'status', 'id'),
        ('project_id', 'user_id', 'id'),
        ('share_group_id', 'created_at', 'id'),
        ('status', 'created_at', 'id'),
    ):
        op.create_index(
            'ix_share_group_snapshots_' + '_'.join(columns[:-1]),
            'share_group_snapshots',
            columns,
        )
    op.create_table(
        'shares',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME, nullable=True),
        sa.Column('request_id', NAME, nullable=True),
        sa.Column('share_group_id', sa.String(length=36), nullable=True),
        sa.Column('share_type_id', sa.String(length=36), nullable=False),
        sa.Column('snapshot_id', sa.String(length=36), nullable=True),
        sa.Column(
            'source_share_group_snapshot_member_id',
            sa.String(length=36),
            nullable=True,
        ),
        sa.Column('name', NAME, nullable=True),
        sa.Column('description', NAME, nullable=True),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('new_size', sa.Integer(), nullable=True),
        sa.Column('quota_gb', sa.Integer(), nullable=False),
        sa.Column('claimed_gb', sa.Integer(), nullable=False),
        sa.Column('share_proto', sa.String(length=32), nullable=False),
        sa.Column('status', sa.String(length=64), nullable=False),
        sa.Column('access_rules_status', sa.String(length=32), nullable=False),
        sa.Column('host', NAME, nullable=True),
        sa.Column('is_public', sa.Boolean(), nullable=False),
        sa.Column('share_network_id', sa.String(length=36), nullable=True),
        sa.Column('share_server_id', sa.String(length=36), nullable=True),
        sa.Column('requested_zone_id', sa.String(length=36), nullable=True),
        sa.Column('availability_zone_id', sa.String(length=36), nullable=True),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.Column('stepped_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['availability_zone_id'],
            ['availability_zones.id'],
            name='fk_shares_availability_zone_id',
        ),
        sa.ForeignKeyConstraint(
            ['requested_zone_id'],
            ['availability_zones.id'],
            name='fk_shares_requested_zone_id',
        ),
        sa.ForeignKeyConstraint(
            ['share_group_id'],
            ['share_groups.id'],
            name='fk_shares_share_group_id',
        ),
        sa.ForeignKeyConstraint(
            ['share_type_id'],
            ['share_types.id'],
            name='fk_shares_share_type_id',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_shares'),
        **MYSQL,
    )
    for columns in (
        ('availability_zone_id', 'created_at', 'id'),
        ('created_at', 'id'),
        ('description', 'created_at', 'id'),
        ('host', 'created_at', 'id'),
        ('is_public', 'created_at', 'id'),
        ('name', 'created_at', 'id'),
        ('project_id', 'id'),
        ('project_id', 'created_at', 'id'),
        ('project_id', 'host', 'id'),
        ('project_id', 'name', 'id'),
        ('project_id', 'share_network_id', 'id'),
        ('project_id', 'share_proto', 'id'),
        ('project_id', 'share_type_id', 'id'),
        ('project_id', 'size', 'id'),
        ('project_id', 'snapshot_id', 'id'),
        ('project_id', 'updated_at', 'id'),
        ('project_id', 'user_id', 'id'),
        ('project_id', 'status', 'id'),
        ('project_id', 'status', 'created_at', 'id'),
        ('share_group_id', 'created_at', 'id'),
        ('share_network_id', 'created_at', 'id'),
        ('share_server_id', 'created_at', 'id'),
        ('share_type_id', 'created_at', 'id'),
        ('snapshot_id', 'created_at', 'id'),
        ('source_share_group_snapshot_member_id', 'id'),
        ('status', 'created_at', 'id'),
    ):
        op.create_index(
            'ix_shares_' + '_'.join(columns[:-1]),
            'shares',
            columns,
        )
    op.create_table(
        'share_access_rules',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('share_id', sa.String(length=36), nullable=False),
        sa.Column('access_type', sa.String(length=32), nullable=False),
        sa.Column('access_to', NAME, nullable=False),
        sa.Column('access_level', sa.String(length=2), nullable=False),
        sa.Column('state', sa.String(length=32), nullable=False),
        sa.Column('request_id', NAME, nullable=True),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.Column('stepped_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['share_id'],
            ['shares.id'],
            name='fk_share_access_rules_share_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_share_access_rules'),
        sa.UniqueConstraint(
            'share_id',
            'access_type',
            'access_to',
            name='uq_share_access_rules_share_id_access_type_access_to',
        ),
        **MYSQL,
    )
    op.create_index(
        'ix_share_access_rules_state_stepped_at',
        'share_access_rules',
        ['state', 'stepped_at'],
    )
    op.create_table(
        'share_export_locations',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('share_id', sa.String(length=36), nullable=False),
        sa.Column('path', sa.String(length=2000), nullable=False),
        sa.Column('preferred', sa.Boolean(), nullable=False),
        sa.Column('is_admin_only', sa.Boolean(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['share_id'],
            ['shares.id'],
            name='fk_share_export_locations_share_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_share_export_locations'),
        **MYSQL,
    )
    op.create_index(
        'ix_share_export_locations_share_id',
        'share_export_locations',
        ['share_id'],
    )
    op.create_table(
        'share_group_snapshot_members',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column(
            'share_group_snapshot_id', sa.String(length=36), nullable=False
        ),
        sa.Column('share_id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME, nullable=True),
        sa.Column('share_type_id', sa.String(length=36), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('share_proto', sa.String(length=32), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['share_group_snapshot_id'],
            ['share_group_snapshots.id'],
            name='fk_share_group_snapshot_members_share_group_snapshot_id',
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['share_id'],
            ['shares.id'],
            name='fk_share_group_snapshot_members_share_id',
        ),
        sa.ForeignKeyConstraint(
            ['share_type_id'],
            ['share_types.id'],
            name='fk_share_group_snapshot_members_share_type_id',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_share_group_snapshot_members'),
        **MYSQL,
    )
    op.create_index(
        'ix_share_group_snapshot_members_share_group_snapshot_id',
        'share_group_snapshot_members',
        ['share_group_snapshot_id'],
    )
    op.create_index(
        'ix_share_group_snapshot_members_share_id',
        'share_group_snapshot_members',
        ['share_id'],
    )
    op.create_index(
        'ix_share_group_snapshot_members_share_type_id',
        'share_group_snapshot_members',
        ['share_type_id'],
    )
    op.create_table(
        'share_metadata',
        sa.Column('share_id', sa.String(length=36), nullable=False),
        sa.Column('meta_key', NAME, nullable=False),
        sa.Column('meta_value', sa.String(length=1023), nullable=False),
        sa.ForeignKeyConstraint(
            ['share_id'],
            ['shares.id'],
            name='fk_share_metadata_share_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint(
            'share_id', 'meta_key', name='pk_share_metadata'
        ),
        **MYSQL,
    )
    op.create_table(
        'share_access_rule_metadata',
        sa.Column('rule_id', sa.String(length=36), nullable=False),
        sa.Column('meta_key', NAME, nullable=False),
        sa.Column('meta_value', sa.String(length=1023), nullable=False),
        sa.ForeignKeyConstraint(
            ['rule_id'],
            ['share_access_rules.id'],
            name='fk_share_access_rule_metadata_rule_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint(
            'rule_id', 'meta_key', name='pk_share_access_rule_metadata'
        ),
        **MYSQL,
    )
