# SPDX-License-Identifier: Apache-2.0
"""A database server and a broker of the run's own, that may be killed."""

import os
import pathlib
import shutil
import socket
import subprocess

import fixtures
import psutil
import pymysql

from manila_groups.tests.functional import processes

_LOCAL = '127.0.0.1'

#: Where programs are. RabbitMQ's own directory comes first: the script of the
#: same name that packages have in /usr/sbin becomes another user.
_PATH = os.pathsep.join(
    ['/usr/lib/rabbitmq/bin', os.environ.get('PATH', ''), '/usr/sbin']
)


class Missing(Exception):
    """A program that the run needs is not there."""


def _find(program):
    found = shutil.which(program, path=_PATH)
    if found is None:
        raise Missing(f'{program} is not installed')
    return found


class Server(fixtures.Fixture):
    """A server with a directory and a port of its own.

    :param directory: for its files
    :ivar port: that it listens on
    :ivar process: the started one, as psutil has it
    """

    name: str

    def __init__(self, directory: pathlib.Path):
        self._directory = directory / self.name
        self.port = processes.free_port()
        self.process = None

    def _setUp(self):
        self._directory.mkdir()
        self._prepare()
        self.addCleanup(self._kill)
        self.start()
        self.wait_until_ready()

    def _prepare(self):
        """Make what there has to be before the first start."""

    def start(self) -> None:
        """Start it, when it does not run."""
        with (self._directory.parent / f'{self.name}.out').open('a') as out:
            self.process = psutil.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **self._environment()},
            )

    def wait_until_ready(self) -> None:
        """Wait until it answers.

        :raises RuntimeError: it takes too long
        """
        if not processes.wait_for(self._answers):
            raise RuntimeError(f'{self.name} does not answer')

    def _environment(self):
        return {}

    def _kill(self):
        if self.process.is_running():
            self.process.kill()
            self.process.wait()


class Database(Server):
    """MariaDB.

    :ivar url: of the service's database, as SQLAlchemy wants it
    """

    name = 'database'

    def _prepare(self):
        install = [
            _find('mariadb-install-db'),
            '--no-defaults',
            f'--user={self._user()}',
            f'--datadir={self._directory}/data',
            '--auth-root-authentication-method=normal',
            '--skip-test-db',
        ]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)

    def _user(self):
        return psutil.Process().username()

    def _setUp(self):
        super()._setUp()
        with self._connect() as connection:
            connection.cursor().execute('CREATE DATABASE manila_groups')
        self.url = f'mysql+pymysql://root@{_LOCAL}:{self.port}/manila_groups'

    def _command(self):
        return [
            _find('mariadbd'),
            '--no-defaults',
            f'--user={self._user()}',
            f'--datadir={self._directory}/data',
            f'--socket={self._directory}/socket',
            f'--pid-file={self._directory}/pid',
            f'--bind-address={_LOCAL}',
            f'--port={self.port}',
        ]

    def _connect(self):
        return pymysql.connect(
            host=_LOCAL, port=self.port, user='root', connect_timeout=5
        )

    def _answers(self):
        try:
            self._connect().close()
        except pymysql.err.OperationalError:
            return False
        return True


class Broker(Server):
    """RabbitMQ, as a node of its own.

    :ivar url: as oslo.messaging wants it: of the test transport
    :ivar exchange: for the option control_exchange
    """

    name = 'broker'
    exchange = 'manila-groups'

    def __init__(self, directory):
        super().__init__(directory)
        self._distribution_port = processes.free_port()
        self.url = f'faulty://guest:guest@{_LOCAL}:{self.port}/'

    def _prepare(self):
        (self._directory / 'plugins').write_text('[].\n')
        (self._directory / 'environment').touch()

    def _command(self):
        return [_find('rabbitmq-server')]

    def _environment(self):
        at = self._directory
        return {
            'HOME': str(at),
            'RABBITMQ_NODENAME': f'manila-groups-{self.port}@localhost',
            'RABBITMQ_NODE_IP_ADDRESS': _LOCAL,
            'RABBITMQ_NODE_PORT': str(self.port),
            'RABBITMQ_DIST_PORT': str(self._distribution_port),
            'RABBITMQ_MNESIA_BASE': f'{at}/mnesia',
            'RABBITMQ_LOG_BASE': f'{at}/log',
            'RABBITMQ_ENABLED_PLUGINS_FILE': f'{at}/plugins',
            'RABBITMQ_CONFIG_FILE': f'{at}/rabbitmq',
            'RABBITMQ_CONF_ENV_FILE': f'{at}/environment',
            # One process, without a shell that waits for it.
            'RUNNING_UNDER_SYSTEMD': 'true',
        }

    def _answers(self):
        """Tell whether it speaks its protocol yet."""
        try:
            with socket.create_connection((_LOCAL, self.port), 5) as connected:
                connected.settimeout(5)
                connected.sendall(b'AMQP\0\0\x09\x01')
                return bool(connected.recv(1))
        except OSError:
            return False
