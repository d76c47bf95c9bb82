# SPDX-License-Identifier: Apache-2.0
"""Every change of a status is written down, once."""

import logging

import fixtures

from manila_groups.db import audit
from manila_groups.tests.unit.domain import share_case


class TestAudit(share_case.ShareCase):
    def setUp(self):
        super().setUp()
        # What a request's thread has.
        self.caller.update_store()

    def changes(self, row_id):
        """What has become of a row since the last call: (from, to)."""
        found = [
            (one.was, one.becomes)
            for one in self.service.changes
            if one.id == row_id
        ]
        self.service.changes.clear()
        return found

    def test_the_life_of_a_group(self):
        group_id = self.available_group()
        self.assertEqual(
            [('none', 'creating'), ('creating', 'available')],
            self.changes(group_id),
        )
        self.service.groups.delete(self.caller, group_id)
        self.service.deliver_all()
        self.assertEqual(
            [('available', 'deleting'), ('deleting', 'deleted')],
            self.changes(group_id),
        )

    def test_whoever_it_is_due_to(self):
        group_id = self.service.create()
        (change,) = self.service.changes
        self.assertEqual(
            audit.Change(
                'share_group',
                group_id,
                'none',
                'creating',
                None,
                'req-1',
                'user',
                'here',
            ),
            change,
        )
        self.service.changes.clear()
        # A reconciler acts for the one who asked.
        self.service.settle()
        (change,) = self.service.changes
        self.assertEqual(
            ('available', 'req-1', 'user', 'here'),
            (
                change.becomes,
                change.request_id,
                change.user_id,
                change.project_id,
            ),
        )

    def test_a_failure_has_its_reason(self):
        self.let_fail('create_share_group')
        group_id = self.service.create()
        self.service.deliver_all()
        last = self.service.changes[-1]
        self.assertEqual((group_id, 'error'), (last.id, last.becomes))
        (message,) = self.service.user_messages()
        self.assertEqual(message.user_message, last.reason)

    def test_all_that_goes_by_force(self):
        group_id, share_ids = self.full_group(1, 2)
        snapshot_id = self.available_snapshot(group_id)
        self.service.changes.clear()
        self.service.groups.force_delete(self.service.admin, group_id)
        self.service.deliver_all()
        found = self.service.changes
        for row_id in (group_id, snapshot_id, *share_ids):
            self.assertEqual(
                [
                    ('available', 'deleting', 'deleted by force'),
                    ('deleting', 'deleted', None),
                ],
                [
                    (one.was, one.becomes, one.reason)
                    for one in found
                    if one.id == row_id
                ],
            )

    def test_access_rules(self):
        share_id = self.available_share()
        rule_id = self.service.allow(share_id, '192.0.2.1')
        self.service.deliver_all()
        self.service.access.deny(self.caller, share_id, rule_id)
        self.service.deliver_all()
        self.assertEqual(
            [
                ('none', 'queued_to_apply'),
                ('queued_to_apply', 'applying'),
                ('applying', 'active'),
                ('active', 'queued_to_deny'),
                ('queued_to_deny', 'denying'),
                ('denying', 'deleted'),
            ],
            self.changes(rule_id),
        )

    def test_rules_are_due_to_who_asked_for_them(self):
        share_id = self.available_share()
        rule_id = self.service.allow(share_id, '192.0.2.1')
        self.service.changes.clear()
        # What the thread did before.
        self.service.admin.update_store()
        self.service.deliver_all()
        self.assertEqual(
            {(rule_id, 'req-1', 'user')},
            {
                (one.id, one.request_id, one.user_id)
                for one in self.service.changes
            },
        )

    def test_each_of_a_batch_is_due_to_its_own_request(self):
        group_id, _shares = self.full_group(1, 2)
        snapshot_id = self.available_snapshot(group_id)
        begun = {}
        for number in range(3):
            self.caller.request_id = f'req-batch-{number}'
            share_id = self.service.create_share()
            clone_id = self.clone(snapshot_id)
            members = [one.id for one in self.members(clone_id)]
            for row_id in (share_id, clone_id, *members):
                begun[row_id] = self.caller.request_id
        self.service.changes.clear()
        self.service.events.clear()
        # What the thread did before.
        self.service.admin.update_store()
        self.service.deliver_all()
        self.assertEqual(
            begun,
            {one.id: one.request_id for one in self.service.changes},
        )
        self.assertEqual(
            begun,
            {one.row.id: one.caller.request_id for one in self.service.events},
        )
        self.assertEqual(
            {'user'}, {one.user_id for one in self.service.changes}
        )

    def test_by_hand(self):
        group_id = self.available_group()
        self.service.changes.clear()
        self.service.groups.reset_status(self.service.admin, group_id, 'error')
        (change,) = self.service.changes
        self.assertEqual(
            ('available', 'error', 'set by hand'),
            (change.was, change.becomes, change.reason),
        )

    def test_the_loser_of_a_race_writes_nothing(self):
        group_id = self.service.create()
        self.service.deliver()
        message = self.service.messages[0]
        self.service.messages *= 3
        self.service.deliver_all()
        self.service.messages.append(message)
        self.service.deliver_all()
        self.assertEqual(
            [('none', 'creating'), ('creating', 'available')],
            self.changes(group_id),
        )


class TestLines(share_case.ShareCase):
    def test_a_line_has_all_of_it(self):
        log = self.useFixture(
            fixtures.FakeLogger(audit.LOG.logger.name, level=logging.INFO)
        )
        self.caller.update_store()
        listener = audit.Auditor('api.here')
        group_id = self.service.create()
        for one in (*self.service.changes, *self.service.events):
            listener(one)
        (line,) = log.output.splitlines()
        self.assertEqual(
            f'status_change kind=share_group id={group_id} from=none '
            'to=creating by=api.here user=user project=here request=req-1 '
            'reason="-"',
            line,
        )
