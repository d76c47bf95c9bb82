# SPDX-License-Identifier: Apache-2.0
"""Which tests run, and what is printed of them."""

import datetime
import io
import re

import subunit

from manila_groups.tests import base
from manila_groups.tests import run

LONG = 'manila_groups.tests.long.test_one.Test.test_it'
ONE = 'manila_groups.tests.unit.test_one.Test.test_it'
TWO = 'manila_groups.tests.unit.test_two.Test.test_it'


class TestChoose(base.TestCase):
    def choose(self, *names, **options):
        tests = [LONG, ONE, TWO]
        return run.choose(tests, list(map(re.compile, names)), **options)

    def test_long_ones_run_alone_or_by_their_name(self):
        self.assertEqual([ONE, TWO], self.choose())
        self.assertEqual([LONG], self.choose(long=True))
        self.assertEqual([LONG, ONE], self.choose('test_one'))
        self.assertEqual([LONG], self.choose('test_one', long=True))
        self.assertEqual([], self.choose('test_two', long=True))

    def test_some_are_left_out(self):
        exclude = re.compile('test_one')
        self.assertEqual([TWO], self.choose(exclude=exclude))
        self.assertEqual([], self.choose('test_one', exclude=exclude))


class TestFollow(base.TestCase):
    def follow(self, total, *statuses):
        """Follow tests that end so; returns the verdict and the text."""
        stream, output = io.BytesIO(), io.StringIO()
        result = subunit.StreamResultToBytes(stream)
        now = datetime.datetime.now(datetime.UTC)
        for number, status in enumerate(statuses):
            for one in ('inprogress', status):
                result.status(f'test_{number}', one, timestamp=now)
        stream.seek(0)
        verdict = run.follow(stream, run.Progress(total, output))
        return verdict, output.getvalue()

    def test_all_are_well(self):
        is_well, text = self.follow(3, 'success', 'skip', 'xfail')
        self.assertTrue(is_well)
        self.assertIn('[3/3] 0 failed, 1 skipped, 0:00\n', text)

    def test_a_failure_is_named(self):
        for status in ('fail', 'uxsuccess'):
            is_well, text = self.follow(2, status, 'success')
            self.assertFalse(is_well)
            self.assertIn('\nFAILED: test_0\n', text)
            self.assertNotIn('test_1', text)
            self.assertIn('[2/2] 1 failed', text)

    def test_one_that_never_ended(self):
        is_well, _text = self.follow(2, 'success', 'inprogress')
        self.assertFalse(is_well)

    def test_one_that_never_began(self):
        is_well, text = self.follow(2, 'success')
        self.assertFalse(is_well)
        self.assertIn('1 tests did not run', text)
