# SPDX-License-Identifier: Apache-2.0
"""What the load test calls growth, and what it calls an error."""

import random

from manila_groups.tests import base
from manila_groups.tests.soak import findings
from manila_groups.tests.soak import growth
from manila_groups.tests.soak import report
from manila_groups.tests.soak import sampler

#: Of 30 minutes, one sample every three seconds.
TIMES = range(0, 1800, 3)


def sampled(value):
    """Sample a function of the minute, with some noise."""
    noise = random.Random(1)
    return [
        (time, value(time / 60) + noise.uniform(-0.5, 0.5)) for time in TIMES
    ]


class TestGrowth(base.TestCase):
    def grows(self, value, limit=4):
        return growth.course(sampled(value)).grows(limit)

    def test_noise(self):
        self.assertFalse(self.grows(lambda minute: 80))

    def test_a_leak(self):
        self.assertTrue(self.grows(lambda minute: 80 + 0.4 * minute))

    def test_a_leak_that_begins_late(self):
        self.assertTrue(self.grows(lambda minute: 80 + max(0, minute - 16)))

    def test_less_than_what_counts(self):
        self.assertFalse(self.grows(lambda minute: 80 + 0.1 * minute))

    def test_the_warm_up(self):
        self.assertFalse(self.grows(lambda minute: 40 + min(4 * minute, 40)))

    def test_a_step(self):
        self.assertFalse(self.grows(lambda minute: 80 + 6 * (minute > 13)))

    def test_what_comes_and_goes(self):
        self.assertFalse(self.grows(lambda minute: 80 + 20 * (minute % 3 > 2)))

    def test_steps_that_do_not_end(self):
        self.assertTrue(self.grows(lambda minute: 80 + minute // 4 * 2))

    def test_that_memory_is_given_back(self):
        self.assertFalse(self.grows(lambda minute: 80 - minute))

    def test_figures(self):
        course = growth.course([(minute, minute) for minute in range(31)])
        self.assertEqual(growth.Course(0, 12.5, 27.5, 15), course)

    def test_too_few(self):
        for number in range(3):
            samples = [(3 * n, 80) for n in range(number)]
            self.assertIsNone(growth.course(samples))

    def test_samples_of_one_time(self):
        self.assertEqual(0, growth.slope([(1, 80), (1, 90)]))


class TestReport(base.TestCase):
    def setUp(self):
        super().setUp()
        self.samples = {
            ('api', sampler.MEMORY): sampled(lambda minute: 80),
            ('api', sampler.THREADS): sampled(lambda minute: 6),
            ('all', 'queues'): [(0, 3)],
        }
        self.findings = findings.Findings()

    def judge(self):
        report.judge(self.samples, 4, self.findings)
        return '\n'.join(self.findings.lines())

    def test_nothing(self):
        self.assertEqual('', self.judge())
        self.assertFalse(self.findings)

    def test_memory(self):
        self.samples['api', sampler.MEMORY] = sampled(lambda minute: minute)
        self.assertIn('memory (MiB) of api', self.judge())
        self.assertTrue(self.findings)

    def test_threads(self):
        self.samples['api', sampler.THREADS] = sampled(
            lambda minute: 8 * minute
        )
        self.assertIn('threads of api', self.judge())

    def test_a_pool_of_threads(self):
        self.samples['api', sampler.THREADS] = sampled(
            lambda minute: 6 + 2 * minute
        )
        self.assertEqual('', self.judge())

    def test_tables(self):
        tally = findings.Tally()
        tally.answered(200)
        tally.took('create a group', 0.5)
        text = '\n'.join(report.lines(self.samples, tally, 60))
        self.assertRegex(text, r'(?m)^api +79\.\d +80\.0 +80\.0')
        self.assertRegex(text, r'(?m)^api: threads +6 +6 +6$')
        self.assertRegex(text, r'(?m)^create a group +1 +1\.0 +0\.50s')
        self.assertIn('1 requests in 60 s', text)

    def test_many_of_a_kind(self):
        for number in range(30):
            self.findings.add('errors', f'number {number}')
        lines = list(self.findings.lines())
        self.assertEqual('FOUND errors: 30', lines[0])
        self.assertEqual(1 + findings.Findings.MOST_TOLD, len(lines))
