# SPDX-License-Identifier: Apache-2.0
"""The database that the service gets, and what has to be in it at the end."""

import pathlib

import fixtures
import sqlalchemy as sa

from manila_groups.db import models
from manila_groups.db import operation_table
from manila_groups.tests import servers

_SERVERS = {'mysql': servers.MYSQL, 'postgresql': servers.POSTGRESQL}
KINDS = (*_SERVERS, 'sqlite')

_CONNECTIONS = {
    'mysql': 'SELECT COUNT(*) FROM information_schema.processlist '
    'WHERE db = :name',
    'postgresql': 'SELECT COUNT(*) FROM pg_stat_activity '
    'WHERE datname = :name',
}

#: What is empty when all has been deleted.
_EMPTY = (
    models.ShareGroup,
    models.Share,
    models.ShareGroupSnapshot,
    models.ShareGroupSnapshotMember,
    models.ShareGroupBackup,
    models.ShareGroupBackupMember,
    models.ShareAccessRule,
    models.ShareExportLocation,
    models.ShareMetadata,
    models.ShareGroupShareType,
    models.Attempt,
    models.Message,
    operation_table.Operation,
)

_STATUSES = ('status', 'state')

#: What counts rows that are not there any more: nothing.
_ZERO = (
    models.QuotaUsage.in_use,
    models.Pool.claimed_gb,
    models.Pool.share_groups,
)


class Database(fixtures.Fixture):
    """A new database without tables.

    :param kind: one of KINDS
    :param directory: where SQLite's file is made
    :ivar url: as SQLAlchemy wants it
    """

    def __init__(self, kind: str, directory: pathlib.Path):
        self._kind = kind
        self._directory = directory

    def _setUp(self):
        if self._kind == 'sqlite':
            self.url = f'sqlite:///{self._directory}/soak.sqlite'
        else:
            made = servers.DatabaseOnServer(_SERVERS[self._kind])
            self.addCleanup(made.drop)
            self.url = made.url
        self._engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)

    def figures(self) -> dict[str, int]:
        """How many connections of the service there are."""
        if self._kind == 'sqlite':
            return {}
        with self._engine.connect() as connection:
            found = connection.scalar(
                sa.text(_CONNECTIONS[self._kind]),
                {'name': self._engine.url.database},
            )
        # This connection is one of them.
        return {'database connections': found - 1}

    def leftovers(self):
        """Tell what is still there when all has been deleted."""
        return leftovers(self._engine)


def leftovers(engine):
    """Tell what is still in a database when all has been deleted."""
    with engine.connect() as connection:
        for model in _EMPTY:
            yield from _rows(connection, model.__table__)
        for column in _ZERO:
            wrong = connection.execute(
                sa.select(column.class_.__table__).where(column != 0)
            )
            for row in wrong.mappings():
                yield f'{column} is not 0: {dict(row)}'


def _rows(connection, table):
    columns = [table.c[name] for name in _STATUSES if name in table.c]
    found = connection.execute(
        sa.select(sa.func.count(), *columns)
        .select_from(table)
        .group_by(*columns)
    )
    for number, *status in found:
        if number:
            yield f'{table.name}: {number} rows {" ".join(status)}'
