# SPDX-License-Identifier: Apache-2.0
"""Calls of one queue come one after another, and none is forgotten."""

import threading

from manila_groups.backend import serial
from manila_groups.tests import base
from manila_groups.tests.unit.db import case


class TestSerialQueues(base.TestCase):
    def setUp(self):
        super().setUp()
        self.queues = serial.SerialQueues()
        self.calls = []

    def test_a_call_gets_all_that_it_was_given(self):
        self.queues.run(
            'queue', lambda *args: self.calls.append(args), 1, 2, key=2
        )
        self.assertEqual([(1, 2)], self.calls)

    def test_what_is_asked_for_meanwhile_comes_next_and_once(self):
        def work(name):
            self.calls.append(('begin', name))
            if name == 'first':
                for other in ('second', 'third', 'second'):
                    self.queues.run('queue', work, other, key=other)
            self.calls.append(('end', name))

        self.queues.run('queue', work, 'first', key='first')
        self.assertEqual(
            [
                (what, name)
                for name in ('first', 'second', 'third')
                for what in ('begin', 'end')
            ],
            self.calls,
        )

    def test_the_same_again_while_it_is_done(self):
        def work(name):
            self.calls.append(name)
            if len(self.calls) == 1:
                self.queues.run('queue', work, name, key=name)

        self.queues.run('queue', work, 'first', key='first')
        self.assertEqual(['first', 'first'], self.calls)

    def test_an_error_ends_no_queue(self):
        def fail(name):
            self.queues.run('queue', self.calls.append, name, key=name)
            raise ValueError(name)

        self.queues.run('queue', fail, 'after', key='before')
        self.assertEqual(['after'], self.calls)
        self.queues.run('queue', self.calls.append, 'again', key='again')
        self.assertEqual(['after', 'again'], self.calls)

    def test_threads_never_overlap_in_one_queue(self):
        inside = threading.Semaphore(1)
        overlaps = []

        def work(number):
            if not inside.acquire(blocking=False):
                overlaps.append(number)
                return
            self.calls.append(number)
            inside.release()

        case.at_once(
            [
                lambda number=number: self.queues.run(
                    'queue', work, number, key=number
                )
                for number in range(200)
            ]
        )
        self.assertEqual([], overlaps)
        self.assertEqual(list(range(200)), sorted(self.calls))

    def test_other_queues_do_not_wait(self):
        def work(name):
            self.calls.append(name)
            if name == 'one':
                thread = threading.Thread(
                    target=self.queues.run,
                    args=('other', work, 'two'),
                    kwargs={'key': 'two'},
                )
                thread.start()
                thread.join(30)
                self.calls.append('end of one')

        self.queues.run('queue', work, 'one', key='one')
        self.assertEqual(['one', 'two', 'end of one'], self.calls)
