# SPDX-License-Identifier: Apache-2.0
"""When a run of Tempest counts as good, and what it says."""

import contextlib
import io
import pathlib

import fixtures
import subunit

from manila_groups.tests import base
from manila_groups.tests.tempest import suite

PASSED = ('success', None)
CEPHFS = ('skip', 'cephfs tests are disabled')
SHARE_SERVERS = ('skip', 'Only for multitenancy.')
OTHER = ('skip', 'Needs at least two availability zones')


class Recorded:
    """Programs that have run: these were the results.

    :param code: how tempest ended
    :param outcomes: (status, reason) of each test
    """

    def __init__(self, logs, code, outcomes):
        self.logs = logs
        self._code = code
        self._outcomes = outcomes

    def end_of(self, name, *_command, **_options):
        return self._code if name == 'tempest' else 0

    def output_of(self, *_command, **_options):
        written = io.BytesIO()
        stream = subunit.StreamResultToBytes(written)
        for number, (status, reason) in enumerate(self._outcomes):
            name = f'test-{number}'
            stream.status(test_id=name, test_status='inprogress')
            if reason is not None:
                stream.status(
                    test_id=name,
                    file_name='reason',
                    file_bytes=reason.encode(),
                    mime_type='text/plain; charset="utf8"',
                    eof=True,
                )
            stream.status(test_id=name, test_status=status)
        return written.getvalue()


class TestSuite(base.TestCase):
    def run_tests(self, *outcomes, code=0, multitenancy=False):
        """Run; returns whether all was good, and the last line."""
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        programs = Recorded(directory, code, outcomes)
        tests = suite.Suite(programs, directory, 'url', multitenancy)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            good = tests.run('regex', 1)
        self.printed = printed.getvalue()
        return good, self.printed.splitlines()[-1]

    def test_skipped_as_expected(self):
        self.assertEqual(
            (True, '2 passed, 0 failed, 2 skipped'),
            self.run_tests(PASSED, CEPHFS, PASSED, SHARE_SERVERS),
        )
        self.assertIn('skipped: test-1: cephfs tests', self.printed)

    def test_skipped_for_another_reason(self):
        self.assertEqual(
            (False, '1 passed, 0 failed, 1 skipped'),
            self.run_tests(PASSED, OTHER),
        )
        self.assertIn('not to be skipped: test-1', self.printed)

    def test_share_servers_are_expected_of_multitenancy(self):
        good, _line = self.run_tests(PASSED, SHARE_SERVERS, multitenancy=True)
        self.assertFalse(good)

    def test_failed(self):
        self.assertEqual(
            (False, '1 passed, 1 failed, 0 skipped'),
            self.run_tests(PASSED, ('fail', None), code=1),
        )
        self.assertIn('failed: test-1', self.printed)

    def test_a_worker_that_died(self):
        self.assertEqual(
            (False, '1 passed, 1 failed, 0 skipped'),
            self.run_tests(PASSED, ('inprogress', None), code=1),
        )

    def test_nothing_was_run(self):
        self.assertEqual(
            (False, '0 passed, 0 failed, 1 skipped'), self.run_tests(CEPHFS)
        )
