# SPDX-License-Identifier: Apache-2.0
"""The driver of directories, killed before each of its steps."""

import os

from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case


class TestKilled(local_case.LocalTestCase):
    """Killed before each step, and repeated: the same end."""

    def _at_every_step(self, prepare, operation, check):
        """Return how many steps there are, each with and without a restart."""
        for restart in (True, False):
            step = 0
            while self._killed_at(step, restart, prepare, operation, check):
                step += 1
        return step

    def _killed_at(self, step, restart, prepare, operation, check):
        self.path = self.temp / f'alpha-{step}-{restart}'
        prepare()
        killed = local_case.killed_at(step, operation)
        if killed:
            if restart:
                local_case.ready(self.path)
            operation()
        check()
        return killed

    def test_setup(self):
        def check():
            self.assertEqual(
                ['.manila-groups', 'groups', 'trash'], self.tree()
            )

        steps = self._at_every_step(
            lambda: None, lambda: local_case.ready(self.path), check
        )
        self.assertGreater(steps, 5)

    def test_create(self):
        group = contract.share_group('alpha')

        def check():
            self.assertEqual([group.id], os.listdir(self.path / 'groups'))
            self.assertEqual([], os.listdir(self.path / 'trash'))

        steps = self._at_every_step(
            lambda: local_case.ready(self.path),
            lambda: local_case.make(self.path).create_share_group(group),
            check,
        )
        self.assertGreater(steps, 3)

    def test_delete(self):
        group = contract.share_group('alpha')

        def prepare():
            local_case.ready(self.path).create_share_group(group)
            deep = self.path / 'groups' / group.id / 'a' / 'b'
            deep.mkdir(parents=True)
            (deep / 'file').write_text('bytes')

        def check():
            self.assertEqual(
                ['.manila-groups', 'groups', 'trash'], self.tree()
            )

        steps = self._at_every_step(
            prepare,
            lambda: local_case.make(self.path).delete_share_group(group),
            check,
        )
        self.assertGreater(steps, 8)
