# SPDX-License-Identifier: Apache-2.0
"""What the service in one process tells whoever has started it."""

import contextlib
import signal
import socket
import sqlite3

from manila_groups.tests.functional import processes
from manila_groups.tests.functional import standalone_case

_SLOW = """\
[DEFAULT]
enabled_backends = slow
[service]
heartbeat_interval = 0.5
reconcile_interval = 0.5
[slow]
driver = fake
fake_delays = create_share_group:{}
"""


class TestTerminal(standalone_case.StandaloneTest):
    def log(self):
        return (self.state / 'manila-groups.log').read_text()

    def workers(self):
        """Which processes have claimed operations on groups in a pool."""
        database = sqlite3.connect(self.state / 'manila-groups.sqlite')
        with contextlib.closing(database):
            return database.execute(
                'SELECT worker FROM operations '
                "WHERE worker IS NOT NULL AND step = 'create'"
            ).fetchall()

    def test_a_misspelt_option(self):
        text = '[DEFAULT]\nenabled_backend = beta\n'
        program, client = self.started('--config-file', self.write(text))
        self.assertTrue(client.answers())
        self.assertRegex(
            program.complained(),
            r'^Warning: \[DEFAULT\] enabled_backend: .*written.conf.*; '
            r'did you mean enabled_backends\?\n$',
        )
        self.assertIn('did you mean enabled_backends?', self.log())

    def test_a_back_end_that_is_not_ready_until_it_is(self):
        path = self.directory / 'groups'
        path.mkdir()
        other = path / 'other'
        other.touch()
        file = self.write(
            '[DEFAULT]\nenabled_backends = one\n'
            '[service]\nheartbeat_interval = 0.2\n'
            f'[one]\nlocal_path = {path}\nlocal_privileges = none\n'
        )
        program, client = self.started('--config-file', file)
        self.assertRegex(
            program.printed(),
            rf'^Back end one is not ready: \[one\] local_path = {path}: .+\. '
            r'It is tried again every 0.2 s\.\n',
        )
        group_id = client.create(name='first')
        other.unlink()
        self.assertTrue(program.wait_for_text(r'\nBack end one is ready\.\n'))
        self.assertEqual(1, program.printed().count('is not ready'))
        self.assertEqual(1, self.log().count('one does not work'))
        self.assertEqual(1, self.log().count('one works again'))
        one = f'/share-groups/{group_id}'
        # It has found a pool, or none.
        processes.wait_for(
            lambda: (
                client.ask('GET', one)['share_group']['status'] != 'creating'
            )
        )
        client.ask('DELETE', one)

    def test_a_taken_port_and_a_taken_directory(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            program = self.start(port=taken.getsockname()[1])
            self.assertEqual(1, program.process.wait(processes.PATIENCE))
        self.assertIn('Address already in use', program.complained())
        self.assertIn('--bind HOST:PORT', program.complained())
        first, _client = self.started()
        url = first.wait_for_text(r'serves at (\S+)').group(1)
        second = self.start()
        self.assertEqual(1, second.process.wait(processes.PATIENCE))
        for text in (f'process {first.process.pid}', url, '--state-dir'):
            self.assertIn(text, second.complained())

    def test_an_end_and_a_crash_in_the_midst_of_work(self):
        file = self.write(_SLOW.format(600))
        program, client = self.started('--config-file', file)
        group_id = client.create(name='first')
        self.assertTrue(processes.wait_for(self.workers))
        program.process.send_signal(signal.SIGINT)
        self.assertTrue(
            program.wait_for_text(
                r'Waiting at most 60 seconds for 1 operation to finish:\n'
                rf'  share_group {group_id} \(creating\)\nCtrl-C again ends'
            ),
            program.printed(),
        )
        program.process.send_signal(signal.SIGINT)
        self.assertEqual(
            -signal.SIGINT, program.process.wait(processes.PATIENCE)
        )
        # The dead process's lease has most of half a minute to go.
        program, client = self.started(
            '--config-file', self.write(_SLOW.format(0))
        )
        self.assertIn('Taking up 1 operation that', program.printed())
        self.assertTrue(
            processes.wait_for(
                lambda: client.status(group_id) == 'available', 15
            )
        )
