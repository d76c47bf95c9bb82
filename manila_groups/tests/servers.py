# SPDX-License-Identifier: Apache-2.0
"""Database servers and the message broker, where a machine has them.

A test that needs one which is not there is skipped, or fails when
MANILA_GROUPS_TEST_SERVICES is "required".  Tests that need just any database
run on the one that MANILA_GROUPS_TEST_DATABASE names, and fail without it.
"""

import atexit
import collections
import functools
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import uuid

import sqlalchemy as sa

from manila_groups import conf as configuration
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import models
from manila_groups.tests import base

MYSQL = os.environ.get(
    'MANILA_GROUPS_TEST_MYSQL_URL', 'mysql+pymysql://root@127.0.0.1:3306/'
)
#: The same server, by the other one of the two drivers.
MYSQL_BY_THE_OTHER_DRIVER = (
    sa.make_url(MYSQL)
    .set(
        drivername='mysql+pymysql'
        if sa.make_url(MYSQL).get_driver_name() == 'mysqldb'
        else 'mysql+mysqldb'
    )
    .render_as_string(hide_password=False)
)
POSTGRESQL = os.environ.get(
    'MANILA_GROUPS_TEST_POSTGRESQL_URL',
    'postgresql+psycopg2://postgres@127.0.0.1:5432/postgres',
)
#: The server that tests of no database of their own run on; None is SQLite.
CHOSEN = {'sqlite': None, 'mysql': MYSQL, 'postgresql': POSTGRESQL}[
    os.environ.get('MANILA_GROUPS_TEST_DATABASE') or 'sqlite'
]
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


def need_program(test, name) -> str:
    """Find a program beside Python's or in the path.

    :returns: its path
    """
    places = [str(pathlib.Path(sys.executable).parent), os.environ['PATH']]
    places += ['/usr/sbin', '/sbin']
    found = shutil.which(name, path=os.pathsep.join(places))
    return found or not_there(test, name, 'not in the path')


def need_driver(test, name: str) -> None:
    """Make sure that a Python driver of a database is installed.

    :param name: as URLs of databases begin
    """
    try:
        sa.make_url(f'{name}://').get_dialect().import_dbapi()
    except ImportError as error:
        not_there(test, name, error)


def need_rabbit(test) -> str:
    """Make sure that the message broker answers.

    :returns: its URL, as oslo.messaging wants it; where this process may make
        one, of a virtual host of its own
    """
    url = urllib.parse.urlsplit(RABBIT)
    try:
        socket.create_connection((url.hostname, url.port or 5672), 5).close()
    except OSError as error:
        not_there(test, 'the message broker', error)
    return _own_part(url._replace(scheme='rabbit')).geturl()


@functools.cache
def _own_part(url):
    """Keep the queues apart from those of tests in other processes.

    Queues of one name are one queue, whatever exchange they are bound to.
    """
    is_here = url.hostname in ('127.0.0.1', 'localhost')
    if not is_here or os.geteuid() or not shutil.which('rabbitmqctl'):
        return url
    name = f'manila-groups-{uuid.uuid4().hex}'
    user = url.username or 'guest'
    _control_rabbit('add_vhost', name)
    atexit.register(_control_rabbit, 'delete_vhost', name)
    _control_rabbit('set_permissions', '-p', name, user, '.*', '.*', '.*')
    return url._replace(path=f'/{name}')


