# SPDX-License-Identifier: Apache-2.0
"""How far a back end says that its copies are."""

from unittest import mock

from manila_groups.backend import backup_runs
from manila_groups.tests import base


class TestPaced(base.TestCase):
    def noted(self, *figures):
        """Report figures, two seconds after each other; return the notes."""
        task, now = mock.Mock(), [0]
        with mock.patch('time.monotonic', lambda: now[0]):
            report = backup_runs._paced(task)
            for done, total in figures:
                now[0] += 2
                report(done, total)
        return [one.args for one in task.report.call_args_list]

    def test_what_has_moved(self):
        self.assertEqual(
            [(1, 9, 'bytes'), (2, 9, 'bytes')], self.noted((1, 9), (2, 9))
        )

    def test_what_nobody_knows(self):
        self.assertEqual([], self.noted((0, 0), (0, 0)))

    def test_what_stays(self):
        # Whether the task is still this process's is found out by that.
        self.assertEqual([(1, 9, 'bytes')] * 2, self.noted((1, 9), (1, 9)))
