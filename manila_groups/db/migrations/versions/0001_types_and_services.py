# SPDX-License-Identifier: Apache-2.0
"""Types, services and pools."""

from typing import Any

from alembic import op
from oslo_db.sqlalchemy import types as db_types
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None

NAME = sa.String(255).with_variant(
    postgresql.VARCHAR(255, collation='C'), 'postgresql'
)
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
JSON = db_types.JsonEncodedDict(mysql_as_long=True)
MYSQL: dict[str, Any] = {
    'mysql_engine': 'InnoDB',
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
    'mysql_row_format': 'DYNAMIC',
}


def upgrade():
    op.create_table(
        'availability_zones',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('name', NAME, nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.PrimaryKeyConstraint('id', name='pk_availability_zones'),
        sa.UniqueConstraint('name', name='uq_availability_zones_name'),
        **MYSQL,
    )
    op.create_table(
        'share_group_types',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('name', NAME, nullable=False),
        sa.Column('is_public', sa.Boolean(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.PrimaryKeyConstraint('id', name='pk_share_group_types'),
        sa.UniqueConstraint('name', name='uq_share_group_types_name'),
        **MYSQL,
    )
    op.create_index(
        'ix_share_group_types_created_at_id',
        'share_group_types',
        ['created_at', 'id'],
        unique=False,
    )
    op.create_table(
        'share_types',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('name', NAME, nullable=False),
        sa.Column('description', NAME, nullable=True),
        sa.Column('is_public', sa.Boolean(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.PrimaryKeyConstraint('id', name='pk_share_types'),
        sa.UniqueConstraint('name', name='uq_share_types_name'),
        **MYSQL,
    )
    op.create_index(
        'ix_share_types_created_at_id',
        'share_types',
        ['created_at', 'id'],
        unique=False,
    )
    op.create_table(
        'services',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('binary', NAME, nullable=False),
        sa.Column('host', NAME, nullable=False),
        sa.Column(
            'availability_zone_id', sa.String(length=36), nullable=False
        ),
        sa.Column('disabled', sa.Boolean(), nullable=False),
        sa.Column('disabled_reason', NAME, nullable=True),
        sa.Column('pools_generation', sa.BigInteger(), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['availability_zone_id'],
            ['availability_zones.id'],
            name='fk_services_availability_zone_id',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_services'),
        sa.UniqueConstraint('host', 'binary', name='uq_services_host_binary'),
        sqlite_autoincrement=True,
        **MYSQL,
    )
    op.create_table(
        'share_group_type_projects',
        sa.Column('type_id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ['type_id'],
            ['share_group_types.id'],
            name='fk_share_group_type_projects_type_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint(
            'type_id', 'project_id', name='pk_share_group_type_projects'
        ),
        **MYSQL,
    )
    op.create_index(
        'ix_share_group_type_projects_project_id',
        'share_group_type_projects',
        ['project_id'],
        unique=False,
    )
    op.create_table(
        'share_group_type_share_types',
        sa.Column('share_group_type_id', sa.String(length=36), nullable=False),
        sa.Column('share_type_id', sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ['share_group_type_id'],
            ['share_group_types.id'],
            name='fk_share_group_type_share_types_share_group_type_id',
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['share_type_id'],
            ['share_types.id'],
            name='fk_share_group_type_share_types_share_type_id',
        ),
        sa.PrimaryKeyConstraint(
            'share_group_type_id',
            'share_type_id',
            name='pk_share_group_type_share_types',
        ),
        **MYSQL,
    )
    op.create_index(
        'ix_share_group_type_share_types_share_type_id',
        'share_group_type_share_types',
        ['share_type_id'],
        unique=False,
    )
    op.create_table(
        'share_group_type_specs',
        sa.Column('type_id', sa.String(length=36), nullable=False),
        sa.Column('spec_key', NAME, nullable=False),
        sa.Column('spec_value', NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ['type_id'],
            ['share_group_types.id'],
            name='fk_share_group_type_specs_type_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint(
            'type_id', 'spec_key', name='pk_share_group_type_specs'
        ),
        **MYSQL,
    )
    op.create_index(
        'ix_share_group_type_specs_key_value',
        'share_group_type_specs',
        ['spec_key', 'spec_value'],
        unique=False,
    )
    op.create_table(
        'share_type_extra_specs',
        sa.Column('type_id', sa.String(length=36), nullable=False),
        sa.Column('spec_key', NAME, nullable=False),
        sa.Column('spec_value', NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ['type_id'],
            ['share_types.id'],
            name='fk_share_type_extra_specs_type_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint(
            'type_id', 'spec_key', name='pk_share_type_extra_specs'
        ),
        **MYSQL,
    )
    op.create_index(
        'ix_share_type_extra_specs_key_value',
        'share_type_extra_specs',
        ['spec_key', 'spec_value'],
        unique=False,
    )
    op.create_table(
        'share_type_projects',
        sa.Column('type_id', sa.String(length=36), nullable=False),
        sa.Column('project_id', NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ['type_id'],
            ['share_types.id'],
            name='fk_share_type_projects_type_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint(
            'type_id', 'project_id', name='pk_share_type_projects'
        ),
        **MYSQL,
    )
    op.create_index(
        'ix_share_type_projects_project_id',
        'share_type_projects',
        ['project_id'],
        unique=False,
    )
    op.create_table(
        'pools',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('service_id', sa.Integer(), nullable=False),
        sa.Column('name', NAME, nullable=False),
        sa.Column('report', JSON, nullable=False),
        sa.Column('share_groups', sa.Integer(), nullable=False),
        sa.Column('claimed_gb', sa.BigInteger(), nullable=False),
        sa.Column('claimable_gb', sa.Double(), nullable=True),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('updated_at', TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ['service_id'],
            ['services.id'],
            name='fk_pools_service_id',
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name='pk_pools'),
        sa.UniqueConstraint('name', name='uq_pools_name'),
        **MYSQL,
    )
    op.create_index(
        'ix_pools_service_id', 'pools', ['service_id'], unique=False
    )
