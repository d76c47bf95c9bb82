# SPDX-License-Identifier: Apache-2.0
"""What becomes known of changes: each once, when it has happened."""

import json

from oslo_db import exception as db_exception

from manila_groups import exception
from manila_groups import states
from manila_groups.domain.events import base as events
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import events_case

HOST = 'host@beta'


class TestShareGroups(events_case.EventsCase):
    def test_a_life(self):
        group_id = self.service.create(name='n')
        self.assertEqual(['share_group.create.start'], self.heard())
        self.assertEqual(['share_group.create.end'], self.settled())
        groups = self.service.groups
        groups.update(self.caller, group_id, {'name': 'other'})
        self.assertEqual(['share_group.update'], self.heard())
        self.assertEqual('other', self.last[0].row.name)
        groups.reset_status(self.admin, group_id, 'error')
        self.assertEqual(['share_group.reset_status'], self.heard())
        self.assertEqual('error', self.last[0].row.status)
        groups.delete(self.caller, group_id)
        self.assertEqual(['share_group.delete.start'], self.heard())
        self.assertEqual(['share_group.delete.end'], self.settled())
        self.assertEqual('deleted', self.last[0].row.status)

    def test_failures(self):
        group_id, *_none = self.available_group()
        self.failing('delete_share_group', 'create_share_group')
        self.service.groups.delete(self.caller, group_id)
        self.assertEqual(
            ['share_group.delete.start', 'share_group.delete.error'],
            self.settled(),
        )
        self.service.create()
        self.assertEqual(
            ['share_group.create.start', 'share_group.create.error'],
            self.settled(),
        )
        payload = self.last[0].payload()
        self.assertEqual(('error', None), (payload['status'], payload['host']))
        self.assertIn('could not be created', payload['reason'])

    def test_no_place(self):
        self.service.clock.advance(1000)
        self.service.create()
        self.assertEqual(
            ['share_group.create.start', 'share_group.create.error'],
            self.settled(),
        )
        self.assertIn('service', self.last[0].details['reason'])

    def test_the_end_of_one_without_a_place(self):
        group_id = self.service.create()
        self.service.groups.reset_status(self.admin, group_id, 'error')
        self.heard()
        self.service.groups.delete(self.caller, group_id)
        self.assertEqual(
            ['share_group.delete.start', 'share_group.delete.end'],
            self.heard(),
        )


class TestContent(events_case.EventsCase):
    """What is made, or goes, with a share group."""

    def clone(self, snapshot_id):
        return self.service.create(source_share_group_snapshot_id=snapshot_id)

    def snapshot(self, *sizes):
        group_id, *_shares = self.available_group(sizes)
        snapshot_id = self.service.create_snapshot(group_id)
        self.service.deliver_all()
        self.heard()
        return group_id, snapshot_id

    def test_all_that_is_made_from_a_snapshot(self):
        _group, snapshot_id = self.snapshot(1, 2)
        self.clone(snapshot_id)
        self.assertEqual(
            [*['share.create.start'] * 2, 'share_group.create.start'],
            self.heard(),
        )
        self.assertEqual(
            [*['share.create.end'] * 2, 'share_group.create.end'],
            self.settled(),
        )

    def test_all_that_could_not_be_made(self):
        _group, snapshot_id = self.snapshot(1, 2)
        self.failing('create_share_group_from_snapshot')
        failed = ['share_group.create.error', *['share.create.error'] * 2]
        self.clone(snapshot_id)
        self.assertEqual(failed, self.settled()[3:])
        self.service.stop_backend('beta')
        self.service.clock.advance(1000)
        self.clone(snapshot_id)
        self.assertEqual(failed, self.settled()[3:])
        self.assertIsNone(self.last[0].row.host)

    def test_all_that_goes_by_force(self):
        group_id, _snapshot = self.snapshot(1)
        self.failing('delete_share_group')
        self.service.groups.force_delete(self.admin, group_id)
        nouns = ['share', 'share_group_snapshot', 'share_group']
        self.assertEqual(
            [f'{noun}.delete.start' for noun in nouns], self.heard()
        )
        # Whether or not the back end can do it.
        self.assertEqual(
            {f'{noun}.delete.end' for noun in nouns}, {*self.settled()}
        )
        self.assertEqual(self.admin.request_id, self.last[0].caller.request_id)


class TestShareGroupSnapshots(events_case.EventsCase):
    def test_a_life(self):
        group_id, *_shares = self.available_group([1, 2])
        noun, snapshots = 'share_group_snapshot', self.service.snapshots
        snapshot_id = self.service.create_snapshot(group_id)
        self.assertEqual([f'{noun}.create.start'], self.heard())
        self.assertEqual([f'{noun}.create.end'], self.settled())
        payload = self.last[0].payload()
        self.assertEqual((3, 2), (payload['size'], len(payload['share_ids'])))
        snapshots.update(self.caller, snapshot_id, {'name': 'other'})
        self.assertEqual([f'{noun}.update'], self.heard())
        snapshots.reset_status(self.admin, snapshot_id, 'error')
        self.assertEqual([f'{noun}.reset_status'], self.heard())
        snapshots.delete(self.caller, snapshot_id)
        self.assertEqual([f'{noun}.delete.start'], self.heard())
        self.assertEqual([f'{noun}.delete.end'], self.settled())

    def test_failures(self):
        group_id, *_shares = self.available_group()
        self.failing('create_share_group_snapshot')
        snapshot_id = self.service.create_snapshot(group_id)
        self.assertEqual(
            'share_group_snapshot.create.error', self.settled()[-1]
        )
        self.failing('delete_share_group_snapshot')
        self.service.snapshots.delete(self.caller, snapshot_id)
        self.assertEqual(
            'share_group_snapshot.delete.error', self.settled()[-1]
        )
        self.assertEqual('error', self.last[0].row.status)


