# SPDX-License-Identifier: Apache-2.0
"""Processes of two versions side by side, as in a rolling upgrade."""

import pathlib
import signal
import threading

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
from manila_groups.tests.soak import holdings
from manila_groups.tests.soak import session as sessions
from manila_groups.tests.soak import shares
from manila_groups.tests.soak import snapshots

_CONFIGURATION = """\
[DEFAULT]
host = here
transport_url = {broker.url}
control_exchange = {broker.exchange}
enabled_backends = one
default_share_type = soak
default_share_group_type = soak
log_file = {directory}/log
[api]
auth_strategy = noauth
bind_port = {port}
[database]
connection = {connection}
[service]
heartbeat_interval = 0.5
down_time = 20
reconcile_interval = 1
stuck_after = 5
[one]
driver = fake
fake_group_capabilities = {{"consistent_snapshot_support": "pool"}}
"""

_PINS = """\
[upgrade_levels]
scheduler = {scheduler}
backend = {backend}
"""

DAEMONS = ('scheduler', 'backend')
PROJECT = 'shop'


#: What processes log when they have started: before and today.
_STARTED = ('The process is at work', 'The service has started')


class TestOnSqlite(base.TestCase):
    server = None
    has_new_schema = True

    def setUp(self):
        super().setUp()
        servers.need_rabbit(self)
        self.old, self.new = previous_version.unpack(self), None
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.port = processes.free_port()
        self.file = self.directory / 'manila-groups.conf'
        self.text = _CONFIGURATION.format(
            broker=self.useFixture(virtual_host.Broker()),
            connection=servers.use_database(self, self.server, fresh=True),
            directory=self.directory,
            port=self.port,
        )
        self.pins = _PINS.format(
            **{
                role: previous_version.spoken(self.old, role)
                for role in DAEMONS
            }
        )
        self.file.write_text(self.pins + self.text)
        self.api = processes.Client(f'http://127.0.0.1:{self.port}/v2')
        conf = configuration.load(files=[str(self.file)])
        self.db = db_api.Database(conf)
        self.addCleanup(self.db.dispose)
        self.findings = findings.Findings()
        self.programs, self.starts = {}, 0

    def start(self, root, *modules):
        """Start programs of one version in place of those that run."""
        for module in modules:
            if module in self.programs:
                program = self.programs[module]
                self.assertEqual(0, program.end(), program.complained())
            self.programs[module] = self.useFixture(
                processes.Program(
                    module, '--config-file', self.file, root=root
                )
            )
        self.starts += len(modules)
        self.assertTrue(processes.wait_for(self.are_up), self.log())

    def are_up(self):
        """Whether all have started, and the daemons reported to the API."""
        if sum(map(self.log().count, _STARTED)) < self.starts:
            return False
        if not {'api', *DAEMONS} <= self.programs.keys():
            return True
        try:
            found = self.api.ask('GET', '/services')['services']
        except OSError:
            return False
        return [one['state'] for one in found] == ['up'] * len(DAEMONS)

    def session(self, project):
        return sessions.Session(
            self.port,
            project,
            'alice',
            self.findings,
            findings.Tally(),
            processes.PATIENCE,
        )

    def user(self):
        """Make types and a user of them."""
        setting = administration.prepare(self.session('admin'), [PROJECT])
        return clients.Client(
            0,
            1,
            self.session(PROJECT),
            setting,
            self.findings,
            findings.Tally(),
            threading.Event(),
        )

    def log(self):
        file = self.directory / 'log'
        return file.read_text() if file.exists() else ''

    def outcome(self):
        return '\n'.join([*self.findings.lines(), self.log()[-5000:]])

    def do(self, act, *args):
        """Let the user do something, and look whether all is right then."""
        try:
            act(*args)
        except sessions.UnexpectedAnswer:
            self.fail(self.outcome())
        self.assertFalse(self.findings, self.outcome())
        if self.has_new_schema:
            self.assertEqual([], quota_check.differences(self.db))

    def create(self, me):
        """Make a group with all that there is, and another one from it."""
        self.do(groups.create, me)
        group = me.groups[-1]
        self.do(shares.create, me, group)
        self.do(shares.allow, me, group.shares[0])
        self.do(shares.extend, me, group.shares[0])
        self.do(snapshots.create, me, group)
        self.do(groups.clone, me, group.snapshots[0])

    def delete(self, me):
        """Delete all that there is, one of the groups by force."""
        self.do(self.force_delete, me, me.groups[-2])
        for group in list(me.groups):
            for share in group.shares:
                self.do(shares.deny, me, share)
            self.do(groups.delete, me, group)

    def check_all_is_gone(self):
        """Of all that there was: the last of it goes by itself."""
        processes.wait_for(lambda: not self.leftovers())
        self.assertEqual([], self.leftovers())

    def leftovers(self):
        return [*database.leftovers(self.db.engine)]

    def force_delete(self, me, group):
        me.session.ask(
            'POST',
            f'{group.path}/action',
            {'force_delete': None},
            202,
            role='admin',
        )
        for one in (group, *group.shares, *group.snapshots):
            me.session.disappears(one.path)
        me.groups.remove(group)

    def test_the_api_is_new_and_the_others_are_not(self):
        migrations.upgrade(self.db.engine)
        self.start(self.old, *DAEMONS)
        self.start(self.new, 'api')
        me = self.user()
        self.create(me)
        self.delete(me)
        # The others do not know of the operations that it has begun.
        self.start(self.new, *DAEMONS)
        self.check_all_is_gone()

    def test_the_api_is_old_and_the_others_are_not(self):
        migrations.upgrade(self.db.engine)
        self.start(self.old, 'api')
        self.start(self.new, *DAEMONS)
        me = self.user()
        self.create(me)
        self.delete(me)
        self.check_all_is_gone()

    def test_only_the_scheduler_is_new(self):
        migrations.upgrade(self.db.engine)
        self.start(self.old, 'api', 'backend')
        self.start(self.new, 'scheduler')
        me = self.user()
        self.create(me)
        self.delete(me)
        self.check_all_is_gone()

    def test_only_the_back_end_is_new(self):
        migrations.upgrade(self.db.engine)
        self.start(self.old, 'api', 'scheduler')
        self.start(self.new, 'backend')
        me = self.user()
        self.create(me)
        self.delete(me)
        self.check_all_is_gone()


