# SPDX-License-Identifier: Apache-2.0
"""The whole service as one process, and a client of it."""

import pathlib

import fixtures

from manila_groups.tests import base
from manila_groups.tests.functional import processes


class StandaloneTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.state = self.directory / 'state'

    def start(self, *arguments, state=None, port=None):
        port = port or processes.free_port()
        return self.useFixture(
            processes.Program(
                'standalone',
                '--state-dir',
                state or self.state,
                '--bind',
                f'127.0.0.1:{port}',
                *arguments,
            )
        )

    def started(self, *arguments, **kwargs):
        """A process that serves, and a client of the URL that it prints."""
        program = self.start(*arguments, **kwargs)
        found = program.wait_for_text(r'serves at (http://\S+/v2)\n')
        self.assertIsNotNone(found, program.complained())
        return program, processes.Client(found.group(1))

    def write(self, text):
        file = self.directory / 'written.conf'
        file.write_text(text)
        return file
