# SPDX-License-Identifier: Apache-2.0
"""How many statements one operation of each verb costs."""

import contextlib
import functools

import sqlalchemy as sa

from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import inprocess
from manila_groups.tests import servers

HOST = 'host@alpha'
OVERRIDES = {'DEFAULT': {'enabled_backends': ['alpha']}}
#: What one may cost: the request, the schedulers' step, the back end's step.
#: Schedulers with nothing to do find that out with one statement.
MOST = {
    'create a group': (8, 11, 6),
    'create a share': (13, 10, 7),
    'create a member': (16, 10, 8),
    'allow a client': (8, 1, 15),
    'create a snapshot': (19, 1, 6),
    'create a clone': (24, 15, 14),
    'copy a group': (23, 14, 13),
    'revert a group': (15, 1, 29),
    'back up a group': (20, 1, 27),
    'restore a group': (18, 1, 29),
    'create from a backup': (23, 15, 14),
    'delete a backup': (8, 1, 11),
    'extend a share': (10, 9, 5),
    'shrink a share': (5, 1, 8),
    'delete a snapshot': (6, 1, 9),
    'delete a share': (6, 1, 11),
    'delete a member': (7, 1, 12),
    'delete a group': (6, 1, 11),
    'delete by force': (19, 1, 19),
    'delete a copy by force': (19, 1, 19),
}


class TestStatements(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(
            inprocess.InProcess(fixtures.merged(OVERRIDES, self.connection()))
        )
        self.addCleanup(self.service.check, self)
        self.backend = self.service.backends[HOST]

    def connection(self):
        return {}

    @contextlib.contextmanager
    def counted(self, numbers):
        """Add the number of statements, without BEGIN, to a list."""
        found = []

        def note(_connection, _cursor, statement, *_rest):
            found.append(statement)

        sa.event.listen(self.service.db.engine, 'before_cursor_execute', note)
        yield
        sa.event.remove(self.service.db.engine, 'before_cursor_execute', note)
        made = [one for one in found if not one.startswith('BEGIN')]
        numbers.append(len(made))

    def ask(self, what, call, *args):
        """Ask for something, and let it be done; returns what call does.

        The request is counted, and each place's steps.
        """
        numbers = []
        with self.counted(numbers):
            result = call(*args)
        for manager in (self.service.scheduler, self.backend):
            with self.counted(numbers):
                self.work(manager)
        self.costs[what] = tuple(numbers)
        return result

    def work(self, manager):
        """Let a place work until nobody wakes it for a further step."""
        self.service.messages.clear()
        manager.runner.run_all()
        if manager is self.backend and self.service.messages:
            self.work(manager)

    def live(self):
        """Let one of each live."""
        service, caller, ask = self.service, self.service.caller, self.ask
        group = ask('create a group', service.create)
        share = ask('create a share', service.create_share)
        in_group = functools.partial(
            service.create_share, share_group_id=group
        )
        member = ask('create a member', in_group)
        ask('allow a client', service.allow, share, '::/0')
        snapshot = ask('create a snapshot', service.create_snapshot, group)
        from_snapshot = functools.partial(
            service.create, source_share_group_snapshot_id=snapshot
        )
        clone = ask('create a clone', from_snapshot)
        shares, groups = service.shares, service.groups
        copy = ask(
            'copy a group',
            functools.partial(service.create, source_share_group_id=group),
        )
        ask('revert a group', groups.revert, caller, group, snapshot)
        backup = ask('back up a group', service.create_backup, group)
        restore = service.backups.restore
        ask('restore a group', restore, caller, backup)
        rebuilt = ask(
            'create from a backup',
            functools.partial(
                service.create, source_share_group_backup_id=backup
            ),
        )
        ask('extend a share', shares.extend, caller, share, 2)
        ask('shrink a share', shares.shrink, caller, share, 1)
        delete_snapshot = service.snapshots.delete
        ask('delete a snapshot', delete_snapshot, caller, snapshot)
        ask('delete a share', shares.delete, caller, share, None)
        ask('delete a member', shares.delete, caller, member, group)
        ask('delete a group', groups.delete, caller, group)
        ask('delete a backup', service.backups.delete, caller, backup)
        groups.force_delete(service.admin, rebuilt)
        service.deliver_all()
        ask('delete by force', groups.force_delete, service.admin, clone)
        ask('delete a copy by force', groups.force_delete, service.admin, copy)
        self.assertEqual([], service.all_groups() + service.all_shares())
        self.assertEqual([], service.under_way())

    def test_what_one_of_each_costs(self):
        # The first of all makes the rows that quotas are counted in.
        for _ in range(2):
            self.costs = {}
            self.live()
        self.assertEqual(set(MOST), set(self.costs))
        for what, most in MOST.items():
            for found, allowed in zip(self.costs[what], most, strict=True):
                self.assertLessEqual(found, allowed, (what, self.costs[what]))

    def test_shares_cost_nothing_more(self):
        costs = []
        # The first of all makes the rows that quotas are counted in.
        for number in (2, 3, 15):
            self.costs = {}
            self.copy_and_revert(number)
            costs.append(self.costs)
        self.assertEqual(*costs[1:])

    def copy_and_revert(self, number):
        """Copy and revert a group with so many shares."""
        service, caller, ask = self.service, self.service.caller, self.ask
        group = service.create()
        service.deliver_all()
        made = [
            service.create_share(share_group_id=group) for _ in range(number)
        ]
        service.deliver_all()
        snapshot = service.create_snapshot(group)
        service.deliver_all()
        for one in made:
            service.shares.extend(caller, one, 2)
        service.deliver_all()
        copy = functools.partial(service.create, source_share_group_id=group)
        ask('copy a group', copy)
        ask('revert a group', service.groups.revert, caller, group, snapshot)
        self.assertEqual([], service.under_way())
        sizes = {service.get_share(one).size for one in made}
        self.assertEqual({1}, sizes)


class TestStatementsOnMysql(TestStatements):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestStatementsOnPostgresql(TestStatements):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}
