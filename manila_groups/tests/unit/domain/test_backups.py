# SPDX-License-Identifier: Apache-2.0
"""Backups of share groups, and what is made of them again."""

import types

import fixtures
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import states
from manila_groups.backend import backup_runs
from manila_groups.backend import payloads
from manila_groups.db import backup_tables
from manila_groups.db import operation_table
from manila_groups.db import operations
from manila_groups.db import share_group_backups as rows
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import purge
from manila_groups.domain.quotas import counts as quotas
from manila_groups.domain.share_group_backups import clean_up
from manila_groups.domain.share_group_backups import create
from manila_groups.domain.share_group_backups import import_
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import share_case

OPERATION = operation_table.Operation.__table__
BACKUP = backup_tables.ShareGroupBackup.__table__


class BackupCase(share_case.ShareCase):
    """A group of two shares."""

    def setUp(self):
        super().setUp()
        self.group, self.members_ = self.full_group(2, 4)
        self.first, self.second = self.members_

    def backed_up(self, **values):
        backup_id = self.service.create_backup(self.group, **values)
        self.service.deliver_all()
        self.assertEqual('available', self.service.backup_status(backup_id))
        return backup_id

    def incomplete(self):
        """Make a backup that failed, and was set available by hand."""
        self.engine.failures['save'] = [exception.DriverError('simulated')]
        backup_id = self.service.create_backup(self.group)
        self.service.deliver_all()
        # As the release before, or an administrator of the database, may.
        with self.service.db.writer() as conn:
            rows.ROWS.set_status(conn, backup_id, 'available')
        return backup_id

    def refuses(self, error, text, function, *args, **kwargs):
        before = self.everything()
        raised = self.assertRaises(error, function, *args, **kwargs)
        self.assertIn(text, raised.message)
        self.assertEqual(before, self.everything())

    @property
    def driver(self):
        return self.driver_of(self.service.get(self.group))

    @property
    def host(self):
        return self.service.get(self.group).host.partition('#')[0]

    @property
    def engine(self):
        return self.service.engine

    def stored(self):
        return self.engine.ids(inprocess.PROJECT)

    def write(self, text):
        self.driver.files.put({self.first: {'file': text.encode()}})

    def content(self, share):
        return self.driver_of(share).files.of(share.id)['file'].decode()


