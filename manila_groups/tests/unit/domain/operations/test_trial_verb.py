# SPDX-License-Identifier: Apache-2.0
"""A new verb needs one place, and what is unknown changes nothing."""

import logging

import fixtures
import sqlalchemy as sa

from manila_groups import exception
from manila_groups.db import operation_table
from manila_groups.db import operations
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import listing
from manila_groups.domain.operations import standard
from manila_groups.domain.share_groups import delete
from manila_groups.rpc import wake
from manila_groups.tests import base
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import share_case
from manila_groups.tests.unit.domain.operations import trial

OPERATION = operation_table.Operation.__table__


class TrialCase(base.TestCase):
    """A group at rest, in a service that knows the trial verb."""

    def setUp(self):
        super().setUp()
        self.known = self.useFixture(trial.Known())
        self.service = self.useFixture(
            inprocess.InProcess(share_case.POOLS, self.known.registry)
        )
        self.addCleanup(self.service.check, self)
        self.group_id = self.service.create()
        self.service.deliver_all()
        self.host = self.service.get(self.group_id).host.partition('#')[0]
        _host, self.name = self.host.split('@')

    def begin(self, **options):
        wake = trial.begin(self.service, self.group_id, **options)
        self.service.messages.append(wake)

    def open(self):
        return listing.under_way(self.service.db)

    def status(self):
        return self.service.status(self.group_id)

    def change(self, **values):
        """Change all operations by hand."""
        with self.service.db.writer() as conn:
            conn.execute(sa.update(OPERATION).values(**values))

    def content(self):
        driver = self.service.drivers[self.host]
        return driver.share_groups, driver.shares, driver.snapshots

    def said(self):
        return [
            (one.resource_id, one.detail_id)
            for one in self.service.user_messages()
        ]


