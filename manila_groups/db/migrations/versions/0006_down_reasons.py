# SPDX-License-Identifier: Apache-2.0
"""Why a back end is down although its process is there."""

from alembic import op
import sqlalchemy as sa

revision = '0006'
down_revision = '0005'


def upgrade():
    op.add_column(
        'services', sa.Column('down_reason', sa.Text(), nullable=True)
    )
