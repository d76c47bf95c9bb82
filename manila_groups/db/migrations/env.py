# SPDX-License-Identifier: Apache-2.0
"""What alembic runs: migrate over the connection that it was handed."""

from alembic import context

from manila_groups.db import models

context.configure(
    connection=context.config.attributes['connection'],
    target_metadata=models.Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
