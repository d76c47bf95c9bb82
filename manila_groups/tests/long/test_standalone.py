# SPDX-License-Identifier: Apache-2.0
"""The whole service as one process: what it prints, survives and refuses."""

import os
import pathlib
import re
import signal
import socket
import sqlite3

from manila_groups.tests.functional import processes
from manila_groups.tests.functional import standalone_case


class TestLife(standalone_case.StandaloneTest):
    def test_what_it_prints_can_be_followed(self):
        program, client = self.started()
        text = program.printed()
        self.assertIn(str(self.state), text)
        self.assertIn('openstack share group create', text)
        log = re.search(r'^Log: +(\S+)$', text, re.MULTILINE).group(1)
        self.assertTrue(pathlib.Path(log).is_file())
        (url,) = set(re.findall(r'OS_ENDPOINT=(\S+)', text))
        self.assertTrue(processes.Client(url).answers())
        self.assertTrue(client.answers())

    def test_a_killed_one_carries_on(self):
        program, client = self.started()
        group_id = client.create(name='first')
        self.assertEqual(-signal.SIGKILL, program.end(signal.SIGKILL))
        _program, client = self.started()
        self.assertTrue(client.becomes(group_id, 'available'))


class TestMistakes(standalone_case.StandaloneTest):
    def assertRefused(self, program, *words):
        """It ends with one line that says what is wrong."""
        self.assertEqual(1, program.process.wait(processes.PATIENCE))
        line = program.complained()
        self.assertEqual(1, line.count('\n'), line)
        self.assertTrue(line.endswith('\n'), line)
        self.assertTrue(line.startswith('manila-groups-standalone: '), line)
        for word in words:
            self.assertIn(str(word), line)
        self.assertEqual('', program.printed())

    def test_the_port_is_taken(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assertRefused(self.start(port=port), port, 'in use')

    def test_the_state_directory(self):
        file = self.directory / 'file'
        file.touch()
        closed = self.directory / 'closed'
        closed.mkdir(mode=0o500)
        states = [file, file / 'below', pathlib.Path('/proc/nowhere')]
        # The superuser writes everywhere.
        states += [closed] if os.geteuid() else []
        for state in states:
            self.assertRefused(self.start(state=state), state)

    def test_the_state_directory_is_in_use(self):
        self.started()
        self.assertRefused(self.start(), self.state, 'in use')

    def test_the_configuration_file_is_missing(self):
        missing = self.directory / 'missing.conf'
        self.assertRefused(self.start('--config-file', missing), missing)

    def test_the_configuration(self):
        one = '[DEFAULT]\nenabled_backends = one\n[one]\n'
        for text, words in (
            (f'{one}driver = magic\n', ('[one] driver', 'magic', 'local')),
            (f'{one}driver = fake\nfake_pools = {{}}\n', ('fake_pools',)),
            ('[api]\nbind_port = many\n', ('bind_port', 'many')),
            ('[api\n', ('written.conf:1',)),
            (
                '[scheduler]\nenabled_filters = capacity,magic\n',
                ('enabled_filters', 'magic'),
            ),
            ('[scheduler]\nenabled_weighers = magic\n', ('enabled_weighers',)),
            ('[api]\npaste_config = /nowhere\n', ('/nowhere',)),
            ('[DEFAULT]\ntransport_url = magic://\n', ('magic',)),
            ('[DEFAULT]\nlog_file = /nowhere/log\n', ('/nowhere/log',)),
            (
                '[database]\nconnection = magic://user:secret@host/\n',
                ('magic',),
            ),
        ):
            program = self.start('--config-file', self.write(text))
            self.assertRefused(program, *words)
            self.assertNotIn('secret', program.complained())

    def test_the_address(self):
        for bind in ('nonsense', '127.0.0.1:99999', '127.0.0.1:', ':1'):
            program = self.useFixture(
                processes.Program(
                    'standalone', '--state-dir', self.state, '--bind', bind
                )
            )
            self.assertRefused(program, f'--bind {bind}')

    def test_the_database_is_broken(self):
        self.state.mkdir()
        database = self.state / 'manila-groups.sqlite'
        database.write_bytes(b'\x07' * 8192)
        self.assertRefused(self.start(), database, 'not a database')

    def test_the_database_is_another_one(self):
        self.state.mkdir()
        database = self.state / 'manila-groups.sqlite'
        with sqlite3.connect(database) as connection:
            connection.execute('CREATE TABLE services (words TEXT)')
        self.assertRefused(self.start(), database, 'services')
