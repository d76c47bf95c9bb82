# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints of share groups and shares.

The release before neither writes nor reads them: what its schedulers place,
they place without looking at the hints.
"""

from alembic import op
from oslo_db.sqlalchemy import types as db_types
import sqlalchemy as sa

revision = '0010'
down_revision = '0009'


def upgrade():
    for table in ('share_groups', 'shares'):
        op.add_column(
            table,
            sa.Column(
                'scheduler_hints',
                db_types.JsonEncodedDict(mysql_as_long=True),
                nullable=True,
            ),
        )
