# SPDX-License-Identifier: Apache-2.0
"""The database: one object that begins transactions."""

from collections.abc import Callable
import contextlib
import copy
import functools
import time
from typing import Any
from typing import Concatenate
from typing import ParamSpec
from typing import Protocol
from typing import TypeVar

from oslo_db import api as oslo_db_api
from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import enginefacade
from oslo_db.sqlalchemy import exc_filters
import sqlalchemy as sa
from sqlalchemy.pool import base as pools

from manila_groups import exception
from manila_groups.conf import files

#: Keys of a connection's info: the events of its transaction, and when it was
#: used last.
_EVENTS = 'manila_groups_events'
_USED = 'manila_groups_used'

#: Seconds without use after which a connection is tested before its next use.
IDLE = 1

#: Seconds that a transaction waits for a pooled connection, unless configured
#: otherwise.
POOL_TIMEOUT = 5

#: Seconds that an SQLite connection waits for a writer to finish.
SQLITE_BUSY_TIMEOUT = 30

#: Default parameters of a URL, by the database's kind or its Python driver.
#: Without charset, oslo.db asks MySQL for characters of up to three bytes.
#: The time-outs keep a server that hangs from blocking a request for long;
#: they are in seconds, except tcp_user_timeout, which is in milliseconds.
_URL_DEFAULTS = {
    'mysql': {'charset': 'utf8mb4'},
    'mysql+pymysql': {
        'connect_timeout': '5',
        'read_timeout': '20',
        'write_timeout': '20',
    },
    'postgresql+psycopg2': {
        'connect_timeout': '5',
        'tcp_user_timeout': '20000',
        'keepalives_idle': '10',
        'keepalives_interval': '5',
        'keepalives_count': '2',
    },
}

#: Errors after which a later attempt may succeed: the database does not
#: answer, all connections are in use, or every retry met a deadlock.
UNAVAILABLE = (
    db_exception.DBConnectionError,
    db_exception.DBDeadlock,
    sa.exc.OperationalError,
    sa.exc.TimeoutError,
)


@exc_filters.filters(
    'postgresql', sa.exc.OperationalError, r'.*connection to server .*failed'
)
def _tell_no_connection(error, _match, _engine_name, _is_disconnect):
    """Raise the error that oslo.db raises for libpq before version 14."""
    raise db_exception.DBConnectionError(error)


def note(conn, event) -> None:
    """Note an event of a transaction.

    :param event: handed to the database's listeners when the transaction has
        been committed, and only then
    """
    conn.info[_EVENTS].append(event)


def _hides_deadlock(error):
    """Tell whether releasing a savepoint failed because of a deadlock.

    MySQL rolls back the victim's whole transaction, savepoints included.
    """
    return isinstance(getattr(error, 'cause', None), db_exception.DBDeadlock)


#: Runs a function again from its start when the database chose its transaction
#: as the victim of a deadlock.  For functions that are one whole transaction
#: and have no other effect.
retry_on_deadlock = oslo_db_api.wrap_db_retry(
    max_retries=10,
    retry_interval=0.05,
    inc_retry_interval=True,
    max_retry_interval=1,
    jitter=True,
    retry_on_deadlock=True,
    exception_checker=_hides_deadlock,
)


Connection = sa.Connection


class HasDatabase(Protocol):
    """An object whose methods are transactions on its database."""

    _db: 'Database'


S = TypeVar('S', bound=HasDatabase)
P = ParamSpec('P')
T = TypeVar('T')


def transaction(
    method: Callable[Concatenate[S, sa.Connection, P], T],
) -> Callable[Concatenate[S, P], T]:
    """Make a method one transaction that writes.

    The method gets the transaction's connection as its first argument; its
    callers do not pass it. It runs again from its start when the database
    chose its transaction as a deadlock's victim, so it does nothing besides.
    """

    @retry_on_deadlock
    @functools.wraps(method)
    def run(self, *args, **kwargs):
        with self._db.writer() as conn:
            return method(self, conn, *args, **kwargs)

    return run


