# SPDX-License-Identifier: Apache-2.0
"""API, scheduler and back end as processes of their own."""

import pathlib
import re
import signal

import fixtures

from manila_groups import conf as configuration
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.tests import base
from manila_groups.tests import broker
from manila_groups.tests import servers
from manila_groups.tests.functional import processes

_CONFIGURATION = """\
[DEFAULT]
host = {host}
transport_url = {rabbit}
control_exchange = {host}
enabled_backends = slow
default_share_type = default
default_share_group_type = default
log_file = {directory}/log
[api]
auth_strategy = noauth
bind_port = {port}
[database]
connection = {url}
[service]
heartbeat_interval = 0.5
reconcile_interval = 0.5
down_time = 30
stuck_after = 2
[slow]
driver = local
local_path = {directory}/groups
"""


class TestOnPostgresql(base.TestCase):
    server = servers.POSTGRESQL

    def setUp(self):
        super().setUp()
        rabbit = servers.need_rabbit(self)
        url = servers.use_database(self, self.server, fresh=True)
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        port = processes.free_port()
        self.file = self.directory / 'manila-groups.conf'
        self.text = _CONFIGURATION.format(
            host=f'test-{port}',
            rabbit=rabbit,
            directory=self.directory,
            port=port,
            url=url,
        )
        self.file.write_text(self.text)
        broker.delete_at_end(
            self,
            rabbit,
            f'manila-groups-scheduler.test-{port}',
            f'manila-groups-backend.test-{port}@slow',
        )
        self.prepare_database()
        self.client = processes.Client(f'http://127.0.0.1:{port}/v2')

    def prepare_database(self):
        conf = configuration.load(files=[str(self.file)])
        db = db_api.Database(conf)
        self.addCleanup(db.dispose)
        migrations.upgrade(db.engine)
        types = share_types.ShareTypes(conf, db)
        made = types.create('default', {share_types.DHSS: 'False'})
        share_group_types.ShareGroupTypes(conf, db, types).create(
            None, 'default', [made.id], {}
        )
        db.dispose()

    def start(self, module):
        return self.useFixture(
            processes.Program(module, '--config-file', self.file)
        )

    def start_all(self):
        programs = [
            self.start(module) for module in ('backend', 'scheduler', 'api')
        ]
        self.assertTrue(
            processes.wait_for(self.client.answers),
            [one.complained() for one in programs] + [self.log()],
        )
        return programs

    def log(self):
        file = self.directory / 'log'
        return file.read_text()[-5000:] if file.exists() else ''

    def test_create_delete_and_end(self):
        # All the work is done because of messages.
        text = self.text.replace('stuck_after = 2', 'stuck_after = 600')
        self.file.write_text(text)
        programs = self.start_all()
        begun = 'The service has started'
        processes.wait_for(lambda: self.log().count(begun) == len(programs))
        group_id = self.client.create(name='first')
        self.assertTrue(self.client.becomes(group_id, 'available'), self.log())
        self.assertEqual(1, len(self.requests(group_id)), self.log())
        self.client.ask('DELETE', f'/share-groups/{group_id}')
        self.assertTrue(self.client.becomes(group_id, None), self.log())
        for program in programs:
            self.assertEqual(0, program.end(), program.complained())

    def requests(self, group_id):
        """The requests that scheduler and back end log a creation with."""
        lines = self.log().splitlines()
        end = f'share_group create is done on the share group {group_id}'
        found = [
            next(line for line in lines if f'The step {step} of {end}' in line)
            for step in ('place', 'create')
        ]
        return {re.search('req-[-0-9a-f]+', one)[0] for one in found}

    def test_a_back_end_that_is_killed_at_work(self):
        backend, *_others = self.start_all()
        fake = '[slow]\ndriver = fake\nfake_delays = create_share_group:600\n'
        backend.end(signal.SIGKILL)
        self.file.write_text(self.text.partition('[slow]')[0] + fake)
        backend = self.start('backend')
        self.assertTrue(processes.wait_for(self.is_up))
        group_id = self.client.create(name='first')
        self.assertTrue(processes.wait_for(lambda: self.host(group_id)))
        backend.end(signal.SIGKILL)
        self.assertEqual('creating', self.client.status(group_id))
        self.file.write_text(
            self.text.partition('[slow]')[0] + '[slow]\ndriver = fake\n'
        )
        self.start('backend')
        self.assertTrue(self.client.becomes(group_id, 'available'), self.log())

    def is_up(self):
        found = self.client.ask('GET', '/services')['services']
        return [
            one
            for one in found
            if one['host'].endswith('@slow') and one['state'] == 'up'
        ]

    def host(self, group_id):
        found = self.client.ask('GET', f'/share-groups/{group_id}')
        return found['share_group']['host']


class TestOnMysql(TestOnPostgresql):
    server = servers.MYSQL

    def test_two_schedulers_and_two_back_end_daemons(self):
        _backend, scheduler, _api = self.start_all()
        own = self.file
        self.file = self.directory / 'other.conf'
        text = re.sub(r'^host = .*', 'host = other', self.text, flags=re.M)
        self.file.write_text(text.replace('/groups', '/others'))
        others = [self.start(module) for module in ('backend', 'scheduler')]
        self.file = own
        self.assertTrue(processes.wait_for(lambda: len(self.is_up()) == 2))
        names = [self.client.create(name=f'g{n}') for n in range(6)]
        # One ends in the middle of it; the message bus gives the other one
        # what it has not taken.
        scheduler.end(signal.SIGKILL)
        names += [self.client.create(name=f'g{n}') for n in range(6)]
        for group_id in names:
            self.assertTrue(
                self.client.becomes(group_id, 'available'), self.log()
            )
        hosts = {self.host(group_id).partition('@')[0] for group_id in names}
        self.assertEqual(2, len(hosts), hosts)
        for program in others:
            self.assertEqual(0, program.end(), program.complained())


class TestMistakes(base.TestCase):
    def test_each_is_told_in_plain_text(self):
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        file = directory / 'written.conf'
        database = f'[database]\nconnection = sqlite:///{directory}/empty\n'
        one = 'enabled_backends = one\n[one]\ndriver = fake\n'
        rest = f'[DEFAULT]\ntransport_url = fake:///\nlog_dir = {directory}\n'
        for module, text, word in (
            ('api', '[api]\nthreads = no\n', 'threads'),
            ('api', '', 'connection'),
            (
                'scheduler',
                f'{database}[scheduler]\nenabled_filters = magic\n',
                'magic',
            ),
            ('scheduler', database, 'db sync'),
            ('backend', '', 'enabled_backends'),
            ('backend', f'{one}{database}', 'db sync'),
        ):
            file.write_text(rest + text)
            program = self.useFixture(
                processes.Program(module, '--config-file', file)
            )
            self.assertEqual(1, program.process.wait(processes.PATIENCE))
            line = program.complained()
            # One line, and below it those that a file lacks.
            lacks = 3 if word == 'connection' else 1
            self.assertEqual(lacks, line.count('\n'), line)
            self.assertTrue(line.startswith(f'manila-groups-{module}: '), line)
            self.assertIn(word, line)
