# SPDX-License-Identifier: Apache-2.0
"""A list costs the same few statements however many groups there are."""

import contextlib
import datetime
import urllib.parse
import uuid

import sqlalchemy as sa
import webob

from manila_groups.api import microversions
from manila_groups.cmd import api
from manila_groups.db import models
from manila_groups.rpc import base as rpc
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.db import published

FEW, MANY = 100, 10000
MOST_STATEMENTS = 4
PROJECTS = 3


def made_id(number):
    return str(uuid.UUID(int=number))


#: A value for each filter but some; each finds some of the groups below.
VALUES = {
    'name': 'name-7',
    'name~': '7',
    'description': 'description-7',
    'description~': '7',
    'status': 'available',
    'host': 'host@back-2#pool',
    'share_server_id': made_id(2),
    'share_network_id': made_id(3),
    'share_group_type_id': made_id(1),
    'source_share_group_snapshot_id': made_id(4),
    'source_share_group_id': made_id(6),
    'source_share_group_backup_id': made_id(8),
    'availability_zone': 'zone-1',
    'share_types': f'{made_id(1)},type-2',
    'snapshot_id': made_id(5),
}
FILTERS = {
    **published.filters(
        'share groups', VALUES, {'id', 'project_id', 'all_tenants'}
    ),
    'share_group_type': 'type-1',
}

#: Filters that find so few groups, or none, that these are sorted.
SELECTIVE = {'id', 'share_group_id', 'snapshot_id'}

ORDERED = [
    {},
    {'offset': '50'},
    {'sort_dir': 'asc'},
    {'sort_key': 'name'},
    {'sort_key': 'name', 'sort_dir': 'asc'},
]

#: Sort keys that have an index for the list of one project.
SORT_KEYS = published.indexed_sort_keys('share groups')


