# SPDX-License-Identifier: Apache-2.0
"""A back end: what it does with its driver, and what it tells of itself."""

import threading

import fixtures
from oslo_db import exception as db_exception

from manila_groups import exception
from manila_groups import states
from manila_groups.backend import loader
from manila_groups.backend import manager
from manila_groups.db import services
from manila_groups.domain.messages import api as messages
from manila_groups.rpc import wake as wakes
from manila_groups.tests import base
from manila_groups.tests import inprocess

HOST = 'host@beta'
POOL = f'{HOST}#only'


class ManagerTest(base.TestCase):
    overrides = {}

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(self.overrides))
        self.addCleanup(self.service.check, self)
        self.manager = self.service.backends[HOST]
        self.driver = self.service.drivers[HOST]

    def placed_group(self):
        group_id = self.service.create(availability_zone='west')
        self.service.deliver()
        self.service.messages.clear()
        return group_id

    def service_row(self):
        with self.service.db.reader() as conn:
            return services.get(conn, HOST, services.BACKEND)

    def is_up(self):
        return self.service.is_up(HOST)


class TestWork(ManagerTest):
    def create(self):
        self.manager.wake(self.service.admin)
        self.manager.runner.run_all()

    def test_the_driver_is_told_what_it_has_to_know(self):
        group_type = self.service.group_types.create(
            self.service.admin, 'vendors', None, {'vendor:tier': 'gold'}
        )
        group_id = self.service.create(
            availability_zone='west', share_group_type_id=group_type.id
        )
        self.service.deliver_all()
        payload = self.driver.share_groups[group_id]
        self.assertEqual(
            (group_id, 'here', 'only', {'vendor:tier': 'gold'}),
            (
                payload.id,
                payload.project_id,
                payload.pool,
                payload.group_specs,
            ),
        )

    def test_an_unknown_kind_is_an_error(self):
        self.assertRaises(
            LookupError, self.manager.work, self.service.admin, 'replica', 'id'
        )

    def test_a_failed_creation_is_cleaned_up(self):
        group_id = self.placed_group()
        calls = []

        def fail(payload):
            calls.append('create')
            raise OSError('the driver forgot to wrap this')

        delete = self.driver.delete_share_group
        self.driver.create_share_group = fail
        self.driver.delete_share_group = lambda payload: (
            calls.append('delete'),
            delete(payload),
        )
        self.create()
        self.assertEqual(['create', 'delete'], calls)
        group = self.service.get(group_id)
        self.assertEqual(('creating', None), (group.status, group.host))
        self.assertEqual(
            [wakes.Wake(wakes.SCHEDULERS, states.SHARE_GROUP, group_id)],
            self.service.messages,
        )

    def test_a_failed_clean_up_does_not_stop_the_next_attempt(self):
        group_id = self.placed_group()

        def fail(payload):
            raise exception.DriverError('nothing works')

        self.driver.create_share_group = fail
        self.driver.delete_share_group = fail
        self.create()
        self.assertIsNone(self.service.get(group_id).host)

    def test_one_thread_at_a_time_works_on_a_group(self):
        group_id = self.placed_group()
        entered, leave, calls = threading.Event(), threading.Event(), []
        create = self.driver.create_share_group

        def slow(payload):
            calls.append(payload.id)
            entered.set()
            leave.wait(30)
            create(payload)

        self.driver.create_share_group = slow
        thread = threading.Thread(target=self.create)
        thread.start()
        entered.wait(30)
        self.create()
        leave.set()
        thread.join(30)
        self.assertEqual([group_id], calls)
        self.assertEqual('available', self.service.status(group_id))

    def test_what_is_asked_for_meanwhile_is_done_next(self):
        """In the same queue, as soon as the step has been recorded."""
        group_id = self.placed_group()
        create = self.driver.create_share_group

        def forced(payload):
            create(payload)
            self.service.groups.force_delete(self.service.admin, group_id)
            self.manager.runner.run_all()
            self.assertEqual('deleting', self.service.status(group_id))

        self.driver.create_share_group = forced
        self.create()
        self.assertIsNone(self.service.get(group_id))
        self.assertNotIn(group_id, self.driver.share_groups)

    def test_work_can_go_on_after_an_error(self):
        """What was done is recorded when the database answers again."""
        group_id = self.placed_group()
        create, calls = self.driver.create_share_group, []
        self.driver.create_share_group = lambda payload: (
            calls.append(payload.id),
            create(payload),
        )
        away = db_exception.DBConnectionError('the database went away')
        with fixtures.MockPatch(
            'manila_groups.domain.changes.transit_many', side_effect=away
        ):
            self.create()
        self.assertEqual('creating', self.service.status(group_id))
        self.create()
        self.assertEqual([group_id], calls)
        self.assertEqual('available', self.service.status(group_id))


