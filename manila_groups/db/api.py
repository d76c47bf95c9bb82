# SPDX-License-Identifier: Apache-2.0
"""The database as one object, made once and handed to whoever needs it."""

from collections.abc import Callable
import contextlib
import copy
import functools
import time

from oslo_db import api as oslo_db_api
from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import enginefacade
from oslo_db.sqlalchemy import exc_filters
import sqlalchemy as sa
from sqlalchemy.pool import base as pools

from manila_groups import exception

#: Keys of a connection's info: the events of its transaction, and when it was
#: used last.
_EVENTS = 'manila_groups_events'
_USED = 'manila_groups_used'

#: Seconds without use after which a connection is not believed to be alive.
IDLE = 1

#: Seconds that a transaction waits for one of the connections, where the
#: configuration says nothing else.
POOL_TIMEOUT = 5

#: Seconds that an SQLite connection waits for another one's write.
SQLITE_BUSY_TIMEOUT = 30

#: What a URL has, by the database's kind or its Python driver, where it does
#: not say otherwise.  oslo.db asks MySQL for characters of three bytes.  The
#: times are in seconds, but for PostgreSQL's one in milliseconds: a server
#: that hangs must not hold a request for long.
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

#: Errors that tell that the database can't be used now, and may be later: it
#: does not answer, all connections are in use, or other transactions were
#: first again and again.
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
    """Name the error as oslo.db does for libpq before version 14."""
    raise db_exception.DBConnectionError(error)


def note(conn, event) -> None:
    """Note what a transaction does, for whom it may concern.

    :param event: handed to the database's listener as soon as the
        transaction has been committed; nobody hears of it otherwise
    """
    conn.info[_EVENTS].append(event)


def _hides_deadlock(error):
    """Tell whether a savepoint's end failed because of a deadlock.

    MySQL rolls the victim's whole transaction back, savepoints included.
    """
    return isinstance(getattr(error, 'cause', None), db_exception.DBDeadlock)


#: Runs a function again, from its start, when the database chose its
#: transaction as a deadlock's victim.  Goes on functions that hold the whole
#: of a transaction and nothing besides.
retry_on_deadlock = oslo_db_api.wrap_db_retry(
    max_retries=10,
    retry_interval=0.05,
    inc_retry_interval=True,
    max_retry_interval=1,
    jitter=True,
    retry_on_deadlock=True,
    exception_checker=_hides_deadlock,
)


class Database:
    """Transactions on the configured database.

    :param conf: an oslo.config object with oslo.db's options registered
    :param wait: let the first transaction wait for a database that does not
        answer yet, as long as the configuration says
    :raises ConfigurationError: no database is configured, or a second one
    """

    def __init__(self, conf, wait: bool = True):
        if not conf.database.connection:
            raise exception.ConfigurationError(
                '[database] connection: is not set.'
            )
        if conf.database.slave_connection:
            # What lags behind would not have what was created a moment ago.
            raise exception.ConfigurationError(
                '[database] slave_connection: all is read from the one '
                'database that connection names.'
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
        self._listeners = ()

    def heard_by(self, *listeners: Callable) -> 'Database':
        """The same database, for a part of the process with listeners.

        :param listeners: called with each event that was noted in a
            transaction of this part, when it is committed; they raise nothing
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
        """Begin a transaction that only reads; yields its connection.

        It is a connection of SQLAlchemy's core: the ORM would do more work
        for each statement.
        """
        with self.engine.connect() as conn:
            yield conn

    @contextlib.contextmanager
    def writer(self):
        """Begin a transaction that writes; yields its connection."""
        events = []
        with self.engine.connect() as conn:
            # The write lock is taken at the start: an SQLite transaction
            # that reads first and writes later fails when another one wrote
            # between the two, without waiting.
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
        # The connection still has the list.
        events.clear()

    def dispose(self):
        """Close the pooled connections."""
        self.engine.dispose()


def _commit(conn, transaction):
    try:
        transaction.commit()
    except BaseException:
        # Nobody knows what has become of the transaction: the connection
        # must not take another one.
        conn.invalidate()
        raise


def _has_pool(options):
    url = sa.make_url(options['connection'])
    return url.get_backend_name() != 'sqlite'


def _completed(url):
    """Add to a URL what it does not say."""
    parsed = sa.make_url(url)
    kind = parsed.get_backend_name()
    if kind == 'mariadb':
        raise exception.ConfigurationError(
            '[database] connection: a URL of MariaDB begins with '
            'mysql+pymysql://.'
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
    """Ask a server for nothing that a transaction does not need.

    Every transaction is ended where it was begun, so the pool has no need to
    end it once more; and a connection that was in use a moment ago is alive,
    or the server has gone away this moment.
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
    """Have the pool replace a connection that died while it was idle."""
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
    """Let readers read beside a writer; the file remembers it."""
    connection.execute('PRAGMA journal_mode = WAL')


def _prepare_sqlite(connection, _record):
    connection.execute('PRAGMA synchronous = NORMAL')
    connection.execute(f'PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT * 1000}')
    # As the other databases do with the collations that the tables have.
    connection.execute('PRAGMA case_sensitive_like = ON')


def _begin_immediate(connection, _cursor, statement, parameters, *_rest):
    """Turn the BEGIN that oslo.db emits into one that takes the write lock."""
    options = connection.get_execution_options()
    if statement == 'BEGIN' and options.get('sqlite_immediate'):
        statement = 'BEGIN IMMEDIATE'
    return statement, parameters
