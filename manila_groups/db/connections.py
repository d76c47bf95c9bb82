# SPDX-License-Identifier: Apache-2.0
"""Connections: their settings, and the round trips that none needs.

Connections to MySQL are in the mode autocommit, and BEGIN is a statement as
any other.  psycopg2 sends BEGIN by itself unless it is told not to, which
costs nothing.  So a single read is one round trip on each database.
"""

from collections.abc import Callable
from collections.abc import Mapping
import datetime
import functools
import importlib
import itertools
import time
from typing import Any

from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import exc_filters
from oslo_log import log
import sqlalchemy as sa
from sqlalchemy.pool import base as pools

from manila_groups import exception
from manila_groups.db import pymysql_tls

LOG = log.getLogger(__name__)

#: The key of a connection's info with the time of its last use.
_USED = 'manila_groups_used'

#: Seconds without use after which a connection is tested before its next use.
IDLE = 1

#: Seconds that a transaction waits for a pooled connection, unless configured
#: otherwise.
POOL_TIMEOUT = 5

#: Seconds that an SQLite connection waits for a writer to finish.
SQLITE_BUSY_TIMEOUT = 30

#: The default parameters of both drivers of MySQL. Without charset, oslo.db
#: asks for characters of up to three bytes.
_MYSQL = {
    'charset': 'utf8mb4',
    'connect_timeout': '5',
    'read_timeout': '20',
    'write_timeout': '20',
}

#: Default parameters of a URL, by the database's Python driver. The time-outs
#: keep a server that hangs from blocking a request for long; they are in
#: seconds, except tcp_user_timeout, which is in milliseconds.
_URL_DEFAULTS = {
    'mysql+mysqldb': _MYSQL,
    'mysql+pymysql': _MYSQL,
    'postgresql+psycopg2': {
        'connect_timeout': '5',
        'tcp_user_timeout': '20000',
        'keepalives_idle': '10',
        'keepalives_interval': '5',
        'keepalives_count': '2',
    },
}


@exc_filters.filters(
    'postgresql', sa.exc.OperationalError, r'.*connection to server .*failed'
)
def _tell_no_connection(
    error: Exception, _match: Any, _engine_name: str, _is_disconnect: bool
) -> None:
    """Raise the error that oslo.db raises for libpq before version 14."""
    raise db_exception.DBConnectionError(error)


