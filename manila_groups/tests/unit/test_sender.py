# SPDX-License-Identifier: Apache-2.0
"""Messages leave beside the work, whatever becomes of the broker."""

import threading
import time

import fixtures

from manila_groups import sender
from manila_groups.tests import base

PATIENCE = 30


class SenderTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.sender = sender.Sender()
        self.sent = []
        self.answers = threading.Event()
        self.addCleanup(self.answers.set)

    def send(self, what):
        """Send something, as soon as the broker answers."""
        self.answers.wait()
        self.sent.append(what)

    def put(self, *messages):
        for message in messages:
            self.sender.put(self.send, message)

    def end(self):
        self.answers.set()
        self.assertTrue(self.sender.flush(PATIENCE))
        return self.sent

    def test_nobody_waits_and_the_order_stays(self):
        self.put(*'abc')
        self.assertEqual([], self.sent)
        self.assertFalse(self.sender.flush(0))
        self.assertEqual(list('abc'), self.end())

    def test_how_long_the_broker_has_not_answered(self):
        self.assertEqual(0, self.sender.waits())
        self.put(*'ab')
        while not self.sender.waits():
            time.sleep(0.01)
        first = self.sender.waits()
        time.sleep(0.05)
        self.assertGreater(self.sender.waits(), first)
        self.end()
        self.assertEqual(0, self.sender.waits())

    def test_more_after_all_was_sent(self):
        self.answers.set()
        for message in 'ab':
            self.put(message)
            self.assertTrue(self.sender.flush(PATIENCE))
        self.assertEqual(list('ab'), self.sent)

    def test_an_error_ends_nothing(self):
        def fail():
            raise RuntimeError('no route')

        self.sender.put(fail)
        self.put('a')
        self.assertEqual(['a'], self.end())
        self.assertIn('no route', self.log.output)

    def test_what_is_too_much_is_dropped(self):
        self.sender.MAX_WAITING = 2
        started = threading.Event()
        self.sender.put(lambda: (started.set(), self.send('a')))
        self.assertTrue(started.wait(PATIENCE))
        self.put(*'bcde')
        self.assertEqual(list('abc'), self.end())
        self.assertEqual(1, self.log.output.count('dropping'))
        self.put('f')
        self.assertEqual(list('abcf'), self.end())

    def test_what_waits_already_is_not_sent_again(self):
        started = threading.Event()
        self.sender.put(lambda: (started.set(), self.send('first')))
        self.assertTrue(started.wait(PATIENCE))
        for message in 'aabab':
            self.sender.put(self.send, message, key=('look', message))
        self.assertEqual(['first', 'a', 'b'], self.end())

    def test_what_is_being_sent_does_not_wait_any_more(self):
        """Its receiver may have looked just before there was more."""
        started = threading.Event()

        def send():
            started.set()
            self.send('a')

        self.sender.put(send, key='look')
        self.assertTrue(started.wait(PATIENCE))
        for _ in range(2):
            self.sender.put(self.send, 'again', key='look')
        self.assertEqual(['a', 'again'], self.end())
        self.sender.put(self.send, 'later', key='look')
        self.assertEqual(['a', 'again', 'later'], self.end())

    def test_what_was_dropped_may_come_again(self):
        self.sender.MAX_WAITING = 1
        started = threading.Event()
        self.sender.put(lambda: (started.set(), self.send('first')))
        self.assertTrue(started.wait(PATIENCE))
        self.put('a')
        self.sender.put(self.send, 'look', key='look')
        self.assertEqual(['first', 'a'], self.end())
        self.sender.put(self.send, 'look', key='look')
        self.assertEqual(['first', 'a', 'look'], self.end())

    def test_from_many_threads(self):
        self.answers.set()
        threads = [
            threading.Thread(target=self.put, args=range(100))
            for _ in range(8)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.assertEqual(800, len(self.end()))

    def test_the_end_of_a_process(self):
        self.put('a')
        sender.flush_all(0)
        self.assertIn('ends with unsent messages', self.log.output)
        self.answers.set()
        sender.flush_all(PATIENCE)
        self.assertEqual(['a'], self.sent)

    def test_a_process_that_may_have_no_more_threads(self):
        with fixtures.MonkeyPatch('threading.Thread.start', _no_more):
            self.put('a')
        self.assertIn('no more', self.log.output)
        self.put('b')
        self.assertEqual(['a', 'b'], self.end())

    def test_one_that_may_have_more_of_them_again(self):
        """The same message is as good as another one to go on with."""
        with fixtures.MonkeyPatch('threading.Thread.start', _no_more):
            self.sender.put(self.send, 'look', key='look')
        self.sender.put(self.send, 'look', key='look')
        self.assertEqual(['look'], self.end())

    def test_the_thread_goes_and_comes_again(self):
        self.answers.set()
        self.sender.IDLE = 0
        before = set(threading.enumerate())
        for message in 'ab':
            self.put(message)
            self.assertTrue(self.sender.flush(PATIENCE))
            for one in set(threading.enumerate()) - before:
                one.join(PATIENCE)
        self.assertEqual(list('ab'), self.sent)
        self.assertEqual(set(), set(threading.enumerate()) - before)


def _no_more(_thread):
    raise RuntimeError('no more')
