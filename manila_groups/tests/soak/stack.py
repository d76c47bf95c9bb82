# SPDX-License-Identifier: Apache-2.0
"""The processes of the service, each with its own configuration and log."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import fixtures
import psutil

from manila_groups.tests import virtual_host
from manila_groups.tests.functional import processes
from manila_groups.tests.soak import database

_CONFIGURATION = """\
[DEFAULT]
host = {name}
transport_url = {broker.url}
control_exchange = {broker.exchange}
enabled_backends = one,two
log_file = {directory}/{name}.log
default_share_type = soak
default_share_group_type = soak
[api]
auth_strategy = noauth
bind_port = {port}
[database]
connection = {database.url}
[one]
driver = fake
fake_pools = [{{"name": "a"}}, {{"name": "b"}}]
fake_delays = {delays}
fake_group_capabilities = {{"consistent_snapshot_support": "pool"}}
[two]
driver = fake
fake_pools = [{{"name": "c"}}, {{"name": "d"}}]
fake_delays = {delays}
"""

#: What is added where restic is installed.
_BACKUP = """\
[backup]
repository = {directory}/repository
secret_file = {directory}/secret
cache_directory = {directory}/cache/{name}
"""

_DELAYS = ','.join(
    f'{method}:0.03'
    for method in (
        'create_share_group',
        'delete_share_group',
        'create_share',
        'delete_share',
        'create_share_group_snapshot',
        'create_share_group_from_snapshot',
    )
)

_ROOT = pathlib.Path(__file__).parents[3]
_BIN = pathlib.Path(sys.executable).parent

_WRONG = re.compile(r' (ERROR|CRITICAL) |Traceback')


class Stack(fixtures.Fixture):
    """The API under uWSGI, schedulers and back ends.

    :param kind: of the database
    :param directory: for configuration and logs; None is a temporary one
    :ivar directory: the same, as a path
    :ivar port: of the API
    :ivar processes: the started ones by name, as psutil has them
    :ivar has_backups: whether share groups can be backed up
    """

    #: What the processes are configured with, to be filled in for each.
    configuration = _CONFIGURATION

    #: How many processes the API has.
    workers = 2

    #: The programs beside it, by the names of the processes.
    daemons = {
        'scheduler-1': 'manila-groups-scheduler',
        'scheduler-2': 'manila-groups-scheduler',
        'backend-1': 'manila-groups-backend',
        'backend-2': 'manila-groups-backend',
    }

    #: How many services of those send heartbeats.
    services = 6

    def __init__(self, kind: str, directory: str | None, findings):
        self._kind = kind
        self.directory = directory
        self._findings = findings
        self.processes = {}
        self.has_backups = shutil.which('restic') is not None

    def _setUp(self):
        temporary = self.useFixture(fixtures.TempDir()).path
        self.directory = pathlib.Path(self.directory or temporary).absolute()
        self.directory.mkdir(parents=True, exist_ok=True)
        secret = self.directory / 'secret'
        secret.write_text('the secret of one run, long enough for the key')
        secret.chmod(0o600)
        self._find_servers()
        self.port = processes.free_port()
        self.addCleanup(self._kill)
        self.manage('db', 'sync').check_returncode()
        for name in ('api', *self.daemons):
            self.start(name)

    def _find_servers(self):
        """Have a database and a broker, with a url each."""
        self.database = self.useFixture(
            database.Database(self._kind, self.directory)
        )
        self.broker = self.useFixture(virtual_host.Broker())

    def manage(self, *arguments) -> subprocess.CompletedProcess:
        """Run a command of the administrator to its end."""
        return subprocess.run(
            [_BIN / 'manila-groups-manage', *arguments],
            check=False,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment('api'),
        )

    def _environment(self, name):
        """Give a process a home of its own, where its configuration is."""
        home = self.directory / name
        file = home / '.manila-groups' / 'manila-groups.conf'
        file.parent.mkdir(parents=True, exist_ok=True)
        backup = _BACKUP if self.has_backups else ''
        file.write_text(
            (self.configuration + backup).format(
                name=name,
                directory=self.directory,
                broker=self.broker,
                database=self.database,
                port=self.port,
                delays=_DELAYS,
            )
        )
        return {**os.environ, 'HOME': str(home), 'PYTHONPATH': str(_ROOT)}

    def _uwsgi(self):
        sample = _ROOT / 'etc' / 'uwsgi' / 'manila-groups-api.ini'
        file = self.directory / 'uwsgi.ini'
        # The sample's lines for uWSGI without a web server in front.
        text = re.sub('(?m)^(chmod-)?socket =.*|^;', '', sample.read_text())
        text = re.sub(
            '(?m)^processes =.*', f'processes = {self.workers}', text
        )
        file.write_text(
            text.replace('127.0.0.1:8786', f'127.0.0.1:{self.port}')
        )
        return [_BIN / 'uwsgi', '--ini', file, '--virtualenv', sys.prefix]

    def start(self, name: str) -> None:
        """Start a process that does not run."""
        is_api = name == 'api'
        command = self._uwsgi() if is_api else [_BIN / self.daemons[name]]
        with (self.directory / f'{name}.out').open('a') as out:
            # Ctrl-C is for the clients only.
            self.processes[name] = psutil.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=self._environment(name),
            )

    def wait_until_ready(self) -> None:
        """Wait for the API, and for the heartbeats of all services.

        :raises RuntimeError: it takes too long
        """
        api = processes.Client(f'http://127.0.0.1:{self.port}/v2')
        if not processes.wait_for(lambda: self._are_up(api)):
            raise RuntimeError('\n'.join(['not ready', *self.logs()]))

    def _are_up(self, api):
        try:
            found = api.ask('GET', '/services')['services']
        except OSError:
            return False
        return sum(one['state'] == 'up' for one in found) == self.services

    def _kill(self):
        for process in self.processes.values():
            if process.poll() is None:
                for child in process.children(recursive=True):
                    child.kill()
                process.kill()
                process.wait()

    def stop(self) -> None:
        """End all processes as an operator does, and look how they end."""
        begin = time.monotonic()
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in self.processes.items():
            left = processes.PATIENCE - (time.monotonic() - begin)
            try:
                code = process.wait(max(left, 0))
            except psutil.TimeoutExpired:
                code = f'no end in {processes.PATIENCE} seconds'
            if code:
                self._findings.add(
                    'wrong ends of processes', f'{name}: {code}'
                )

    def logs(self):
        """Go through the lines of all logs: "name: line"."""
        for file in sorted(self.directory.iterdir()):
            if file.suffix in ('.log', '.out'):
                with file.open(errors='replace') as lines:
                    for line in lines:
                        yield f'{file.name}: {line.rstrip()}'

    def check_logs(self) -> None:
        """Look for errors in the logs."""
        for line in self.logs():
            if _WRONG.search(line):
                self._findings.add('errors in logs', line[:400])

    def check_rest(self) -> None:
        """Look for rows and messages that were left over."""
        for text in self.database.leftovers():
            self._findings.add('left in the database', text)

        def are_empty():
            return not any(self.broker.queues().values())

        if not processes.wait_for(are_empty, 10):
            self._findings.add('left in queues', str(self.broker.queues()))