class Database:
    """Transactions on the configured database.

    :param conf: an oslo.config object with oslo.db's options registered
    :param wait: let the first transaction wait, for as long as configured,
        for a database that does not answer yet
    :raises ConfigurationError: no database is configured, or a second one is
    """

    def __init__(self, conf, wait: bool = True):
        if not conf.database.connection:
            raise exception.NoDatabase(files.explain_no_database(conf))
        if conf.database.slave_connection:
            # A replica that lags would not have a row created a moment ago.
            raise exception.ConfigurationError(
                '[database] slave_connection: must not be set. All reads use '
                'the database that connection names.'
            )
        self._writer = enginefacade.transaction_context().writer
        options = {
            name: value
            for name, value in conf.database.items()
            if name not in ('backend', 'use_db_reconnect')
            and not name.startswith('db_')
        }
        options['connection'] = _completed(options['connection'])
        if options['pool_timeout'] is None and _has_pool(options):
            options['pool_timeout'] = POOL_TIMEOUT
        if not wait:
            options['max_retries'] = 0
        self._writer.configure(sqlite_fk=True, thread_checkin=False, **options)
        self._writer.append_on_engine_create(_prepare_engine)
        self._listeners: tuple[Callable, ...] = ()

    def heard_by(self, *listeners: Callable) -> 'Database':
        """Return the same database, with listeners.

        :param listeners: called with each event noted in a transaction that
            was begun here, after its commit; they must not raise
        """
        heard = copy.copy(self)
        heard._listeners = listeners
        return heard

    @property
    def engine(self) -> sa.Engine:
        """The engine itself, for migrations and tests."""
        return self._writer.get_engine()

    @contextlib.contextmanager
    def reader(self):
        """Begin a transaction that only reads, and yield its connection.

        It is a connection of SQLAlchemy's core: the ORM would do more work
        for each statement.
        """
        with self.engine.connect() as conn:
            yield conn

    @contextlib.contextmanager
    def writer(self):
        """Begin a transaction that writes, and yield its connection."""
        events: list[Any] = []
        with self.engine.connect() as conn:
            # SQLite takes the write lock at the start.  A transaction that
            # reads first and writes later fails at once, without waiting, if
            # another one wrote in between.
            conn.execution_options(sqlite_immediate=True)
            conn.info[_EVENTS] = events
            with conn.begin() as transaction:
                yield conn
                if transaction.is_active:
                    _commit(conn, transaction)
                else:
                    # Rolled back on purpose.
                    events.clear()
        for event in events:
            for listener in self._listeners:
                listener(event)
        # The pooled connection still refers to the list.
        events.clear()

    def dispose(self):
        """Close the pooled connections."""
        self.engine.dispose()


def _commit(conn, transaction):
    try:
        transaction.commit()
    except BaseException:
        # Whether the transaction was committed is unknown: the connection
        # must not be used for another one.
        conn.invalidate()
        raise


def _has_pool(options):
    url = sa.make_url(options['connection'])
    return url.get_backend_name() != 'sqlite'


def _completed(url):
    """Add the default parameters that a URL does not set."""
    parsed = sa.make_url(url)
    kind = parsed.get_backend_name()
    if kind == 'mariadb':
        raise exception.ConfigurationError(
            '[database] connection: the URL of a MariaDB database must begin '
            'with mysql+pymysql://.'
        )
    driver = f'{kind}+{parsed.get_driver_name()}'
    defaults = {
        **_URL_DEFAULTS.get(kind, {}),
        **_URL_DEFAULTS.get(driver, {}),
        **parsed.query,
    }
    return parsed.set(query=defaults).render_as_string(hide_password=False)


def _prepare_engine(engine):
    _spare_round_trips(engine)
    if engine.dialect.name == 'sqlite':
        sa.event.listen(engine, 'first_connect', _choose_wal)
        sa.event.listen(engine, 'connect', _prepare_sqlite)
        sa.event.listen(
            engine, 'before_cursor_execute', _begin_immediate, retval=True
        )


def _spare_round_trips(engine):
    """Leave out round trips that no transaction needs.

    Every transaction ends where it began, so the pool need not roll it back
    again.  A connection that was in use a moment ago need not be tested.
    """
    engine.pool._reset_on_return = pools.ResetStyle.reset_none
    engine.pool._pre_ping = False
    sa.event.listen(engine, 'checkin', _note_use)
    sa.event.listen(
        engine, 'checkout', functools.partial(_ping_idle, engine.dialect)
    )


def _note_use(_connection, record):
    record.info[_USED] = time.monotonic()


def _ping_idle(dialect, connection, record, _proxy):
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


def _choose_wal(connection, _record):
    """Let reads run during a write; the setting is stored in the file."""
    connection.execute('PRAGMA journal_mode = WAL')


def _prepare_sqlite(connection, _record):
    connection.execute('PRAGMA synchronous = NORMAL')
    connection.execute(f'PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT * 1000}')
    # As on the other databases, with the collations of the tables.
    connection.execute('PRAGMA case_sensitive_like = ON')


def _begin_immediate(connection, _cursor, statement, parameters, *_rest):
    """Turn the BEGIN that oslo.db emits into one that takes the write lock."""
    options = connection.get_execution_options()
    if statement == 'BEGIN' and options.get('sqlite_immediate'):
        statement = 'BEGIN IMMEDIATE'
    return statement, parameters
