# SPDX-License-Identifier: Apache-2.0
"""What operators type: manila-groups-manage and manila-groups-status."""

import contextlib
import datetime
import io
import pathlib
import signal
import uuid

import fixtures
from oslo_utils import fixture as time_fixture
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups.cmd import api
from manila_groups.cmd import backend
from manila_groups.cmd import manage
from manila_groups.cmd import scheduler
from manila_groups.cmd import standalone
from manila_groups.cmd import status
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import models
from manila_groups.db import operations
from manila_groups.db import pools
from manila_groups.db import quotas
from manila_groups.db import services
from manila_groups.db import types
from manila_groups.tests import base
from manila_groups.tests.functional import processes

TYPE = '00000000-0000-4000-8000-00000000000a'


class CommandTest(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.config_file = directory / 'manila-groups.conf'
        self.config_file.write_text(
            f'[database]\nconnection = sqlite:///{directory}/test.sqlite\n'
        )

    def run_main(self, main, *args):
        """Run a command; returns its exit code, output and errors."""
        command = ['command', '--config-file', str(self.config_file), *args]
        self.useFixture(fixtures.MonkeyPatch('sys.argv', command))
        with (
            contextlib.redirect_stdout(io.StringIO()) as output,
            contextlib.redirect_stderr(io.StringIO()) as errors,
        ):
            try:
                code = main()
            except SystemExit as end:
                # What is told in place of a code goes to the error output.
                code, errors = 1, io.StringIO(f'{end.code}\n')
        return code, output.getvalue(), errors.getvalue()

    def manage(self, *args):
        return self.run_main(manage.main, *args)

    def database(self):
        conf = manage.configuration.load(files=[str(self.config_file)])
        return db_api.Database(conf)


class ManageTest(CommandTest):
    def table(self, *args):
        """What a command prints below the headers, as lists of words."""
        code, output, errors = self.manage(*args)
        self.assertEqual((0, ''), (code, errors))
        return [line.split() for line in output.splitlines()[1:]]

    def beat(self, host='host@back', binary='manila-share', reason=None):
        with self.database().writer() as conn:
            return services.beat(conn, host, binary, 'z', reason)


class TestDatabase(ManageTest):
    def test_sync_brings_the_schema_to_the_newest_revision(self):
        newest = migrations.newest()
        self.assertEqual((0, 'empty\n', ''), self.manage('db', 'version'))
        code, text, _ = self.manage('db', 'check')
        self.assertEqual(1, code)
        self.assertIn(f'at no revision, the code needs {newest}', text)
        self.assertIn('db sync', text)
        for _ in range(2):
            self.assertEqual((0, '', ''), self.manage('db', 'sync'))
        self.assertEqual((0, f'{newest}\n', ''), self.manage('db', 'version'))
        code, text, _ = self.manage('db', 'check')
        self.assertEqual(0, code)
        self.assertIn(f'at {newest}, the newest revision', text)

    def test_a_missing_setting_is_told_with_what_mends_it(self):
        self.config_file.write_text('')
        home = self.useFixture(fixtures.TempDir()).path
        self.useFixture(fixtures.EnvironmentVariable('XDG_STATE_HOME', home))
        where = 'mysql+mysqldb://USER:PASSWORD@HOST/manila_groups'
        for _ in range(2):
            code, output, errors = self.manage('db', 'version')
            self.assertEqual((1, ''), (code, output))
            first, *rest = errors.splitlines()
            self.assertIn(
                f'[database] connection: is not set. Read: {self.config_file}',
                first,
            )
            self.assertEqual(['  [database]', f'  connection = {where}'], rest)
            # What the standalone service has made is proposed.
            database = pathlib.Path(home, 'manila-groups/manila-groups.sqlite')
            database.parent.mkdir(exist_ok=True)
            database.touch()
            where = f'sqlite:///{database}'

    def test_help_says_what_each_command_is(self):
        for command, word in (
            (api, 'API'),
            (backend, 'enabled_backends'),
            (manage, 'database'),
            (scheduler, 'pool'),
            (standalone, 'SQLite'),
            (status, 'upgraded'),
        ):
            self.useFixture(
                fixtures.MonkeyPatch('sys.argv', ['command', '--help'])
            )
            with contextlib.redirect_stdout(io.StringIO()) as output:
                self.assertRaises(SystemExit, command.main)
            text = ' '.join(output.getvalue().split())
            description = text.partition('options:')[0]
            self.assertIn(word, description)
            self.assertRegex(
                text, '(Without|unless) --config-file.*(read|one).*$'
            )


class TestServices(ManageTest):
    REMOVE = ('service', 'remove', 'host@back', 'manila-share')

    def setUp(self):
        super().setUp()
        self.manage('db', 'sync')
        self.clock = self.useFixture(
            time_fixture.TimeFixture(datetime.datetime(2026, 1, 1))
        )

    def test_they_are_listed_and_removed(self):
        self.beat()
        self.clock.advance_time_seconds(3600)
        row = 'host@back manila-share z enabled down 2026-01-01T00:00:00Z -'
        self.assertEqual([row.split()], self.table('service', 'list'))
        self.assertEqual((0, '', ''), self.manage(*self.REMOVE))
        self.assertEqual([], self.table('service', 'list'))
        code, _, errors = self.manage(*self.REMOVE)
        self.assertEqual(1, code)
        self.assertIn('no service manila-share on host@back', errors)

    def test_one_that_cannot_work_has_a_reason(self):
        self.beat(reason='the storage is away')
        (row,) = self.table('service', 'list')
        self.assertEqual(['down', 'the', 'storage'], [row[4], *row[6:8]])
        self.beat()
        (row,) = self.table('service', 'list')
        self.assertEqual(['up', '-'], [row[4], row[6]])

    def test_one_that_is_up_is_not_removed(self):
        self.beat()
        code, _, errors = self.manage(*self.REMOVE)
        self.assertEqual(1, code)
        self.assertIn('manila-share on host@back is up', errors)
        self.assertEqual('up', self.table('service', 'list')[0][4])

    def test_cleanup_keeps_what_holds_something(self):
        self.beat()
        self.beat('empty@back')
        self.beat('host', 'manila-scheduler')
        with self.database().writer() as conn:
            add_share(conn, host='host@back#pool')
        self.clock.advance_time_seconds(23 * 3600)
        self.assertEqual((0, '', ''), self.manage('service', 'cleanup'))
        self.beat('young@back')
        self.clock.advance_time_seconds(2 * 3600)
        code, text, _ = self.manage('service', 'cleanup')
        self.assertEqual(0, code)
        self.assertEqual(
            [
                'Kept manila-share on host@back: 1 share groups and shares '
                'are on it. If it is gone for good, use "service remove".',
                'Removed manila-share on empty@back.',
                'Removed manila-scheduler on host.',
            ],
            text.splitlines(),
        )
        hosts = [row[0] for row in self.table('service', 'list')]
        self.assertEqual(['host@back', 'young@back'], hosts)
        # One that is up stays, however short the time.
        self.beat('young@back')
        self.manage('service', 'cleanup', '--older-than', '0')
        hosts = [row[0] for row in self.table('service', 'list')]
        self.assertEqual(['host@back', 'young@back'], hosts)

    def test_group_specs_that_no_pool_reports_are_listed(self):
        service_id = self.beat()
        report = {
            'claimable_gb': None,
            'group_capabilities': {'tier': 'gold', 'site': {'room': 1}},
        }
        with self.database().writer() as conn:
            pools.report(conn, service_id, {'host@back#pool': report})
        for name, specs in (
            ('right', {'tier': 'lead', 'capabilities:site:room': '2'}),
            ('for_a_driver', {'acme:tierr': 'gold'}),
        ):
            self.add_group_type(name, specs)
        self.assertEqual((0, '', ''), self.manage('spec', 'check'))
        self.add_group_type('wrong', {'teir': 'gold', 'xyzzy': '1'})
        code, text, _ = self.manage('spec', 'check')
        self.assertEqual(1, code)
        self.assertEqual(
            [['wrong', 'teir', 'tier'], ['wrong', 'xyzzy', '-']],
            [line.split() for line in text.splitlines()[1:]],
        )

    def add_group_type(self, name, specs):
        values = {
            'id': str(uuid.uuid4()),
            'name': name,
            'is_public': True,
        }
        with self.database().writer() as conn:
            types.SHARE_GROUP_TYPES.insert(conn, values, specs, ())

    def test_pools_are_listed(self):
        service_id = self.beat()
        report = {
            'free_capacity_gb': 7,
            'total_capacity_gb': 'infinite',
            'claimable_gb': None,
        }
        with self.database().writer() as conn:
            pools.report(conn, service_id, {'host@back#pool': report})
        row = 'host@back#pool up 0 0 7 infinite'
        self.assertEqual([row.split()], self.table('pool', 'list'))


def add_share(conn, **values):
    """Write the row of a share, which is counted nowhere."""
    now = datetime.datetime(2026, 1, 1)
    conn.execute(
        sa.insert(models.ShareType).values(
            id=TYPE, name='type', created_at=now
        )
    )
    conn.execute(
        sa.insert(models.Share).values(
            id=str(uuid.uuid4()),
            created_at=now,
            project_id='here',
            user_id='me',
            share_type_id=TYPE,
            size=2,
            quota_gb=3,
            share_proto='NFS',
            status='available',
            access_rules_status='active',
            **values,
        )
    )


class Screen(io.StringIO):
    """What a terminal is told."""

    def isatty(self):
        return True


class TestOperations(ManageTest):
    def setUp(self):
        super().setUp()
        self.manage('db', 'sync')

    def begin(self, *changes):
        """Begin operations that differ so from one that waits."""
        now = timeutils.utcnow()
        values = [
            {
                'kind': 'share',
                'resource_id': f'share-{number}',
                'exclusive_id': f'share-{number}',
                'queue_id': 'group',
                'verb': 'extend',
                'step': 'extend',
                'runs_at': 'host@back',
                'payload': {},
                'forced': False,
                'project_id': 'here',
                'user_id': None,
                'request_id': None,
                'created_at': now,
                'moved_at': now,
                **one,
            }
            for number, one in enumerate(changes)
        ]
        with self.database().writer() as conn:
            operations.begin(conn, values)

    def list(self, *args):
        return self.table('operation', 'list', *args)

    def test_what_has_not_ended_is_listed(self):
        self.assertEqual([], self.list())
        self.begin(
            {},
            {
                'created_at': datetime.datetime(2026, 1, 1),
                'worker': 'host two@back/7/abc',
                'tries': 2,
                'progress': {'done': 1, 'total': 3},
                'reason': 'the storage\nis busy',
            },
        )
        headers = self.manage('operation', 'list')[1].splitlines()[0].split()
        first, second = (
            dict(zip(headers, row, strict=False)) for row in self.list()
        )
        del first['SINCE']
        self.assertEqual(
            {
                'ID': '1',
                'KIND': 'share',
                'RESOURCE': 'share-0',
                'VERB': 'extend',
                'STEP': 'extend',
                'RUNS_AT': 'host@back',
                'TRIES': '0',
                'PROGRESS': '-',
                'WORKER': '-',
                'REASON': '-',
            },
            first,
        )
        self.assertEqual(
            ('2026-01-01T00:00:00Z', '2', '1/3', 'host_two@back/7/abc'),
            tuple(
                second[name]
                for name in ('SINCE', 'TRIES', 'PROGRESS', 'WORKER')
            ),
        )
        self.assertEqual('the storage is busy', ' '.join(self.list()[1][10:]))

    def test_filters(self):
        self.begin(
            {'kind': 'share_group', 'verb': 'create', 'step': 'create'},
            {'runs_at': 'other@back', 'verb': 'shrink', 'step': 'shrink'},
            {'runs_at': 'schedulers', 'step': 'claim'},
            {'verb': 'clean_up', 'step': 'clean_up', 'exclusive_id': None},
            {'created_at': timeutils.utcnow() - datetime.timedelta(hours=2)},
        )
        for arguments, expected in (
            ((), '12345'),
            (('--kind', 'share_group'), '1'),
            (('--verb', 'extend'), '35'),
            (('--verb', 'clean_up'), '4'),
            (('--backend', 'back'), '1245'),
            (('--backend', 'other@back'), '2'),
            (('--backend', 'ack'), ''),
            (('--backend', 'schedulers'), '3'),
            (('--older-than', '3600'), '5'),
            (('--older-than', '9000'), ''),
            (('--kind', 'share', '--backend', 'back'), '245'),
        ):
            found = ''.join(row[0] for row in self.list(*arguments))
            self.assertEqual(expected, found, arguments)

    def test_what_is_unknown_is_shown_as_such(self):
        """A newer release has begun it."""
        self.begin(
            {'kind': 'share_backup', 'verb': 'move it', 'progress': {'at': 9}},
            {'step': 'wait', 'reason': 'the first try failed'},
            {'reason': 'the status odd is unknown to this release'},
        )
        unknown = 'is unknown to this release'
        first, second, third = self.list()
        self.assertEqual(('share_backup', 'move_it'), (first[1], first[3]))
        self.assertEqual('?/?', first[8])
        for row, reason in (
            (first, f'the verb move it with the step extend {unknown}'),
            (second, f'the verb extend with the step wait {unknown}'),
            (third, f'the status odd {unknown}'),
        ):
            self.assertEqual(reason, ' '.join(row[10:]))

    def watch(self, screen):
        """Look at it three times, and then press Ctrl-C."""
        self.begin({})
        slept = []

        def wait(signals, seconds):
            self.assertEqual({signal.SIGINT}, signals)
            slept.append(seconds)
            if len(slept) == 3:
                return signal.SIGINT
            self.begin({'exclusive_id': f'next-{len(slept)}'})
            return None

        self.useFixture(fixtures.MonkeyPatch('signal.sigtimedwait', wait))
        arguments = ['command', '--config-file', str(self.config_file)]
        self.useFixture(
            fixtures.MonkeyPatch(
                'sys.argv', [*arguments, 'operation', 'list', '--watch']
            )
        )
        with contextlib.redirect_stdout(screen):
            code = manage.main()
        self.assertEqual((0, [2, 2, 2]), (code, slept))
        return screen.getvalue()

    def test_watch_redraws_a_terminal(self):
        first, *screens = self.watch(Screen()).split('\033[H\033[2J')
        self.assertEqual('', first)
        self.assertEqual([2, 3, 4], [one.count('\n') for one in screens])

    def test_watch_prints_again_into_a_file(self):
        found = self.watch(io.StringIO())
        self.assertNotIn('\033', found)
        self.assertEqual(3, found.count('REASON'))
        self.assertEqual(2 + 3 + 4, found.count('\n'))

    def test_ctrl_c_ends_it(self):
        program = self.useFixture(
            processes.Program(
                'manage',
                '--config-file',
                self.config_file,
                'operation',
                'list',
                '--watch',
                '0.1',
            )
        )
        found = program.wait_for_text(r'REASON\n(.*\n)*.*REASON\n')
        self.assertIsNotNone(found, program.complained())
        self.assertEqual(0, program.end(signal.SIGINT))
        self.assertEqual('', program.complained())

    def test_intervals_that_make_no_sense(self):
        for seconds in ('0', '-1', 'nan', 'x', '1e9'):
            arguments = 'operation', 'list', '--watch', seconds
            self.assertNotEqual(0, self.manage(*arguments)[0])

    def test_there_is_one_list(self):
        _code, output, _errors = self.manage('--help')
        self.assertIn('operation', output)
        for gone in ('work', 'cleanup', 'leftover'):
            self.assertNotRegex(output, rf'\n +{gone} ')
            self.assertNotEqual(0, self.manage(gone, 'list')[0])


class TestQuotas(ManageTest):
    def setUp(self):
        super().setUp()
        self.manage('db', 'sync')

    def check(self, *args):
        code, output, errors = self.manage('quota', 'check', *args)
        self.assertEqual('', errors)
        return code, [line.split() for line in output.splitlines()[1:]]

    def test_what_is_counted_wrong_is_listed_and_fixed(self):
        self.assertEqual((0, []), self.check())
        with self.database().writer() as conn:
            add_share(conn)
            quotas.use(conn, quotas.Scope('here'), 'gigabytes', 5, -1)
            quotas.use(conn, quotas.Scope('gone'), 'share_groups', 1, -1)
        wrong = [
            line.split()
            for line in (
                'gone - - share_groups 1 0',
                'here - - gigabytes 5 3',
                'here - - shares 0 1',
                f'here - {TYPE} gigabytes 0 3',
                f'here - {TYPE} shares 0 1',
                'here me - gigabytes 0 3',
                'here me - shares 0 1',
            )
        ]
        self.assertEqual((1, wrong), self.check())
        self.assertEqual((0, wrong), self.check('--fix'))
        self.assertEqual((0, []), self.check())
        self.assertEqual((0, []), self.check('--fix'))


class StatusTest(CommandTest):
    def check(self):
        return self.run_main(status.main, 'upgrade', 'check')

    def write(self, text):
        self.config_file.write_text(
            f'[DEFAULT]\n{text}\n' + self.config_file.read_text()
        )

    def test_empty_database_is_not_ready(self):
        code, output, _ = self.check()
        self.assertEqual(2, code)
        self.assertIn('The schema is at no revision', output)

    def test_newest_schema_is_ready(self):
        self.write('transport_url = rabbit://there/')
        self.manage('db', 'sync')
        code, output, _ = self.check()
        self.assertEqual(0, code, output)
        self.assertEqual(5, output.count('Success'))

    def test_directory_of_files_is_read(self):
        self.manage('db', 'sync')
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        file = directory / 'bus.conf'
        file.write_text('[DEFAULT]\ntransport_url = rabbit://there/\n')
        where = f'--config-dir={directory}'
        code, output, _ = self.run_main(status.main, where, 'upgrade', 'check')
        self.assertEqual(0, code, output)

    def test_a_misspelt_option_is_told(self):
        self.write('transport_urll = rabbit://there/')
        self.manage('db', 'sync')
        code, output, _ = self.check()
        self.assertEqual(1, code, output)
        self.assertIn('transport_urll', output)

    def test_missing_setting_is_told(self):
        self.config_file.write_text('')
        code, output, _ = self.check()
        self.assertEqual(2, code)
        self.assertIn('connection: is not set', output)

    def test_a_file_that_is_not_there(self):
        self.config_file.unlink()
        code, output, errors = self.check()
        self.assertEqual((1, ''), (code, output))
        self.assertIn(str(self.config_file), errors)
        self.assertEqual(1, errors.count('\n'))

    def test_what_should_be_looked_at(self):
        self.manage('db', 'sync')
        self.write('default_share_group_type = nothing')
        code, output, _ = self.check()
        self.assertEqual(1, code)
        self.assertIn('transport_url names no message bus', output)
        self.assertIn('default_share_group_type = nothing', output)

    def test_policy_in_json(self):
        self.manage('db', 'sync')
        policy = self.config_file.with_name('policy.json')
        policy.write_text('{"share:get": ""}')
        self.write('transport_url = rabbit://there/')
        text = self.config_file.read_text()
        self.config_file.write_text(
            f'{text}[oslo_policy]\npolicy_file = {policy}\n'
        )
        code, output, _ = self.check()
        self.assertEqual(2, code)
        self.assertIn('JSON-formatted', output)