class TestCreate(BackupCase):
    def test_one_step_after_the_other(self):
        backup_id = self.service.create_backup(self.group, name='first')
        seen = []
        while operations := self.service.under_way():
            seen.append(operations[0].step)
            self.assertEqual('available', self.service.status(self.group))
            self.service.deliver()
        self.assertEqual({'snapshot', 'copy', 'clean_up'}, set(seen))
        backup = self.service.get_backup(backup_id)
        self.assertEqual('available', backup.status)
        self.assertEqual((6, False), (backup.size, backup.is_incremental))
        self.assertFalse(backup.has_moment)
        self.assertIsNotNone(backup.taken_at)
        self.assertEqual({backup_id}, self.stored())

    def test_it_shows_no_earlier_moment(self):
        self.write('old')
        error = exception.TransientDriverError('simulated')
        create = self.driver.create_share_group_snapshot

        def take_and_fail(snapshot):
            create(snapshot)
            self.driver.create_share_group_snapshot = create
            raise error

        self.driver.create_share_group_snapshot = take_and_fail
        backup_id = self.service.create_backup(self.group)
        self.service.deliver_all()
        self.write('new')
        self.service.settle()
        path = self.engine.at(inprocess.PROJECT, backup_id, self.first, 'file')
        with open(path) as file:
            self.assertEqual('new', file.read())

    def test_its_snapshot_goes(self):
        self.backed_up()
        self.assertEqual({}, self.driver.snapshots)

    def test_it_is_based_on_the_one_before(self):
        first = self.service.get_backup(self.backed_up())
        second = self.service.get_backup(self.backed_up())
        self.assertTrue(second.is_incremental)
        self.assertIsNone(self.engine.parents[first.id])
        self.assertEqual(first.reference, self.engine.parents[second.id])

    def test_of_a_snapshot(self):
        snapshot_id = self.available_snapshot(self.group)
        backup_id = self.service.create_backup(snapshot_id=snapshot_id)
        self.service.deliver_all()
        backup = self.service.get_backup(backup_id)
        self.assertEqual('available', backup.status)
        self.assertEqual(snapshot_id, backup.source_share_group_snapshot_id)
        self.assertEqual(
            self.service.get_snapshot(snapshot_id).created_at, backup.taken_at
        )
        self.assertEqual({snapshot_id}, set(self.driver.snapshots))

    def test_exactly_one_source(self):
        create = self.service.create_backup
        text = 'exactly one'
        self.refuses(exception.Invalid, text, create)
        self.refuses(exception.Invalid, text, create, self.group, 'other')

    def test_no_repository_below_an_empty_mount_point(self):
        self.backed_up()
        self.engine.unmount()
        other = self.service.create_backup(self.group)
        self.move(other, 'another')
        self.service.deliver_all()
        self.assertEqual('error', self.service.backup_status(other))
        self.assertEqual([], self.engine.left())
        self.move(other, inprocess.PROJECT)

    def move(self, backup_id, project_id):
        """Let a backup be another project's, which has no other one."""
        with self.service.db.writer() as conn:
            conn.execute(
                sa.update(BACKUP)
                .where(BACKUP.c.id == backup_id)
                .values(project_id=project_id)
            )

    def test_a_back_end_without_backups(self):
        for backend in self.service.backends.values():
            backend._backups._engine = None
        self.service.beat()
        self.refuses(
            exception.Invalid,
            'cannot back it up',
            self.service.create_backup,
            self.group,
        )

    def test_quota(self):
        self.service.conf.set_override(quotas.BACKUP_GIGABYTES, 5, 'quota')
        self.refuses(
            exception.OverQuota,
            'backup_gigabytes',
            self.service.create_backup,
            self.group,
        )

    def test_failures(self):
        for method, failing in (
            ('create_share_group_snapshot', None),
            (None, 'save'),
            (None, 'write_manifest'),
        ):
            if method:
                self.let_fail(method)
            else:
                error = exception.DriverError('simulated')
                self.engine.failures[failing] = [error]
            backup_id = self.service.create_backup(self.group)
            self.service.deliver_all()
            self.assertEqual('error', self.service.backup_status(backup_id))
            messages = self.service.user_messages()
            self.assertIn(backup_id, [one.resource_id for one in messages])
            self.assertEqual({}, self.driver.snapshots)
            self.assertEqual([], self.service.under_way())
            self.service.check(self)

    def test_a_snapshot_that_stays_goes_later(self):
        save = self.engine.save

        def save_and_break(*args):
            self.let_fail('delete_share_group_snapshot')
            return save(*args)

        self.engine.save = save_and_break
        backup_id = self.backed_up()
        self.assertEqual(1, len(self.driver.snapshots))
        self.assertTrue(self.service.get_backup(backup_id).has_moment)
        self.mend()
        self.service.settle()
        self.assertEqual({}, self.driver.snapshots)
        self.assertFalse(self.service.get_backup(backup_id).has_moment)
        self.assertEqual({backup_id}, self.stored())

    def test_a_repository_that_does_not_answer(self):
        error = exception.TransientDriverError('simulated')
        self.engine.failures['save'] = [error]
        backup_id = self.service.create_backup(self.group)
        self.service.deliver_all()
        self.assertEqual('creating', self.service.backup_status(backup_id))
        self.service.settle()
        self.assertEqual('available', self.service.backup_status(backup_id))

    def test_a_process_that_ends_meanwhile(self):
        self.engine.failures['save'] = [SystemExit()]
        backup_id = self.service.create_backup(self.group)
        self.assertRaises(SystemExit, self.service.deliver_all)
        self.assertNotIn(('unlock', inprocess.PROJECT), self.engine.calls)
        # Neither this nor that there is no repository stops it.
        self.engine.failures['unlock'] = [exception.DriverError('simulated')]
        self.service.settle()
        self.assertEqual('available', self.service.backup_status(backup_id))
        self.assertEqual(
            [('unlock', inprocess.PROJECT), ('save', backup_id)],
            self.engine.calls[-3:-1],
        )

    def test_a_back_end_that_is_gone(self):
        backup_id = self.service.create_backup(self.group)
        self.service.stop_backend(self.host.partition('@')[2])
        self.service.messages.clear()
        self.service.settle()
        self.assertEqual('error', self.service.backup_status(backup_id))
        self.only_message(backup_id, '002')

    def test_others_keep_the_engine_busy(self):
        manager = self.service.backends[self.host]
        backups = manager.runner
        backup_id = self.service.create_backup(self.group)
        slots = self.slots(backups)
        while slots.acquire(blocking=False):
            pass
        self.service.deliver_all()
        self.assertEqual('copy', self.service.operation(backup_id).step)
        self.service.pass_time(2)
        self.service.reconcile()
        slots.release()
        self.service.pass_time(2)
        self.service.reconcile()
        self.service.deliver_all()
        self.assertEqual('available', self.service.backup_status(backup_id))

    def test_the_first_of_a_project_makes_the_repository(self):
        other, _shares = self.full_group(1)
        first = self.service.create_backup(self.group)
        self.service.pass_time(1)
        second = self.service.create_backup(other)
        away = exception.TransientDriverError('simulated')
        self.engine.failures['save'] = [away]
        for expected in ({first: None, second: first}, {}):
            self.service.deliver_all()
            self.assertEqual(expected, self.waiting(*expected))
            self.service.pass_time(60)
            self.service.reconcile()
        for one in (first, second):
            self.assertEqual('available', self.service.backup_status(one))
        third = self.service.create_backup(other)
        self.assertEqual({third: None}, self.waiting(third))

    def test_others_do_not_wait_for_a_repository_that_is_there(self):
        other, _shares = self.full_group(1)
        first = self.service.create_backup(self.group)
        self.service.pass_time(1)
        second = self.service.create_backup(other)
        self.assertEqual({second: first}, self.waiting(second))
        with self.service.db.writer() as conn:
            conn.execute(
                sa.update(OPERATION)
                .where(OPERATION.c.resource_id == first)
                .values(progress={'done': 0, 'total': 7})
            )
        self.assertEqual({second: None}, self.waiting(second))

    def waiting(self, *ids):
        """Find which backup each waits for."""
        with self.service.db.reader() as conn:
            wanted = [types.SimpleNamespace(resource_id=one) for one in ids]
            found = create._load_copy(conn, wanted)
        return {key: work.waits_for for key, (_row, work) in found.items()}

    def slots(self, runner):
        run = runner._runs['share_group_backup', 'create', 'copy']
        return run.do.__self__._slots


