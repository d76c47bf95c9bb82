# SPDX-License-Identifier: Apache-2.0
"""How much may be sent, by a clock that does not run by itself."""

import collections
import threading

from manila_groups.backend.transfer import bandwidth
from manila_groups.backend.transfer import sender
from manila_groups.tests import base
from manila_groups.tests.unit.backend.transfer import case

_RATE = 1000.0


class Clock:
    """Goes on only while somebody sleeps."""

    def __init__(self):
        self.now = 50.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class TestLimit(base.TestCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.rate = _RATE
        self.limit = bandwidth.Limit(
            lambda: self.rate, self.clock, self.clock.sleep
        )

    def test_in_the_long_run(self):
        begin = self.clock.now
        for size in [1, 250, 4000, 17] * 100:
            self.limit.take(size)
        total = 100 * (1 + 250 + 4000 + 17)
        seconds = self.clock.now - begin
        self.assertAlmostEqual(total / _RATE - bandwidth.BURST, seconds, 6)

    def test_never_more_than_a_burst_ahead(self):
        begin, sent = self.clock.now, 0
        for pause in (0, 0, 0, 10, 0, 0, 0.1, 0.2, 0, 1000, 0, 0):
            self.clock.now += pause
            self.limit.take(200)
            sent += 200
            passed = self.clock.now - begin
            self.assertLessEqual(
                sent, (passed + bandwidth.BURST) * _RATE + 1e-6
            )

    def test_a_pause_is_worth_a_burst_and_no_more(self):
        self.clock.now += 1000
        begin = self.clock.now
        self.limit.take(int(_RATE * bandwidth.BURST))
        self.assertEqual(begin, self.clock.now)
        self.limit.take(100)
        self.assertAlmostEqual(0.1, self.clock.now - begin)

    def test_none(self):
        self.rate = 0
        begin = self.clock.now
        self.limit.take(10**12)
        self.assertEqual(begin, self.clock.now)

    def test_another_rate_while_it_runs(self):
        self.limit.take(250)
        begin = self.clock.now
        self.limit.take(1000)
        self.rate = 2 * _RATE
        self.limit.take(1000)
        self.assertAlmostEqual(1.5, self.clock.now - begin)

    def test_several_threads_share_it(self):
        waits = collections.deque()
        limit = bandwidth.Limit(lambda: _RATE, lambda: 50.0, waits.append)
        threads = [
            threading.Thread(target=limit.take, args=[500]) for _n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # The clock stands still: each waits for all before it.
        self.assertEqual(
            [0.25 + 0.5 * number for number in range(8)], sorted(waits)
        )


class TestSender(case.TransferCase):
    def test_all_that_is_sent_counts(self):
        conf = self.configure(bandwidth_limit=3)
        endpoint = self.listen(conf).endpoint
        one, clock = sender.Sender(conf), Clock()
        one._limit._clock, one._limit._sleep = clock, clock.sleep
        begin = clock.now
        for _number in range(2):
            one.deliver(
                endpoint,
                case.an_offer(),
                lambda sink: sink.write(b'x' * 6 * 2**20),
                lambda sent: None,
            )
        self.assertAlmostEqual(
            4 - bandwidth.BURST, clock.now - begin, places=6
        )
