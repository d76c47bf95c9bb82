# SPDX-License-Identifier: Apache-2.0
"""A status that is not in every table: an error in the log, and no more."""

import dataclasses

import fixtures

from manila_groups import exception
from manila_groups import states
from manila_groups.backend import workers
from manila_groups.db import attempts
from manila_groups.db import services
from manila_groups.db import share_access_rules
from manila_groups.domain.access_rules import transitions as access_transitions
from manila_groups.domain.operations import lifecycle
from manila_groups.domain.share_group_snapshots import (
    transitions as share_group_snapshot_transitions,
)
from manila_groups.domain.share_groups import (
    transitions as share_group_transitions,
)
from manila_groups.domain.shares import transitions as share_transitions
from manila_groups.scheduler import reconcile
from manila_groups.tests import base
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import share_case

UNKNOWN = 'migrating'

KINDS = (
    (share_group_transitions.ShareGroupTransitions, workers.ShareGroups),
    (share_transitions.ShareTransitions, workers.Shares),
    (
        share_group_snapshot_transitions.ShareGroupSnapshotTransitions,
        workers.ShareGroupSnapshots,
    ),
)


class TestTables(base.TestCase):
    """Each status in which work waits is in each table."""

    def test_the_back_end_has_a_handler(self):
        for kind, worker in KINDS:
            self.assertEqual(set(kind.work), set(worker.handlers), kind)

    def test_overdue_work_has_an_end(self):
        for kind, _worker in KINDS:
            self.assertEqual(set(kind.work), set(kind.overdue_ends), kind)

    def test_orphaned_work_is_looked_for(self):
        self.assertEqual(
            {status for kind, _worker in KINDS for status in kind.work},
            set(lifecycle._ORPHANED),
        )

    def test_orphaned_work_has_an_end(self):
        service = self.useFixture(inprocess.InProcess())
        reconciler = reconcile.Reconciler(service.lifecycle, None)
        for kind, by_status in reconciler._recoveries.values():
            self.assertEqual(set(kind.work), set(by_status), kind)

    def test_access_rules_that_wait_are_taken_up_and_have_an_end(self):
        waiting = set(share_access_rules.WAITING)
        at_work = set(access_transitions._ENDS)
        taken_up = {
            *states.AccessRule.APPLY.expected,
            *states.AccessRule.DENY.expected,
        }
        self.assertEqual(waiting, at_work | taken_up)
        self.assertEqual(waiting, set(states.AccessRule.OVERDUE.expected))
        failed = (
            states.AccessRule.APPLY_FAILED,
            states.AccessRule.DENY_FAILED,
        )
        self.assertEqual(
            at_work, {status for one in failed for status in one.expected}
        )

    def test_no_kind_shares_its_statuses_with_another(self):
        self.assertIsNot(
            states.SHARE_GROUP_STATUSES, states.SHARE_GROUP_SNAPSHOT_STATUSES
        )


