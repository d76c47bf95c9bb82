# SPDX-License-Identifier: Apache-2.0
"""What the tests of the directory driver have in common."""

import os
import pathlib
import signal
import sys
import traceback

import fixtures

from manila_groups import exception
from manila_groups.backend.drivers import local
from manila_groups.tests import base
from manila_groups.tests.unit.backend import contract


def make(path, name='alpha', **values):
    return local.LocalDriver(
        name, contract.section(name, local_path=str(path), **values)
    )


def ready(path, name='alpha'):
    made = make(path, name)
    made.setup()
    return made


def in_child(function):
    """Run a function in a process of its own; return how that ended."""
    child = os.fork()
    if not child:
        status = 1
        try:
            function()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def killed_at(step, function):
    """Run a function, killed before its step-th system call of interest.

    :returns: whether it came so far; what the interpreter audits counts
    """

    def run():
        left = step

        def audit(event, _arguments):
            nonlocal left
            if event.startswith(('os.', 'open', 'shutil.')):
                left -= 1
                # Not below, since os.kill is audited too.
                if left == -1:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(audit)
        function()

    status = in_child(run)
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status) != 0:
        raise AssertionError('the operation failed')
    return False


class LocalTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.temp = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = self.temp / 'alpha'

    def assertRefused(self, made, part):
        error = self.assertRaises(exception.DriverError, made.setup)
        self.assertIn('[alpha] local_path', error.message)
        self.assertIn(part, error.message)

    def tree(self):
        return sorted(
            str(found.relative_to(self.path)) for found in self.path.rglob('*')
        )
