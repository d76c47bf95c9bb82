# SPDX-License-Identifier: Apache-2.0
"""Descriptions of share group types."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'

NAME = sa.String(255).with_variant(
    postgresql.VARCHAR(255, collation='C'), 'postgresql'
)


def upgrade():
    op.add_column(
        'share_group_types', sa.Column('description', NAME, nullable=True)
    )
