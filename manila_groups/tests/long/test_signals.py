# SPDX-License-Identifier: Apache-2.0
"""What signals do to the processes, and what these tell systemd."""

import pathlib
import re
import signal
import socket

import fixtures

from manila_groups import conf as configuration
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import services
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.tests import base
from manila_groups.tests.functional import processes

_CONFIGURATION = """\
[DEFAULT]
host = here
transport_url = {transport}
enabled_backends = {backends}
default_share_type = default
default_share_group_type = default
graceful_shutdown_timeout = {graceful}
log_file = {directory}/log
debug = {debug}
[api]
auth_strategy = noauth
bind_port = {port}
[database]
connection = sqlite:///{directory}/test.sqlite
[profiler]
connection_string = redis://:hidden@there/
[quota]
share_groups = {quota}
[scheduler]
enabled_filters = {filters}
[service]
heartbeat_interval = {heartbeat}
down_time = 7200
reconcile_interval = {reconcile}
stuck_after = 0.2
[one]
driver = fake
fake_delays = {delays}
[two]
driver = fake
fake_delays = {delays}
"""


class SignalTest(base.TestCase):
    """Processes without a message bus: they find their work in the rows."""

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = self.directory / 'manila-groups.conf'
        self.values = {
            'transport': 'fake://user:hidden@/',
            'backends': 'one',
            'graceful': 60,
            'directory': self.directory,
            'debug': 'false',
            'port': processes.free_port(),
            'quota': 10,
            'filters': 'capacity',
            'heartbeat': 0.5,
            'reconcile': 0.2,
            'delays': '',
        }
        self.write()
        conf = configuration.load(files=[str(self.file)])
        self.db = db_api.Database(conf)
        self.addCleanup(self.db.dispose)
        migrations.upgrade(self.db.engine)
        types = share_types.ShareTypes(conf, self.db)
        made = types.create('default', {share_types.DHSS: 'False'})
        share_group_types.ShareGroupTypes(conf, self.db, types).create(
            None, 'default', [made.id], {}
        )
        self.client = processes.Client(
            f'http://127.0.0.1:{self.values["port"]}/v2'
        )

    def write(self, **values):
        self.values |= values
        self.file.write_text(_CONFIGURATION.format(**self.values))

    def start(self, module, **environment):
        return self.useFixture(
            processes.Program(
                module, '--config-file', self.file, environment=environment
            )
        )

    def log(self):
        file = self.directory / 'log'
        return file.read_text() if file.exists() else ''

    def logs(self, text):
        """Wait until the log has a text."""
        found = processes.wait_for(lambda: text in self.log())
        self.assertTrue(found, self.log()[-3000:])

    def seen(self):
        """When each service was last seen, by its host."""
        with self.db.reader() as conn:
            return {
                one.host: one.updated_at for one in services.list_all(conn)
            }

    def beats(self, *hosts):
        """Wait until each service has shown another heartbeat."""
        before = self.seen()

        def is_newer():
            now = self.seen()
            return all(now.get(h) != before.get(h) for h in hosts)

        self.assertTrue(processes.wait_for(is_newer), self.log()[-3000:])

    def started(self, module, *hosts):
        program = self.start(module)
        self.says(program, 'The service has started')
        self.assertLessEqual(set(hosts), self.seen().keys())
        return program

    def says(self, program, text):
        """Wait until a program has logged something."""
        pattern = rf' {program.process.pid} INFO .* {text}'
        found = processes.wait_for(lambda: re.search(pattern, self.log()))
        self.assertTrue(found, self.log()[-3000:])

    def placed(self):
        """A group that a back end is at work with."""
        group_id = self.client.create(name='first')

        def has_host():
            found = self.client.ask('GET', f'/share-groups/{group_id}')
            return found['share_group']['host']

        self.assertTrue(processes.wait_for(has_host), self.log()[-3000:])
        return group_id


class TestStart(SignalTest):
    def test_without_the_broker(self):
        address = f'127.0.0.1:{processes.free_port()}'
        self.write(transport=f'rabbit://guest:guest@{address}/')
        programs = [
            self.start(module) for module in ('api', 'scheduler', 'backend')
        ]
        self.assertTrue(processes.wait_for(self.client.answers))
        group_id = self.client.create(name='first')
        self.assertTrue(self.client.becomes(group_id, 'available'))
        for program in programs:
            self.assertEqual(0, program.end(), program.complained())


