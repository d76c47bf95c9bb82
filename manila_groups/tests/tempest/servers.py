# SPDX-License-Identifier: Apache-2.0
"""Where the databases and the messages are, for as long as the tests run."""

import contextlib
import os
import pathlib
import socket
import urllib.parse

import sqlalchemy as sa

from manila_groups.tests import servers
from manila_groups.tests import virtual_host
from manila_groups.tests.tempest import processes


class Sqlite:
    """Databases in files, and no messages between processes."""

    several_processes = False
    transport = 'fake:///'
    exchange = 'tempest'

    def __init__(self, directory: pathlib.Path):
        self._directory = directory

    def database(self, name: str) -> str:
        """Make a database; returns its URL."""
        return f'sqlite:///{self._directory}/{name}.sqlite'


class Servers:
    """MariaDB and RabbitMQ.

    :param stack: what ends them
    :raises ImportError: MariaDB's Python driver is not installed
    :raises sqlalchemy.exc.OperationalError: MariaDB does not answer
    :raises OSError: RabbitMQ does not answer
    """

    several_processes = True

    def __init__(self, stack: contextlib.ExitStack):
        self._stack = stack
        self._databases = {
            name: self._make_database()
            for name in ('keystone', 'manila_groups')
        }
        url = urllib.parse.urlsplit(servers.RABBIT)
        socket.create_connection((url.hostname, url.port or 5672), 5).close()
        made = stack.enter_context(virtual_host.Broker())
        self.transport, self.exchange = made.url, made.exchange

    def _make_database(self):
        made = servers.DatabaseOnServer(servers.MYSQL)
        self._stack.callback(made.drop)
        return made.url

    def database(self, name: str) -> str:
        """Find a database; returns its URL."""
        return self._databases[name]


def find(
    stack: contextlib.ExitStack, directory: pathlib.Path
) -> Servers | Sqlite:
    """Use the servers of this machine; without them, files and one process.

    :param stack: what ends them
    :raises Failed: they are not there, and have to be
    """
    try:
        return Servers(stack)
    except (ImportError, OSError, sa.exc.OperationalError) as error:
        reason = str(error).splitlines()[0]
        if os.environ.get('MANILA_GROUPS_TEST_SERVICES') == 'required':
            raise processes.Failed(reason) from error
        print(f'On SQLite, in one process: {reason}', flush=True)
        return Sqlite(directory)
