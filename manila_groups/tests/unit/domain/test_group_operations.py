# SPDX-License-Identifier: Apache-2.0
"""What users are told of what is at work on a share group."""

import sqlalchemy as sa

from manila_groups import exception
from manila_groups import states
from manila_groups.db import operation_table
from manila_groups.db import share_groups as group_rows
from manila_groups.domain.messages import api as messages
from manila_groups.domain.share_groups import operations
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import snapshot_case

OPERATION = operation_table.Operation.__table__


class TestOperations(snapshot_case.SnapshotCase):
    def setUp(self):
        super().setUp()
        self.operations = operations.Operations(self.db)

    def list_of(self, group_id, caller=None):
        caller = caller or self.caller
        group = self.operations.find_group(caller, group_id)
        return self.operations.list_of(caller, group)

    def change(self, **values):
        with self.db.writer() as conn:
            conn.execute(sa.update(OPERATION).values(**values))

    def fail(self, group_id, text):
        with self.db.writer() as conn:
            group = group_rows.get(conn, group_id)
            group_rows.ROWS.set_status(conn, group_id, states.ERROR)
            messages.add(
                conn,
                self.conf,
                states.SHARE_GROUP,
                group,
                messages.ALLOCATE_HOST,
                messages.NO_VALID_HOST,
                text,
            )

    def test_nothing_is_at_work(self):
        self.assertEqual([], self.list_of(self.given_group(1)))

    def test_what_is_in_the_group_too_and_nothing_else(self):
        group_id, other_id = self.given_group(1), self.given_group(1)
        taken = self.snapshots.create(self.caller, group_id)
        self.snapshots.create(self.caller, other_id)
        (found,) = self.list_of(group_id)
        self.assertEqual(
            ('share_group_snapshot', taken.id, 'create', 'waiting', None, 0),
            (
                found.resource_type,
                found.resource_id,
                found.verb,
                found.status,
                found.progress,
                found.tries,
            ),
        )
        self.assertEqual('req-1', found.request_id)

    def test_how_far_one_is(self):
        group_id = self.given_group(1)
        self.snapshots.create(self.caller, group_id)
        of_bytes = {'unit': 'bytes'}
        for progress, *expected in (
            ({'done': 1, 'total': 3, **of_bytes}, 33, 1, 3),
            ({'done': 3, 'total': 3, **of_bytes}, 100, 3, 3),
            ({'done': 5, 'total': 3, **of_bytes}, 100, 3, 3),
            ({'done': 0, 'total': 0, **of_bytes}, None, None, None),
            ({'done': 1, 'total': 3, 'unit': 'shares'}, 33, None, None),
            ({'done': 1, 'total': 3}, 33, None, None),
            ({'bytes': 5}, None, None, None),
            (None, None, None, None),
        ):
            self.change(progress=progress)
            (found,) = self.list_of(group_id)
            self.assertEqual(
                expected,
                [found.progress, found.done_bytes, found.total_bytes],
                progress,
            )

    def test_who_does_it_and_why_not_is_for_administrators(self):
        group_id = self.given_group(1)
        self.snapshots.create(self.caller, group_id)
        self.change(reason='the array is on fire', tries=2)
        (found,) = self.list_of(group_id)
        self.assertEqual((None, 2), (found.reason, found.tries))
        (found,) = self.list_of(group_id, self.admin)
        self.assertEqual('the array is on fire', found.reason)
        self.assertEqual(snapshot_case.BACKEND, found.host)

    def test_clean_ups_are_for_administrators(self):
        group_id = self.given_group(1)
        self.snapshots.create(self.caller, group_id)
        self.change(verb='clean_up')
        self.assertEqual([], self.list_of(group_id))
        self.assertEqual(1, len(self.list_of(group_id, self.admin)))

    def test_what_has_failed_last(self):
        group_id = self.given_group()
        self.fail(group_id, 'No pool fits.')
        self.fail(group_id, 'Still no pool fits.')
        (found,) = self.list_of(group_id)
        self.assertEqual(
            ('share_group', group_id, 'create', None, 'failed'),
            (
                found.resource_type,
                found.resource_id,
                found.verb,
                found.step,
                found.status,
            ),
        )
        self.assertEqual('Still no pool fits.', found.reason)
        self.assertIsNotNone(found.message_id)

    def test_what_has_failed_once_is_not_told_of_a_group_that_is_well(self):
        group_id = self.given_group()
        self.fail(group_id, 'No pool fits.')
        self.ask(group_rows.ROWS.set_status, group_id, states.AVAILABLE)
        self.assertEqual([], self.list_of(group_id))

    def test_others_see_nothing(self):
        group_id = self.given_group()
        self.assertRaises(
            exception.NotFound, self.list_of, group_id, self.other
        )


class TestOperationsOnMysql(case.OnMysql, TestOperations):
    pass


class TestOperationsOnPostgresql(case.OnPostgresql, TestOperations):
    pass
