# SPDX-License-Identifier: Apache-2.0
"""New share groups with the shares of a share group snapshot."""

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import quotas as quota_rows
from manila_groups.db import share_group_snapshots as snapshot_rows
from manila_groups.db import share_groups as group_rows
from manila_groups.db import shares as share_rows
from manila_groups.domain.operations import reconcile
from manila_groups.domain.operations import standard
from manila_groups.tests.unit.domain import snapshot_case

NOBODY = uuidutils.generate_uuid()


class FromSnapshotCase(snapshot_case.SnapshotCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.check_quotas)

    def refused(self, error, *words, snapshot_id, caller=None, **wanted):
        before = [
            self.count(model) for model in (models.ShareGroup, models.Share)
        ]
        raised = self.assertRaises(
            error, self.clone, snapshot_id, caller, **wanted
        )
        for word in words:
            self.assertIn(word, raised.message)
        after = [
            self.count(model) for model in (models.ShareGroup, models.Share)
        ]
        self.assertEqual(before, after)
        self.assertEqual([], self.hints)


class TestCreate(FromSnapshotCase):
    def test_a_share_for_each_member(self):
        network = uuidutils.generate_uuid()
        source = self.given_group()
        self.ask(group_rows.ROWS.update, source, {'share_network_id': network})
        self.given_share(source, 1, name='one', share_proto='CIFS')
        self.given_share(source, 2, type_number=1, name='two')
        snapshot_id = self.given_snapshot(source)
        group = self.clone(snapshot_id, name='n', description='d')
        self.assertEqual(
            ('creating', 'n', 'd', None, 'nova', network, snapshot_id),
            (
                group.status,
                group.name,
                group.description,
                group.host,
                group.availability_zone,
                group.share_network_id,
                group.source_share_group_snapshot_id,
            ),
        )
        self.assertEqual(self.group_type, group.share_group_type_id)
        self.assertEqual(tuple(sorted(self.share_types)), group.share_types)
        self.assertIsNotNone(group.requested_zone_id)
        members = {
            one.share_type_id: one.id
            for one in self.get_snapshot(snapshot_id).members
        }
        self.assertEqual(
            [
                ('n-one', 1, 1, 0, 'CIFS', self.share_types[0]),
                ('n-two', 2, 2, 0, 'NFS', self.share_types[1]),
            ],
            sorted(
                (
                    one.name,
                    one.size,
                    one.quota_gb,
                    one.claimed_gb,
                    one.share_proto,
                    one.share_type_id,
                )
                for one in self.shares_of(group.id)
            ),
        )
        for one in self.shares_of(group.id):
            self.assertEqual(
                (
                    'creating',
                    None,
                    'nova',
                    network,
                    members[one.share_type_id],
                    'here',
                    'user',
                    'req-1',
                ),
                (
                    one.status,
                    one.host,
                    one.availability_zone,
                    one.share_network_id,
                    one.source_share_group_snapshot_member_id,
                    one.project_id,
                    one.user_id,
                    one.request_id,
                ),
            )
            self.assertIsNotNone(one.stepped_at)
        self.assertEqual([(states.SHARE_GROUP, group.id)], self.hints)

    def test_the_names_of_the_shares(self):
        source = self.given_group()
        share_id = self.given_share(source, 1)
        snapshot_id = self.given_snapshot(source)
        for group_name, share_name, expected in (
            ('group', 'share', 'group-share'),
            (None, 'share', None),
            ('group', None, None),
            ('g' * 250, 'share', f'{"g" * 250}-shar'),
        ):
            self.ask(share_rows.ROWS.update, share_id, {'name': share_name})
            group = self.clone(snapshot_id, name=group_name)
            (clone,) = self.shares_of(group.id)
            self.assertEqual(expected, clone.name)

    def test_an_empty_snapshot(self):
        group = self.clone(self.given_snapshot(self.given_group()))
        self.assertEqual('creating', group.status)
        self.assertEqual([], self.shares_of(group.id))

    def test_the_share_group_type(self):
        special = self.group_types.create(
            self.admin, 'special', self.share_types, {}
        ).id
        snapshot_id = self.given_snapshot(
            self.given_group(1, share_group_type_id=special)
        )
        for wanted in ({}, {'share_group_type_id': special}):
            group = self.clone(snapshot_id, **wanted)
            self.assertEqual(special, group.share_group_type_id)
        self.hints.clear()
        for wrong in (self.group_type, NOBODY):
            self.refused(
                exception.Invalid,
                'share_group_type_id',
                wrong,
                snapshot_id=snapshot_id,
                share_group_type_id=wrong,
            )

    def test_a_snapshot_goes_with_nothing_that_comes_from_it(self):
        snapshot_id = self.given_snapshot(self.given_group(1))
        for field, value in (
            ('share_types', self.share_types),
            ('share_network_id', NOBODY),
            ('availability_zone', 'nova'),
        ):
            self.refused(
                exception.Invalid,
                f'{field}: comes from',
                snapshot_id=snapshot_id,
                **{field: value},
            )

    def test_a_snapshot_that_the_caller_does_not_see(self):
        snapshot_id = self.given_snapshot(self.given_group(1))
        for caller, wanted in (
            (self.caller, NOBODY),
            (self.admin, 'x' * 255),
            (self.other, snapshot_id),
            (self.admin, snapshot_id),
        ):
            self.refused(
                exception.Invalid,
                'source_share_group_snapshot_id',
                wanted,
                snapshot_id=wanted,
                caller=caller,
            )

    def test_a_snapshot_that_is_not_available(self):
        snapshot_id = self.given_snapshot(self.given_group(1))
        for status in states.SHARE_GROUP_SNAPSHOT_STATUSES:
            if status == states.AVAILABLE:
                continue
            self.ask(snapshot_rows.ROWS.set_status, snapshot_id, status)
            self.refused(
                exception.Conflict,
                'source_share_group_snapshot_id',
                status,
                snapshot_id=snapshot_id,
            )


