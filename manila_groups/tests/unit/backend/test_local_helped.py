# SPDX-License-Identifier: Apache-2.0
"""Programs that take long, in the helper process of the local driver."""

import os
import pathlib
import shutil

import fixtures

from manila_groups import exception
from manila_groups.backend.drivers.local import commands
from manila_groups.backend.drivers.local import programs
from manila_groups.tests import base
from manila_groups.tests import servers
from manila_groups.tests.unit.backup import test_running


def _call(name, *arguments):
    """Call as the helper process is called."""
    return commands.FUNCTIONS[name](60, *arguments)


class TestRunner(test_running.RunnerTests, base.TestCase):
    runner = programs.Helped(_call)

    def tearDown(self):
        super().tearDown()
        self.assertEqual({}, programs._programs)


class TestWhoseProgram(base.TestCase):
    """Nobody but root may have put it there."""

    def setUp(self):
        super().setUp()
        if os.geteuid():
            servers.not_there(self, 'another user', 'it takes root to be one')
        # Not below a directory of everybody.
        temp = fixtures.TempDir(rootdir=pathlib.Path.home())
        self.home = pathlib.Path(self.useFixture(temp).path)
        self.program = self.home / 'bin' / 'program'
        self.program.parent.mkdir()
        shutil.copy('/bin/true', self.program)

    def start(self):
        return programs.Helped(_call).run([str(self.program)], environment={})

    def refused(self, path):
        error = self.assertRaises(exception.DriverError, self.start)
        self.assertTrue(error.message.startswith(f'{path} '), error.message)

    def test_of_root(self):
        self.assertEqual(0, self.start().code)

    def test_of_another_user(self):
        os.chown(self.program, 65534, 65534)
        self.refused(self.program)

    def test_in_a_directory_of_another_user(self):
        os.chown(self.home, 65534, 65534)
        self.refused(self.home)

    def test_that_others_may_change(self):
        for path in (self.program, self.program.parent):
            mode = path.stat().st_mode
            path.chmod(mode | 0o020)
            self.refused(path)
            path.chmod(mode)

    def test_a_link_to_it(self):
        real = self.program.with_name('real')
        self.program.rename(real)
        self.program.symlink_to(real)
        os.chown(real, 65534, 65534)
        self.refused(real)