class TestWaiting(BackupCase):
    def take_all_slots(self):
        runner = self.service.backends[self.host].runner
        run = runner._runs['share_group_backup', 'create', 'copy']
        slots = run.do.__self__._slots
        while slots.acquire(blocking=False):
            pass
        return slots

    def test_however_long(self):
        slots = self.take_all_slots()
        backup_id = self.service.create_backup(self.group)
        self.service.deliver_all()
        for _ in range(5):
            self.service.pass_time(self.service.conf.service.work_deadline / 2)
            self.service.reconcile()
        self.assertEqual('creating', self.service.backup_status(backup_id))
        slots.release()
        self.service.settle()
        self.assertEqual('available', self.service.backup_status(backup_id))

    def test_a_restore_that_waited_has_not_begun(self):
        backup_id = self.backed_up()
        slots = self.take_all_slots()
        self.service.backups.restore(self.caller, backup_id)
        self.service.deliver_all()
        error = exception.DriverError('simulated')
        self.engine.failures['restore'] = [error]
        slots.release()
        self.service.settle()
        self.assertEqual('available', self.service.status(self.group))
        self.assertIn('stay', self.only_message(self.group, '028'))

    def test_a_server_that_stays_away(self):
        backup_id = self.backed_up()
        away = exception.TransientDriverError('simulated')

        def restore(_project, _reference, _path, report):
            report(0, 7)
            raise away

        self.useFixture(
            fixtures.MonkeyPatch(f'{backup_runs.__name__}._PAUSE', 0)
        )
        self.engine.restore = restore
        self.service.backups.restore(self.caller, backup_id)
        self.service.deliver_all()
        for _ in range(20):
            self.service.pass_time(self.service.conf.service.work_deadline / 9)
            self.service.reconcile()
        self.assertEqual('available', self.service.status(self.group))
        self.assertIn(
            'not restored in time', self.only_message(self.group, '028')
        )

    def test_a_deletion_waits_for_the_repository(self):
        backup_id = self.backed_up()
        busy = exception.RepositoryInUse('simulated')
        self.engine.failures['forget'] = [busy] * 9
        self.service.backups.delete(self.caller, backup_id)
        self.service.deliver_all()
        for _ in range(5):
            self.service.pass_time(self.service.conf.service.work_deadline / 2)
            self.service.reconcile()
        self.assertEqual('deleting', self.service.backup_status(backup_id))
        self.service.settle()
        self.assertIsNone(self.service.get_backup(backup_id))


