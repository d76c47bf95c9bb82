# SPDX-License-Identifier: Apache-2.0
"""Programs that end with who has started them."""

import os
import pathlib
import subprocess
from unittest import mock

import fixtures

from manila_groups import bound
from manila_groups.tests import base


class TestBound(base.TestCase):
    def setUp(self):
        super().setUp()
        home = self.useFixture(fixtures.TempDir()).path
        self.made = pathlib.Path(home) / "it's made"

    def run_touch(self):
        command = bound.command('touch', '--', str(self.made))
        return subprocess.run(command, check=False).returncode

    def test_it_runs(self):
        self.assertEqual(0, self.run_touch())
        self.assertTrue(self.made.exists())

    def test_its_parent_has_ended_before_it_begins(self):
        # As if the one with this number had started it.
        with mock.patch.object(os, 'getpid', return_value=1):
            self.assertNotEqual(0, self.run_touch())
        self.assertFalse(self.made.exists())

    def test_its_code_is_passed_on(self):
        command = bound.command('sh', '-c', 'exit 7')
        ended = subprocess.run(command, check=False)
        self.assertEqual(7, ended.returncode)
