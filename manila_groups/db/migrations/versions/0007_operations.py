# SPDX-License-Identifier: Apache-2.0
"""Operations: what is at work on each resource, as rows of their own.

The release before does not read them: it goes on with the columns of the
resources' rows, which stay until the next release.
"""

from alembic import op
from oslo_db.sqlalchemy import types as db_types
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'

NAME = sa.String(255).with_variant(
    postgresql.VARCHAR(255, collation='C'), 'postgresql'
)
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
INDEXES = (
    ('runs_at_queue_id', 'runs_at', 'queue_id'),
    ('kind_resource_id', 'kind', 'resource_id'),
    ('queue_id', 'queue_id'),
    ('worker', 'worker'),
    ('moved_at', 'moved_at'),
)


def upgrade():
    op.create_table(
        'operations',
        sa.Column(
            'id',
            sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('resource_id', sa.String(length=36), nullable=False),
        sa.Column('exclusive_id', sa.String(length=36), nullable=True),
        sa.Column('queue_id', sa.String(length=36), nullable=False),
        sa.Column('parent_id', sa.BigInteger(), nullable=True),
        sa.Column('verb', sa.String(length=32), nullable=False),
        sa.Column('step', sa.String(length=32), nullable=False),
        sa.Column('runs_at', NAME, nullable=False),
        sa.Column(
            'payload',
            db_types.JsonEncodedDict(mysql_as_long=True),
            nullable=False,
        ),
        sa.Column(
            'progress',
            db_types.JsonEncodedDict(mysql_as_long=True),
            nullable=True,
        ),
        sa.Column('project_id', NAME, nullable=True),
        sa.Column('user_id', NAME, nullable=True),
        sa.Column('request_id', NAME, nullable=True),
        sa.Column(
            'forced', sa.Boolean(), nullable=False, server_default=sa.false()
        ),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('created_at', TIME, nullable=False),
        sa.Column('moved_at', TIME, nullable=False),
        sa.Column('not_before', TIME, nullable=True),
        sa.Column('worker', sa.String(length=255), nullable=True),
        sa.Column('leased_until', TIME, nullable=True),
        sa.Column('tries', sa.Integer(), nullable=False, server_default='0'),
        sa.PrimaryKeyConstraint('id', name='pk_operations'),
        sa.UniqueConstraint(
            'kind', 'exclusive_id', name='uq_operations_kind_exclusive_id'
        ),
        sqlite_autoincrement=True,
        mysql_engine='InnoDB',
        mysql_charset='utf8mb4',
        mysql_collate='utf8mb4_bin',
        mysql_row_format='DYNAMIC',
    )
    for name, *columns in INDEXES:
        op.create_index(
            f'ix_operations_{name}', 'operations', columns, unique=False
        )
