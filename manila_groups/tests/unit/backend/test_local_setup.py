# SPDX-License-Identifier: Apache-2.0
"""Which directories the driver of directories takes, and refuses."""

import json
import os

from manila_groups.backend.drivers.local import driver
from manila_groups.backend.drivers.local import paths
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case

NOBODY = 65534


class TestSetup(local_case.LocalTestCase):
    def test_makes_the_directory(self):
        local_case.ready(self.path / 'deep' / 'down')
        self.assertEqual(
            0o750, (self.path / 'deep/down').stat().st_mode & 0o777
        )

    def test_takes_an_empty_directory(self):
        self.path.mkdir()
        local_case.ready(self.path)
        self.assertEqual(local_case.EMPTY, self.tree())
        marker = (self.path / '.manila-groups').read_text()
        self.assertEqual({'backend': 'alpha'}, json.loads(marker))

    def test_takes_a_new_file_system(self):
        (self.path / 'lost+found').mkdir(parents=True)
        local_case.ready(self.path)
        self.assertIn('groups', self.tree())

    def test_refuses_what_is_not_empty(self):
        self.path.mkdir()
        (self.path / 'thesis.txt').write_text('all of it')
        self.assertRefused(local_case.make(self.path), 'not empty')
        self.assertEqual(['thesis.txt'], self.tree())

    def test_refuses_another_back_ends(self):
        local_case.ready(self.path, 'beta')
        before = self.tree()
        self.assertRefused(local_case.make(self.path), "'beta'")
        self.assertEqual(before, self.tree())
        local_case.ready(self.path, 'beta')

    def test_refuses_a_path_in_another_back_ends(self):
        local_case.ready(self.path, 'beta')
        before = self.tree()
        for below in ('groups', 'groups/x', 'new'):
            self.assertRefused(
                local_case.make(self.path / below), 'another back end'
            )
        self.assertEqual(before, self.tree())

    def test_refuses_a_symbolic_link(self):
        target = self.temp / 'target'
        target.mkdir()
        self.path.symlink_to(target)
        for spelling in (self.path, f'{self.path}/', f'{self.path}/.'):
            self.assertRefused(local_case.make(spelling), 'symbolic link')
        self.path.unlink()
        self.path.symlink_to(self.temp / 'nowhere')
        self.assertRefused(local_case.make(self.path), 'symbolic link')
        self.assertEqual([], list(target.iterdir()))

    def test_refuses_a_file(self):
        self.path.write_text('mine')
        self.assertRefused(local_case.make(self.path), 'not a directory')
        self.assertEqual('mine', self.path.read_text())

    def test_refuses_a_path_below_a_file(self):
        self.path.write_text('mine')
        self.assertRefused(
            local_case.make(self.path / 'deep'), 'Not a directory'
        )

    def test_refuses_no_path(self):
        made = driver.LocalDriver('alpha', contract.section('alpha'))
        self.assertRefused(made, 'no value')
        self.assertRefused(local_case.make(''), 'no value')

    def test_refuses_a_relative_path(self):
        self.assertRefused(local_case.make('alpha'), 'absolute')

    def test_refuses_a_marker_that_says_nothing(self):
        self.path.mkdir()
        for content in ('', 'alpha', '[]', '{"name": "alpha"}', '"alpha"'):
            (self.path / '.manila-groups').write_text(content)
            self.assertRefused(local_case.make(self.path), 'cannot be read')

    def test_refuses_a_marker_that_is_no_file(self):
        self.path.mkdir()
        marker = self.path / '.manila-groups'
        real = self.temp / 'real'
        real.write_text('{"backend": "alpha"}')
        marker.symlink_to(real)
        self.assertRefused(local_case.make(self.path), 'cannot be read')
        marker.unlink()
        os.mkfifo(marker)
        self.assertRefused(local_case.make(self.path), 'cannot be read')
        marker.unlink()
        marker.mkdir()
        self.assertRefused(local_case.make(self.path), 'cannot be read')

    def test_refuses_links_in_place_of_its_directories(self):
        outside = self.temp / 'outside'
        outside.mkdir()
        (outside / 'thesis.txt').write_text('all of it')
        for name in paths.DIRECTORIES:
            local_case.ready(self.path)
            (self.path / name).rmdir()
            (self.path / name).symlink_to(outside)
            self.assertRefused(local_case.make(self.path), name)
            (self.path / name).unlink()
        self.assertEqual(['thesis.txt'], os.listdir(outside))

    def test_goes_on_after_a_restart(self):
        group = contract.share_group('alpha')
        local_case.ready(self.path).create_share_group(group)
        local_case.ready(self.path)
        self.assertEqual([group.id], os.listdir(self.path / 'groups'))

    def _as_another_user(self, function):
        """Check that a function is refused to one who may read only."""
        self.temp.chmod(0o755)
        self.path.chmod(0o555)
        self.addCleanup(self.path.chmod, 0o755)

        def run():
            if not os.geteuid():
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            function()

        self.assertEqual(
            0, os.waitstatus_to_exitcode(local_case.in_child(run))
        )

    def test_refuses_what_can_not_be_written(self):
        self.path.mkdir()
        made = local_case.make(self.path)
        self._as_another_user(
            lambda: self.assertRefused(made, 'Permission denied')
        )
        self.assertEqual([], self.tree())

    def test_refuses_what_can_be_written_no_more(self):
        made = local_case.ready(self.path)
        for found in self.path.iterdir():
            found.chmod(0o755)
        self._as_another_user(lambda: self.assertRefused(made, 'not writable'))