class TestEnd(SignalTest):
    def setUp(self):
        super().setUp()
        self.start('api')
        self.started('scheduler', 'here')
        self.assertTrue(processes.wait_for(self.client.answers))

    def work(self, delay, **values):
        """A back end daemon that is creating a group for so many seconds."""
        delays = f'create_share_group:{delay}'
        self.write(delays=delays, backends='one,two', **values)
        hosts = 'here@one', 'here@two'
        backend = self.started('backend', *hosts)
        group_id = self.placed()
        # Searches for work that end before these begin it.
        for _ in range(4):
            self.beats(*hosts)
        return backend, group_id

    def test_what_runs_is_finished(self):
        backend, group_id = self.work(3)
        self.assertEqual(0, backend.end(), backend.complained())
        self.assertEqual('available', self.client.status(group_id))

    def test_what_takes_too_long_is_handed_back(self):
        backend, group_id = self.work(600, graceful=1)
        self.assertEqual(1, backend.end())
        self.assertIn('unfinished work will be retried', self.log())
        self.assertEqual('creating', self.client.status(group_id))
        self.write(delays='', graceful=60)
        backend = self.start('backend')
        self.assertTrue(self.client.becomes(group_id, 'available'))
        self.assertEqual(0, backend.end(), backend.complained())

    def test_a_second_signal_ends_at_once(self):
        backend, _group_id = self.work(600)
        backend.process.send_signal(signal.SIGTERM)
        self.says(backend, 'Shutting down: ')
        self.assertEqual(-signal.SIGINT, backend.end(signal.SIGINT))


class TestReload(SignalTest):
    def reload(self, program, text='Reloaded the configuration'):
        before = self.log().count(text)
        program.process.send_signal(signal.SIGHUP)
        done = processes.wait_for(lambda: self.log().count(text) > before)
        self.assertTrue(done, self.log()[-3000:])

    def test_api(self):
        api = self.start('api')
        self.assertTrue(processes.wait_for(self.client.answers))
        self.client.create(name='first')
        self.write(quota=1)
        self.reload(api)
        error = self.assertRaises(OSError, self.client.create, name='second')
        self.assertEqual(413, error.code)

    def test_scheduler(self):
        self.write(heartbeat=3600, filters='capacity')
        scheduler = self.started('scheduler', 'here')
        self.assertNotIn(' DEBUG ', self.log())
        self.write(heartbeat=0.2, debug='true')
        self.reload(scheduler)
        self.beats('here')
        self.beats('here')
        self.logs(' DEBUG ')
        self.write(filters='magic')
        self.reload(scheduler, 'Keeping the current filters and weighers')
        self.assertEqual(0, scheduler.end(), scheduler.complained())

    def test_back_ends(self):
        self.write(heartbeat=3600, backends='one,two')
        backend = self.started('backend', 'here@one', 'here@two')
        self.write(heartbeat=0.2)
        self.reload(backend)
        self.beats('here@one', 'here@two')
        self.beats('here@one', 'here@two')
        self.assertEqual(0, backend.end(), backend.complained())

    def test_a_back_end_at_work(self):
        """It goes on with its work, and with its heartbeats."""
        self.start('api')
        self.started('scheduler', 'here')
        self.assertTrue(processes.wait_for(self.client.answers))
        self.write(delays='create_share_group:600', graceful=1)
        backend = self.started('backend', 'here@one')
        self.placed()
        for _ in range(4):
            self.beats('here@one')
        for _ in range(2):
            self.reload(backend)
            self.beats('here@one')
            self.beats('here@one')
        self.assertEqual(1, backend.end())

    def test_a_mistake_changes_nothing(self):
        scheduler = self.started('scheduler', 'here')
        self.write(heartbeat='often')
        self.reload(scheduler, 'Keeping the current configuration')
        self.beats('here')
        self.assertEqual(0, scheduler.end(), scheduler.complained())


class TestReport(SignalTest):
    def test_each_daemon_writes_one(self):
        self.write(backends='one,two')
        for module, hosts in (
            ('scheduler', ['here']),
            ('backend', ['here@one', 'here@two']),
        ):
            program = self.started(module, *hosts)
            program.process.send_signal(signal.SIGUSR2)
            done = processes.wait_for(
                lambda program=program: (
                    'stuck_after = 0.2' in program.complained()
                )
            )
            text = program.complained()
            self.assertTrue(done, text)
            self.assertIn('transport_url = ***', text)
            self.assertNotIn('hidden', text)
            self.assertIn('product = manila-groups', text)
            self.assertRegex(text, r'Thread #\d+')
            self.assertEqual(0, program.end())


class TestSystemd(SignalTest):
    def test_what_is_told(self):
        address = str(self.directory / 'notify')
        self.write(backends='one,two')
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as received:
            received.bind(address)
            received.settimeout(processes.PATIENCE)
            for module in ('api', 'scheduler', 'backend'):
                program = self.start(module, NOTIFY_SOCKET=address)
                self.assertEqual(b'READY=1', received.recv(100))
                if module == 'backend':
                    self.assertLessEqual(
                        {'here@one', 'here@two'}, self.seen().keys()
                    )
                program.process.send_signal(signal.SIGHUP)
                self.assertRegex(
                    received.recv(100), rb'^RELOADING=1\nMONOTONIC_USEC=\d+$'
                )
                self.assertEqual(b'READY=1', received.recv(100))
                self.assertEqual(0, program.end(), program.complained())
                self.assertEqual(b'STOPPING=1', received.recv(100))