class TestMeanwhile(BackupCase):
    def setUp(self):
        super().setUp()
        self.backup = self.service.create_backup(self.group)

    def test_the_group_is_not_deleted(self):
        self.refuses(
            exception.Conflict,
            self.backup,
            self.service.groups.delete,
            self.caller,
            self.group,
        )

    def test_it_is_not_deleted_itself(self):
        self.refuses(
            exception.Conflict,
            'creating',
            self.service.backups.delete,
            self.caller,
            self.backup,
        )

    def test_a_snapshot_that_it_is_made_from_stays(self):
        snapshot_id = self.available_snapshot(self.group)
        self.service.create_backup(snapshot_id=snapshot_id)
        self.refuses(
            exception.Conflict,
            snapshot_id,
            self.service.snapshots.delete,
            self.caller,
            snapshot_id,
        )

    def test_a_group_deleted_by_force_ends_it(self):
        self.service.groups.force_delete(self.caller, self.group)
        self.service.deliver_all()
        self.assertEqual('error', self.service.backup_status(self.backup))
        self.assertIsNone(self.service.get(self.group))
        self.assertEqual([], self.service.under_way())
        self.assertIn(
            'deleted by force', self.only_message(self.backup, '002')
        )
        events = [one.type for one in self.service.events]
        self.assertIn('share_group_backup.create.error', events)
        self.service.check(self)

    def test_by_force_with_its_snapshot(self):
        self.until('copy')
        driver = self.driver
        self.assertEqual(1, len(driver.snapshots))
        self.service.groups.force_delete(self.caller, self.group)
        self.service.settle()
        self.assertEqual({}, driver.snapshots)
        self.assertFalse(self.service.get_backup(self.backup).has_moment)

    def test_deleted_by_force_with_its_snapshot(self):
        self.until('copy')
        self.service.backups.force_delete(self.caller, self.backup)
        self.service.settle()
        self.assertEqual({}, self.driver.snapshots)
        self.assertIsNone(self.service.get_backup(self.backup))
        self.assertEqual(set(), self.stored())
        self.service.check(self)

    def test_status_set_by_hand_with_its_snapshot(self):
        self.until('copy')
        self.service.backups.reset_status(self.caller, self.backup, 'error')
        self.service.settle()
        self.assertEqual({}, self.driver.snapshots)
        self.assertEqual('error', self.service.backup_status(self.backup))

    def until(self, step):
        """Let it wait for a step: the engine does not answer."""
        error = exception.TransientDriverError('simulated')
        self.engine.failures['save'] = [error] * 9
        self.service.deliver_all()
        self.assertEqual(step, self.service.operation(self.backup).step)