class TestUnknownStatus(share_case.ShareCase):
    """A status that a kind's work has, and the tables have not."""

    def setUp(self):
        super().setUp()
        self.group_id, self.share_ids = self.full_group(2, 3)
        self.snapshot_id = self.available_snapshot(self.group_id)
        self.log = self.useFixture(fixtures.FakeLogger())
        self.kinds = (
            (self.service.lifecycle.share_groups, self.group_id),
            (self.service.lifecycle.shares, self.share_ids[0]),
            (self.service.lifecycle.snapshots, self.snapshot_id),
        )
        self.kept = self.stored()
        for kind, row_id in self.kinds:
            self.let_work_be_in(kind, row_id)

    def stored(self):
        return [
            (
                set(driver.share_groups),
                set(driver.shares),
                set(driver.snapshots),
            )
            for driver in self.service.drivers.values()
        ]

    def let_work_be_in(self, kind, row_id):
        work = (*kind.work, UNKNOWN)
        self.useFixture(fixtures.MonkeyPatch(f'{_path(kind)}.work', work))
        change = states.Transition((states.AVAILABLE,), UNKNOWN)
        with self.service.db.writer() as conn:
            self.assertTrue(
                kind.rows.transition(conn, kind.get(row_id), change)
            )

    def assert_nothing_changed(self, text):
        for kind, row_id in self.kinds:
            self.assertEqual(UNKNOWN, kind.get(row_id).status)
            noun = states.noun(kind.kind)
            self.assertIn(f'{noun} {row_id}', self.log.output)
        self.assertEqual(self.kept, self.stored())
        self.assertEqual(len(self.kinds), self.log.output.count(text))
        for kind, row_id in self.kinds:
            with self.service.db.writer() as conn:
                kind.rows.set_status(conn, row_id, states.AVAILABLE)

    def test_the_back_end_does_nothing(self):
        for kind, row_id in self.kinds:
            host = kind.get(row_id).host.partition('#')[0]
            self.service.backends[host].work(self.caller, kind.kind, row_id)
        self.assert_nothing_changed('Nothing is done')

    def test_what_is_overdue_stays_as_it_is(self):
        self.service.clock.advance(self.service.conf.service.work_deadline + 1)
        self.service.lifecycle.give_up_overdue()
        self.assert_nothing_changed('is overdue, and nothing ends work')

    def test_what_is_orphaned_stays_as_it_is(self):
        self.service.clock.advance(self.service.conf.service.stuck_after + 1)
        with self.service.db.writer() as conn:
            for one in services.list_all(conn):
                services.delete(conn, one.host, one.binary)
        self.service.scheduler._reconciler.reconcile()
        self.assert_nothing_changed('there is no recovery from')

    def test_force_delete_of_a_group_deletes_nothing(self):
        for prepare in (lambda: None, self.end_heartbeats, self.unplace):
            prepare()
            self.assertRaisesRegex(
                exception.Conflict,
                UNKNOWN,
                self.service.groups.force_delete,
                self.caller,
                self.group_id,
            )
            self.service.deliver_all()
            self.assertEqual(UNKNOWN, self.service.status(self.group_id))
            self.assertEqual(
                states.AVAILABLE, self.service.share_status(self.share_ids[1])
            )
            self.assertEqual(self.kept, self.stored())
        self.place(self.host)

    def end_heartbeats(self):
        self.service.clock.advance(self.service.conf.service.down_time + 1)

    def unplace(self):
        self.host = self.service.get(self.group_id).host
        self.place(None)

    def place(self, host):
        kind = self.service.lifecycle.share_groups
        with self.service.db.writer() as conn:
            kind.rows.update(conn, self.group_id, {'host': host})


class TestCleanup(share_case.ShareCase):
    """What a pool has to clean up, of a row in a status of no table."""

    def test_what_may_come_to_the_pool_is_not_cleaned_up(self):
        group_id, share_ids = self.full_group(2)
        kinds = (
            (self.service.lifecycle.share_groups, group_id),
            (self.service.lifecycle.shares, share_ids[0]),
        )
        for kind, row_id in kinds:
            row = kind.get(row_id)
            elsewhere = dataclasses.replace(row, host='host@gamma#one')
            with self.service.db.writer() as conn:
                attempts.add(conn, kind.kind, elsewhere, cleaned=False)
                self.assertIn(row_id, _ids(attempts.cleanups(conn)))
                kind.rows.set_status(conn, row_id, UNKNOWN)
                self.assertNotIn(row_id, _ids(attempts.cleanups(conn)))
                self.assertNotIn(
                    row_id, _ids(attempts.cleanups(conn, 'host@gamma'))
                )
                kind.rows.set_status(conn, row_id, states.AVAILABLE)


def _ids(cleanups):
    return [one.id for one in cleanups]


def _path(kind):
    return f'{type(kind).__module__}.{type(kind).__name__}'
