# SPDX-License-Identifier: Apache-2.0
"""The process that exports, killed before each of its steps."""

import os
import signal
import sys

from manila_groups.backend.drivers.local import ganesha_bus
from manila_groups.tests.unit.backend import ganesha_case
from manila_groups.tests.unit.backend import local_case

_STEPS = (
    'fcntl.',
    'open',
    'os.',
    'shutil.',
    'socket.connect',
    'subprocess.',
    'bus.',
)


def _killed_at(step, function):
    """Run a function in a process that is killed before its step-th step.

    :returns: whether it came so far; what the interpreter audits counts
    """

    def run():
        left = step

        def audit(event, _arguments):
            nonlocal left
            if event.startswith(_STEPS):
                left -= 1
                # Not below, since os.kill is audited too.
                if left == -1:
                    os.kill(os.getpid(), signal.SIGKILL)

        _audit_calls()
        sys.addaudithook(audit)
        function()

    status = local_case.in_child(run)
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status) != 0:
        raise AssertionError('the operation failed')
    return False


def _audit_calls():
    """Let each call on the bus be audited, in this process."""
    send = ganesha_bus.Bus._send

    def audited(*arguments):
        sys.audit('bus.send')
        return send(*arguments)

    ganesha_bus.Bus._send = audited


class Killed:
    """Killed before each step, and repeated: the same end."""

    def at_every_step(self, prepare, operation, check):
        """Return how many steps there are."""
        step = 0
        while self._killed(step, prepare, operation, check):
            step += 1
        return step

    def _killed(self, step, prepare, operation, check):
        prepare()
        killed = _killed_at(step, operation)
        if killed:
            if step % 2:
                # What a process does that starts again.
                self.exports.setup()
            operation()
        check()
        return killed

    def test_publish(self):
        share = self.make_share()

        def check():
            self.assertEqual({share.id}, self.exports.published())
            self.assertEqual(2, len(os.listdir(self.server.exports)))
            self.assertEqual(share.id, share.read())
            self.assertFalse(share.write('refused'))

        steps = self.at_every_step(
            share.withdraw,
            lambda: share.publish(ganesha_case.READ_ONLY),
            check,
        )
        self.assertGreater(steps, 10)

    def test_change(self):
        share = self.make_share()
        steps = self.at_every_step(
            lambda: share.publish(ganesha_case.READ_WRITE),
            lambda: share.publish([]),
            lambda: self.assertFalse(share.mountable()),
        )
        self.assertGreater(steps, 8)

    def test_withdraw(self):
        share = self.make_share()

        def check():
            self.assertGone()
            self.assertFalse(share.mountable())

        steps = self.at_every_step(
            lambda: share.publish(ganesha_case.READ_WRITE),
            share.withdraw,
            check,
        )
        self.assertGreater(steps, 5)


class TestInDirectories(Killed, ganesha_case.GaneshaTestCase):
    """Each share is a directory of a file system."""


class TestInSubvolumes(
    Killed, ganesha_case.OnBtrfs, ganesha_case.GaneshaTestCase
):
    """Each group is a subvolume of Btrfs, with its shares in it."""

    def test_mount_is_lost(self):
        share = self.make_share()

        def prepare():
            (share.path / 'new').unlink(missing_ok=True)
            share.publish(ganesha_case.READ_WRITE)
            self.server.unmount()

        def check():
            self.assertTrue(share.write('new'))
            self.assertTrue((share.path / 'new').exists())

        steps = self.at_every_step(
            prepare, lambda: share.publish(ganesha_case.READ_WRITE), check
        )
        self.assertGreater(steps, 8)
