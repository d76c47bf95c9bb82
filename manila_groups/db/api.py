# SPDX-License-Identifier: Apache-2.0
"""The database as one object, made once and handed to whoever needs it."""

import contextlib

from oslo_db import api as oslo_db_api
from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa

from manila_groups import exception

#: Seconds that an SQLite connection waits for another one's write.
SQLITE_BUSY_TIMEOUT = 30


@enginefacade.transaction_context_provider
class _Transaction:
    """Where enginefacade keeps the session of one transaction."""


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
    :raises ConfigurationError: no database is configured
    """

    def __init__(self, conf):
        if not conf.database.connection:
            raise exception.ConfigurationError(
                '[database] connection: is not set.'
            )
        self._manager = enginefacade.transaction_context()
        options = {
            name: value
            for name, value in conf.database.items()
            if name not in ('backend', 'use_db_reconnect')
            and not name.startswith('db_')
        }
        for name in ('connection', 'slave_connection'):
            options[name] = _with_whole_unicode(options[name])
        self._manager.configure(
            sqlite_fk=True, thread_checkin=False, **options
        )
        self._manager.append_on_engine_create(_prepare_engine)

    @property
    def engine(self) -> sa.Engine:
        """The engine itself, for migrations and tests."""
        return self._manager.writer.get_engine()

    @contextlib.contextmanager
    def reader(self):
        """Begin a transaction that only reads; yields a session."""
        with self._manager.reader.using(_Transaction()) as session:
            yield session

    @contextlib.contextmanager
    def writer(self):
        """Begin a transaction that writes; yields a session."""
        with self._manager.writer.using(_Transaction()) as session:
            # The write lock is taken at the start: an SQLite transaction
            # that reads first and writes later fails when another one wrote
            # between the two, without waiting.
            session.connection(execution_options={'sqlite_immediate': True})
            yield session

    def dispose(self):
        """Close the pooled connections."""
        self.engine.dispose()


def _with_whole_unicode(url):
    """Let MySQL take characters of four bytes; oslo.db asks for three."""
    if not url:
        return url
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == 'mysql' and 'charset' not in parsed.query:
        parsed = parsed.update_query_dict({'charset': 'utf8mb4'})
    return parsed.render_as_string(hide_password=False)


def _prepare_engine(engine):
    if engine.dialect.name == 'sqlite':
        sa.event.listen(engine, 'first_connect', _choose_wal)
        sa.event.listen(engine, 'connect', _prepare_sqlite)
        sa.event.listen(
            engine, 'before_cursor_execute', _begin_immediate, retval=True
        )


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
