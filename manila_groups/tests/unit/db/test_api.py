# SPDX-License-Identifier: Apache-2.0
"""Transactions: what is tried again, and what is told when none can be."""

import ast
from concurrent import futures
import contextlib
import pathlib
import socket
import time
from unittest import mock

from oslo_db import exception as db_exception
import sqlalchemy as sa
import webob

import manila_groups
from manila_groups import exception
from manila_groups.cmd import api as api_command
from manila_groups.db import api
from manila_groups.db import availability_zones
from manila_groups.db import connections
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import servers
from manila_groups.tests.unit.db import case

#: The drivers of the servers, with the parameter of the URL that says how long
#: one waits for a server that takes a connection and is silent.
DRIVERS = {
    'mysql+mysqldb': 'connect_timeout',
    'mysql+pymysql': 'read_timeout',
    'postgresql+psycopg2': 'connect_timeout',
}

_PACKAGE = pathlib.Path(manila_groups.__file__).parent


def _writers(tree):
    """Find the innermost functions that begin a transaction that writes."""
    for node in ast.walk(tree):
        functions = [
            one
            for one in ast.walk(node)
            if isinstance(one, ast.FunctionDef) and one is not node
        ]
        if (
            isinstance(node, ast.FunctionDef)
            and '.writer()' in ast.unparse(node)
            and not any('.writer()' in ast.unparse(one) for one in functions)
        ):
            yield node


class TestEveryWriter(base.TestCase):
    """With Galera, any COMMIT may fail because of another node's."""

    def test_is_tried_again(self):
        for file in _PACKAGE.rglob('*.py'):
            if _PACKAGE / 'tests' in file.parents or file.name == 'api.py':
                continue
            for node in _writers(ast.parse(file.read_text())):
                decorators = [ast.unparse(one) for one in node.decorator_list]
                where = f'{file.relative_to(_PACKAGE)}: {node.name}'
                self.assertIn('db_api.retry_on_deadlock', decorators, where)

    def test_a_method_that_is_a_transaction(self):
        class Zones:
            def __init__(self, db):
                self._db, self.tries = db, 0

            @api.transaction
            def add(self, conn, name):
                self.tries += 1
                zone_id = availability_zones.ensure(conn, name)
                if self.tries < 3:
                    raise db_exception.DBDeadlock
                return zone_id

        db = self.useFixture(fixtures.DatabaseFixture()).db
        zones = Zones(db)
        zone_id = zones.add('north')
        self.assertEqual(3, zones.tries)
        with db.reader() as conn:
            self.assertEqual(zone_id, availability_zones.get_id(conn, 'north'))


class TestViews(case.OnSqlite):
    """What a read sees of what others commit meanwhile."""

    def zones(self, conn):
        return [one.name for one in availability_zones.list_all(conn)]

    def test_each_statement_sees_the_newest(self):
        self.ensure_zone('north')
        with self.db.reader() as conn:
            self.assertEqual(['north'], self.zones(conn))
            self.ensure_zone('south')
            self.assertEqual(['north', 'south'], self.zones(conn))

    def test_all_statements_see_the_same(self):
        self.ensure_zone('north')
        for _again in range(2):
            with self.db.snapshot() as conn:
                before = self.zones(conn)
                self.ensure_zone(f'zone-{len(before)}')
                self.assertEqual(before, self.zones(conn))
        with self.db.reader() as conn:
            self.assertEqual(['north', 'zone-1', 'zone-2'], self.zones(conn))

    def test_a_transaction_after_reads_is_one(self):
        for read in (self.db.reader, self.db.snapshot):
            with read() as conn:
                self.zones(conn)
            self.assertRaises(ZeroDivisionError, self.fail_after_a_change)
            with self.db.reader() as conn:
                self.assertEqual([], self.zones(conn))

    def fail_after_a_change(self):
        with self.db.writer() as conn:
            availability_zones.ensure(conn, 'lost')
            raise ZeroDivisionError

    def test_a_read_that_failed_leaves_nothing_behind(self):
        failures = db_exception.DBError, sa.exc.DBAPIError
        self.assertRaises(failures, self.read_nothing)
        self.ensure_zone('north')
        with self.db.reader() as conn:
            self.assertEqual(['north'], self.zones(conn))

    def read_nothing(self):
        with self.db.reader() as conn:
            conn.execute(sa.text('SELECT nothing FROM nowhere'))


class TestViewsOnMysql(case.OnMysql, TestViews):
    pass


class TestViewsWithTheOtherDriver(case.OnMysqlWithTheOtherDriver, TestViews):
    pass


class TestViewsOnPostgresql(case.OnPostgresql, TestViews):
    pass