def completed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Add this service's defaults to oslo.db's options of an engine.

    :param options: with connection, the URL, and pool_timeout
    :raises ConfigurationError: the URL cannot be used
    """
    found = dict(options)
    url = _with_defaults(sa.make_url(found['connection']))
    found['connection'] = url.render_as_string(hide_password=False)
    has_pool = url.get_backend_name() != 'sqlite'
    if found['pool_timeout'] is None and has_pool:
        found['pool_timeout'] = POOL_TIMEOUT
    return found


def _with_defaults(url: sa.URL) -> sa.URL:
    kind = url.get_backend_name()
    if kind == 'mariadb':
        raise exception.ConfigurationError(
            '[database] connection: the URL of a MariaDB database must begin '
            'with mysql+mysqldb:// or mysql+pymysql://.'
        )
    defaults = _URL_DEFAULTS.get(f'{kind}+{url.get_driver_name()}', {})
    return url.set(query={**defaults, **url.query})


def prepare(engine: sa.Engine) -> None:
    """Let an engine make connections for :func:`reading` and transactions."""
    # Every transaction ends where it began, so the pool need not roll it back
    # again.  A connection that was in use a moment ago need not be tested.
    engine.pool._reset_on_return = pools.ResetStyle.reset_none
    engine.pool._pre_ping = False
    sa.event.listen(engine, 'checkin', _note_use)
    sa.event.listen(
        engine, 'checkout', functools.partial(_ping_idle, engine.dialect)
    )
    _PREPARE[engine.dialect.name](engine)


def _prepare_mysql(engine: sa.Engine) -> None:
    sa.event.listen(engine, 'do_connect', _set_up_mysql)
    if engine.dialect.driver == 'pymysql':
        connect = pymysql_tls.connection_class(engine.dialect.loaded_dbapi)
        sa.event.listen(
            engine, 'do_connect', functools.partial(_connect_by, connect)
        )
    _begin_by(engine, _send_begin)


def _set_up_mysql(
    dialect: Any, _record: Any, _arguments: list, parameters: dict
) -> None:
    parameters['autocommit'] = True
    # Both drivers read times with functions of their own that take far longer.
    name = dialect.loaded_dbapi.__name__
    converters = importlib.import_module(f'{name}.converters')
    parameters['conv'] = {
        **converters.conversions,
        converters.FIELD_TYPE.DATETIME: datetime.datetime.fromisoformat,
    }


def _connect_by(
    connect: type,
    _dialect: Any,
    _record: Any,
    arguments: list,
    parameters: dict,
) -> Any:
    return connect(*arguments, **parameters)


def _begin_by(
    engine: sa.Engine, begin: Callable[[pools.PoolProxiedConnection], None]
) -> None:
    """Let an engine begin transactions by a function.

    SQLAlchemy replaces a connection where the function finds that it is
    broken. It would not do so where an event's listener finds it.
    """
    engine.dialect.do_begin = begin  # type: ignore[assignment,method-assign]


def _send_begin(connection: pools.PoolProxiedConnection) -> None:
    _driver_of(connection).begin()


def _prepare_postgresql(engine: sa.Engine) -> None:
    _begin_by(engine, _let_driver_begin)


def _let_driver_begin(connection: pools.PoolProxiedConnection) -> None:
    _driver_of(connection).autocommit = False


def _prepare_sqlite(engine: sa.Engine) -> None:
    sa.event.listen(engine, 'first_connect', _choose_wal)
    sa.event.listen(engine, 'connect', _set_up_sqlite)
    sa.event.listen(
        engine, 'before_cursor_execute', _begin_immediate, retval=True
    )


_PREPARE = {
    'mysql': _prepare_mysql,
    'postgresql': _prepare_postgresql,
    'sqlite': _prepare_sqlite,
}


def wait(engine: sa.Engine, retries: int, seconds: float) -> None:
    """Wait for a database that does not answer yet.

    :param retries: how many times to try, at least 1; -1 for any number
    :param seconds: between two of them
    :raises DBConnectionError: the last one has failed, too
    """
    for left in itertools.count(retries - 1, -1):
        try:
            engine.connect().close()
            return
        except db_exception.DBConnectionError:
            if left == 0:
                raise
            LOG.warning('Waiting for the database, which does not answer')
        time.sleep(seconds)


def reading(engine: sa.Engine) -> sa.Connection:
    """Open a connection for reads without a transaction."""
    # In SQLAlchemy's own mode for this, each use would cost two more round
    # trips, to set the mode and to set it back.
    conn = sa.Connection(engine, _allow_autobegin=False)
    if engine.dialect.name == 'postgresql':
        _driver_of(conn.connection).autocommit = True
    return conn


def repeatable(engine: sa.Engine) -> sa.Connection:
    """Open a connection for a transaction that reads all as of one moment."""
    conn = engine.connect()
    if engine.dialect.name == 'postgresql':
        # The others do so without being asked.
        conn.execution_options(isolation_level='REPEATABLE READ')
    return conn


def _driver_of(connection: pools.PoolProxiedConnection) -> Any:
    return connection.driver_connection


def will_write(conn: sa.Connection) -> None:
    """Let SQLite take the write lock where the transaction begins.

    A transaction that reads first and writes later fails at once, without
    waiting, if another one wrote in between.
    """
    conn.execution_options(sqlite_immediate=True)


def _note_use(_connection: Any, record: pools.ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _ping_idle(
    dialect: Any,
    connection: Any,
    record: pools.ConnectionPoolEntry,
    _proxy: Any,
) -> None:
    """Let the pool replace a connection that died while it was idle."""
    used = record.info.get(_USED)
    if used is None or time.monotonic() - used < IDLE:
        return
    try:
        alive = dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        alive = False
    if not alive:
        raise sa.exc.DisconnectionError


def _choose_wal(connection: Any, _record: Any) -> None:
    """Let reads run during a write; the setting is stored in the file."""
    connection.execute('PRAGMA journal_mode = WAL')


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.execute('PRAGMA synchronous = NORMAL')
    connection.execute(f'PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT * 1000}')
    # As on the other databases, with the collations of the tables.
    connection.execute('PRAGMA case_sensitive_like = ON')


def _begin_immediate(
    connection: sa.Connection,
    _cursor: Any,
    statement: str,
    parameters: Any,
    *_rest: Any,
) -> tuple[str, Any]:
    """Turn the BEGIN that oslo.db emits into one that takes the write lock."""
    options = connection.get_execution_options()
    if statement == 'BEGIN' and options.get('sqlite_immediate'):
        statement = 'BEGIN IMMEDIATE'
    return statement, parameters