class Filled(case.OnSqlite):
    """A database with many groups, asked through the whole application."""

    overrides = {'quota': {'share_groups': -1}}

    def setUp(self):
        super().setUp()
        self.application = api.assemble(
            self.conf, self.db, rpc.transport(self.conf)
        )

    def insert_around(self):
        zones = [self.ensure_zone(f'zone-{number}') for number in range(2)]
        for model in (models.ShareType, models.ShareGroupType):
            self.insert(
                model,
                *(
                    {
                        'id': made_id(number),
                        'name': f'type-{number}',
                        'is_public': True,
                    }
                    for number in range(4)
                ),
            )
        return zones

    def fill(self, total, zones, start=0):
        groups = [
            {
                'id': str(uuid.uuid4()),
                'project_id': f'project-{number % PROJECTS}',
                'user_id': 'user',
                'name': f'name-{number % 1000}',
                'description': f'description-{number % 500}',
                'status': ('available', 'error', 'creating')[number // 3 % 3],
                'host': f'host@back-{number % 7}#pool',
                'share_group_type_id': made_id(number % 4),
                'share_network_id': made_id(number % 50),
                'share_server_id': made_id(number % 50),
                'source_share_group_snapshot_id': made_id(number % 50),
                'source_share_group_id': made_id(number % 50),
                'source_share_group_backup_id': made_id(number % 50),
                'availability_zone_id': zones[number % 2],
                'created_at': case.START
                + datetime.timedelta(seconds=number // 2),
            }
            for number in range(start, total)
        ]
        self.insert(models.ShareGroup, *groups)
        self.insert(
            models.ShareGroupShareType,
            *(
                {
                    'share_group_id': group['id'],
                    'share_type_id': made_id(number),
                }
                for group in groups
                for number in (1, 2)
            ),
        )
        self.marker = next(
            group['id']
            for group in groups[len(groups) // 2 :]
            if group['project_id'] == 'project-1'
        )

    @contextlib.contextmanager
    def noted(self):
        """Yield the list of SELECT statements that are made meanwhile."""
        statements = []

        def note(_connection, _cursor, statement, parameters, *_rest):
            if statement.lstrip().upper().startswith('SELECT'):
                statements.append((statement, parameters))

        engine = self.db.engine
        sa.event.listen(engine, 'before_cursor_execute', note)
        yield statements
        sa.event.remove(engine, 'before_cursor_execute', note)

    def get(self, query):
        query = urllib.parse.urlencode({'limit': '100', **query})
        request = webob.Request.blank(
            f'/v2/share-groups/detail?{query}',
            headers={
                **microversions.ask(microversions.NEWEST),
                'X-Project-Id': 'project-1',
            },
        )
        with self.noted() as statements:
            response = request.get_response(self.application)
        self.assertEqual(200, response.status_int, response.text)
        return response.json['share_groups'], statements

    def queries(self):
        """Every documented way to ask, with whether its order needs a sort."""
        marker = {'marker': self.marker}
        for scope in ({}, {'all_tenants': '1'}):
            for query in ORDERED:
                yield {**scope, **query}, False
                if 'offset' not in query:
                    yield {**scope, **query, **marker}, False
            for name, value in FILTERS.items():
                yield {**scope, name: value}, name in SELECTIVE
            for name in ('id', 'share_group_id'):
                yield {**scope, name: self.marker}, True
            yield {**scope, 'status': 'error', **marker}, False
        yield {'all_tenants': '1', 'project_id': 'project-2'}, False
        for key in SORT_KEYS:
            for sort_dir in ('asc', 'desc'):
                query = {'sort_key': key, 'sort_dir': sort_dir}
                yield query, False
                yield {**query, **marker}, False


class TestStatements(Filled):
    def test_their_number_does_not_grow(self):
        zones = self.insert_around()
        numbers = []
        for start, total in ((0, FEW), (FEW, MANY)):
            self.fill(total, zones, start)
            groups, statements = self.get({'all_tenants': '1'})
            self.assertEqual(100, len(groups))
            self.assertEqual(
                [made_id(1), made_id(2)], groups[0]['share_types']
            )
            numbers.append(len(statements))
            _groups, statements = self.get({'marker': self.marker})
            numbers.append(len(statements))
        self.assertEqual(numbers[:2], numbers[2:])
        self.assertLessEqual(max(numbers), MOST_STATEMENTS)

    def test_each_uses_an_index(self):
        self.fill(MANY, self.insert_around())
        found_something = set()
        for query, may_sort in self.queries():
            groups, statements = self.get(query)
            if groups:
                found_something.update(query)
            self.assertLessEqual(len(statements), MOST_STATEMENTS, query)
            for statement, parameters in statements:
                plan = self.explain(statement, parameters)
                for line in plan:
                    self.check(line, may_sort, query, plan)
        self.assertEqual({'snapshot_id'}, set(FILTERS) - found_something)

    def explain(self, statement, parameters):
        with self.db.engine.connect() as connection:
            return [
                row.detail
                for row in connection.exec_driver_sql(
                    f'EXPLAIN QUERY PLAN {statement}', parameters
                )
            ]

    def check(self, line, may_sort, query, plan):
        if line.startswith(('SCAN', 'SEARCH')):
            self.assertIn(' INDEX ', line, (query, plan))
        if not may_sort:
            self.assertNotIn('TEMP B-TREE', line, (query, plan))


class OnServer:
    """A server chooses by its statistics: which index is its business."""

    refresh = None

    def test_the_groups_are_read_by_an_index(self):
        self.fill(MANY, self.insert_around())
        with self.db.engine.begin() as connection:
            connection.exec_driver_sql(self.refresh)
        for query, _may_sort in self.queries():
            _groups, statements = self.get(query)
            self.assertLessEqual(len(statements), MOST_STATEMENTS, query)
            for statement, parameters in statements:
                self.check(statement, parameters, query)


class TestStatementsOnMysql(OnServer, case.OnMysql, Filled):
    refresh = 'ANALYZE TABLE share_groups, share_group_share_types'

    def check(self, statement, parameters, query):
        with self.db.engine.connect() as connection:
            plan = connection.exec_driver_sql(
                f'EXPLAIN {statement}', parameters
            ).mappings()
            for row in plan:
                # None where nothing has to be read.
                if (row['table'] or '').startswith('share_group'):
                    self.assertNotEqual('ALL', row['type'], (query, row))
                    self.assertIsNotNone(row['key'], (query, row))

    def test_a_page_after_a_marker_reads_nothing_before_it(self):
        self.fill(MANY, self.insert_around())
        with self.db.engine.connect() as connection:
            connection.exec_driver_sql(self.refresh)
            _groups, statements = self.get({'marker': self.marker})
            plan = connection.exec_driver_sql(
                f'EXPLAIN {statements[-1][0]}', statements[-1][1]
            ).mappings()
            kinds = {row['table']: row['type'] for row in plan}
        self.assertEqual('range', kinds['share_groups'])
        # With more rows it would choose another way by itself.
        self.assertIn('FORCE INDEX', statements[-1][0])


class TestStatementsOnPostgresql(OnServer, case.OnPostgresql, Filled):
    refresh = 'ANALYZE'

    def check(self, statement, parameters, query):
        with self.db.engine.connect() as connection:
            plan = connection.exec_driver_sql(
                f'EXPLAIN {statement}', parameters
            ).scalars()
            lines = list(plan)
        # Of the much smaller tables beside it, it may read all.
        scans = [line for line in lines if 'Seq Scan on share_groups ' in line]
        self.assertEqual([], scans, query)
