# SPDX-License-Identifier: Apache-2.0
"""Of callers that come at once, only those win that go together."""

from manila_groups import exception
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import share_group_snapshots as snapshot_rows
from manila_groups.db import share_groups as group_rows
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import snapshot_case

ROUNDS = 6


class TestRaces(snapshot_case.SnapshotCase):
    overrides = {'quota': {'shares': 8, 'share_group_snapshots': 5}}

    def setUp(self):
        super().setUp()
        self.addCleanup(self.check_quotas)

    def at_once(self, *calls):
        """Make calls at once; returns the results, None for a refusal."""
        results = case.at_once(calls)
        for one in results:
            if isinstance(one, Exception) and not isinstance(
                one, (exception.Conflict, exception.OverQuota)
            ):
                raise one
        return [None if isinstance(r, Exception) else r for r in results]

    def take(self, group_id):
        return lambda: self.snapshots.create(self.caller, group_id).id

    def make(self, snapshot_id):
        return lambda: self.clone(snapshot_id).id

    def delete_group(self, group_id):
        def call():
            self.groups.delete(self.caller, group_id)
            return 'deleted'

        return call

    def force_delete_group(self, group_id):
        def call():
            self.groups.force_delete(self.admin, group_id)
            return 'deleted'

        return call

    def delete_snapshot(self, snapshot_id):
        def call():
            self.snapshots.delete(self.caller, snapshot_id)
            return 'deleted'

        return call

    def test_a_snapshot_or_the_end_of_its_group(self):
        for number in range(ROUNDS):
            group_id = self.given_group()
            calls = [self.take(group_id), self.delete_group(group_id)]
            results = self.at_once(*calls[:: (-1) ** number])
            self.assertEqual(1, results.count(None), results)
            deleted = 'deleted' in results
            self.assertEqual(
                'deleting' if deleted else 'available',
                self.status_of(models.ShareGroup, group_id),
            )
            self.assertEqual(
                0 if deleted else 1,
                self.count(
                    models.ShareGroupSnapshot,
                    models.ShareGroupSnapshot.share_group_id == group_id,
                ),
            )
            self.forget(group_id)

    def forget(self, group_id):
        """Remove a group with all that is in it, as if it had no place."""
        self.ask(group_rows.ROWS.update, group_id, {'host': None})
        self.groups.force_delete(self.admin, group_id)

    def test_a_clone_or_the_end_of_its_source(self):
        for number in range(ROUNDS):
            group_id = self.given_group(1)
            snapshot_id = self.given_snapshot(group_id)
            delete = (
                self.force_delete_group(group_id)
                if number // 2 % 2
                else self.delete_snapshot(snapshot_id)
            )
            calls = [self.make(snapshot_id), delete]
            results = self.at_once(*calls[:: (-1) ** number])
            self.assertEqual(1, results.count(None), results)
            deleted = 'deleted' in results
            self.assertEqual(
                'deleting' if deleted else 'available',
                self.status_of(models.ShareGroupSnapshot, snapshot_id),
            )
            clones = [one for one in results if one not in (None, 'deleted')]
            self.assertEqual(0 if deleted else 1, len(clones))
            for one in [*clones, group_id]:
                self.forget(one)

    def test_several_groups_from_one_snapshot(self):
        """With room for three more of two shares each."""
        snapshot_id = self.given_snapshot(self.given_group(1, 2))
        results = self.at_once(*[self.make(snapshot_id)] * 8)
        self.assertEqual(5, results.count(None))
        self.assertEqual(8, self.count(models.Share))
        hints = {one for one in self.hints if one[0] == states.SHARE_GROUP}
        self.assertEqual(
            {one for one in results if one}, {row_id for _, row_id in hints}
        )

    def test_several_snapshots_of_one_group(self):
        group_id = self.given_group(1)
        results = self.at_once(*[self.take(group_id)] * 8)
        self.assertEqual(3, results.count(None))
        self.assertEqual(5, self.count(models.ShareGroupSnapshotMember))
        taken = [one for one in results if one]
        for one in taken:
            self.transition(
                snapshot_rows, one, states.ShareGroupSnapshot.CREATED
            )
        results = self.at_once(*map(self.delete_snapshot, taken))
        self.assertEqual(['deleted'] * 5, results)

    def test_one_of_two_deletions_wins(self):
        snapshot_id = self.given_snapshot(self.given_group(1))
        results = self.at_once(*[self.delete_snapshot(snapshot_id)] * 8)
        self.assertEqual(1, results.count('deleted'))
        self.assertEqual(1, len(self.hints))


class TestRacesOnMysql(case.OnMysql, TestRaces):
    pass


class TestRacesOnPostgresql(case.OnPostgresql, TestRaces):
    pass