class TestQuotas(FromSnapshotCase):
    def test_each_of_them_refuses(self):
        source = self.given_group(1)
        self.given_share(source, 3, type_number=1)
        snapshot_id = self.given_snapshot(source)
        for resource, limit in (
            ('share_groups', 1),
            ('shares', 3),
            ('gigabytes', 7),
            ('per_share_gigabytes', 2),
        ):
            self.conf.set_override(resource, limit, 'quota')
            self.refused(
                exception.OverQuota, resource, snapshot_id=snapshot_id
            )
            self.check_quotas()
            self.conf.set_override(resource, limit + 1, 'quota')
        self.clone(snapshot_id)

    def test_those_of_a_user_and_of_a_share_type_do_too(self):
        source = self.given_group(1)
        self.given_share(source, 3, type_number=1)
        snapshot_id = self.given_snapshot(source)
        for scope in (
            quota_rows.Scope('here', user_id='user'),
            quota_rows.Scope('here', share_type_id=self.share_types[1]),
        ):
            self.ask(quota_rows.set_limits, scope, {'shares': 1})
            self.refused(
                exception.OverQuota, 'shares', snapshot_id=snapshot_id
            )
            self.ask(quota_rows.delete_limits, scope)
        self.clone(snapshot_id)


class TestStatements(FromSnapshotCase):
    """The number of statements does not grow with the number of members."""

    overrides = {'quota': {'shares': -1}}

    def test_their_number_does_not_grow(self):
        numbers = []
        for members in (2, 3, 40):
            source = self.given_group(*[1] * members)
            with self.counted() as statements:
                snapshot_id = self.given_snapshot(source)
                group = self.clone(snapshot_id)
                self.created(group_rows, group)
                self.groups.force_delete(self.admin, source)
            numbers.append(len(statements))
        # The first makes the rows that quotas are counted in.
        self.assertEqual(numbers[1], numbers[2])


class TestForceDelete(FromSnapshotCase):
    def setUp(self):
        super().setUp()
        self.source = self.given_group(1, 2)
        self.snapshot_id = self.given_snapshot(self.source)

    def members(self):
        return self.shares_of(self.source)

    def statuses(self):
        return {
            self.status_of(models.ShareGroup, self.source),
            self.status_of(models.ShareGroupSnapshot, self.snapshot_id),
            *(one.status for one in self.shares_of(self.source)),
        }

    def test_what_is_in_the_group_goes_with_it(self):
        self.groups.force_delete(self.admin, self.source)
        self.assertEqual({'deleting'}, self.statuses())
        self.assertEqual(
            [(snapshot_case.BACKEND, states.SHARE_GROUP, self.source)],
            self.hints,
        )
        # Of the rows in it no work begins but the group's.
        self.assertEqual(
            [('delete', 'delete', snapshot_case.BACKEND, True)],
            self.operations_on(self.source),
        )
        for row in (self.get_snapshot(self.snapshot_id), *self.members()):
            self.assertEqual([], self.operations_on(row.id))
            # What the release before would take up has a time.
            self.assertIsNone(row.stepped_at)
        reconcile.Reconciler(
            self.conf, self.db, standard.build(), self
        ).reconcile()
        for row in (self.get_snapshot(self.snapshot_id), *self.members()):
            self.assertEqual([], self.operations_on(row.id))

    def test_in_whatever_status_it_is(self):
        for status in states.SHARE_GROUP_STATUSES:
            self.groups.reset_status(self.admin, self.source, status)
            self.groups.force_delete(self.admin, self.source)
            self.assertEqual({'deleting'}, self.statuses())

    def test_without_a_place_all_is_gone_at_once(self):
        self.ask(group_rows.ROWS.update, self.source, {'host': None})
        self.groups.force_delete(self.admin, self.source)
        self.assertEqual([], self.hints)
        for model in (
            models.ShareGroup,
            models.Share,
            models.ShareGroupSnapshot,
            models.ShareGroupSnapshotMember,
        ):
            self.assertEqual(0, self.count(model), model)

    def test_not_while_a_group_is_being_created_from_it(self):
        clone = self.clone(self.snapshot_id)
        self.hints.clear()
        raised = self.assertRaises(
            exception.Conflict,
            self.groups.force_delete,
            self.admin,
            self.source,
        )
        self.assertIn(clone.id, raised.message)
        self.assertEqual({'available'}, self.statuses())
        self.assertEqual([], self.hints)
        self.groups.force_delete(self.admin, clone.id)
        self.assertIsNone(self.get_group(clone.id))
        self.groups.force_delete(self.admin, self.source)
        self.assertEqual({'deleting'}, self.statuses())

    def test_other_groups_stay(self):
        other = self.given_group(1)
        snapshot_id = self.given_snapshot(other)
        self.groups.force_delete(self.admin, self.source)
        self.assertEqual('available', self.status_of(models.ShareGroup, other))
        self.assertEqual('available', self.get_snapshot(snapshot_id).status)
        self.assertEqual('available', self.shares_of(other)[0].status)

    def test_a_group_with_shares_or_snapshots_needs_force(self):
        with_share, with_snapshot = self.given_group(1), self.given_group()
        self.given_snapshot(with_snapshot)
        for group_id in (with_share, with_snapshot):
            raised = self.assertRaises(
                exception.Conflict, self.groups.delete, self.admin, group_id
            )
            self.assertIn('has shares or', raised.message)
            self.assertEqual(
                'available', self.status_of(models.ShareGroup, group_id)
            )
        self.assertEqual([], self.hints)