class OnMysql(case.OnMysql):
    def setUp(self):
        super().setUp()
        # Tests before have left connections, of which any may be the next.
        self.db.engine.dispose()

    def test_a_commit_that_another_one_has_beaten_is_tried_again(self):
        dialect = self.db.engine.dialect
        commit = dialect.do_commit
        # What Galera answers to a COMMIT that it could not certify.
        answers = [1213, 1213, None]

        def beaten(connection):
            number = answers.pop(0)
            if number:
                dialect.do_rollback(connection)
                raise dialect.loaded_dbapi.OperationalError(
                    number,
                    'Deadlock found when trying to get lock; try restarting '
                    'transaction',
                )
            commit(connection)

        ensure = api.retry_on_deadlock(self.ensure_zone)
        with mock.patch.object(dialect, 'do_commit', beaten):
            zone_id = ensure('north')
        self.assertEqual([], answers)
        self.assertEqual(zone_id, self.ask(availability_zones.get_id, 'north'))

    def test_a_commit_that_failed_is_not_made_up_for_by_the_next(self):
        dialect = self.db.engine.dialect
        failure = dialect.loaded_dbapi.OperationalError(1317, 'interrupted')
        with mock.patch.object(dialect, 'do_commit', side_effect=failure):
            self.assertRaises(
                sa.exc.OperationalError, self.ensure_zone, 'lost'
            )
        self.ensure_zone('kept')
        with self.db.reader() as conn:
            found = availability_zones.list_all(conn)
        self.assertEqual(['kept'], [one.name for one in found])

    def test_it_is_told_when_it_was_beaten_again_and_again(self):
        error = db_exception.DBDeadlock()
        with mock.patch('time.sleep'):
            fail = api.retry_on_deadlock(mock.Mock(side_effect=error))
            raised = self.assertRaises(api.UNAVAILABLE, fail)
        self.assertIs(error, raised)

    #: The ids of what is connected to the database, but for the one who asks.
    CONNECTED = (
        'SELECT id FROM information_schema.processlist '
        'WHERE db = DATABASE() AND id != CONNECTION_ID()'
    )
    KILL = 'KILL {}'

    def kill(self):
        """End what is connected to the database, from the server's side."""
        # The next test has the same pool.
        self.addCleanup(self.db.engine.dispose)
        with self.other_engine().connect() as connection:
            found = connection.exec_driver_sql(self.CONNECTED).scalars().all()
            for one in found:
                self.kill_one(connection, one)
            while connection.exec_driver_sql(self.CONNECTED).first():
                time.sleep(0.01)
        return len(found)

    def kill_one(self, connection, one):
        # One that its client has closed may be gone meanwhile.
        with contextlib.suppress(sa.exc.OperationalError):
            connection.exec_driver_sql(self.KILL.format(one))

    def other_engine(self):
        return sa.create_engine(
            self.conf.database.connection,
            poolclass=sa.pool.NullPool,
            isolation_level='AUTOCOMMIT',
        )

    @mock.patch.object(connections, 'IDLE', 3600)
    def test_what_had_no_time_to_be_tested_is_told_and_replaced(self):
        for use in (self.ensure_zone, self.read_zone):
            self.ensure_zone('north')
            self.assertGreater(self.kill(), 0)
            self.assertRaises(api.UNAVAILABLE, use, 'north')
            self.assertIsNotNone(use('north'))

    def read_zone(self, name):
        with self.db.reader() as conn:
            return availability_zones.get_id(conn, name)

    #: Takes longer than it is left to run, in seconds.
    SLEEP = 'SELECT SLEEP(20)'

    @mock.patch.object(connections, 'IDLE', 3600)
    def test_what_was_ended_in_its_midst_is_told_and_replaced(self):
        self.assertIsNone(self.read_zone('north'))
        with futures.ThreadPoolExecutor(1) as executor:
            sleeping = executor.submit(self.sleep)
            self.kill_when_asleep()
            self.assertRaises(db_exception.DBConnectionError, sleeping.result)
        self.assertIsNone(self.read_zone('north'))

    def sleep(self):
        with self.db.reader() as conn:
            conn.exec_driver_sql(self.SLEEP)

    def kill_when_asleep(self):
        with self.other_engine().connect() as connection:
            while not connection.exec_driver_sql(self.ASLEEP).scalar():
                time.sleep(0.01)
        self.kill()

    ASLEEP = (
        'SELECT COUNT(*) FROM information_schema.processlist '
        f"WHERE db = DATABASE() AND info = '{SLEEP}'"
    )

    @mock.patch.object(connections, 'IDLE', 0)
    def test_connections_that_the_server_has_ended(self):
        self.ensure_zone('north')
        self.assertGreater(self.kill(), 0)
        self.assertIsNotNone(self.ask(availability_zones.get_id, 'north'))
        self.kill()
        self.ensure_zone('south')
        with self.db.reader() as conn:
            found = availability_zones.list_all(conn)
        self.assertEqual(['north', 'south'], [one.name for one in found])


