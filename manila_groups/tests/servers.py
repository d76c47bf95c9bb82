# SPDX-License-Identifier: Apache-2.0
"""Database servers and the message broker, where a machine has them.

A test that needs one which is not there is skipped, or fails when
MANILA_GROUPS_TEST_SERVICES is "required".
"""

import atexit
import collections
import os
import socket
import urllib.parse
import uuid

import sqlalchemy as sa

from manila_groups.db import models

MYSQL = os.environ.get(
    'MANILA_GROUPS_TEST_MYSQL_URL', 'mysql+pymysql://root@127.0.0.1:3306/'
)
POSTGRESQL = os.environ.get(
    'MANILA_GROUPS_TEST_POSTGRESQL_URL',
    'postgresql+psycopg2://postgres@127.0.0.1:5432/postgres',
)
RABBIT = os.environ.get(
    'MANILA_GROUPS_TEST_RABBIT_URL', 'amqp://guest:guest@127.0.0.1:5672'
)

_CREATE = {
    'mysql': 'CREATE DATABASE {}',
    'postgresql': 'CREATE DATABASE {} TEMPLATE template0',
}
_DROP = {
    'mysql': 'DROP DATABASE {}',
    'postgresql': 'DROP DATABASE {} WITH (FORCE)',
}


def not_there(test, what: str, error) -> None:
    """Skip a test, or fail it where everything has to be there."""
    reason = f'{what} is not there: {error}'
    if os.environ.get('MANILA_GROUPS_TEST_SERVICES') == 'required':
        test.fail(reason)
    test.skipTest(reason)


def need_rabbit(test) -> str:
    """Make sure that the message broker answers.

    :returns: its URL, as oslo.messaging wants it
    """
    url = urllib.parse.urlsplit(RABBIT)
    try:
        socket.create_connection((url.hostname, url.port or 5672), 5).close()
    except OSError as error:
        not_there(test, 'the message broker', error)
    return url._replace(scheme='rabbit').geturl()


class DatabaseOnServer:
    """A database of a random name.

    :param server: the URL of a database server
    :ivar url: of the database
    :raises ImportError: the server's Python driver is not installed
    :raises sqlalchemy.exc.OperationalError: the server does not answer
    """

    def __init__(self, server: str):
        url = sa.make_url(server)
        self._engine = sa.create_engine(
            url, isolation_level='AUTOCOMMIT', poolclass=sa.pool.NullPool
        )
        self._name = f'manila_groups_{uuid.uuid4().hex}'
        self._execute(self._engine, _CREATE)
        self.url = url.set(database=self._name).render_as_string(
            hide_password=False
        )

    def _execute(self, engine, statements):
        with engine.connect() as connection:
            connection.exec_driver_sql(
                statements[engine.dialect.name].format(self._name)
            )

    def drop(self):
        self._execute(self._engine, _DROP)

    def empty(self):
        """Delete all rows, which takes less time than a new schema."""
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            for table in reversed(models.Base.metadata.sorted_tables):
                connection.execute(table.delete())


#: Databases that this process has made and that no test uses, by server.
_unused = collections.defaultdict(list)


@atexit.register
def _drop_all():
    for databases in _unused.values():
        for database in databases:
            database.drop()


def use_database(test, server: str, fresh: bool = False) -> str:
    """Find a test a database on a server, which no other test uses.

    :param fresh: a new one without tables, that is dropped after the test;
        otherwise it may have the schema, but no rows
    :returns: its URL
    """
    try:
        if fresh or not _unused[server]:
            database = DatabaseOnServer(server)
        else:
            database = _unused[server].pop()
    except (ImportError, sa.exc.OperationalError) as error:
        first_line = str(error).splitlines()[0]
        return not_there(test, sa.make_url(server).host, first_line)
    if fresh:
        test.addCleanup(database.drop)
    else:
        test.addCleanup(_unused[server].append, database)
        test.addCleanup(database.empty)
    return database.url