class TestTrialVerb(TrialCase):
    def test_it_runs_step_by_step(self):
        self.begin()
        self.assertEqual(trial.PROMOTING, self.status())
        self.service.deliver_all()
        self.assertEqual('available', self.status())
        self.assertEqual(
            trial.PROMOTED, self.service.get(self.group_id).description
        )
        self.assertEqual(
            [('prepare', self.group_id), ('switch', self.group_id)],
            self.known.calls,
        )
        self.assertEqual([], self.open())

    def test_its_events_and_its_changes_become_known(self):
        self.begin()
        self.service.deliver_all()
        self.assertEqual('share_group.update', self.service.events[-1].type)
        known = [(one.was, one.becomes) for one in self.service.changes]
        self.assertIn(('available', trial.PROMOTING), known)
        self.assertIn((trial.PROMOTING, 'available'), known)

    def test_it_is_listed(self):
        self.begin()
        (found,) = listing.under_way(self.service.db, {'verb': 'promote'})
        self.assertEqual(
            ('share_group', self.group_id, 'choose', wake.SCHEDULERS),
            (found.kind, found.resource_id, found.step, found.runs_at),
        )

    def test_how_far_it_is(self):
        seen = []

        def report(task):
            task.report(1, 3, 'shares')
            seen.append(self.open()[0].progress)

        self.known.meanwhile = report
        self.begin()
        self.service.deliver_all()
        self.assertEqual([{'done': 1, 'total': 3, 'unit': 'shares'}] * 2, seen)

    def test_how_far_it_is_can_not_be_noted(self):
        """The storage does its work all the same."""

        def fail(*_args):
            raise sa.exc.TimeoutError('all connections are in use')

        self.useFixture(
            fixtures.MonkeyPatch(
                'manila_groups.db.operations.note_progress', fail
            )
        )
        self.known.meanwhile = lambda task: task.report(1, 3, 'shares')
        self.begin()
        self.service.deliver_all()
        self.assertEqual('available', self.status())

    def test_it_becomes_overdue(self):
        self.begin()
        self.service.messages.clear()
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.scheduler.reconcile()
        self.assertEqual('error', self.status())
        self.assertEqual([(self.group_id, messages.TIMED_OUT)], self.said())
        self.assertEqual([], self.open())

    def test_a_status_without_an_operation_gets_one(self):
        self.begin()
        self.service.messages.clear()
        with self.service.db.writer() as conn:
            operations.cancel(conn, 'share_group', self.group_id)
        self.service.settle()
        self.assertEqual('available', self.status())
        self.assertEqual(2, len(self.known.calls))

    def to(self, step):
        """Let the operation wait for a step of its back end."""
        self.begin()
        self.service.deliver()
        while self.open()[0].step != step:
            self.service.backends[self.host].runner.release()
            self.service.backends[self.host].runner.turn()
            self.service.backends[self.host].runner.hold()
            self.service.backends[self.host].runner.turn()
        self.service.messages.clear()

    def leave(self):
        """Let the back end be down for so long that it is missed."""
        driver = self.service.drivers[self.host]
        self.service.stop_backend(self.name)
        self.service.pass_time(self.service.conf.service.stuck_after + 1)
        self.service.scheduler.reconcile()
        return driver

    def test_its_back_end_is_gone(self):
        self.to('prepare')
        self.leave()
        self.assertEqual('error', self.status())
        self.assertEqual(
            [(self.group_id, messages.DRIVER_FAILED)], self.said()
        )
        self.assertEqual([], self.open())

    def test_each_step_ends_in_its_own_way(self):
        # The step before would have ended.
        self.to('switch')
        driver = self.leave()
        self.assertEqual(trial.PROMOTING, self.status())
        self.service.start_backend(self.name, driver)
        self.service.settle()
        self.assertEqual('available', self.status())
        self.assertEqual([], self.said())

    def test_a_forced_one_waits_no_longer(self):
        self.begin(forced=True)
        self.service.deliver()
        (found,) = self.open()
        self.assertTrue(found.forced)
        self.leave()
        self.assertEqual([], self.open())
        self.assertEqual('error', self.status())

    def test_a_status_set_by_hand_ends_it(self):
        self.begin()
        self.service.groups.reset_status(
            self.service.admin, self.group_id, 'available'
        )
        self.assertEqual([], self.open())
        self.service.deliver_all()
        self.assertEqual([], self.known.calls)

    def test_the_group_can_be_deleted_afterwards(self):
        self.begin()
        self.service.deliver_all()
        self.service.groups.delete(self.service.caller, self.group_id)
        self.service.deliver_all()
        self.assertIsNone(self.status())
        self.assertEqual(({}, {}, {}), self.content())

    def test_nothing_of_it_is_known_to_a_release_without_it(self):
        self.begin()
        self.service.registry = standard.build()
        self.service.scheduler = self.service.new_scheduler()
        self.assertWaits()

    def assertWaits(self):
        """The operation changes nothing, and is shown with the reason."""
        before = self.content(), self.status()
        with self.assertLogs('manila_groups', logging.ERROR) as log:
            self.service.reconcile()
        self.assertIn('unknown', log.output[0])
        self.service.settle()
        self.assertEqual(before, (self.content(), self.status()))
        (found,) = self.open()
        self.assertIn('unknown to this release', found.reason)
        self.assertIsNone(found.worker)
        self.assertIsNotNone(found.not_before)


class TestUnknown(TrialCase):
    """A row that another release has written."""

    def begin_delete(self):
        self.service.groups.delete(self.service.caller, self.group_id)

    assertWaits = TestTrialVerb.assertWaits

    def test_an_unknown_verb(self):
        self.begin_delete()
        self.change(verb='evaporate', step='evaporate')
        self.assertWaits()

    def test_an_unknown_step(self):
        self.begin_delete()
        self.change(step='evaporate')
        self.assertWaits()

    def test_an_unknown_kind(self):
        row = self.service.get(self.group_id)
        values = beginning.operation_values(delete.VERB, row)
        with self.service.db.writer() as conn:
            operations.begin(conn, [{**values, 'kind': 'share_cloud'}])
        self.assertWaits()

    def test_an_unknown_status(self):
        self.begin_delete()
        with self.service.db.writer() as conn:
            conn.execute(
                sa.text("UPDATE share_groups SET status = 'evaporating'")
            )
        self.assertWaits()
        self.assertRaises(
            exception.Conflict,
            self.service.groups.force_delete,
            self.service.admin,
            self.group_id,
        )

    def test_it_does_not_end_when_it_is_overdue(self):
        self.begin_delete()
        self.change(verb='evaporate', step='evaporate')
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.assertWaits()

    def test_it_does_not_end_when_its_back_end_is_removed(self):
        self.begin_delete()
        self.change(verb='evaporate', step='evaporate')
        driver = self.service.drivers[self.host]
        self.service.stop_backend(self.name)
        self.service.remove_service(self.name)
        self.service.settle()
        self.assertEqual('deleting', self.status())
        self.assertEqual(1, len(self.open()))
        self.service.start_backend(self.name, driver)
        self.assertIn(self.group_id, driver.share_groups)
