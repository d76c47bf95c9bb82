# SPDX-License-Identifier: Apache-2.0
"""A list of shares costs the same few statements however many there are."""

import contextlib
import datetime
import urllib.parse
import uuid

import sqlalchemy as sa
import webob

from manila_groups.cmd import api
from manila_groups.db import models
from manila_groups.rpc import base as rpc
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.db import published

FEW, MANY = 100, 10000
MOST_STATEMENTS = 5
PROJECTS = 3


def made_id(number):
    return str(uuid.UUID(int=number))


#: A value for each filter but some; each finds some of the shares below.
VALUES = {
    'name': 'name-7',
    'name~': '7',
    'description': 'description-7',
    'description~': '7',
    'status': 'available',
    'user_id': 'user',
    'share_proto': 'NFS',
    'share_network_id': made_id(3),
    'share_type_id': 'type-1',
    'snapshot_id': made_id(4),
    'availability_zone': 'zone-1',
    'metadata': "{'key': '3'}",
    'extra_specs': "{'snapshot_support': 'true'}",
    'export_location_path': '192.0.2.1:/7',
    'is_soft_deleted': 'False',
}
ADMIN_FILTERS = {
    'host': 'host@back-2#pool',
    'share_server_id': made_id(2),
}
#: Filters that find one share, or few: what they find is sorted.
FEW_FOUND = {
    'id': made_id(1),
    'share_group_id': made_id(1),
    'source_share_group_snapshot_member_id': made_id(1),
    'share_group_snapshot_id': made_id(1),
    'export_location_id': made_id(7),
}
#: Filters by what no share has, and those that are tried in another way.
NOTHING = {'mount_point_name', 'encryption_key_ref'}
OTHERS = {'project_id', 'all_tenants', 'is_public', 'with_count'}
FILTERS = published.filters(
    'shares', VALUES, {*ADMIN_FILTERS, *FEW_FOUND, *NOTHING, *OTHERS}
)
#: Sort keys that have an index for the list of one project.
SORT_KEYS = published.indexed_sort_keys('shares')


