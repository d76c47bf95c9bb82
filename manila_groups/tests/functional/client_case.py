# SPDX-License-Identifier: Apache-2.0
"""The command ``openstack`` with the plug-in, and a service that it asks."""

import dataclasses
import importlib.util
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

from manila_groups.tests import servers
from manila_groups.tests.functional import processes
from manila_groups.tests.functional import standalone_case


@dataclasses.dataclass(frozen=True)
class Terminal:
    """A command, and the terminal to which it writes its errors."""

    process: subprocess.Popen
    descriptor: int

    def read_until(self, words) -> str:
        """Read until it has written something; returns all it has written."""
        found = b''
        deadline = time.monotonic() + processes.PATIENCE
        while words.encode() not in found:
            left = max(0, deadline - time.monotonic())
            if not select.select([self.descriptor], [], [], left)[0]:
                break
            try:
                found += os.read(self.descriptor, 4096)
            except OSError:
                # The command has ended.
                break
        return found.decode(errors='replace')


def _take_interrupts():
    # What a shell has put into the background ignores them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class ClientTest(standalone_case.StandaloneTest):
    #: The text of a file of the service's configuration.
    configuration = ''

    def setUp(self):
        super().setUp()
        for name in ('openstackclient', 'manilaclient'):
            if importlib.util.find_spec(name) is None:
                servers.not_there(self, name, 'not installed')
        file = self.write(self.configuration)
        self.program, self.api = self.started('--config-file', file)
        printed = self.program.printed()
        self.url = re.search(r'OS_ENDPOINT=(\S+)', printed).group(1)

    def run_openstack(self, *arguments):
        """Run the command; returns the process, which has ended."""
        return subprocess.run(
            self.command_line(*arguments),
            env=self.environment(),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=processes.PATIENCE,
        )

    def on_terminal(self, *arguments):
        """Start the command with its errors on a terminal; returns it."""
        ours, its = pty.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen(
            self.command_line(*arguments),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=its,
            text=True,
            preexec_fn=_take_interrupts,
        )
        os.close(its)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return Terminal(process, ours)

    def command_line(self, *arguments):
        return [sys.executable, '-m', 'openstackclient.shell', *arguments]

    def environment(self):
        kept = {
            name: value
            for name, value in os.environ.items()
            # Warnings are for those who write the clients, and measuring each
            # process would take longer than what it does.
            if not name.startswith(('OS_', 'COVERAGE_'))
            and name != 'PYTHONWARNINGS'
        }
        return {
            **kept,
            'HOME': str(self.directory),
            'COLUMNS': '200',
            'TERM': 'xterm',
            'OS_AUTH_TYPE': 'none',
            'OS_ENDPOINT': self.url,
        }

    def openstack(self, *arguments) -> str:
        """Run what succeeds; returns what it prints."""
        ended = self.run_openstack(*arguments)
        self.assertEqual((0, ''), (ended.returncode, ended.stderr), arguments)
        return ended.stdout

    def json(self, *arguments):
        """Run what succeeds and prints JSON; returns it."""
        return json.loads(self.openstack(*arguments, '-f', 'json'))

    def refused(self, *arguments) -> str:
        """Run what fails; returns the line that says why."""
        ended = self.run_openstack(*arguments)
        self.assertEqual((1, ''), (ended.returncode, ended.stdout), arguments)
        self.assertEqual(1, ended.stderr.count('\n'), ended.stderr)
        return ended.stderr
