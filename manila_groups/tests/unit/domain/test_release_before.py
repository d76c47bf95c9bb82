# SPDX-License-Identifier: Apache-2.0
"""Work that the release before has begun, carried on or left.

It knows rows only: their status, stepped_at, forced, and a lease on them.
"""

import datetime

import fixtures
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import attempts
from manila_groups.db import models
from manila_groups.db import operations
from manila_groups.tests.unit.domain import share_case

_OPERATIONS = operations._OPERATION
_TABLES = {
    states.SHARE_GROUP: models.ShareGroup.__table__,
    states.SHARE: models.Share.__table__,
    states.SHARE_ACCESS: models.ShareAccessRule.__table__,
}


class ReleaseBeforeCase(share_case.ShareCase):
    def old(self, kind, row_id, **values):
        """Let a process of the release before change a row."""
        table = _TABLES[kind]
        values = {'stepped_at': timeutils.utcnow(), **values}
        self.execute(
            sa.update(table).where(table.c.id == row_id).values(**values)
        )

    def execute(self, statement):
        with self.service.db.writer() as conn:
            conn.execute(statement)

    def lease(self, seconds=30):
        until = timeutils.utcnow() + datetime.timedelta(seconds=seconds)
        return {'worker': 'host@alpha/1/old', 'leased_until': until}

    def without_operations(self):
        """Let only rows tell what there is to do, as before."""
        self.execute(sa.delete(_OPERATIONS))
        self.service.messages.clear()

    def placed_group(self):
        group_id = self.service.create()
        self.service.deliver()
        self.service.messages.clear()
        return group_id

    def backend_of(self, row):
        return self.service.backends[row.host.partition('#')[0]]

    def look(self, manager):
        manager.reconcile()
        manager.runner.run_all()


class TestLeases(ReleaseBeforeCase):
    """A process of the release before may still be about to finish."""

    def test_what_it_works_on_is_left_to_it(self):
        group_id = self.placed_group()
        lease = self.lease()
        self.old(states.SHARE_GROUP, group_id, **lease)
        backend = self.backend_of(self.service.get(group_id))
        self.look(backend)
        self.assertEqual('creating', self.service.status(group_id))
        self.assertEqual({}, self.service.drivers[backend.host].share_groups)
        (waiting,) = self.service.under_way()
        self.assertEqual(
            (lease['leased_until'], None, 0),
            (waiting.not_before, waiting.worker, waiting.tries),
        )
        self.service.clock.advance(31)
        self.look(backend)
        self.assertEqual('available', self.service.status(group_id))

    def test_so_are_rules(self):
        share_id = self.available_share()
        rule_id = self.service.allow(share_id, '192.0.2.1')
        self.service.messages.clear()
        self.old(
            states.SHARE_ACCESS, rule_id, state='applying', **self.lease()
        )
        backend = self.backend_of(self.service.get_share(share_id))
        self.look(backend)
        self.assertEqual(
            {'192.0.2.1': 'applying'}, self.service.rules(share_id)
        )
        self.service.clock.advance(31)
        self.look(backend)
        self.assertEqual({'192.0.2.1': 'active'}, self.service.rules(share_id))

    def test_what_it_finishes_is_not_begun_again(self):
        group_id = self.placed_group()
        self.old(states.SHARE_GROUP, group_id, **self.lease())
        backend = self.backend_of(self.service.get(group_id))
        self.look(backend)
        self.old(states.SHARE_GROUP, group_id, status='available', worker=None)
        self.service.clock.advance(31)
        self.look(backend)
        self.assertEqual([], self.service.under_way())
        self.assertEqual({}, self.service.drivers[backend.host].share_groups)


class TestBackEnds(ReleaseBeforeCase):
    """Of this release, beside schedulers of the one before."""

    def test_it_finds_what_was_left_at_it(self):
        group_id = self.placed_group()
        share_id = self.available_share()
        self.service.allow(share_id, '192.0.2.1')
        gone_id = self.available_group()
        self.service.groups.delete(self.caller, gone_id)
        self.without_operations()
        for backend in self.service.backends.values():
            self.look(backend)
        self.assertEqual('available', self.service.status(group_id))
        self.assertEqual({'192.0.2.1': 'active'}, self.service.rules(share_id))
        self.assertIsNone(self.service.status(gone_id))

    def test_it_leaves_what_is_at_others(self):
        group_id = self.placed_group()
        host = self.service.get(group_id).host.partition('#')[0]
        self.without_operations()
        for name, backend in self.service.backends.items():
            if name != host:
                self.look(backend)
        self.assertEqual([], self.service.under_way())

    def test_it_takes_over_its_own_clean_ups(self):
        group_id = self.available_group()
        group = self.service.get(group_id)
        self.execute(
            sa.insert(models.Attempt).values(
                resource_id='left',
                pool=group.host,
                kind=states.SHARE_GROUP,
                project_id='here',
                cleaned=False,
            )
        )
        removed = []
        driver = self.driver_of(group)
        driver.delete_share_group = lambda wanted: removed.append(wanted.id)
        self.look(self.service.scheduler)
        for backend in self.service.backends.values():
            self.look(backend)
            self.look(backend)
        self.assertEqual(['left'], removed)
        self.assertEqual([], self.service.under_way())

    def test_a_scheduler_of_it_chooses_no_pool_twice(self):
        self.let_fail('create_share_group')
        group_id = self.placed_group()
        pool = self.service.get(group_id).host
        self.backend_of(self.service.get(group_id)).runner.run_all()
        self.assertEqual(
            {pool}, self.service.read(attempts.pools_tried, group_id)
        )
        self.mend()
        # It counts for operations that begin anew, too.
        self.without_operations()
        self.look(self.service.scheduler)
        self.assertNotEqual(pool, self.service.get(group_id).host)


