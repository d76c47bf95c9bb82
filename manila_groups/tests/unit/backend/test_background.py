# SPDX-License-Identifier: Apache-2.0
"""Work that reconciliation found is done in the background."""

import threading

from manila_groups.backend import background
from manila_groups.tests import base

PATIENCE = 30


class TestBackground(base.TestCase):
    def setUp(self):
        super().setUp()
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.addCleanup(self.go_on.set)
        self.calls = []

    def hang(self, name):
        self.calls.append(name)
        self.begun.release()
        self.go_on.wait(PATIENCE)

    def fail(self, name):
        self.calls.append(name)
        raise ValueError(name)

    def test_what_hangs_stops_nobody(self):
        found = background.Background(2)
        found(self.hang, 'one', key='one')
        self.assertTrue(self.begun.acquire(timeout=PATIENCE))
        for _ in range(3):
            found(self.hang, 'one', key='one')
        found(self.hang, 'two', key='two')
        self.assertTrue(self.begun.acquire(timeout=PATIENCE))
        self.go_on.set()
        found.wait()
        self.assertEqual(['one', 'two'], self.calls)

    def test_what_has_ended_can_be_found_again(self):
        found = background.Background(1)
        ended = threading.Event()
        for name in ('one', 'one'):
            found(self.fail, name, key=name)
            ended.clear()
            found(lambda _name: ended.set(), 'end', key='end')
            self.assertTrue(ended.wait(PATIENCE))
        found.wait()
        self.assertEqual(['one', 'one'], self.calls)

    def test_nothing_new_is_begun_at_the_end(self):
        found = background.Background(1)
        found(self.hang, 'one', key='one')
        self.assertTrue(self.begun.acquire(timeout=PATIENCE))
        found(self.hang, 'two', key='two')
        threading.Timer(0.1, self.go_on.set).start()
        found.wait()
        self.assertEqual(['one'], self.calls)
