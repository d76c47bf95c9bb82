# SPDX-License-Identifier: Apache-2.0
"""Share group snapshots: what a project may ask for, and what comes of it."""

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import share_groups as group_rows
from manila_groups.db import shares as share_rows
from manila_groups.domain.operations import reconcile
from manila_groups.domain.operations import standard
from manila_groups.tests.unit.domain import snapshot_case

NOBODY = uuidutils.generate_uuid()


class TestCreate(snapshot_case.SnapshotCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.check_quotas)

    def refused(self, error, *words, group_id, caller=None):
        before = self.count(models.ShareGroupSnapshot)
        raised = self.assertRaises(
            error, self.snapshots.create, caller or self.caller, group_id
        )
        for word in words:
            self.assertIn(word, raised.message)
        self.assertEqual([], self.hints)
        self.assertEqual(before, self.count(models.ShareGroupSnapshot))

    def test_a_member_for_each_share(self):
        group_id = self.given_group()
        shares = [
            self.given_share(group_id, 1, share_proto='CIFS'),
            self.given_share(group_id, 2, type_number=1),
        ]
        found = self.snapshots.create(self.caller, group_id, 'n', 'd')
        self.assertEqual(
            ('creating', 'n', 'd', 'here', 'user', 'req-1', group_id),
            (
                found.status,
                found.name,
                found.description,
                found.project_id,
                found.user_id,
                found.request_id,
                found.share_group_id,
            ),
        )
        self.assertEqual(
            {
                (shares[0], 1, 'CIFS', self.share_types[0], 'here'),
                (shares[1], 2, 'NFS', self.share_types[1], 'here'),
            },
            {
                (
                    one.share_id,
                    one.size,
                    one.share_proto,
                    one.share_type_id,
                    one.project_id,
                )
                for one in found.members
            },
        )
        self.assertEqual(
            [(snapshot_case.BACKEND, states.SHARE_GROUP_SNAPSHOT, found.id)],
            self.hints,
        )

    def test_an_empty_group(self):
        found = self.snapshots.create(self.caller, self.given_group())
        self.assertEqual((), found.members)

    def test_a_group_that_the_caller_does_not_see(self):
        group_id = self.given_group(1)
        for caller, wanted in (
            (self.caller, NOBODY),
            (self.admin, 'x' * 255),
            (self.other, group_id),
            # What it took of their quota would not be the owner's.
            (self.admin, group_id),
        ):
            self.refused(
                exception.Invalid,
                'share_group_id',
                wanted,
                group_id=wanted,
                caller=caller,
            )

    def test_a_group_that_is_not_available(self):
        group_id = self.given_group(1)
        for status in states.SHARE_GROUP_STATUSES:
            if status == states.AVAILABLE:
                continue
            self.ask(group_rows.ROWS.set_status, group_id, status)
            self.refused(exception.Conflict, status, group_id=group_id)

    def test_a_group_without_a_place(self):
        group_id = self.given_group()
        self.ask(group_rows.ROWS.update, group_id, {'host': None})
        self.refused(
            exception.Conflict,
            'not been placed on a back end',
            group_id=group_id,
        )

    def test_a_share_that_is_not_available(self):
        group_id = self.given_group(1, 1)
        share_id = self.given_share(group_id, 1)
        for status in states.SHARE_STATUSES:
            if status == states.AVAILABLE:
                continue
            self.ask(share_rows.ROWS.set_status, share_id, status)
            self.refused(
                exception.Conflict, share_id, status, group_id=group_id
            )


class TestQuotas(snapshot_case.SnapshotCase):
    def test_each_of_them_refuses(self):
        group_id = self.given_group(1, 3)
        for resource, limit in (
            ('share_group_snapshots', 0),
            ('snapshots', 1),
            ('snapshot_gigabytes', 3),
        ):
            self.conf.set_override(resource, limit, 'quota')
            raised = self.assertRaises(
                exception.OverQuota,
                self.snapshots.create,
                self.caller,
                group_id,
            )
            self.assertIn(resource, raised.message)
            self.conf.set_override(resource, limit + 1, 'quota')
        self.assertEqual([], self.hints)
        self.check_quotas()
        self.given_snapshot(group_id)
        self.check_quotas()