class TestStatements(case.OnSqlite):
    """The lists of many shares, asked for through the whole application."""

    def setUp(self):
        super().setUp()
        self.application = api.assemble(
            self.conf, self.db, rpc.transport(self.conf)
        )
        self.zones = [self.ensure_zone(f'zone-{one}') for one in range(2)]
        types = [
            {'id': made_id(one), 'name': f'type-{one}', 'is_public': True}
            for one in range(4)
        ]
        self.insert(models.ShareType, *types)
        self.insert(
            models.ShareTypeSpec,
            *(
                {
                    'type_id': made_id(one),
                    'spec_key': 'snapshot_support',
                    'spec_value': ('True', 'False')[one % 2],
                }
                for one in range(4)
            ),
        )

    def fill(self, total, start=0):
        numbers = range(start, total)
        self.insert(models.Share, *map(self.share, numbers))
        self.insert(
            models.ShareMetadata,
            *(
                {
                    'share_id': made_id(one),
                    'meta_key': key,
                    'meta_value': str(one % 5),
                }
                for one in numbers
                for key in ('key', 'other')
            ),
        )
        self.insert(
            models.ShareExportLocation,
            *(
                {
                    'id': made_id(one),
                    'share_id': made_id(one),
                    'path': f'192.0.2.1:/{one}',
                    'preferred': True,
                    'is_admin_only': False,
                }
                for one in numbers
            ),
        )
        middle = (start + total) // 2
        self.marker = made_id(middle - middle % PROJECTS + 1)

    def share(self, number):
        return {
            'id': made_id(number),
            'project_id': f'project-{number % PROJECTS}',
            'user_id': 'user',
            'name': f'name-{number % 1000}',
            'description': f'description-{number % 500}',
            'status': ('available', 'error', 'creating')[number // 3 % 3],
            'access_rules_status': 'active',
            'host': f'host@back-{number % 7}#pool',
            'size': number % 20 + 1,
            'quota_gb': number % 20 + 1,
            'share_proto': 'NFS',
            'is_public': number % 100 == 0,
            'share_type_id': made_id(number % 4),
            'share_network_id': made_id(number % 50),
            'share_server_id': made_id(number % 50),
            'snapshot_id': made_id(number % 50),
            'availability_zone_id': self.zones[number % 2],
            'created_at': case.START + datetime.timedelta(seconds=number // 2),
        }

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

    def get(self, query, **headers):
        query = urllib.parse.urlencode({'limit': '100', **query})
        request = webob.Request.blank(
            f'/v2/shares/detail?{query}',
            headers={
                'X-OpenStack-Manila-API-Version': 'latest',
                'X-Project-Id': 'project-1',
                **headers,
            },
        )
        with self.noted() as statements:
            response = request.get_response(self.application)
        self.assertEqual(200, response.status_int, response.text)
        return response.json, statements

    def test_their_number_does_not_grow(self):
        numbers = []
        for start, total in ((0, FEW), (FEW, MANY)):
            self.fill(total, start)
            query = {'all_tenants': '1', 'with_count': '1'}
            found, statements = self.get(query)
            self.assertEqual(total, found['count'])
            self.assertEqual(100, len(found['shares']))
            metadata = found['shares'][0]['metadata']
            self.assertEqual({'key', 'other'}, set(metadata))
            numbers.append(len(statements))
            query = {'marker': self.marker, 'with_count': '1'}
            _found, statements = self.get(query)
            numbers.append(len(statements))
        self.assertEqual(numbers[:2], numbers[2:])
        self.assertLessEqual(max(numbers), MOST_STATEMENTS)

    def queries(self):
        """Every way to ask, with whether what is found is sorted."""
        marker = {'marker': self.marker}
        for scope in ({}, {'all_tenants': '1'}):
            for query in ({}, {'sort_dir': 'asc'}, {'with_count': '1'}):
                yield {**scope, **query}, False
                yield {**scope, **query, **marker}, False
            for name, value in FEW_FOUND.items():
                yield {**scope, name: value}, True
        for name, value in FILTERS.items():
            yield {name: value}, False
        for name, value in ADMIN_FILTERS.items():
            yield {'all_tenants': '1', name: value}, False
        yield {'is_public': 'True'}, True
        yield {'is_public': 'True', **marker}, True
        for key in SORT_KEYS:
            for sort_dir in ('asc', 'desc'):
                query = {'sort_key': key, 'sort_dir': sort_dir}
                yield query, False
                yield {**query, **marker}, False

    def test_each_uses_an_index(self):
        self.fill(MANY)
        found_something = set()
        for query, may_sort in self.queries():
            found, statements = self.get(query)
            if found['shares']:
                found_something.update(query)
            self.assertLessEqual(len(statements), MOST_STATEMENTS, query)
            for statement, parameters in statements:
                self.check(statement, parameters, may_sort, query)
        nothing = {
            'share_group_id',
            'share_group_snapshot_id',
            'source_share_group_snapshot_member_id',
        }
        every = {*FILTERS, *ADMIN_FILTERS, *FEW_FOUND}
        self.assertEqual(nothing, every - found_something)

    def check(self, statement, parameters, may_sort, query):
        with self.db.engine.connect() as connection:
            plan = [
                row.detail
                for row in connection.exec_driver_sql(
                    f'EXPLAIN QUERY PLAN {statement}', parameters
                )
            ]
        for line in plan:
            if line.startswith(('SCAN', 'SEARCH')):
                self.assertIn(' INDEX ', line, (query, plan))
            if not may_sort:
                self.assertNotIn('TEMP B-TREE', line, (query, plan))


class TestStatementsOnMysql(case.OnMysql, TestStatements):
    """A server chooses by its statistics: which index is its business."""

    def fill(self, total, start=0):
        super().fill(total, start)
        with self.db.engine.begin() as connection:
            connection.exec_driver_sql('ANALYZE TABLE shares')

    def check(self, statement, parameters, may_sort, query):
        with self.db.engine.connect() as connection:
            plan = connection.exec_driver_sql(
                f'EXPLAIN {statement}', parameters
            ).mappings()
            for row in plan:
                if row['table'] == 'shares':
                    self.assertNotEqual('ALL', row['type'], (query, row))
                    self.assertIsNotNone(row['key'], (query, row))


class TestStatementsOnPostgresql(case.OnPostgresql, TestStatements):
    def fill(self, total, start=0):
        super().fill(total, start)
        with self.db.engine.begin() as connection:
            connection.exec_driver_sql('ANALYZE')

    def check(self, statement, parameters, may_sort, query):
        if 'with_count' in query:
            # A third of all rows may be counted without an index.
            return
        with self.db.engine.connect() as connection:
            plan = connection.exec_driver_sql(
                f'EXPLAIN {statement}', parameters
            ).scalars()
            lines = list(plan)
        scans = [line for line in lines if 'Seq Scan on shares ' in line]
        self.assertEqual([], scans, query)