class TestDelete(BackupCase):
    def test_it_goes(self):
        backup_id = self.backed_up()
        self.service.backups.delete(self.caller, backup_id)
        self.assertEqual('deleting', self.service.backup_status(backup_id))
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(backup_id))
        self.assertEqual(set(), self.stored())
        self.service.check(self)

    def test_without_its_group(self):
        backup_id = self.backed_up()
        self.delete_group()
        self.service.backups.delete(self.caller, backup_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(backup_id))

    def delete_group(self):
        self.service.groups.force_delete(self.caller, self.group)
        self.service.deliver_all()
        self.assertIsNone(self.service.get(self.group))

    def test_by_another_back_end(self):
        backup_id = self.backed_up()
        name = self.host.partition('@')[2]
        self.delete_group()
        self.service.stop_backend(name)
        self.service.pass_time(self.service.conf.service.down_time + 1)
        self.service.backups.delete(self.caller, backup_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(backup_id))
        self.assertEqual(set(), self.stored())

    def test_its_back_end_is_removed_meanwhile(self):
        backup_id = self.backed_up()
        name = self.host.partition('@')[2]
        self.delete_group()
        self.service.backups.delete(self.caller, backup_id)
        self.service.stop_backend(name)
        self.service.remove_service(name)
        self.service.settle()
        self.assertIsNone(self.service.get_backup(backup_id))
        self.assertEqual(set(), self.stored())

    def test_failure(self):
        backup_id = self.backed_up()
        error = exception.DriverError('simulated')
        self.engine.failures['forget'] = [error]
        self.service.backups.delete(self.caller, backup_id)
        self.service.deliver_all()
        self.assertEqual(
            'error_deleting', self.service.backup_status(backup_id)
        )
        self.only_message(backup_id, '007')
        self.service.backups.delete(self.caller, backup_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(backup_id))

    def test_a_repository_that_is_not_there(self):
        backup_id = self.backed_up()
        mount = self.engine.unmount()
        self.service.backups.delete(self.caller, backup_id)
        self.service.deliver_all()
        self.assertEqual(
            'error_deleting', self.service.backup_status(backup_id)
        )
        self.assertIn(
            'its repository is not there', self.only_message(backup_id, '007')
        )
        self.service.backups.force_delete(self.caller, backup_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(backup_id))
        mount()
        self.assertEqual({backup_id}, self.stored())
        self.service.settle()
        self.assertEqual(set(), self.stored())

    def test_one_that_was_never_written(self):
        self.engine.failures['save'] = [exception.DriverError('simulated')]
        backup_id = self.service.create_backup(self.group)
        self.service.deliver_all()
        self.service.backups.delete(self.caller, backup_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(backup_id))

    def test_not_while_a_group_is_created_from_it(self):
        backup_id = self.backed_up()
        self.service.create(source_share_group_backup_id=backup_id)
        for delete in (
            self.service.backups.delete,
            self.service.backups.force_delete,
        ):
            self.refuses(
                exception.Conflict,
                'being created from',
                delete,
                self.caller,
                backup_id,
            )


class TestNewGroup(BackupCase):
    def new(self, backup_id, **values):
        group_id = self.service.create(
            source_share_group_backup_id=backup_id, **values
        )
        self.service.deliver_all()
        return group_id

    def test_shares(self):
        backup_id = self.backed_up()
        group_id = self.new(backup_id, name='again')
        self.assertEqual('available', self.service.status(group_id))
        made = [
            one
            for one in self.service.all_shares()
            if one.share_group_id == group_id
        ]
        self.assertEqual({'available'}, {one.status for one in made})
        self.assertEqual({2, 4}, {one.size for one in made})
        self.service.check(self)
        self.service.check_content(self)

    def test_content(self):
        self.write('old')
        backup_id = self.backed_up()
        self.write('new')
        group_id = self.new(backup_id)
        members = self.service.get_backup(backup_id).members
        (first,) = [one.id for one in members if one.share_id == self.first]
        for one in self.service.all_shares():
            if one.source_share_group_backup_member_id == first:
                self.assertEqual('old', self.content(one))
        self.assertEqual('available', self.service.status(group_id))

    def test_without_its_group(self):
        backup_id = self.backed_up()
        self.service.groups.force_delete(self.caller, self.group)
        self.service.deliver_all()
        group_id = self.new(backup_id)
        self.assertEqual('available', self.service.status(group_id))

    def test_failure(self):
        backup_id = self.backed_up()
        error = exception.DriverError('simulated')
        self.engine.failures['restore'] = [error]
        group_id = self.new(backup_id)
        self.assertEqual('error', self.service.status(group_id))
        self.assertIn('backup', self.only_message(group_id, '002'))
        self.assertEqual([], self.service.under_way())
        self.service.check(self)

    def test_one_that_was_never_complete(self):
        self.refuses(
            exception.Conflict,
            'not complete',
            self.service.create,
            source_share_group_backup_id=self.incomplete(),
        )

    def test_share_types_come_from_it(self):
        self.refuses(
            exception.Invalid,
            'share_types',
            self.service.create,
            source_share_group_backup_id=self.backed_up(),
            share_types=['any'],
        )