def _control_rabbit(*arguments):
    command = ['rabbitmqctl', '--quiet', *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


class DatabaseInFile:
    """An SQLite database.

    :ivar url: of the database
    """

    def __init__(self):
        self._directory = _temporary_directory()
        self._file = pathlib.Path(self._directory.name, 'test.sqlite')
        self.url = f'sqlite:///{self._file}'

    def drop(self):
        self._directory.cleanup()

    def migrate(self):
        self.empty()

    def empty(self):
        """Begin anew, with a copy of the schema."""
        for end in ('-wal', '-shm'):
            pathlib.Path(f'{self._file}{end}').unlink(missing_ok=True)
        # What still has the old file open must not write to the new one.
        self._file.unlink(missing_ok=True)
        shutil.copyfile(f'{_sqlite_schema().name}/schema.sqlite', self._file)


def _temporary_directory():
    return tempfile.TemporaryDirectory(dir=base.in_memory())


@functools.cache
def _sqlite_schema():
    """The directory of a file with the schema, for this process."""
    directory = _temporary_directory()
    url = f'sqlite:///{directory.name}/schema.sqlite'
    conf = configuration.load(
        files=[], defaults={'database': {'connection': url}}
    )
    db = db_api.Database(conf)
    migrations.upgrade(db.engine)
    db.dispose()
    return directory


class DatabaseOnServer:
    """A database of a random name.

    :param server: the URL of a database server
    :ivar url: of the database
    :raises ImportError: the server's Python driver is not installed
    :raises sqlalchemy.exc.OperationalError: the server does not answer
    """

    def __init__(self, server: str):
        self._server = _engine(server, isolation_level='AUTOCOMMIT')
        self._name = f'manila_groups_{uuid.uuid4().hex}'
        self._execute(_CREATE)
        url = sa.make_url(server).set(database=self._name)
        self.url = url.render_as_string(hide_password=False)
        self._engine = _engine(self.url)

    def _execute(self, statements):
        with self._server.connect() as connection:
            connection.exec_driver_sql(
                statements[self._server.dialect.name].format(self._name)
            )

    def drop(self):
        self._execute(_DROP)

    def migrate(self):
        migrations.upgrade(self._engine)

    def empty(self):
        """Delete all rows, which takes less time than a new schema."""
        with self._engine.begin() as connection:
            for table in reversed(models.Base.metadata.sorted_tables):
                connection.exec_driver_sql(f'DELETE FROM {table.name}')


def _engine(url, **options):
    return sa.create_engine(url, pool_size=1, pool_pre_ping=True, **options)


def _new_database(server):
    return DatabaseOnServer(server) if server else DatabaseInFile()


#: Databases that this process has made and that no test uses, by server.
_unused = collections.defaultdict(list)
#: The URLs of all that this process uses again and again.
_reused = set()


@atexit.register
def _drop_all():
    for databases in _unused.values():
        for database in databases:
            database.drop()


def lend_database(user, server: str | None, fresh: bool = False) -> str:
    """Lend a database that nobody else uses.

    :param user: a test or a fixture, with whose cleanups it is given back
    :param server: the URL of a database server; None for SQLite
    :param fresh: a new one without tables, that is dropped afterwards;
        otherwise it has the schema, and no rows
    :returns: its URL
    :raises ImportError: the server's Python driver is not installed
    :raises sqlalchemy.exc.OperationalError: the server does not answer
    """
    if fresh:
        database = _new_database(server)
        user.addCleanup(database.drop)
        return database.url
    if not _unused[server]:
        database = _new_database(server)
        database.migrate()
        _reused.add(database.url)
        _unused[server].append(database)
    database = _unused[server].pop()
    user.addCleanup(_unused[server].append, database)
    user.addCleanup(database.empty)
    return database.url


def use_database(test, server: str, fresh: bool = False) -> str:
    """Lend a test a database, or skip the test without the server.

    :returns: the URL: see :func:`lend_database`
    """
    try:
        return lend_database(test, server, fresh)
    except (ImportError, sa.exc.OperationalError) as error:
        first_line = str(error).splitlines()[0]
        return not_there(test, sa.make_url(server).host, first_line)


_open = {}


def open_database(user, conf) -> db_api.Database:
    """Open the configured database.

    One that is lent again and again stays open, with its connections and
    with what SQLAlchemy has compiled for it.

    :param user: a test or a fixture, with whose cleanups another is closed
    """
    if conf.database.connection in _reused:
        key = repr(sorted(conf.database.items()))
        if key not in _open:
            _open[key] = db_api.Database(conf)
        return _open[key]
    db = db_api.Database(conf)
    user.addCleanup(db.dispose)
    return db
