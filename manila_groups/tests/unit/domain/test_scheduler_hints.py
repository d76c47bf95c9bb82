# SPDX-License-Identifier: Apache-2.0
"""Together on a back end, or apart: what hints come to."""

import sqlalchemy as sa

from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups.db import share_groups as group_rows
from manila_groups.domain import placements
from manila_groups.scheduler import explaining
from manila_groups.tests import base
from manila_groups.tests import inprocess

#: Two back ends that are alike, one of them with two pools.
TWO = {
    'alpha': {'fake_pools': [{'name': 'one'}, {'name': 'two'}]},
    'beta': {'fake_pools': [{'name': 'only'}], 'fake_group_capabilities': {}},
}
MISSING = '4d5d7f0e-6f5f-4d1b-9f6b-0f2b6c5a7a11'


class HintsCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(TWO))
        self.addCleanup(self.service.check, self)
        self.create = self.service.create

    def refused(self, error, create, **hints):
        raised = self.assertRaises(error, create, scheduler_hints=hints)
        return raised.message

    def placed(self, **hints):
        """Create a group, let it be placed, and return it."""
        group_id = self.create(scheduler_hints=hints)
        self.service.deliver_all()
        return self.service.get(group_id)

    def placed_share(self, **hints):
        share_id = self.service.create_share(scheduler_hints=hints)
        self.service.deliver_all()
        return self.service.get_share(share_id)

    def message(self, row):
        (found,) = [
            one.user_message
            for one in self.service.user_messages()
            if one.resource_id == row.id
        ]
        return found


def back_end(row):
    return row.host.partition('#')[0]


class TestPlaces(HintsCase):
    def test_different_host(self):
        for name in ('alpha', 'beta'):
            first = self.placed(only_host=f'host@{name}')
            for _ in range(4):
                other = self.placed(different_host=[first.id])
                self.assertNotEqual(back_end(first), back_end(other))

    def test_no_back_end_is_left(self):
        first = self.placed()
        second = self.placed_share(different_host=[first.id])
        third = self.placed(different_host=[first.id, second.id])
        self.assertEqual(('error', None), (third.status, third.host))
        self.assertIn(
            'No pool fits: of 3 pools, different_host turned away 3 (the back '
            'end must be another one than those of different_host).',
            self.message(third),
        )

    def test_same_host(self):
        first = self.placed(only_host='host@beta')
        for make in (self.placed, self.placed_share):
            self.assertEqual('host@beta#only', make(same_host=[first.id]).host)

    def test_same_host_as_one_of_several(self):
        both = [
            self.placed(only_host=f'host@{name}').id
            for name in ('alpha', 'beta')
        ]
        self.service.groups.delete(self.service.caller, both[0])
        self.service.deliver_all()
        # What is deleted no longer counts.
        wanted = self.refused(exception.Invalid, self.create, same_host=both)
        self.assertIn(both[0], wanted)
        self.assertEqual(
            'host@beta#only', self.placed(same_host=both[1:]).host
        )

    def test_only_host(self):
        self.assertEqual(
            'host@alpha#two', self.placed(only_host='host@alpha#two').host
        )
        self.assertEqual(
            'host@beta#only', self.placed_share(only_host='host@beta').host
        )

    def test_the_next_attempt_follows_them_too(self):
        first = self.placed(only_host='host@beta')
        for driver in self.service.drivers.values():
            driver.create_share_group = self._fails_once(
                driver.create_share_group
            )
        second = self.placed(different_host=[first.id])
        self.assertEqual(1, len(self.failures))
        self.assertEqual('available', second.status)
        self.assertEqual('host@alpha', back_end(second))

    def _fails_once(self, create):
        self.failures = []

        def call(*args):
            if not self.failures:
                self.failures.append(args)
                raise exception.DriverError('no')
            return create(*args)

        return call

    def test_they_are_kept(self):
        first = self.placed()
        hints = {'different_host': [first.id], 'only_host': 'host@beta'}
        group, share = self.placed(**hints), self.placed_share(**hints)
        self.assertEqual(hints, group.scheduler_hints)
        self.assertEqual(hints, share.scheduler_hints)

    def test_of_a_row_of_the_release_before(self):
        group_id = self.create()
        with self.service.db.writer() as conn:
            values = {'scheduler_hints': sa.null()}
            group_rows.ROWS.update(conn, group_id, values)
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(group_id))