class OnMysqlWithTheOtherDriver(case.OnMysqlWithTheOtherDriver, OnMysql):
    pass


class OnPostgresql(OnMysql, case.OnPostgresql):
    CONNECTED = (
        'SELECT pid FROM pg_stat_activity '
        'WHERE datname = current_database() AND pid != pg_backend_pid()'
    )
    KILL = 'SELECT pg_terminate_backend({}, 5000)'
    SLEEP = 'SELECT pg_sleep(20)'
    ASLEEP = (
        'SELECT COUNT(*) FROM pg_stat_activity '
        f"WHERE datname = current_database() AND query = '{SLEEP}'"
    )

    def connection(self):
        return case.OnPostgresql.connection(self)

    test_a_commit_that_another_one_has_beaten_is_tried_again = None


class TestUnavailable(base.TestCase):
    """A database that can't be used is told as such, and soon."""

    def ask(self, application):
        request = webob.Request.blank(
            '/v2/share-groups',
            headers={'X-OpenStack-Manila-API-Version': 'latest'},
        )
        return request.get_response(application)

    def application(self, connection, **options):
        database = {'connection': connection, **options}
        conf = fixtures.configuration.load(
            files=[],
            defaults=fixtures.merged(
                fixtures.DEFAULTS, {'database': database}
            ),
        )
        self.conf, self.db = conf, api.Database(conf, wait=False)
        return api_command.assemble(conf, self.db, rpc.transport(conf))

    def drivers(self):
        """Each driver, with the time-out that counts while it connects."""
        for driver in DRIVERS:
            servers.need_driver(self, driver)
        return DRIVERS

    def assertUnavailable(self, answer):
        self.assertEqual(503, answer.status_int, answer.text)
        self.assertIn('serviceUnavailable', answer.json)

    def test_a_server_that_is_not_there(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        for driver in self.drivers():
            url = f'{driver}://user@127.0.0.1:{port}/name'
            self.assertUnavailable(self.ask(self.application(url)))

    def test_a_server_that_hangs(self):
        with socket.create_server(('127.0.0.1', 0)) as hung:
            port = hung.getsockname()[1]
            for driver, name in self.drivers().items():
                url = f'{driver}://user@127.0.0.1:{port}/name?{name}=2'
                self.assertUnavailable(self.ask(self.application(url)))

    def test_a_daemon_waits_for_a_server(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        for driver in self.drivers():
            for retries, waits in ((0, 0), (1, 0), (3, 2)):
                self.application(
                    f'{driver}://user@127.0.0.1:{port}/name',
                    max_retries=retries,
                )
                db = api.Database(self.conf)
                with mock.patch('time.sleep') as sleep:
                    self.assertRaises(
                        db_exception.DBConnectionError,
                        lambda db=db: db.engine.connect(),
                    )
                self.assertEqual(waits, sleep.call_count, (driver, retries))

    def test_a_server_that_answers_later(self):
        url = servers.lend_database(self, None)
        self.application(url, max_retries=-1)
        engine = api.Database(self.conf).engine
        failure = db_exception.DBConnectionError()
        answers = [failure] * 20 + [mock.Mock()]
        with (
            mock.patch('time.sleep'),
            mock.patch.object(engine, 'connect', side_effect=answers) as tried,
        ):
            connections.wait(engine, -1, 1)
        self.assertEqual(21, tried.call_count)

    def test_the_url_says_how_long_to_wait(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        for driver, name in self.drivers().items():
            url = f'{driver}://user@127.0.0.1:{port}/name'
            self.application(url)
            self.assertIn(name, self.db.engine.url.query)
            self.application(f'{url}?{name}=77')
            self.assertEqual('77', self.db.engine.url.query[name])

    def test_all_connections_are_in_use(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        application = self.application(
            url, max_pool_size=1, max_overflow=0, pool_timeout=1
        )
        self.addCleanup(self.db.dispose)
        with self.db.reader() as conn:
            conn.execute(sa.select(1))
            self.assertUnavailable(self.ask(application))
        self.assertEqual(200, self.ask(application).status_int)

    def test_a_second_database_is_refused(self):
        conf = fixtures.configuration.load(
            files=[],
            defaults={
                'database': {
                    'connection': 'sqlite://',
                    'slave_connection': 'sqlite://',
                }
            },
        )
        error = self.assertRaises(
            exception.ConfigurationError, api.Database, conf
        )
        self.assertIn('slave_connection', str(error))
