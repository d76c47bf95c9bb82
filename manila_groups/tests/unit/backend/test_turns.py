# SPDX-License-Identifier: Apache-2.0
"""Calls with one key come one after another, and none is forgotten."""

import threading

from manila_groups.backend import turns
from manila_groups.tests import base
from manila_groups.tests.unit.db import case


class TestTurns(base.TestCase):
    def setUp(self):
        super().setUp()
        self.turns = turns.Turns()
        self.calls = []

    def test_a_call_gets_all_that_it_was_given(self):
        self.turns.take('key', lambda *args: self.calls.append(args), 1, 2)
        self.assertEqual([(1, 2)], self.calls)

    def test_what_is_asked_for_meanwhile_comes_next_and_once(self):
        def work(name):
            self.calls.append(('begin', name))
            if name == 'first':
                for other in ('second', 'third', 'second'):
                    self.turns.take('key', work, other)
            self.calls.append(('end', name))

        self.turns.take('key', work, 'first')
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
                self.turns.take('key', work, name)

        self.turns.take('key', work, 'first')
        self.assertEqual(['first', 'first'], self.calls)

    def test_an_error_ends_no_turn(self):
        def fail(name):
            self.turns.take('key', self.calls.append, name)
            raise ValueError(name)

        self.turns.take('key', fail, 'after')
        self.assertEqual(['after'], self.calls)
        self.turns.take('key', self.calls.append, 'again')
        self.assertEqual(['after', 'again'], self.calls)

    def test_threads_never_overlap_with_one_key(self):
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
                lambda number=number: self.turns.take('key', work, number)
                for number in range(200)
            ]
        )
        self.assertEqual([], overlaps)
        self.assertEqual(list(range(200)), sorted(self.calls))

    def test_other_keys_do_not_wait(self):
        def work(name):
            self.calls.append(name)
            if name == 'one':
                thread = threading.Thread(
                    target=self.turns.take, args=('other', work, 'two')
                )
                thread.start()
                thread.join(30)
                self.calls.append('end of one')

        self.turns.take('key', work, 'one')
        self.assertEqual(['one', 'two', 'end of one'], self.calls)