class TestRestore(BackupCase):
    def setUp(self):
        super().setUp()
        self.service.allow(self.first, '10.0.0.1')
        self.service.deliver_all()
        self.write('old')
        self.backup = self.backed_up()
        self.write('new')

    def restore(self, group_id=None):
        self.service.backups.restore(self.caller, self.backup, group_id)

    def statuses(self):
        return (
            self.service.status(self.group),
            {self.service.share_status(one) for one in self.members_},
            self.service.backup_status(self.backup),
        )

    def assertAtRest(self):
        self.assertEqual(
            ('available', {'available'}, 'available'), self.statuses()
        )
        self.assertEqual([], self.service.under_way())
        self.service.check(self)

    def test_in_place(self):
        self.restore()
        self.assertEqual(
            ('backup_restoring', {'backup_restoring'}, 'restoring'),
            self.statuses(),
        )
        self.service.deliver_all()
        self.assertAtRest()
        self.assertEqual(
            'old', self.content(self.service.get_share(self.first))
        )
        (rule,) = self.driver.access[self.first]
        self.assertEqual('10.0.0.1', rule.access_to)

    def test_failure_leaves_the_content(self):
        error = exception.DriverError('simulated')
        self.engine.failures['restore'] = [error]
        self.restore()
        self.service.deliver_all()
        self.assertAtRest()
        self.assertEqual(
            'new', self.content(self.service.get_share(self.first))
        )
        self.assertIn('stay', self.only_message(self.group, '028'))

    def test_failure_after_another_attempt_that_changed_nothing(self):
        self.engine.failures['restore'] = [
            exception.TransientDriverError('simulated'),
            exception.DriverError('simulated'),
        ]
        self.restore()
        self.service.deliver_all()
        self.service.settle()
        self.assertAtRest()
        self.assertIn('stay', self.only_message(self.group, '028'))

    def test_failure_after_another_attempt(self):
        restore = self.driver.restore_share_group
        failures = [exception.TransientDriverError, exception.NothingChanged]

        def fail(*args):
            if failures:
                raise failures.pop(0)('simulated')
            restore(*args)

        self.driver.restore_share_group = fail
        self.restore()
        self.service.deliver_all()
        self.service.settle()
        self.assertEqual(
            'backup_restoring_error', self.service.status(self.group)
        )
        self.assertEqual('available', self.service.backup_status(self.backup))
        self.restore()
        self.service.deliver_all()
        self.assertAtRest()

    def test_a_share_that_was_extended_stays_so(self):
        self.shares.extend(self.caller, self.first, 3)
        self.service.deliver_all()
        self.restore()
        self.service.deliver_all()
        self.assertAtRest()
        self.assertEqual(3, self.service.get_share(self.first).size)

    def test_a_share_that_was_shrunk_grows(self):
        self.shares.shrink(self.caller, self.second, 1)
        self.service.deliver_all()
        self.restore()
        self.service.deliver_all()
        self.assertAtRest()
        self.assertEqual(4, self.service.get_share(self.second).size)

    def test_another_group(self):
        other, _shares = self.full_group(2, 4)
        self.refuses(exception.Conflict, 'a name each', self.restore, other)

    def test_a_group_that_was_made_from_it(self):
        other = self.service.create(source_share_group_backup_id=self.backup)
        self.service.deliver_all()
        self.restore(other)
        self.service.deliver_all()
        self.assertEqual('available', self.service.status(other))
        self.assertEqual([], self.service.user_messages())

    def test_a_new_share_is_in_the_way(self):
        self.service.create_share(share_group_id=self.group)
        self.service.deliver_all()
        self.refuses(exception.Conflict, 'name', self.restore)

    def test_not_while_it_is_backed_up(self):
        self.service.create_backup(self.group)
        self.refuses(exception.Conflict, 'creating', self.restore)

    def test_one_that_was_never_complete(self):
        self.backup = self.incomplete()
        self.refuses(exception.Conflict, 'not complete', self.restore)

    def test_an_unknown_group(self):
        self.refuses(exception.Invalid, 'share_group_id', self.restore, 'no')

    def test_a_group_deleted_by_force_sets_it_free(self):
        self.restore()
        self.service.groups.force_delete(self.caller, self.group)
        self.service.deliver_all()
        self.assertEqual('available', self.service.backup_status(self.backup))

    def test_a_share_set_by_hand_lets_its_clients_in_again(self):
        self.let_fail('restore_share_group')
        self.driver.access.pop(self.first)
        self.restore()
        self.service.deliver_all()
        self.assertEqual(
            'backup_restoring_error', self.service.share_status(self.first)
        )
        self.mend()
        self.service.shares.reset_status(
            self.service.admin, self.first, 'available'
        )
        self.assertEqual(
            {'10.0.0.1': 'queued_to_apply'}, self.service.rules(self.first)
        )
        self.service.settle()
        self.assertIn(self.first, self.driver.access)

    def test_its_own_status_is_left_to_the_group(self):
        self.restore()
        self.refuses(
            exception.Conflict,
            'set the status of that',
            self.service.backups.reset_status,
            self.service.admin,
            self.backup,
            'error',
        )

    def test_a_status_that_nothing_ends_any_more(self):
        for group_id in (self.group, None):
            with self.service.db.writer() as conn:
                rows.ROWS.transition_many(
                    conn,
                    states.ShareGroupBackup.RESTORE,
                    rows.ROWS.is_row(self.backup),
                    restoring_share_group_id=group_id,
                )
            self.service.scheduler.reconcile()
            self.assertEqual(
                'restoring', self.service.backup_status(self.backup)
            )
            late = self.service.conf.service.work_deadline + 1
            self.service.pass_time(late)
            self.service.scheduler.reconcile()
            backup = self.service.get_backup(self.backup)
            self.assertEqual('available', backup.status)
            self.assertIsNone(backup.restoring_share_group_id)
        self.service.backups.delete(self.caller, self.backup)

    def test_its_own_status_when_the_group_is_at_rest(self):
        self.restore()
        with self.service.db.writer() as conn:
            operations.cancel(conn, states.SHARE_GROUP, self.group)
        self.service.backups.reset_status(
            self.service.admin, self.backup, 'available'
        )
        backup = self.service.get_backup(self.backup)
        self.assertIsNone(backup.restoring_share_group_id)

    def test_a_status_set_by_hand_sets_it_free(self):
        self.restore()
        self.service.groups.reset_status(self.caller, self.group, 'error')
        self.assertEqual(
            (
                'error',
                {'backup_restoring_error'},
                'available',
            ),
            self.statuses(),
        )