class TestDelete(snapshot_case.SnapshotCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.check_quotas)
        self.group_id = self.given_group(1)
        self.snapshot_id = self.given_snapshot(self.group_id)

    def status(self):
        return self.status_of(models.ShareGroupSnapshot, self.snapshot_id)

    def reset(self, status):
        self.snapshots.reset_status(self.admin, self.snapshot_id, status)

    def test_statuses(self):
        hint = (
            snapshot_case.BACKEND,
            states.SHARE_GROUP_SNAPSHOT,
            self.snapshot_id,
        )
        for status in states.SHARE_GROUP_SNAPSHOT_STATUSES:
            self.reset(status)
            if status in (states.AVAILABLE, states.ERROR):
                self.snapshots.delete(self.caller, self.snapshot_id)
                self.assertEqual(states.DELETING, self.status())
                self.assertEqual([hint], self.hints)
                self.hints.clear()
                continue
            raised = self.assertRaises(
                exception.Conflict,
                self.snapshots.delete,
                self.caller,
                self.snapshot_id,
            )
            self.assertIn(f'the status {status}', raised.message)
            self.assertEqual(status, self.status())
            self.assertEqual([], self.hints)

    def test_by_force(self):
        for status in states.SHARE_GROUP_SNAPSHOT_STATUSES:
            self.reset(status)
            self.snapshots.force_delete(self.admin, self.snapshot_id)
            self.assertEqual(states.DELETING, self.status())
            self.assertEqual(
                [('delete', 'delete', snapshot_case.BACKEND, True)],
                self.operations_on(self.snapshot_id),
            )
        self.assertEqual(
            len(states.SHARE_GROUP_SNAPSHOT_STATUSES), len(self.hints)
        )

    def test_not_while_a_group_is_being_created_from_it(self):
        clone = self.clone(self.snapshot_id)
        self.hints.clear()
        for delete in (self.snapshots.delete, self.snapshots.force_delete):
            raised = self.assertRaises(
                exception.Conflict, delete, self.admin, self.snapshot_id
            )
            self.assertIn('being created', raised.message)
        self.assertEqual(states.AVAILABLE, self.status())
        self.assertEqual([], self.hints)
        self.created(group_rows, clone)
        self.snapshots.delete(self.caller, self.snapshot_id)
        self.assertEqual(states.DELETING, self.status())

    def test_one_of_a_group_without_a_place_is_gone_at_once(self):
        self.ask(group_rows.ROWS.update, self.group_id, {'host': None})
        self.snapshots.delete(self.caller, self.snapshot_id)
        self.assertIsNone(self.get_snapshot(self.snapshot_id))
        self.assertEqual(0, self.count(models.ShareGroupSnapshotMember))
        self.assertEqual([], self.hints)


class TestVisibility(snapshot_case.SnapshotCase):
    def setUp(self):
        super().setUp()
        self.snapshot_id = self.given_snapshot(self.given_group(1))
        self.page = paging.Page()

    def test_one_of_another_project_is_not_there(self):
        for call, *args in (
            (self.snapshots.get,),
            (self.snapshots.list_members, self.page),
            (self.snapshots.update, {'name': 'new'}),
            (self.snapshots.delete,),
            (self.snapshots.force_delete,),
            (self.snapshots.reset_status, 'error'),
        ):
            for caller, wanted in (
                (self.other, self.snapshot_id),
                (self.admin, NOBODY),
            ):
                raised = self.assertRaises(
                    exception.NotFound, call, caller, wanted, *args
                )
                self.assertIn(wanted, raised.message)
        found = self.get_snapshot(self.snapshot_id)
        self.assertEqual(('available', None), (found.status, found.name))
        self.assertEqual([], self.hints)

    def test_lists(self):
        everywhere = {'all_tenants': True}
        for caller, filters, expected in (
            (self.caller, {}, 1),
            (self.other, {}, 0),
            (self.other, everywhere, 0),
            (self.other, {'project_id': 'here'}, 0),
            (self.admin, {}, 0),
            (self.admin, everywhere, 1),
            (self.admin, {'project_id': 'here'}, 1),
            (self.admin, {'project_id': 'there', **everywhere}, 0),
        ):
            found, more = self.snapshots.list_page(
                caller, filters, self.page, True
            )
            self.assertEqual((expected, False), (len(found), more), filters)

    def test_members(self):
        found, more = self.snapshots.list_members(
            self.caller, self.snapshot_id, self.page
        )
        self.assertEqual((1, False), (len(found), more))
        self.assertEqual(
            found, list(self.get_snapshot(self.snapshot_id).members)
        )

    def test_update(self):
        found = self.snapshots.update(
            self.caller,
            self.snapshot_id,
            {'name': '\U0001f600', 'description': None},
        )
        self.assertEqual('\U0001f600', found.name)
        self.assertEqual(found, self.snapshots.get(self.admin, found.id))

    def test_a_status_that_is_set_by_hand_has_no_work(self):
        self.snapshots.reset_status(self.admin, self.snapshot_id, 'deleting')
        found = self.get_snapshot(self.snapshot_id)
        self.assertEqual('deleting', found.status)
        reconcile.Reconciler(
            self.conf, self.db, standard.build(), self
        ).reconcile()
        self.assertEqual([], self.operations_on(self.snapshot_id))
        self.assertEqual([], self.hints)
