# SPDX-License-Identifier: Apache-2.0
"""The command ``openstack`` with the plug-in, and a service that it asks."""

import importlib.util
import json
import os
import re
import subprocess
import sys

from manila_groups.tests import servers
from manila_groups.tests.functional import processes
from manila_groups.tests.functional import standalone_case


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
        kept = {
            name: value
            for name, value in os.environ.items()
            # Warnings are for those who write the clients.
            if not name.startswith('OS_') and name != 'PYTHONWARNINGS'
        }
        return subprocess.run(
            [sys.executable, '-m', 'openstackclient.shell', *arguments],
            env={
                **kept,
                'HOME': str(self.directory),
                'COLUMNS': '200',
                'OS_AUTH_TYPE': 'none',
                'OS_ENDPOINT': self.url,
            },
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=processes.PATIENCE,
        )

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
