# SPDX-License-Identifier: Apache-2.0
"""What requests and back ends do locks operations after everything else."""

from manila_groups import states
from manila_groups.tests import base
from manila_groups.tests import inprocess
from manila_groups.tests import lock_order

POOLS = {
    'DEFAULT': {'enabled_backends': ['alpha']},
    'alpha': {
        'fake_pools': [
            {'name': name, 'total_capacity_gb': 1000} for name in 'ab'
        ]
    },
}


class TestBatches(base.TestCase):
    """All rows of a batch are locked before what counts any of them.

    Else a batch would read, or wait for, what another transaction changes.
    """

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(POOLS))
        self.addCleanup(self.service.check, self)

    def each(self, call, rows):
        """Let something be done about all rows at once."""
        found = [call(one) for one in rows]
        with lock_order.LockOrder(self.service.db.engine, counts_last=True):
            self.service.deliver_all()
        return found

    def test_in_two_pools(self):
        service, caller = self.service, self.service.caller
        groups = self.each(lambda _: service.create(), range(4))
        hosts = {service.get(one).host for one in groups}
        self.assertEqual(2, len(hosts))
        shares = self.each(lambda _: service.create_share(), range(4))
        self.each(lambda one: service.shares.extend(caller, one, 3), shares)
        self.each(lambda one: service.shares.shrink(caller, one, 2), shares)
        self.each(lambda one: service.create_share(share_group_id=one), groups)
        snapshots = self.each(service.create_snapshot, groups)
        clones = self.each(
            lambda one: service.create(source_share_group_snapshot_id=one),
            snapshots,
        )
        self.assertEqual(
            {'available'}, {service.status(one) for one in clones}
        )
        copies = self.each(
            lambda one: service.create(source_share_group_id=one), groups
        )
        self.assertEqual(
            {'available'}, {service.status(one) for one in copies}
        )
        members = [
            one for one in service.all_shares() if one.share_group_id in groups
        ]
        self.each(
            lambda one: service.shares.extend(caller, one.id, 3), members
        )
        revert = service.groups.revert
        self.each(
            lambda pair: revert(caller, *pair),
            list(zip(groups, snapshots, strict=True)),
        )
        sizes = {service.get_share(one.id).size for one in members}
        self.assertEqual({1}, sizes)
        self._with_backups(groups, snapshots)
        empty = self.each(lambda _: service.create(), range(4))
        self.each(lambda one: service.shares.delete(caller, one, None), shares)
        self.each(lambda one: service.snapshots.delete(caller, one), snapshots)
        for one in service.all_groups():
            if one.id not in empty:
                service.groups.force_delete(service.admin, one.id)
        self.each(lambda one: service.groups.delete(caller, one), empty)
        self.assertEqual([], service.all_groups() + service.all_shares())
        self.assertEqual([], service.under_way())

    def _with_backups(self, groups, snapshots):
        service, caller = self.service, self.service.caller
        # All others wait for a project's first one.
        extra = self.each(service.create_backup, groups[:1])
        backups = self.each(service.create_backup, groups)
        backups += self.each(
            lambda one: service.create_backup(snapshot_id=one), snapshots
        )
        made = self.each(
            lambda one: service.create(source_share_group_backup_id=one),
            backups,
        )
        self.each(
            lambda one: service.backups.restore(caller, one),
            backups[: len(groups)],
        )
        self.assertEqual(
            {'available'}, {service.status(one) for one in (*groups, *made)}
        )
        self.each(
            lambda one: service.backups.delete(caller, one), backups + extra
        )
        self.assertEqual([], service.all_backups())


class TestOperationsAreLast(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess())
        order = (*lock_order.ORDER, 'operations')
        self.useFixture(lock_order.LockOrder(self.service.db.engine, order))
        self.group_id = self.service.create()
        self.service.deliver_all()
        self.share_id = self.service.create_share(share_group_id=self.group_id)
        self.service.deliver_all()

    def _delete_by_force(self):
        self.service.groups.force_delete(self.service.admin, self.group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.status(self.group_id))

    def test_delete(self):
        self.service.shares.delete(
            self.service.caller, self.share_id, self.group_id
        )
        self.service.deliver_all()
        self.service.groups.delete(self.service.caller, self.group_id)
        self.service.deliver_all()
        self.assertIsNone(self.service.status(self.group_id))

    def test_force_delete(self):
        self._delete_by_force()

    def test_force_delete_without_a_back_end(self):
        self.service.clock.advance(self.service.conf.service.down_time + 1)
        self._delete_by_force()

    def test_backups(self):
        service = self.service
        backup_id = service.create_backup(self.group_id)
        service.deliver_all()
        service.backups.restore(service.caller, backup_id)
        service.deliver_all()
        service.create(source_share_group_backup_id=backup_id)
        service.deliver_all()
        for delete in (service.backups.delete, service.backups.force_delete):
            made = service.create_backup(self.group_id)
            service.deliver_all()
            delete(service.admin, made)
            service.deliver_all()
            self.assertIsNone(service.get_backup(made))

    def test_force_delete_while_it_is_backed_up(self):
        backup_id = self.service.create_backup(self.group_id)
        self._delete_by_force()
        self.assertEqual('error', self.service.backup_status(backup_id))

    def test_force_delete_without_a_pool(self):
        group_id = self.service.create()
        self.service.groups.force_delete(self.service.admin, group_id)
        self.assertIsNone(self.service.status(group_id))

    def test_reset_status(self):
        self.service.groups.force_delete(self.service.admin, self.group_id)
        self.service.groups.reset_status(
            self.service.admin, self.group_id, states.AVAILABLE
        )
        self.assertEqual(states.AVAILABLE, self.service.status(self.group_id))
