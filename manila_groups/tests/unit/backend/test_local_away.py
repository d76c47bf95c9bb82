# SPDX-License-Identifier: Apache-2.0
"""A file system that is away is told apart from work that cannot be done."""

import errno
import json
import os
import shutil
from unittest import mock

from manila_groups import exception
from manila_groups.backend.drivers.local import paths
from manila_groups.tests.unit.backend import contract
from manila_groups.tests.unit.backend import local_case


class TestAway(local_case.LocalTestCase):
    def setUp(self):
        super().setUp()
        self.path = self.temp / 'alpha'
        self.driver = local_case.ready(self.path)
        self.share = contract.share('alpha')
        self.driver.create_share(self.share)
        self.driver.check()

    def assertAway(self, reason):
        for method, *args in (
            (self.driver.check,),
            (self.driver.pools,),
            (self.driver.delete_share, self.share),
            (self.driver.resize_share, self.share),
            (self.driver.update_access, self.share, []),
        ):
            error = self.assertRaises(
                exception.TransientDriverError, method, *args
            )
            self.assertIn('[alpha] local_path = ', error.message)
            self.assertIn(reason, error.message)

    def test_not_mounted(self):
        hidden = self.temp / 'hidden'
        self.path.rename(hidden)
        self.assertAway('is the file system mounted?')
        self.path.mkdir()
        self.assertAway('is the file system mounted?')
        self.path.rmdir()
        hidden.rename(self.path)
        self.driver.check()
        self.driver.delete_share(self.share)

    def test_of_somebody_else(self):
        """That is not mended by waiting."""
        marker = self.path / paths.MARKER
        marker.write_text(json.dumps({'backend': 'beta'}))
        error = self.assertRaises(exception.DriverError, self.driver.check)
        self.assertIs(exception.DriverError, type(error))

    def test_broken(self):
        for number in (errno.EIO, errno.EROFS, errno.ESTALE):
            broken = OSError(number, os.strerror(number), 'x')
            with mock.patch.object(paths, '_opened', side_effect=broken):
                self.assertAway(os.strerror(number))

    def test_no_longer_writable(self):
        figures = mock.Mock(wraps=os.statvfs(self.path))
        figures.f_flag = os.ST_RDONLY
        failed = exception.DriverError('rm: failed')
        with (
            mock.patch.object(os, 'statvfs', return_value=figures),
            mock.patch.object(self.driver, '_call', side_effect=failed),
        ):
            error = self.assertRaises(
                exception.TransientDriverError, self.driver.check
            )
            self.assertIn('read-only', error.message)
            # A command that has failed is blamed on that.
            error = self.assertRaises(
                exception.TransientDriverError,
                self.driver.resize_share,
                self.share,
            )
            self.assertIn('read-only', error.message)

    def test_what_is_missing_is_not_away(self):
        shutil.rmtree(self.path / 'shares' / self.share.id)
        error = self.assertRaises(
            exception.DriverError, self.driver.resize_share, self.share
        )
        self.assertIs(exception.DriverError, type(error))
