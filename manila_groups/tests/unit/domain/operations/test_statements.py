# SPDX-License-Identifier: Apache-2.0
"""A step of fifty operations costs what a step of one does."""

import contextlib

import sqlalchemy as sa

from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import inprocess
from manila_groups.tests import servers

HOST = 'host@alpha'
MANY = 50
OVERRIDES = {
    'DEFAULT': {'enabled_backends': ['alpha']},
    'alpha': {'fake_pools': [{'name': 'one', 'total_capacity_gb': 10000}]},
    'quota': dict.fromkeys(
        (
            'share_groups',
            'share_group_snapshots',
            'shares',
            'snapshots',
            'gigabytes',
            'snapshot_gigabytes',
        ),
        -1,
    ),
}
#: What one costs: the request, the schedulers' step, the back end's step.
#: Schedulers with nothing to do find that out with one statement.
ALONE = {
    'create a group': (8, 11, 6),
    'create a share': (13, 10, 7),
    'create a member': (16, 10, 8),
    'allow a client': (8, 1, 15),
    'create a snapshot': (19, 1, 6),
    'create a clone': (24, 15, 14),
    'extend a share': (10, 9, 5),
    'shrink a share': (5, 1, 8),
    'delete a snapshot': (6, 1, 9),
    'delete a share': (6, 1, 11),
    'delete a member': (7, 1, 12),
    'delete a group': (5, 1, 9),
    'delete by force': (14, 1, 18),
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

    def cost(self, call, rows):
        """Ask for something about each row; returns ids, and what it cost.

        The first request is counted, and all of each place's steps.
        """
        numbers = []
        with self.counted(numbers):
            ids = [call(rows[0])]
        ids += [call(one) for one in rows[1:]]
        self.service.messages.clear()
        for manager in (self.service.scheduler, self.backend):
            with self.counted(numbers):
                manager.runner.run_all()
        self.service.messages.clear()
        return ids, tuple(numbers)

    def lives(self, number):
        """Let so many of each live together; returns what each step costs."""
        costs = {}

        def ask(what, call, rows):
            ids, costs[what] = self.cost(call, rows)
            return ids

        service, caller = self.service, self.service.caller
        many = range(number)
        groups = ask('create a group', lambda _: service.create(), many)
        shares = ask('create a share', lambda _: service.create_share(), many)
        members = ask(
            'create a member',
            lambda one: service.create_share(share_group_id=one),
            groups,
        )
        ask('allow a client', lambda one: service.allow(one, '::/0'), shares)
        snapshots = ask('create a snapshot', service.create_snapshot, groups)
        clones = ask(
            'create a clone',
            lambda one: service.create(source_share_group_snapshot_id=one),
            snapshots,
        )
        for what, call, rows in (
            (
                'extend a share',
                lambda one: service.shares.extend(
                    caller, one, 2 + shares.index(one) % 3
                ),
                shares,
            ),
            (
                'shrink a share',
                lambda one: service.shares.shrink(caller, one, 1),
                shares,
            ),
            (
                'delete a snapshot',
                lambda one: service.snapshots.delete(caller, one),
                snapshots,
            ),
            (
                'delete a share',
                lambda one: service.shares.delete(caller, one, None),
                shares,
            ),
            (
                'delete a member',
                lambda row: service.shares.delete(caller, *row),
                [*zip(members, groups, strict=True)],
            ),
            (
                'delete a group',
                lambda one: service.groups.delete(caller, one),
                groups,
            ),
            (
                'delete by force',
                lambda one: service.groups.force_delete(service.admin, one),
                clones,
            ),
        ):
            ask(what, call, rows)
        self.assertEqual([], service.all_groups() + service.all_shares())
        self.assertEqual([], service.under_way())
        return costs

    def test_fifty_cost_no_more_than_one(self):
        # The first of all makes the rows that quotas are counted in.
        self.lives(1)
        alone, many = self.lives(1), self.lives(MANY)
        self.assertEqual(ALONE, alone)
        for what, (request, placing, work) in alone.items():
            self.assertEqual((request, placing), many[what][:2], what)
            # Where each has values of its own, all are read again.
            self.assertIn(many[what][2], (work, work + 1), what)


class TestStatementsOnMysql(TestStatements):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestStatementsOnPostgresql(TestStatements):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}
