# SPDX-License-Identifier: Apache-2.0
"""Share groups that are made from other share groups.

The release before does not know them; it would create such a group empty. So
no request may name a source until its processes are gone.
"""

from alembic import op
import sqlalchemy as sa

revision = '0011'
down_revision = '0010'

ID = sa.String(length=36)


def upgrade():
    op.add_column(
        'share_groups', sa.Column('source_share_group_id', ID, nullable=True)
    )
    op.add_column('shares', sa.Column('source_share_id', ID, nullable=True))
    for columns in (
        ('project_id', 'source_share_group_id', 'id'),
        ('source_share_group_id', 'created_at', 'id'),
    ):
        name = '_'.join(('ix_share_groups', *columns[:-1]))
        op.create_index(name, 'share_groups', list(columns))
