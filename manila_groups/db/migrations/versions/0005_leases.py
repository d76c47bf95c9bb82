# SPDX-License-Identifier: Apache-2.0
"""Leases on the work that rows wait for, and deletions by force."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

revision = '0005'
down_revision = '0004'

TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
#: Tables with a status, and whether their rows can be deleted by force.
TABLES = {
    'share_groups': True,
    'shares': True,
    'share_group_snapshots': True,
    'share_access_rules': False,
}


def upgrade():
    for table, has_force in TABLES.items():
        added: list[sa.Column] = [
            sa.Column('worker', sa.String(length=255), nullable=True),
            sa.Column('leased_until', TIME, nullable=True),
            sa.Column(
                'tries', sa.Integer(), nullable=False, server_default='0'
            ),
        ]
        if has_force:
            added.append(
                sa.Column(
                    'forced',
                    sa.Boolean(),
                    nullable=False,
                    server_default=sa.false(),
                )
            )
        for column in added:
            op.add_column(table, column)
    op.add_column(
        'attempts',
        sa.Column('share_group_id', sa.String(length=36), nullable=True),
    )