class TestFailedDeletion(ManagerTest):
    overrides = {'beta': {'fake_first_failures': {'delete_share_group': 1}}}

    def test_tells_the_user_and_may_be_repeated(self):
        group_id = self.placed_group()
        self.service.settle()
        for expected in ('error_deleting', None):
            self.service.groups.delete(self.service.caller, group_id)
            self.service.deliver_all()
            self.assertEqual(expected, self.service.status(group_id))
        (message,) = self.service.user_messages()
        self.assertEqual(
            (group_id, messages.DELETE),
            (message.resource_id, message.action_id),
        )
        self.assertNotIn('host', message.user_message)


class TestReports(ManagerTest):
    def test_a_report_is_a_sign_of_life(self):
        self.assertTrue(self.is_up())
        self.service.clock.advance(self.service.conf.service.down_time + 1)
        self.assertFalse(self.is_up())
        self.manager.report()
        self.assertTrue(self.is_up())

    def test_a_driver_that_can_not_tell_its_pools_is_down(self):
        pools = self.driver.pools

        def fail():
            raise exception.DriverError('no answer')

        self.driver.pools = fail
        self.manager.report()
        self.assertFalse(self.is_up())
        self.assertEqual('no answer', self.service_row().down_reason)
        self.driver.pools = pools
        self.manager.report()
        self.assertTrue(self.is_up())

    def test_pools_come_and_go(self):
        pools = self.driver.pools()
        self.driver.pools = list
        self.manager.report()
        self.assertNotIn(POOL, self.service.counts())
        group_id = self.service.create()
        self.driver.pools = lambda: pools
        self.manager.report()
        self.assertIn(POOL, self.service.counts())
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(group_id))

    def test_a_pool_with_groups_that_comes_back_counts_them(self):
        self.placed_group()
        self.service.settle()
        pools = self.driver.pools()
        self.driver.pools = list
        self.manager.report()
        self.driver.pools = lambda: pools
        self.manager.report()
        self.assertEqual(1, self.service.counts()[POOL])


class TestSetup(ManagerTest):
    def broken(self):
        """The back end after a restart, with a driver to be set up twice."""
        driver = loader.load(self.service.conf, 'beta')
        setup = driver.setup
        failures = [OSError('unplugged'), exception.DriverError('no path')]

        def fail_twice():
            if failures:
                raise failures.pop()
            setup()

        driver.setup = fail_twice
        return manager.BackendManager(
            self.service.conf,
            self.service.db,
            HOST,
            'west',
            driver,
            self.service.registry,
            self.service,
        )

    def test_that_fails_is_tried_again(self):
        backend = self.broken()
        for reason in ('no path', "OSError('unplugged')"):
            backend.report()
            self.assertFalse(self.is_up())
            self.assertIn(reason, self.service_row().down_reason)
        backend.report()
        self.assertTrue(self.is_up())

    def test_work_waits_for_it(self):
        group_id = self.placed_group()
        backend = self.broken()
        for _ in range(2):
            backend.report()
            self.service.search(backend)
            self.assertEqual('creating', self.service.status(group_id))
        backend.report()
        self.service.search(backend)
        self.assertEqual('available', self.service.status(group_id))