class TestWaits(HintsCase):
    """What a hint names may still be on its way."""

    def test_until_it_is_created(self):
        first = self.create()
        others = [
            make(scheduler_hints={name: [first]})
            for make, name in (
                (self.create, 'different_host'),
                (self.create, 'same_host'),
                (self.service.create_share, 'different_host'),
            )
        ]
        self.let_schedulers_work()
        self.assertIsNotNone(self.service.get(first).host)
        for one in others:
            self.assertIn(first, self.service.operation(one).reason)
        self.service.deliver_all()
        self.service.pass_time(2)
        self.service.search(self.service.scheduler)
        self.service.deliver_all()
        apart, together = map(self.service.get, others[:2])
        share = self.service.get_share(others[2])
        there = back_end(self.service.get(first))
        self.assertEqual(there, back_end(together))
        self.assertNotEqual(there, back_end(apart))
        self.assertNotEqual(there, back_end(share))

    def let_schedulers_work(self):
        self.service.scheduler.runner.run_all()

    def test_until_it_has_found_its_last_pool(self):
        """It may yet go to another back end than the one that it is at."""
        for name in ('host@alpha', 'host@beta'):
            driver = self.service.drivers[name]
            driver.create_share_group = self._fails_at_first(
                driver.create_share_group
            )
        first = self.create()
        self.let_schedulers_work()
        at_first = self.service.get(first).host
        second = self.create(scheduler_hints={'different_host': [first]})
        self.let_schedulers_work()
        self.assertIsNone(self.service.get(second).host)
        self.service.deliver_all()
        self.assertNotEqual(at_first, self.service.get(first).host)
        self.service.pass_time(2)
        self.service.search(self.service.scheduler)
        self.assertNotEqual(
            back_end(self.service.get(first)),
            back_end(self.service.get(second)),
        )

    def _fails_at_first(self, create):
        failed = []

        def call(group, *args):
            if group.id in failed or failed:
                return create(group, *args)
            failed.append(group.id)
            raise exception.DriverError('no')

        return call

    def test_no_longer_than_any_creation(self):
        first = self.create()
        second = self.create(scheduler_hints={'different_host': [first]})
        self.let_schedulers_work()
        with self.service.db.writer() as conn:
            group_rows.ROWS.set_status(conn, first, states.CREATING)
        self.service.messages.clear()
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.search(self.service.scheduler)
        self.assertEqual('error', self.service.status(second))

    def test_for_what_fails(self):
        """Nothing is together with what is nowhere; anything is apart."""
        impossible = self.service.group_types.create(
            self.service.admin, 'impossible', None, {'tier': 'unobtainium'}
        )
        first = self.create(share_group_type_id=impossible.id)
        apart, together = (
            self.create(scheduler_hints={name: [first]})
            for name in ('different_host', 'same_host')
        )
        self.service.deliver_all()
        self.service.pass_time(2)
        self.service.search(self.service.scheduler)
        self.service.deliver_all()
        self.assertEqual('error', self.service.status(first))
        self.assertEqual('available', self.service.status(apart))
        self.assertEqual('error', self.service.status(together))
        self.assertIn(
            'same_host turned away 3 (the back end must be that of something '
            'in same_host)',
            self.message(self.service.get(together)),
        )
        self.assertIn(
            'has the status error, and is on no back end',
            self.refused(exception.Conflict, self.create, same_host=[first]),
        )

    def test_what_is_deleted_meanwhile_does_not_count(self):
        first = self.create()
        second = self.create(scheduler_hints={'same_host': [first]})
        self.let_schedulers_work()
        self.service.groups.force_delete(self.service.caller, first)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(first))
        self.service.pass_time(2)
        self.service.search(self.service.scheduler)
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(second))

    def test_where_it_would_go_can_not_be_told(self):
        first = self.create()
        explain = explaining.Explainer(self.service.conf, self.service.db)
        asked = placements.Placements(self.service.groups.rehearse, explain)
        message = self.refused(
            exception.Conflict,
            lambda **wanted: asked.of(
                self.service.caller,
                inprocess.share_groups.NewShareGroup(**wanted),
            ),
            different_host=[first],
        )
        self.assertIn(
            f'the share group {first}, which different_host', message
        )


class TestRefusals(HintsCase):
    def test_what_is_not_there(self):
        for create in (self.create, self.service.create_share):
            for name in ('different_host', 'same_host'):
                message = self.refused(
                    exception.Invalid, create, **{name: [MISSING]}
                )
                self.assertIn(f'scheduler_hints.{name}: ', message)
                self.assertIn(MISSING, message)
            for name in ('host@alpha#gone', 'host@gone'):
                message = self.refused(
                    exception.Invalid, create, only_host=name
                )
                self.assertIn('scheduler_hints.only_host: ', message)
                self.assertIn(name, message)

    def test_what_the_caller_does_not_see(self):
        group, share, public = (
            self.placed().id,
            self.placed_share().id,
            self.service.create_share(is_public=True),
        )
        self.service.deliver_all()
        self.service.caller = context.RequestContext(
            project_id='elsewhere', user_id='u', is_admin=False
        )
        for one in (group, share):
            self.refused(exception.Invalid, self.create, same_host=[one])
        self.assertIsNotNone(self.placed(same_host=[public]).host)
        self.service.caller = self.service.admin
        self.assertIsNotNone(self.placed(same_host=[group, share]).host)

    def test_together_and_apart(self):
        one = self.placed().id
        message = self.refused(
            exception.Invalid,
            self.create,
            same_host=[one],
            different_host=[one],
        )
        self.assertIn('scheduler_hints.different_host: ', message)

    def test_where_a_group_or_a_source_decides(self):
        group = self.placed().id
        snapshot = self.service.create_snapshot(group)
        self.service.deliver_all()
        for create, wanted in (
            (self.service.create_share, {'share_group_id': group}),
            (self.create, {'source_share_group_snapshot_id': snapshot}),
            (self.create, {'source_share_group_id': group}),
        ):
            raised = self.assertRaises(
                exception.Invalid,
                create,
                scheduler_hints={'different_host': [group]},
                **wanted,
            )
            self.assertIn('scheduler_hints: must not', raised.message)


class TestStatements(HintsCase):
    def statements(self, number):
        first = self.placed().id
        for _ in range(number):
            hints = {'same_host': [first], 'only_host': 'host@alpha'}
            self.create(scheduler_hints=hints)
        found = []
        engine = self.service.db.engine
        sa.event.listen(
            engine,
            'before_cursor_execute',
            lambda *args: found.append(args[2]),
        )
        self.service.scheduler.runner.run_all()
        return sum('UNION ALL' in one for one in found)

    def test_one_for_many(self):
        self.assertEqual(1, self.statements(5))
