# SPDX-License-Identifier: Apache-2.0
"""What which version of restic can do."""

from manila_groups import exception
from manila_groups.backup import versions
from manila_groups.tests import base


def features(version):
    return versions.parse(f'restic {version} compiled with go1.24', 'restic')


class TestVersions(base.TestCase):
    def test_what_each_can(self):
        for version, sparse, others in (
            ('0.14.0', False, False),
            ('0.15.2', True, False),
            ('0.16.4', True, True),
            ('0.18.1-dev (compiled manually)', True, True),
            ('1.0.0', True, True),
        ):
            found = features(version)
            self.assertEqual(sparse, found.sparse)
            self.assertEqual(others, found.retry_lock)
            self.assertEqual(others, found.restore_progress)

    def test_limits(self):
        for version, count in (
            ('0.14.0', 3),
            ('0.15.0', 2),
            ('0.16.0', 1),
            ('0.17.0', 0),
            ('0.18.0', 0),
        ):
            self.assertEqual(count, len(features(version).limits()), version)

    def test_too_old(self):
        error = self.assertRaises(exception.DriverError, features, '0.9.6')
        for word in ('[backup] command', '0.9', '0.14', 'self-update'):
            self.assertIn(word, error.message)

    def test_another_program(self):
        error = self.assertRaises(
            exception.DriverError, versions.parse, 'borg 1.4.0', '/bin/borg'
        )
        self.assertIn('/bin/borg', error.message)
