# SPDX-License-Identifier: Apache-2.0
"""A share group type goes on to allow what its share groups have."""

import functools

from manila_groups import exception
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import snapshot_case


class TestChanges(snapshot_case.SnapshotCase):
    def create(self, share_type):
        wanted = share_groups.NewShareGroup(
            share_group_type_id=self.group_type, share_types=[share_type]
        )
        return self.groups.create(self.caller, wanted)

    def allow(self, *share_types):
        return self.group_types.update(
            self.admin, self.group_type, {}, list(share_types)
        )

    def allowed(self):
        return set(
            self.group_types.get(self.admin, self.group_type).share_types
        )

    def test_a_group_comes_or_its_share_type_goes(self):
        first, second = self.share_types
        for _ in range(12):
            created, changed = case.at_once(
                (
                    functools.partial(self.create, second),
                    functools.partial(self.allow, first),
                )
            )
            if isinstance(created, exception.Invalid):
                self.assertEqual((first,), changed.share_types)
                self.assertEqual({first}, self.allowed())
                self.allow(first, second)
            else:
                self.assertIsInstance(changed, exception.Conflict)
                self.assertEqual({first, second}, self.allowed())
                # Nobody has placed it, so nothing waits for a back end.
                self.groups.force_delete(self.admin, created.id)

    def test_a_type_in_use_stays_as_it_is(self):
        first, second = self.share_types
        self.create(second)
        error = self.assertRaises(exception.Conflict, self.allow, first)
        self.assertIn(second, error.message)
        self.assertEqual({first, second}, self.allowed())
        self.assertEqual((second,), self.allow(second).share_types)
        self.assertRaises(exception.Invalid, self.create, first)

    def test_two_changes_at_once_leave_one_of_both(self):
        first, second = self.share_types
        for _ in range(6):
            self.allow(first, second)
            case.at_once(
                (
                    functools.partial(self.allow, first),
                    functools.partial(self.allow, second),
                )
            )
            self.assertEqual(1, len(self.allowed()))


class TestChangesOnMysql(case.OnMysql, TestChanges):
    pass


class TestChangesOnPostgresql(case.OnPostgresql, TestChanges):
    pass
