# SPDX-License-Identifier: Apache-2.0
"""A scheduler or a back end as a service: it starts, and ends in order."""

import logging
import queue
import threading

import fixtures
import oslo_messaging
from oslo_utils import uuidutils

from manila_groups import conf as configuration
from manila_groups import service
from manila_groups.rpc import base as rpc
from manila_groups.tests import base

PATIENCE = 30


class TestLoop(base.TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(
            fixtures.FakeLogger(level=logging.INFO, format='%(message)s')
        )
        self.errors = []

    def task(self):
        error = self.errors.pop(0)
        if error is not None:
            raise error

    def test_a_problem_is_logged_when_it_changes(self):
        full = [OSError(f'disk full\n[parameters: {n}]') for n in range(9)]
        self.errors = [None, *full, ValueError('odd'), None, None, full[0]]
        loop = service._Loop(lambda: 5, self.task)
        while self.errors:
            loop._call()
        lines = [
            line.rpartition('.task ')[2]
            for line in self.log.output.splitlines()
            if '.task ' in line
        ]
        self.assertEqual(
            [
                'failed and is repeated every 5 seconds: disk full',
                'failed and is repeated every 5 seconds: odd',
                'works again',
                'failed and is repeated every 5 seconds: disk full',
            ],
            lines,
        )
        self.assertEqual(3, self.log.output.count('Traceback'))


class Manager(service.Manager):
    """Notes what it is asked for; its runner works until it may end."""

    target = oslo_messaging.Target(version='1.1')

    def __init__(self):
        self.runner = self
        self.calls = queue.Queue()
        self.reports = threading.Semaphore(0)
        self.serves = threading.Event()
        self.may_end = threading.Event()
        self.intervals = None

    def serve(self, seconds):
        self.intervals = seconds
        self.serves.set()
        self.may_end.wait(PATIENCE)
        self.calls.put('served')

    def report(self):
        self.reports.release()

    def reconcile(self):
        self.calls.put('reconcile')

    def reload(self):
        self.calls.put('reload')

    def end(self):
        self.calls.put('end')

    def hand_back(self):
        self.calls.put('hand_back')
        raise OSError('the database is away')


class TestService(base.TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.conf = configuration.load(
            files=[],
            defaults={
                'DEFAULT': {
                    'transport_url': 'fake:///',
                    'control_exchange': uuidutils.generate_uuid(),
                },
                'service': {'heartbeat_interval': 0.1},
            },
        )
        transport = rpc.transport(self.conf)
        self.addCleanup(transport.cleanup)
        self.manager = Manager()
        self.addCleanup(self.manager.may_end.set)
        self.service = service.Service(
            self.conf, transport, 'topic', 'here', self.manager
        )

    def next(self):
        return self.manager.calls.get(timeout=PATIENCE)

    def reports(self):
        return self.manager.reports.acquire(timeout=PATIENCE)

    def test_it_searches_as_often_as_is_configured(self):
        self.service.start()
        self.assertTrue(self.manager.serves.wait(PATIENCE))
        self.assertEqual(10, self.manager.intervals())
        self.conf.set_override('reconcile_interval', 7, 'service')
        self.assertEqual(7, self.manager.intervals())
        self.manager.may_end.set()
        self.service.stop()
        self.service.wait()

    def test_it_reports_until_all_work_has_ended(self):
        self.service.start()
        self.assertEqual('reconcile', self.next())
        self.service.stop()
        self.assertEqual('end', self.next())
        end = threading.Thread(target=self.service.wait)
        end.start()
        # One may have been on its way.
        while self.manager.reports.acquire(blocking=False):
            pass
        self.assertTrue(self.reports() and self.reports())
        self.assertTrue(end.is_alive())
        self.manager.may_end.set()
        end.join(PATIENCE)
        self.assertFalse(end.is_alive())
        self.assertEqual('served', self.next())
        while self.manager.reports.acquire(blocking=False):
            pass
        self.assertFalse(self.manager.reports.acquire(timeout=0.3))

    def test_a_reload_searches_at_once(self):
        self.service.start()
        self.assertEqual('reconcile', self.next())
        self.service.reset()
        self.assertEqual(['reload', 'reconcile'], [self.next(), self.next()])
        self.manager.may_end.set()
        self.service.stop()
        self.service.wait()

    def test_one_that_has_not_started_ends(self):
        self.service.stop()
        self.service.wait()
        self.assertEqual('end', self.next())

    def test_an_end_that_takes_too_long(self):
        """What can't be handed back is found when the leases expire."""
        self.service.hand_back()
        self.assertEqual('hand_back', self.next())
        self.assertIn('the database is away', self.log.output)