class TestMovedOn(ReleaseBeforeCase):
    """Operations that the release before does not know of, and passes."""

    def be_late(self, function):
        """Let something happen when a scheduler has decided."""
        decider = self.service.scheduler.decider
        decide = decider.decide_all

        def decide_late(tasks, exactly):
            decide(tasks, exactly)
            decider.decide_all = decide
            function()

        decider.decide_all = decide_late
        self.service.scheduler.runner.run_all()

    def count(self, pool, **more):
        """Let a pool be claimed, too."""
        table = models.Pool.__table__
        values = {name: table.c[name] + more[name] for name in more}
        self.execute(
            sa.update(table).where(table.c.name == pool).values(**values)
        )

    def work(self, host, kind, row_id):
        """Deliver what a scheduler of the release before sends."""
        backend = self.service.backends[host.partition('#')[0]]
        backend.work(self.service.admin, kind, row_id)
        backend.runner.run_all()

    def test_a_scheduler_of_it_was_faster(self):
        """The operation is looked at again at once, and not a lease later."""
        group_id, pool = self.service.create(), 'host@alpha#one'

        def place():
            self.old(states.SHARE_GROUP, group_id, host=pool)
            self.count(pool, share_groups=1)

        self.be_late(place)
        self.assertEqual([], self.service.under_way())
        self.assertEqual(pool, self.service.get(group_id).host)
        self.work(pool, states.SHARE_GROUP, group_id)
        self.assertEqual('available', self.service.status(group_id))

    def test_a_scheduler_of_it_has_claimed_the_room_to_grow(self):
        share_id = self.available_share(1)
        pool = self.service.get_share(share_id).host
        self.shares.extend(self.caller, share_id, 4)

        def claim():
            self.old(states.SHARE, share_id, claimed_gb=4)
            self.count(pool, claimed_gb=3)

        self.be_late(claim)
        self.work(pool, states.SHARE, share_id)
        share = self.service.get_share(share_id)
        self.assertEqual(('available', 4), (share.status, share.size))
        self.assertEqual(4, self.service.claims()[pool])

    def test_it_is_not_overdue_by_the_time_of_what_was_before(self):
        share_id = self.available_share(1)
        self.shares.extend(self.caller, share_id, 2)
        self.service.scheduler.runner.run_all()
        self.service.messages.clear()
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        # Extended and, just now, on the way to the next size.
        self.old(states.SHARE, share_id)
        self.service.scheduler.reconcile()
        self.assertEqual('extending', self.service.share_status(share_id))
        self.service.deliver_all()
        self.assertEqual('available', self.service.share_status(share_id))

    def test_it_is_forced_now(self):
        group_id = self.available_group()
        self.service.groups.delete(self.caller, group_id)
        self.service.messages.clear()
        self.old(states.SHARE_GROUP, group_id, forced=True)
        backend = self.backend_of(self.service.get(group_id))
        self.let_fail('delete_share_group')
        backend.work(self.service.admin, states.SHARE_GROUP, group_id)
        backend.runner.run_all()
        self.assertIsNone(self.service.status(group_id))
        self.mend()
        self.service.settle()
        self.service.check_content(self)

    def test_what_it_has_changed_is_found_behind_all_that_waits(self):
        group_id = self.available_group()
        self.service.create()
        self.service.groups.delete(self.caller, group_id)
        self.service.pass_time(self.service.conf.service.stuck_after + 1)
        self.old(states.SHARE_GROUP, group_id, forced=True)
        with fixtures.MonkeyPatch(
            'manila_groups.domain.operations.reconcile._MOST', 1
        ):
            self.service.scheduler.reconcile()
        self.assertTrue(self.service.operation(group_id).forced)

    def test_a_status_set_by_hand_has_no_operation(self):
        group_id = self.placed_group()
        self.old(states.SHARE_GROUP, group_id, stepped_at=None)
        self.look(self.backend_of(self.service.get(group_id)))
        self.assertEqual('creating', self.service.status(group_id))
        self.assertEqual([], self.service.under_way())


class TestMany(ReleaseBeforeCase):
    overrides = {
        'DEFAULT': {'enabled_backends': ['alpha']},
        'quota': {'share_groups': -1},
        'alpha': share_case.POOLS['alpha'],
    }

    def test_what_it_has_ended_hides_nothing(self):
        *ended, last = [self.placed_group() for _ in range(66)]
        for group_id in ended:
            self.old(states.SHARE_GROUP, group_id, status='available')
        self.service.backends['host@alpha'].runner.run_all()
        self.assertEqual('available', self.service.status(last))
        self.assertEqual([], self.service.under_way())
