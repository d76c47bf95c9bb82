# SPDX-License-Identifier: Apache-2.0
import errno
import io
import logging
import os

import fixtures

from manila_groups.conf import log_failures
from manila_groups.tests import base


class Disk(io.StringIO):
    """A file on a disk that may be full."""

    is_full = True

    def write(self, text):
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


class WatchTestCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.disk = Disk()
        self.logger = logging.getLogger(self.id())
        self.logger.propagate = False
        handler = self.make_handler()
        handler.baseFilename = '/var/log/service'
        self.logger.addHandler(handler)
        log_failures.watch(self.logger)
        self.terminal = io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.terminal))

    def make_handler(self):
        return logging.StreamHandler(self.disk)

    def lines(self):
        return self.terminal.getvalue().splitlines()

    def log(self, number):
        for _number in range(number):
            self.logger.error('a record')

    def test_a_full_disk_is_told_once(self):
        self.log(5)
        self.assertEqual(
            [
                'The log /var/log/service cannot be written: [Errno 28] No '
                'space left on device'
            ],
            self.lines(),
        )

    def test_its_end_is_told_with_what_is_lost(self):
        self.log(5)
        self.disk.is_full = False
        self.log(3)
        self.assertEqual(
            'The log /var/log/service can be written again; records lost: 5',
            self.lines()[-1],
        )
        self.assertEqual('a record\n' * 3, self.disk.getvalue())
        self.disk.is_full = True
        self.log(2)
        self.assertEqual(3, len(self.lines()))

    def test_the_mistake_of_a_record_is_shown_as_ever(self):
        self.logger.error('%d', 'no number')
        self.assertIn('Traceback', self.terminal.getvalue())
        self.assertIn('%d format', self.terminal.getvalue())


class RaisingTestCase(WatchTestCase):
    """The handler lets the error out, as one does whose file was moved."""

    def make_handler(self):
        handler = logging.StreamHandler(self.disk)
        emit = handler.emit

        def look_and_emit(record):
            if self.disk.is_full and not record.args:
                self.disk.write('')
            emit(record)

        handler.emit = look_and_emit
        return handler
