# SPDX-License-Identifier: Apache-2.0
"""The schema's revisions, and functions that upgrade a database."""

import contextlib
import pathlib

from alembic import autogenerate
from alembic import command
from alembic import config as alembic_config
from alembic import script
from alembic.runtime import migration
import sqlalchemy as sa

from manila_groups import utils
from manila_groups.db import models

_HERE = pathlib.Path(__file__).parent


def _script_config():
    config = alembic_config.Config()
    config.set_main_option('script_location', str(_HERE).replace('%', '%%'))
    return config


@contextlib.contextmanager
def _config(engine: sa.Engine):
    config = _script_config()
    with _patient(engine).begin() as connection:
        config.attributes['connection'] = connection
        yield config


def _patient(engine):
    """Return an engine without time-outs: a large table takes long."""
    url = engine.url.difference_update_query(['read_timeout', 'write_timeout'])
    if url == engine.url:
        return engine
    return sa.create_engine(url, poolclass=sa.pool.NullPool)


def upgrade(engine: sa.Engine, revision: str = 'head') -> None:
    """Bring the schema to a revision; do nothing if it is there already."""
    with _config(engine) as config:
        command.upgrade(config, revision)


def version(engine: sa.Engine) -> str | None:
    """Read the schema's revision; None for an empty database."""
    with engine.connect() as connection:
        context = migration.MigrationContext.configure(connection)
        return context.get_current_revision()


def newest() -> str:
    """Return the revision that this code needs."""
    directory = script.ScriptDirectory.from_config(_script_config())
    return utils.present(directory.get_current_head())


def differences(engine: sa.Engine) -> list:
    """Compare the schema with the models; empty if they are the same."""
    with engine.connect() as connection:
        context = migration.MigrationContext.configure(
            connection, opts={'compare_type': True}
        )
        return autogenerate.compare_metadata(context, models.Base.metadata)
