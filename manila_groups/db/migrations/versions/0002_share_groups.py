# SPDX-License-Identifier: Apache-2.0
"""Share groups and messages."""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'

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
        'messages',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('request_id', NAME, nullable=True),
        sa.Column('resource_type', sa.String(length=64), nullable=False),
        sa.Column('resource_id', sa.String(length=36), nullable=False),
        sa.Column('action_id', sa.String(length=10), nullable=False),
        sa.Column('detail_id', sa.String(length=10), nullable=False),
        sa.Column('message_level', sa.String(length=64), nullable=False),
        sa.Column('user_message', sa.Text(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('expires_at', TIME, nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_messages'),
        **MYSQL,
    )
    op.create_index(
        'ix_messages_created_at_id',
        'messages',
        ['created_at', 'id'],
        unique=False,
    )
    op.create_index(
        'ix_messages_expires_at', 'messages', ['expires_at'], unique=False
    )
    op.create_index(
        'ix_messages_project_id_created_at',
        'messages',
        ['project_id', 'created_at', 'id'],
        unique=False,
    )
    op.create_index(
        'ix_messages_request_id', 'messages', ['request_id'], unique=False
    )
    op.create_index(
        'ix_messages_resource_id', 'messages', ['resource_id'], unique=False
    )
    op.create_table(
        'share_groups',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME, nullable=True),
        sa.Column('request_id', NAME, nullable=True),
        sa.Column('name', NAME, nullable=True),
        sa.Column('description', NAME, nullable=True),
        sa.Column('status', sa.String(length=32), nullable=False),
        sa.Column('host', NAME, nullable=True),
        sa.Column('share_group_type_id', sa.String(length=36), nullable=False),
        sa.Column(
            'source_share_group_snapshot_id',
            sa.String(length=36),
            nullable=True,
        ),
        sa.Column('share_network_id', sa.String(length=36), nullable=True),
        sa.Column('share_server_id', sa.String(length=36), nullable=True),
        sa.Column('requested_zone_id', sa.String(length=36), nullable=True),
        sa.Column('availability_zone_id', sa.String(length=36), nullable=True),
        sa.Column(
            'consistent_snapshot_support', sa.String(length=32), nullable=True
        ),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.Column('stepped_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['availability_zone_id'],
            ['availability_zones.id'],
            name='fk_share_groups_availability_zone_id',
        ),
        sa.ForeignKeyConstraint(
            ['requested_zone_id'],
            ['availability_zones.id'],
            name='fk_share_groups_requested_zone_id',
        ),
        sa.ForeignKeyConstraint(
            ['share_group_type_id'],
            ['share_group_types.id'],
            name='fk_share_groups_share_group_type_id',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_share_groups'),
        **MYSQL,
    )
    for columns in (
        ('availability_zone_id', 'created_at', 'id'),
        ('created_at', 'id'),
        ('description', 'created_at', 'id'),
        ('host', 'created_at', 'id'),
        ('name', 'id'),
        ('name', 'created_at', 'id'),
        ('project_id', 'id'),
        ('project_id', 'created_at', 'id'),
        ('project_id', 'host', 'id'),
        ('project_id', 'name', 'id'),
        ('project_id', 'share_group_type_id', 'id'),
        ('project_id', 'share_network_id', 'id'),
        ('project_id', 'source_share_group_snapshot_id', 'id'),
        ('project_id', 'status', 'id'),
        ('project_id', 'status', 'created_at', 'id'),
        ('project_id', 'user_id', 'id'),
        ('share_group_type_id', 'created_at', 'id'),
        ('share_network_id', 'created_at', 'id'),
        ('share_server_id', 'created_at', 'id'),
        ('source_share_group_snapshot_id', 'created_at', 'id'),
        ('status', 'created_at', 'id'),
        ('user_id', 'created_at', 'id'),
    ):
        op.create_index(
            'ix_share_groups_' + '_'.join(columns[:-1]),
            'share_groups',
            columns,
        )
    op.create_table(
        'share_group_share_types',
        sa.Column('share_group_id', sa.String(length=36), nullable=False),
        sa.Column('share_type_id', sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ['share_group_id'],
            ['share_groups.id'],
            name='fk_share_group_share_types_share_group_id',
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['share_type_id'],
            ['share_types.id'],
            name='fk_share_group_share_types_share_type_id',
        ),
        sa.PrimaryKeyConstraint(
            'share_group_id',
            'share_type_id',
            name='pk_share_group_share_types',
        ),
        **MYSQL,
    )
    op.create_index(
        'ix_share_group_share_types_share_type_id',
        'share_group_share_types',
        ['share_type_id'],
        unique=False,
    )
