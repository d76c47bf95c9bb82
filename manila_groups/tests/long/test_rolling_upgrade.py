# SPDX-License-Identifier: Apache-2.0
"""Two machines that are upgraded one after the other, and their users."""

import dataclasses
import os
import pathlib
import re
import signal
import threading
import time

import fixtures

from manila_groups import conf as configuration
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.domain.quotas import check as quota_check
from manila_groups.tests import base
from manila_groups.tests import previous_version
from manila_groups.tests import servers
from manila_groups.tests import virtual_host
from manila_groups.tests.functional import processes
from manila_groups.tests.soak import administration
from manila_groups.tests.soak import client as clients
from manila_groups.tests.soak import database
from manila_groups.tests.soak import findings
from manila_groups.tests.soak import groups
from manila_groups.tests.soak import session as sessions

_CONFIGURATION = """\
[DEFAULT]
host = {host}
transport_url = {broker.url}
control_exchange = {broker.exchange}
enabled_backends = one
default_share_type = soak
default_share_group_type = soak
log_file = {directory}/{host}.log
[api]
auth_strategy = noauth
bind_port = {port}
[database]
connection = {connection}
[service]
heartbeat_interval = 0.5
down_time = 30
reconcile_interval = 1
stuck_after = 5
[one]
driver = local
local_path = {directory}/{host}
local_privileges = none
max_over_subscription_ratio = 1000
"""

_PINS = '[upgrade_levels]\nscheduler = {}\nbackend = {}\n'

#: Users at once, of two projects; and seconds that they have between two
#: restarts.
USERS = 4
PAUSE = 4

#: What processes log when they have started: before and today.
_STARTED = re.compile('The process is at work|The service has started')
_WRONG = re.compile(r' (ERROR|CRITICAL) |Traceback')


@dataclasses.dataclass
class Machine:
    """One of the machines.

    :ivar text: its configuration, without pins
    :ivar programs: what runs there, by the module
    """

    file: pathlib.Path
    log: pathlib.Path
    port: int
    text: str
    programs: dict[str, processes.Program] = dataclasses.field(
        default_factory=dict
    )

    def starts(self):
        return len(_STARTED.findall(self.read()))

    def read(self):
        return self.log.read_text() if self.log.exists() else ''

    def answers(self):
        url = f'http://127.0.0.1:{self.port}/v2'
        return processes.Client(url).answers()


class User(clients.Client):
    """One of back ends that export nothing, and of a release before, too."""

    actions = tuple(
        one
        for one in clients.ACTIONS
        if one.call not in (groups.copy, groups.revert)
    )

    def check(self, is_right, text):
        super().check(is_right or text.endswith('has no locations'), text)


class TestOnSqlite(base.TestCase):
    server = None

    def setUp(self):
        super().setUp()
        servers.need_rabbit(self)
        self.old = previous_version.unpack(self)
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.broker = self.useFixture(virtual_host.Broker())
        self.connection = servers.use_database(self, self.server, fresh=True)
        self.machines = [self.machine(host) for host in ('here', 'there')]
        self.pin(
            _PINS.format(
                *(
                    previous_version.spoken(self.old, role)
                    for role in ('scheduler', 'backend')
                )
            )
        )
        conf = configuration.load(files=[str(self.machines[0].file)])
        self.db = db_api.Database(conf)
        self.addCleanup(self.db.dispose)
        self.findings = findings.Findings()
        self.ended = threading.Event()

    def machine(self, host):
        port = processes.free_port()
        return Machine(
            file=self.directory / f'{host}.conf',
            log=self.directory / f'{host}.log',
            port=port,
            text=_CONFIGURATION.format(
                host=host,
                broker=self.broker,
                directory=self.directory,
                port=port,
                connection=self.connection,
            ),
        )

    def pin(self, pins):
        for one in self.machines:
            one.file.write_text(pins + one.text)

    def start(self, machine, root, module):
        before = machine.starts()
        machine.programs[module] = self.useFixture(
            processes.Program(module, '--config-file', machine.file, root=root)
        )
        begun = processes.wait_for(lambda: machine.starts() > before)
        self.assertTrue(begun, self.outcome())
        if module == 'api':
            self.assertTrue(processes.wait_for(machine.answers))

    def replace(self, machine, module, number=signal.SIGTERM):
        """Let a program of this version take the place of what runs."""
        if module == 'api':
            self.go_elsewhere(machine)
        program = machine.programs[module]
        code = -number if number == signal.SIGKILL else 0
        self.assertEqual(code, program.end(number), program.complained())
        self.start(machine, None, module)
        time.sleep(PAUSE)

    def go_elsewhere(self, machine):
        """Let all users ask the other machine, as a load balancer would."""
        (other,) = (one for one in self.machines if one is not machine)
        for user in self.users:
            user.session._port = other.port
        time.sleep(1)

    def session(self, project, user):
        return sessions.Session(
            self.machines[0].port,
            project,
            user,
            self.findings,
            findings.Tally(),
            processes.PATIENCE,
        )

    def begin(self):
        """Let the users begin."""
        projects = ['shop', 'mill']
        admin = self.session('admin', 'root')
        setting = administration.prepare(admin, projects)
        self.users = [
            User(
                number,
                'roll',
                self.session(projects[number % 2], f'user-{number}'),
                setting,
                self.findings,
                findings.Tally(),
                self.ended,
            )
            for number in range(USERS)
        ]
        for user in self.users:
            user.start()
        time.sleep(PAUSE)

    def end(self):
        """Let the users clean up and go."""
        self.ended.set()
        for user in self.users:
            user.join(4 * processes.PATIENCE)
            self.assertFalse(user.is_alive(), self.outcome())

    def outcome(self):
        logs = [one.read()[-3000:] for one in self.machines]
        return '\n'.join([*self.findings.lines(), *logs])

    def test_users_notice_nothing(self):
        migrations.upgrade(self.db.engine)
        here, there = self.machines
        for machine in self.machines:
            for module in ('backend', 'scheduler', 'api'):
                self.start(machine, self.old, module)
        self.begin()
        for module in ('backend', 'scheduler', 'api'):
            self.replace(here, module)
        for module in ('api', 'scheduler'):
            self.replace(there, module)
        self.replace(there, 'backend', signal.SIGKILL)
        self.pin('')
        for machine in self.machines:
            for module in ('backend', 'scheduler', 'api'):
                self.replace(machine, module)
        self.end()
        self.check_end()

    def check_end(self):
        self.assertFalse(self.findings, self.outcome())
        self.assertEqual([], quota_check.differences(self.db))
        processes.wait_for(lambda: not [*self.leftovers()], 30)
        self.assertEqual([], [*self.leftovers()])
        for machine in self.machines:
            wrong = [
                line
                for line in machine.read().splitlines()
                if _WRONG.search(line)
            ]
            self.assertEqual([], wrong)

    def leftovers(self):
        """What is left in the database and in storage, of all that was."""
        yield from database.leftovers(self.db.engine)
        for machine in self.machines:
            storage = machine.log.with_suffix('')
            for name in ('groups', 'shares', 'snapshots', 'drafts', 'trash'):
                yield from os.listdir(storage / name)


class TestOnMysql(TestOnSqlite):
    server = servers.MYSQL


class TestOnPostgresql(TestOnSqlite):
    server = servers.POSTGRESQL