class TestNothing(events_case.EventsCase):
    """What did not happen does not become known."""

    def test_refused_requests(self):
        group_id, *_shares = self.available_group([1])
        self.assertRaises(
            exception.Conflict,
            self.service.groups.delete,
            self.caller,
            group_id,
        )
        self.service.conf.set_override('share_groups', 1, 'quota')
        self.assertRaises(exception.OverQuota, self.service.create)
        self.assertEqual([], self.heard())

    def test_a_step_that_comes_twice(self):
        group_id, *_none = self.available_group()
        self.service.groups.delete(self.caller, group_id)
        engine = self.service.backends[HOST]._engine
        (task,), _more = engine.claim(1)
        self.heard()
        self.assertEqual([], engine.record([task]).lost)
        for error in (None, exception.DriverError('simulated')):
            task.error = error
            self.assertEqual([task], engine.record([task]).lost)
        self.assertEqual(['share_group.delete.end'], self.heard())

    def test_a_batch_of_which_one_does_not_match(self):
        stays, goes = (self.available_group()[0] for _ in range(2))
        for group_id in (stays, goes):
            self.service.groups.delete(self.caller, group_id)
        engine = self.service.backends[HOST]._engine
        tasks, _more = engine.claim(2)
        self.service.groups.reset_status(self.admin, stays, 'available')
        self.heard()
        self.assertEqual(1, len(engine.record(tasks).lost))
        self.assertEqual(['share_group.delete.end'], self.heard())
        self.assertEqual(goes, self.last[0].row.id)
        self.assertEqual('available', self.service.status(stays))

    def test_a_transaction_that_is_rolled_back_on_purpose(self):
        group_id, *_none = self.available_group()
        group = self.service.get(group_id)
        self.heard()
        with self.service.db.writer() as conn:
            events.note(conn, 'share_group.update', group)
            conn.rollback()
        self.assertEqual([], self.heard())

    def test_a_transaction_that_is_done_again(self):
        """The database chose the first one as a deadlock's victim."""
        creation, failures = self.service.groups._creation, [1]
        insert = creation.insert

        def insert_second_time(conn, ctxt, wanted):
            group = insert(conn, ctxt, wanted)
            events.note(conn, 'share_group.create.start', group, ctxt)
            if failures:
                failures.pop()
                raise db_exception.DBDeadlock()
            return group

        creation.insert = insert_second_time
        self.service.create()
        self.assertEqual(['share_group.create.start'] * 2, self.heard())

    def test_it_is_committed_when_it_becomes_known(self):
        seen = []

        def look(event):
            with self.service.db.reader():
                seen.append(self.service.get(event.row.id).status)

        def events_only(event):
            if isinstance(event, events.Event):
                look(event)

        db = self.service.db.heard_by(events_only)
        groups = share_groups.ShareGroups(
            self.service.conf,
            db,
            self.service.group_types,
            self.service.types,
            self.service,
        )
        groups.create(self.caller, share_groups.NewShareGroup())
        self.assertEqual([states.CREATING], seen)


class TestPayload(events_case.EventsCase):
    def test_plain_data(self):
        share_id = self.service.create_share(2, name='n', metadata={'a': '1'})
        share = self.service.get_share(share_id)
        (event,) = self.service.events
        payload = json.loads(json.dumps(event.payload()))
        occurred_at = payload.pop('occurred_at')
        self.assertEqual(f'{event.at.isoformat()}Z', occurred_at)
        self.assertEqual(
            {
                'id': share_id,
                'project_id': inprocess.PROJECT,
                'user_id': 'user',
                'name': 'n',
                'created_at': f'{share.created_at.isoformat()}Z',
                'status': 'creating',
                'host': None,
                'availability_zone': None,
                'size': 2,
                'new_size': None,
                'share_proto': 'NFS',
                'share_type_id': share.share_type_id,
                'share_group_id': None,
                'share_network_id': None,
                'is_public': False,
                'metadata': {'a': '1'},
            },
            payload,
        )

    def test_whose_request_it_is(self):
        group_id, *_none = self.available_group()
        self.service.caller.request_id = 'req-2'
        self.service.groups.delete(self.caller, group_id)
        self.service.deliver_all()
        start, end = self.service.events
        self.assertIs(self.caller, start.caller)
        self.assertEqual(
            ('req-2', inprocess.PROJECT),
            (end.caller.request_id, end.caller.project_id),
        )
