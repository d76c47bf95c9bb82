# SPDX-License-Identifier: Apache-2.0
"""Tests that run on every database: a class of tests and two heirs of it.

A class that derives from :class:`OnSqlite` runs there; another one that
derives from :class:`OnMysql` or :class:`OnPostgresql` and from that class
runs the same tests on the server.
"""

import concurrent.futures
import contextlib
import datetime

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa

from manila_groups.db import availability_zones
from manila_groups.db import models
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import servers

START = datetime.datetime(2026, 1, 1)


class OnSqlite(base.TestCase):
    """A test with an empty database on SQLite.

    :cvar overrides: section to option to value
    :ivar conf: the configuration
    :ivar db: the database
    """

    overrides = {}
    #: Whether the test needs a new database, without tables.
    fresh = False
    #: Whether NULL sorts before every value.
    null_is_smallest = True

    def setUp(self):
        super().setUp()
        overrides = fixtures.merged(self.overrides, self.connection())
        used = self.useFixture(fixtures.DatabaseFixture(overrides, None))
        self.conf, self.db = used.conf, used.db

    def connection(self):
        if not self.fresh:
            return {}
        url = servers.lend_database(self, None, fresh=True)
        return {'database': {'connection': url}}

    @property
    def dialect(self) -> str:
        return self.db.engine.dialect.name

    def insert(self, model, *rows):
        """Insert rows; returns the ids, which are made where none is given.

        All rows have to have the same keys.
        """
        columns = model.__table__.c
        defaults = {}
        if 'created_at' in columns:
            defaults['created_at'] = timeutils.utcnow()
        for row in rows:
            if 'id' in columns and not isinstance(
                columns['id'].type, sa.Integer
            ):
                row.setdefault('id', uuidutils.generate_uuid())
        with self.db.writer() as conn:
            conn.execute(
                sa.insert(model.__table__),
                [{**defaults, **row} for row in rows],
            )
        return [row.get('id') for row in rows]

    def insert_types(self):
        """Insert a share type and a group type; returns the latter's id."""
        (share_type,) = self.insert(
            models.ShareType, {'name': 'any', 'is_public': True}
        )
        (group_type,) = self.insert(
            models.ShareGroupType, {'name': 'any', 'is_public': True}
        )
        self.insert(
            models.ShareGroupTypeShareType,
            {'share_group_type_id': group_type, 'share_type_id': share_type},
        )
        self.share_type, self.group_type = share_type, group_type
        return group_type

    def insert_groups(self, *rows):
        """Insert share groups of the type of insert_types."""
        defaults = {
            'project_id': 'here',
            'status': 'available',
            'share_group_type_id': self.group_type,
            'created_at': START,
        }
        return self.insert(
            models.ShareGroup, *({**defaults, **row} for row in rows)
        )

    def insert_shares(self, *rows):
        """Insert available shares of the type of insert_types."""
        defaults = {
            'project_id': 'here',
            'share_type_id': self.share_type,
            'size': 1,
            'quota_gb': 1,
            'claimed_gb': 0,
            'share_proto': 'NFS',
            'status': 'available',
            'access_rules_status': 'active',
            'is_public': False,
            'created_at': START,
        }
        return self.insert(
            models.Share, *({**defaults, **row} for row in rows)
        )

    def ensure_zone(self, name):
        with self.db.writer() as conn:
            return availability_zones.ensure(conn, name)

    def ask(self, function, *args, **kwargs):
        """Call a function of the database modules in a transaction."""
        with self.db.writer() as conn:
            return function(conn, *args, **kwargs)

    def transition(self, store, row_id, *args, **kwargs) -> bool:
        """Change the status of a row; tells whether it has changed."""
        with self.db.writer() as conn:
            row = store.get(conn, row_id)
            changes = store.ROWS.transition(conn, row, *args, **kwargs)
            return changes is not None

    @contextlib.contextmanager
    def counted(self):
        """Note the statements that are executed meanwhile."""
        statements = []

        def note(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        sa.event.listen(self.db.engine, 'before_cursor_execute', note)
        yield statements
        sa.event.remove(self.db.engine, 'before_cursor_execute', note)

    def count(self, model, *conditions) -> int:
        with self.db.reader() as conn:
            return conn.scalar(
                sa.select(sa.func.count())
                .select_from(model.__table__)
                .where(*conditions)
            )


class OnMysql(OnSqlite):
    server = servers.MYSQL

    def connection(self):
        url = servers.use_database(self, self.server, self.fresh)
        return {'database': {'connection': url}}


class OnMysqlWithTheOtherDriver(OnMysql):
    server = servers.MYSQL_BY_THE_OTHER_DRIVER


class OnPostgresql(OnSqlite):
    null_is_smallest = False

    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL, self.fresh)
        return {'database': {'connection': url}}


def at_once(calls, threads: int = 16) -> list:
    """Make calls in several threads.

    :param calls: functions without arguments
    :returns: the results, or the exceptions raised
    """
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(call) for call in calls]
    return [future.exception() or future.result() for future in futures]
