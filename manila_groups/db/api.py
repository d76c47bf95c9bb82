# SPDX-License-Identifier: Apache-2.0
"""The database: one object that begins transactions."""

from collections.abc import Callable
import contextlib
import copy
import functools
from typing import Any
from typing import Concatenate
from typing import ParamSpec
from typing import Protocol
from typing import TypeVar

from oslo_db import api as oslo_db_api
from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy as sa

from manila_groups import exception
from manila_groups.conf import files
from manila_groups.db import connections

#: The key of a connection's info with the events of its transaction.
_EVENTS = 'manila_groups_events'

#: Errors after which a later attempt may succeed: the database does not
#: answer, all connections are in use, or every retry met a deadlock.
UNAVAILABLE = (
    db_exception.DBConnectionError,
    db_exception.DBDeadlock,
    sa.exc.OperationalError,
    sa.exc.TimeoutError,
)


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
        options = connections.completed(options)
        # oslo.db would wait with connections of another kind.
        retries, options['max_retries'] = options['max_retries'], 0
        self._writer.configure(sqlite_fk=True, thread_checkin=False, **options)
        self._writer.append_on_engine_create(connections.prepare)
        if wait and retries:
            interval = options['retry_interval']
            self._writer.append_on_engine_create(
                lambda engine: connections.wait(engine, retries, interval)
            )
        self._listeners: tuple[Callable, ...] = ()
        self._recorders: tuple[Callable, ...] = ()

    def heard_by(self, *listeners: Callable) -> 'Database':
        """Return the same database, with listeners.

        :param listeners: called with each event noted in a transaction that
            was begun here, after its commit; they must not raise
        """
        heard = copy.copy(self)
        heard._listeners = listeners
        return heard

    def recorded_by(self, *recorders: Callable) -> 'Database':
        """Return the same database, with recorders.

        :param recorders: called with the connection and each event noted in
            a transaction that was begun here, before its commit; what they
            write is part of the transaction, which ends when they raise
        """
        recorded = copy.copy(self)
        recorded._recorders = recorders
        return recorded

    def make_engine(self) -> None:
        """Make the engine before it is used.

        Opens no connection, unless it is to wait for the database.
        """
        self._writer.get_engine()

    @property
    def engine(self) -> sa.Engine:
        """The engine itself, for migrations and tests."""
        return self._writer.get_engine()

    @contextlib.contextmanager
    def reader(self):
        """Yield a connection for reads without a transaction.

        Each statement sees what was committed before it, and costs one round
        trip. It is a connection of SQLAlchemy's core: the ORM would do more
        work for each statement.
        """
        with connections.reading(self.engine) as conn:
            yield conn

    @contextlib.contextmanager
    def snapshot(self):
        """Begin a transaction that only reads, and yield its connection.

        All its statements see what was committed before the first one.
        """
        with connections.repeatable(self.engine) as conn, conn.begin():
            yield conn

    @contextlib.contextmanager
    def writer(self):
        """Begin a transaction that writes, and yield its connection."""
        events: list[Any] = []
        with self.engine.connect() as conn:
            connections.will_write(conn)
            conn.info[_EVENTS] = events
            with conn.begin() as transaction:
                yield conn
                if transaction.is_active:
                    for event in events:
                        for record in self._recorders:
                            record(conn, event)
                    _commit(conn, transaction)
                else:
                    # Rolled back on purpose.
                    events.clear()
        for event in events:
            for listener in self._listeners:
                listener(event)
        # The pooled connection still refers to the list.
        events.clear()

    @contextlib.contextmanager
    def rehearsal(self):
        """Begin a transaction that writes, and takes it all back in the end.

        Listeners are told nothing.
        """
        with self.writer() as conn:
            yield conn
            conn.get_transaction().rollback()

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