class TestOnMysql(TestOnSqlite):
    server = servers.MYSQL


class TestOnPostgresql(TestOnSqlite):
    server = servers.POSTGRESQL

    def test_one_after_another(self):
        """What one version has made, the other one takes over."""
        self.run_to_end(self.old, 'manage', 'db', 'sync')
        self.start(self.old, *DAEMONS, 'api')
        me = self.user()
        # Which this version's check of quotas can't read.
        self.has_new_schema = False
        self.create(me)
        migrations.upgrade(self.db.engine)
        self.has_new_schema = True
        self.leave_unfinished(me)
        self.start(self.new, 'backend')
        self.do(me.session.becomes, me.groups[-1].path)
        for module in ('api', 'scheduler'):
            self.create(me)
            self.start(self.new, module)
        # Without the pins.
        self.file.write_text(self.text)
        self.start(self.new, 'api', *DAEMONS)
        self.create(me)
        self.delete(me)
        self.check_all_is_gone()

    def leave_unfinished(self, me):
        """Kill the old back end when it has a group to create."""
        delay = 'fake_delays = create_share_group:600\n'
        self.file.write_text(self.pins + self.text + delay)
        self.start(self.old, 'backend')
        answer = me.session.ask(
            'POST', '/share-groups', {'share_group': {}}, 202
        )
        me.groups.append(holdings.Group(answer['share_group']['id']))
        begun = f'{me.groups[-1].id} in the pool'
        self.assertTrue(processes.wait_for(lambda: begun in self.log()))
        self.programs.pop('backend').end(signal.SIGKILL)
        self.file.write_text(self.pins + self.text)

    def run_to_end(self, root, module, *arguments):
        program = self.useFixture(
            processes.Program(
                module, '--config-file', self.file, *arguments, root=root
            )
        )
        code = program.process.wait(processes.PATIENCE)
        self.assertEqual(0, code, program.complained())
