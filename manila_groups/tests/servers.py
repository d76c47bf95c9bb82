# SPDX-License-Identifier: Apache-2.0
"""Database servers and the message broker, where a machine has them.

A test that needs one which is not there is skipped, or fails when
MANILA_GROUPS_TEST_SERVICES is "required".
"""

import os
import socket
import urllib.parse
import uuid

import fixtures
import sqlalchemy as sa

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
    """Make sure that the message broker answers; returns its URL."""
    url = urllib.parse.urlsplit(RABBIT)
    try:
        socket.create_connection((url.hostname, url.port or 5672), 5).close()
    except OSError as error:
        not_there(test, 'the message broker', error)
    return RABBIT


class DatabaseOnServer(fixtures.Fixture):
    """An empty database of a random name, which is dropped at the end.

    :param server: the URL of a database server
    :ivar url: of the new database
    :raises ImportError: the server's Python driver is not installed
    :raises sqlalchemy.exc.OperationalError: the server does not answer
    """

    def __init__(self, server: str):
        self._server = sa.make_url(server)

    def _setUp(self):
        self._engine = sa.create_engine(
            self._server,
            isolation_level='AUTOCOMMIT',
            poolclass=sa.pool.NullPool,
        )
        name = f'manila_groups_{uuid.uuid4().hex}'
        self._execute(_CREATE, name)
        self.addCleanup(self._execute, _DROP, name)
        self.url = self._server.set(database=name).render_as_string(
            hide_password=False
        )

    def _execute(self, statements, name):
        with self._engine.connect() as connection:
            connection.exec_driver_sql(
                statements[self._engine.dialect.name].format(name)
            )


def use_database(test, server: str) -> str:
    """Make a database on a server for a test; returns its URL."""
    try:
        return test.useFixture(DatabaseOnServer(server)).url
    except (ImportError, sa.exc.OperationalError) as error:
        first_line = str(error).splitlines()[0]
        return not_there(test, sa.make_url(server).host, first_line)
