# SPDX-License-Identifier: Apache-2.0
"""A back end, killed at each line of its work, and started again."""

from manila_groups import states
from manila_groups.tests.long import killed_case
from manila_groups.tests.unit.domain import test_races


class TestManagerKilled(killed_case.KilledTestCase):
    """What was to be made or removed is, and once."""

    def setUp(self):
        super().setUp()
        self.group_id = self.service.create()
        self.service.deliver_all()

    def fill(self):
        """Put two shares with something in them into the group."""
        for size in (1, 2):
            self.service.create_share(size, share_group_id=self.group_id)
        self.service.deliver_all()
        self.write(self.group_id)

    def snapshot(self):
        snapshot_id = self.service.create_snapshot(self.group_id)
        self.service.deliver_all()
        return snapshot_id

    def kill_at_each_line(self, kind, row_id, expected, event):
        """Kill the back end while it works for a row.

        :param expected: the row's status at the end; None when it is gone
        :param event: what becomes known of it, for once
        """
        self.service.messages.clear()
        self.keep()
        self.put_back()
        lines = self.lines_of(self.work)
        seen = set()
        for line, time in lines:
            self.put_back()
            self.kill_at(line, time, self.work)
            # What leaves the same behind comes to the same end.
            left = self.state()
            if left not in seen:
                seen.add(left)
                self.restart()
                self.check_end(kind, row_id, expected, event)
        self.assertGreater(len(lines), 200)
        self.assertGreater(len(seen), 1)

    def check_end(self, kind, row_id, expected, event):
        statuses = {
            states.SHARE_GROUP: self.service.status,
            states.SHARE: self.service.share_status,
            states.SHARE_GROUP_SNAPSHOT: self.service.snapshot_status,
        }
        self.assertEqual(expected, statuses[kind](row_id))
        service = self.service
        for rows in (
            service.all_groups(),
            service.all_shares(),
            service.all_snapshots(),
        ):
            for row in rows:
                self.assertNotIn(row.status, test_races.UNFINISHED)
        service.check(self)
        self.check_content()
        self.assertLessEqual(self.heard()[f'{kind}.{event} {row_id}'], 1)

    def test_create_share_group(self):
        group_id = self.service.create()
        self.service.deliver()
        self.kill_at_each_line(
            states.SHARE_GROUP, group_id, states.AVAILABLE, 'create.end'
        )

    def test_create_share_group_from_snapshot(self):
        self.fill()
        group_id = self.service.create(
            source_share_group_snapshot_id=self.snapshot()
        )
        self.service.deliver()
        self.kill_at_each_line(
            states.SHARE_GROUP, group_id, states.AVAILABLE, 'create.end'
        )

    def test_delete_share_group(self):
        self.service.groups.delete(self.service.caller, self.group_id)
        self.kill_at_each_line(
            states.SHARE_GROUP, self.group_id, None, 'delete.end'
        )

    def test_delete_share_group_with_all_in_it(self):
        self.fill()
        self.snapshot()
        self.service.groups.force_delete(self.service.admin, self.group_id)
        self.kill_at_each_line(
            states.SHARE_GROUP, self.group_id, None, 'delete.end'
        )

    def test_create_share(self):
        self.fill()
        share_id = self.service.create_share(share_group_id=self.group_id)
        self.service.deliver()
        self.kill_at_each_line(
            states.SHARE, share_id, states.AVAILABLE, 'create.end'
        )

    def test_delete_share(self):
        self.fill()
        share_id = self.service.all_shares()[0].id
        self.service.shares.delete(
            self.service.caller, share_id, self.group_id
        )
        self.kill_at_each_line(states.SHARE, share_id, None, 'delete.end')

    def test_create_snapshot(self):
        self.fill()
        snapshot_id = self.service.create_snapshot(self.group_id)
        self.kill_at_each_line(
            states.SHARE_GROUP_SNAPSHOT,
            snapshot_id,
            states.AVAILABLE,
            'create.end',
        )

    def test_delete_snapshot(self):
        self.fill()
        snapshot_id = self.snapshot()
        self.service.snapshots.delete(self.service.caller, snapshot_id)
        self.kill_at_each_line(
            states.SHARE_GROUP_SNAPSHOT, snapshot_id, None, 'delete.end'
        )
