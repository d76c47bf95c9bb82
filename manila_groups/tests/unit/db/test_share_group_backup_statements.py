# SPDX-License-Identifier: Apache-2.0
"""A list of backups costs the same few statements however many there are."""

import contextlib
import datetime
import uuid

import sqlalchemy as sa

from manila_groups import paging
from manila_groups.db import models
from manila_groups.db import share_group_backups as rows
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.db import published

FEW, MANY = 60, 3000
#: Sort keys whose order no index of all projects' backups has.
SORTED = {'user_id', 'size'}
#: Filters that find so few backups that these are sorted.
SELECTIVE = {'id', 'source_share_group_snapshot_id'}


def made_id(number):
    return str(uuid.UUID(int=number))


class TestStatements(case.OnSqlite):
    def fill(self, start, total):
        self.insert(
            models.ShareGroupBackup,
            *(
                {
                    'id': made_id(number),
                    'project_id': f'project-{number % 3}',
                    'user_id': f'user-{number % 5}',
                    'share_group_id': made_id(number % 20),
                    'source_share_group_snapshot_id': made_id(number % 50),
                    'name': f'name-{number % 100}',
                    'description': f'description-{number % 100}',
                    'status': ('available', 'creating')[number % 2],
                    'size': number % 30,
                    'created_at': case.START
                    + datetime.timedelta(seconds=number // 2),
                }
                for number in range(start, total)
            ),
        )
        self.insert(
            models.ShareGroupBackupMember,
            *(
                {
                    'share_group_backup_id': made_id(number),
                    'share_id': made_id(1),
                    'share_type_id': made_id(2),
                    'project_id': f'project-{number % 3}',
                    'size': 1,
                    'share_proto': 'NFS',
                }
                for number in range(start, total)
            ),
        )

    @contextlib.contextmanager
    def noted(self):
        """Yield the list of SELECT statements that are made meanwhile."""
        statements = []

        def note(_connection, _cursor, statement, parameters, *_rest):
            if statement.startswith('SELECT'):
                statements.append((statement, parameters))

        sa.event.listen(self.db.engine, 'before_cursor_execute', note)
        yield statements
        sa.event.remove(self.db.engine, 'before_cursor_execute', note)

    def get(self, filters, **page):
        with self.noted() as statements:
            found, _more = self.ask(
                rows.list_page, filters, paging.Page(limit=50, **page), True
            )
        return found, statements

    def test_their_number_does_not_grow(self):
        numbers = []
        for start, total in ((0, FEW), (FEW, MANY)):
            self.fill(start, total)
            found, statements = self.get({}, marker=made_id(55))
            self.assertEqual(1, len(found[0].members))
            numbers.append(len(statements))
        # The marker, the page, its members, and how far the work on it is.
        self.assertEqual([4, 4], numbers)

    def queries(self):
        """Filters and pages, with whether the order needs a sort."""
        values = {
            'id': made_id(700),
            'name': 'name-7',
            'name~': '7',
            'description': 'description-7',
            'description~': '7',
            'status': 'creating',
            'share_group_id': made_id(7),
            'source_share_group_snapshot_id': made_id(7),
        }
        filters = published.filters(
            'share group backups', values, {'project_id', 'all_tenants'}
        )
        for scope in ({}, {'project_id': 'project-1'}):
            yield scope, {'marker': made_id(700)}, False
            for name, value in filters.items():
                yield {**scope, name: value}, {}, name in SELECTIVE
        for key in rows.SORT_COLUMNS:
            for descending in (True, False):
                page = {'sort_key': key, 'descending': descending}
                yield scope, page, key in SORTED
                yield scope, {**page, 'marker': made_id(700)}, key in SORTED

    def test_each_uses_an_index(self):
        self.fill(0, MANY)
        for filters, page, may_sort in self.queries():
            found, statements = self.get(filters, **page)
            self.assertNotEqual([], found, filters)
            for statement, parameters in statements:
                if 'share_group_backup_members' in statement:
                    # Sorted by backup and age: few of each of few.
                    continue
                for line in self.explain(statement, parameters):
                    if line.startswith(('SCAN', 'SEARCH')):
                        self.assertIn(' INDEX ', line, (filters, page))
                    if not may_sort:
                        self.assertNotIn('TEMP B-TREE', line, (filters, page))

    def explain(self, statement, parameters):
        with self.db.engine.connect() as connection:
            return [
                row.detail
                for row in connection.exec_driver_sql(
                    f'EXPLAIN QUERY PLAN {statement}', parameters
                )
            ]
