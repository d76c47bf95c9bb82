# SPDX-License-Identifier: Apache-2.0
"""Idempotency keys: what a request has created under its key.

The release before neither writes nor reads them: it ignores the header.
"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'

NAME = sa.String(255).with_variant(
    postgresql.VARCHAR(255, collation='C'), 'postgresql'
)
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')


def upgrade():
    op.create_table(
        'idempotency_keys',
        sa.Column('project_id', NAME, nullable=False),
        sa.Column('idempotency_key', NAME, nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('resource_id', sa.String(length=36), nullable=False),
        sa.Column('created_at', TIME, nullable=False),
        sa.PrimaryKeyConstraint(
            'project_id', 'idempotency_key', name='pk_idempotency_keys'
        ),
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
        mysql_collate='utf8mb4_bin',
        mysql_row_format='DYNAMIC',
    )
    op.create_index(
        'ix_idempotency_keys_created_at',
        'idempotency_keys',
        ['created_at'],
        unique=False,
    )