class TestImport(BackupCase):
    def setUp(self):
        super().setUp()
        self.backup = self.backed_up(name='kept')
        self.record = self.service.backups.record(self.caller, self.backup)

    def lose(self):
        """Let the database forget the backup."""
        with self.service.db.writer() as conn:
            purge.all_backups(conn, [self.service.get_backup(self.backup)])

    def imported(self, record=None):
        made = self.service.backups.import_record(
            self.caller, record or self.record
        )
        self.service.deliver_all()
        return made.id

    def test_it_comes_back(self):
        before = self.service.get_backup(self.backup)
        self.lose()
        self.assertEqual(self.backup, self.imported())
        after = self.service.get_backup(self.backup)
        for name in ('status', 'taken_at', 'size', 'reference', 'name'):
            self.assertEqual(getattr(before, name), getattr(after, name))
        self.assertEqual(
            self.record, self.service.backups.record(self.caller, self.backup)
        )

    def test_events(self):
        self.lose()
        self.service.events.clear()
        self.imported()
        self.lose()
        self.engine.failures['read_manifest'] = [
            exception.DriverError('simulated')
        ]
        self.imported()
        self.only_message(self.backup, '102')
        self.assertEqual(
            [
                f'share_group_backup.{verb}'
                for verb in (
                    'import.start',
                    'import.end',
                    'delete.end',
                    'import.start',
                    'import.error',
                )
            ],
            [one.type for one in self.service.events],
        )

    def test_it_is_there_already(self):
        self.refuses(
            exception.Conflict,
            self.backup,
            self.service.backups.import_record,
            self.caller,
            self.record,
        )

    def test_a_wrong_record(self):
        self.lose()
        wrong = {**self.record, 'reference': 'other'}
        self.imported(wrong)
        self.assertEqual('error', self.service.backup_status(self.backup))

    def test_deleting_what_was_not_imported_deletes_no_data(self):
        self.lose()
        self.imported({**self.record, 'reference': 'other'})
        self.service.backups.delete(self.caller, self.backup)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_backup(self.backup))
        self.assertEqual({self.backup}, self.stored())

    def test_a_group_deleted_by_force_does_not_end_it(self):
        self.lose()
        self.service.backups.import_record(self.caller, self.record)
        self.service.groups.force_delete(self.caller, self.group)
        self.service.deliver_all()
        self.assertEqual('available', self.service.backup_status(self.backup))

    def test_deleted_by_force_without_a_back_end(self):
        self.lose()
        self.imported({**self.record, 'reference': 'other'})
        name = self.host.partition('@')[2]
        drivers = dict(self.service.drivers)
        for host in drivers:
            self.service.stop_backend(host.partition('@')[2])
        self.service.pass_time(self.service.conf.service.down_time + 1)
        self.service.backups.force_delete(self.service.admin, self.backup)
        for host, driver in drivers.items():
            self.service.start_backend(host.partition('@')[2], driver)
        self.service.settle()
        self.assertIsNone(self.service.get_backup(self.backup), name)
        self.assertEqual({self.backup}, self.stored())

    def test_not_while_it_is_being_removed(self):
        self.lose()
        with self.service.db.writer() as conn:
            beginning.begin_many(
                conn, clean_up.VERB, [self.service.get(self.group)]
            )
            conn.execute(sa.update(OPERATION).values(resource_id=self.backup))
        self.refuses(
            exception.Conflict,
            'being removed',
            self.service.backups.import_record,
            self.caller,
            self.record,
        )

    def test_of_a_snapshot_that_is_there(self):
        snapshot_id = self.available_snapshot(self.group)
        self.lose()
        self.service.backups.import_record(
            self.caller,
            {**self.record, 'source_share_group_snapshot_id': snapshot_id},
        )
        self.service.snapshots.delete(self.caller, snapshot_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.get_snapshot(snapshot_id))

    def test_twice_at_once(self):
        self.lose()
        with self.service.db.writer() as conn:
            import_.insert(conn, self.service.conf, self.caller, self.record)
            values = {
                'id': self.backup,
                'project_id': 'here',
                'size': 0,
                'manifest': {},
            }
            self.assertRaises(
                exception.Conflict, rows.insert, conn, values, []
            )

    def test_an_incomplete_one_has_no_record(self):
        backup_id = self.service.create_backup(self.group)
        self.refuses(
            exception.Conflict,
            states.CREATING,
            self.service.backups.record,
            self.caller,
            backup_id,
        )

    def test_share_types_by_their_names(self):
        self.lose()
        (type_id,) = {one['share_type_id'] for one in self.record['members']}
        names = {'gone': self.record['names']['share_types'][type_id]}
        given = {
            **self.record,
            'names': {**self.record['names'], 'share_types': names},
            'members': [
                {**one, 'share_type_id': 'gone'}
                for one in self.record['members']
            ],
        }
        self.service.backups.import_record(self.caller, given)
        backup = self.service.get_backup(self.backup)
        self.assertEqual(
            {type_id}, {one.share_type_id for one in backup.members}
        )


class TestPayloads(BackupCase):
    def test_the_snapshot_of_a_backup_has_always_the_same_id(self):
        backup = self.service.get_backup(self.backed_up())
        self.assertEqual(payloads.moment(backup), payloads.moment(backup))
        self.assertNotEqual(backup.id, payloads.moment(backup).id)
