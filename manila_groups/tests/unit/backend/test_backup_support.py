# SPDX-License-Identifier: Apache-2.0
"""What a back end reports of backups, however its engine does."""

import os
import threading
import time
from unittest import mock

from manila_groups import exception
from manila_groups.backend import backup_support
from manila_groups.domain.share_group_backups import places
from manila_groups.tests import base
from manila_groups.tests import engine as engines


class Slow(engines.Copies):
    """An engine that works when it is allowed to.

    :ivar allowed: lets it go on
    :ivar threads: those that came to it
    """

    def __init__(self):
        super().__init__()
        self.allowed = threading.Event()
        self.threads = []

    def setup(self):
        self.threads.append(threading.current_thread())
        if not self.allowed.wait(60):
            raise AssertionError('nobody let it go on')
        super().setup()


class SupportTestCase(base.TestCase):
    engine_class = engines.Copies

    def setUp(self):
        super().setUp()
        self.engine = self.engine_class()
        self.known = ()
        self.support = backup_support.Support(
            'host@alpha', self.engine, lambda: self.known
        )

    def works(self):
        return self.support.capabilities()[places.SUPPORT]


class TestSupport(SupportTestCase):
    def test_without_an_engine(self):
        support = backup_support.Support('host@alpha', None, tuple)
        self.assertEqual({}, support.capabilities())

    def test_the_first_report_has_it(self):
        self.assertTrue(self.works())

    def test_it_is_asked_until_it_works(self):
        self.engine.failures['setup'] = [
            exception.DriverError('no'),
            exception.DriverError('no'),
            ZeroDivisionError(),
        ]
        found = [self.works() for _ in range(5)]
        self.assertEqual([False, False, False, True, True], found)
        self.assertEqual(4, len(self.engine.calls))

    def test_repositories_that_are_not_where_they_were(self):
        self.known = ('project',)
        with self.assertLogs(backup_support.__name__, 'ERROR') as logged:
            self.assertEqual([False] * 2, [self.works() for _ in range(2)])
        self.assertIn('project', logged.output[0])
        os.mkdir(self.engine.at('project'))
        self.assertTrue(self.works())

    def test_a_server_that_does_not_answer(self):
        self.known = ('project',)
        away = exception.TransientDriverError('simulated')
        self.patch(self.engine, 'check_place', mock.Mock(side_effect=away))
        self.assertTrue(self.works())

    def test_a_reason_is_written_down_once(self):
        self.engine.failures['setup'] = [
            *(exception.DriverError('no program') for _ in range(3)),
            ZeroDivisionError(),
        ]
        with self.assertLogs(backup_support.__name__, 'ERROR') as logged:
            for _ in range(5):
                self.works()
        self.assertEqual(2, len(logged.output))
        self.assertIn('no program', logged.output[0])
        self.assertIn('ZeroDivisionError', logged.output[1])


class TestSlow(SupportTestCase):
    engine_class = Slow

    def setUp(self):
        super().setUp()
        self.addCleanup(self.engine.allowed.set)
        self.patch(backup_support, '_MOMENT', 0.01)

    def test_a_report_does_not_wait(self):
        begun = time.monotonic()
        self.assertEqual([False] * 3, [self.works() for _ in range(3)])
        self.assertLess(time.monotonic() - begun, 30)
        (thread,) = self.engine.threads
        # It does not keep the process from ending, either.
        self.assertTrue(thread.daemon)
        self.engine.allowed.set()
        thread.join(60)
        self.assertTrue(self.works())
        self.assertEqual([thread], self.engine.threads)
