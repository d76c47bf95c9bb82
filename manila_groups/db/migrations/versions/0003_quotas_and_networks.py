# SPDX-License-Identifier: Apache-2.0
"""Failed attempts, quotas and share networks."""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'

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
        'attempts',
        sa.Column('resource_id', sa.String(length=36), nullable=False),
        sa.Column('pool', NAME, nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('cleaned', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('resource_id', 'pool', name='pk_attempts'),
        **MYSQL,
    )
    op.create_index('ix_attempts_pool', 'attempts', ['pool'])
    op.create_table(
        'quota_limits',
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME, nullable=False),
        sa.Column('share_type_id', sa.String(length=36), nullable=False),
        sa.Column('resource', sa.String(length=64), nullable=False),
        sa.Column('hard_limit', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            'project_id',
            'user_id',
            'share_type_id',
            'resource',
            name='pk_quota_limits',
        ),
        **MYSQL,
    )
    op.create_table(
        'quota_usages',
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME, nullable=False),
        sa.Column('share_type_id', sa.String(length=36), nullable=False),
        sa.Column('resource', sa.String(length=64), nullable=False),
        sa.Column('in_use', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            'project_id',
            'user_id',
            'share_type_id',
            'resource',
            name='pk_quota_usages',
        ),
        **MYSQL,
    )
    op.create_table(
        'share_networks',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('user_id', NAME, nullable=True),
        sa.Column('name', NAME, nullable=True),
        sa.Column('description', NAME, nullable=True),
        sa.Column('holds', sa.BigInteger(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.PrimaryKeyConstraint('id', name='pk_share_networks'),
        **MYSQL,
    )
    op.create_index(
        'ix_share_networks_created_at_id',
        'share_networks',
        ['created_at', 'id'],
    )
    op.create_index(
        'ix_share_networks_project_id', 'share_networks', ['project_id', 'id']
    )
    op.create_index(
        'ix_share_networks_project_id_created_at',
        'share_networks',
        ['project_id', 'created_at', 'id'],
    )
    op.create_index(
        'ix_share_networks_project_id_name',
        'share_networks',
        ['project_id', 'name', 'id'],
    )
    op.create_index(
        'ix_share_networks_name_id', 'share_networks', ['name', 'id']
    )
    op.create_table(
        'share_network_subnets',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('share_network_id', sa.String(length=36), nullable=False),
        sa.Column('availability_zone_id', sa.String(length=36), nullable=True),
        sa.Column('neutron_net_id', NAME, nullable=True),
        sa.Column('neutron_subnet_id', NAME, nullable=True),
        sa.Column('network_type', sa.String(length=32), nullable=True),
        sa.Column('segmentation_id', sa.Integer(), nullable=True),
        sa.Column('cidr', sa.String(length=64), nullable=True),
        sa.Column('ip_version', sa.Integer(), nullable=True),
        sa.Column('gateway', sa.String(length=64), nullable=True),
        sa.Column('mtu', sa.Integer(), nullable=True),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['availability_zone_id'],
            ['availability_zones.id'],
            name='fk_share_network_subnets_availability_zone_id',
        ),
        sa.ForeignKeyConstraint(
            ['share_network_id'],
            ['share_networks.id'],
            name='fk_share_network_subnets_share_network_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_share_network_subnets'),
        **MYSQL,
    )
    op.create_index(
        'ix_share_network_subnets_neutron_net_id',
        'share_network_subnets',
        ['neutron_net_id'],
    )
    op.create_index(
        'ix_share_network_subnets_neutron_subnet_id',
        'share_network_subnets',
        ['neutron_subnet_id'],
    )
    op.create_index(
        'ix_share_network_subnets_share_network_id',
        'share_network_subnets',
        ['share_network_id'],
    )
