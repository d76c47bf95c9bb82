# SPDX-License-Identifier: Apache-2.0
"""What lists take, held against what the database has for it."""

import subprocess
import sys

import sqlalchemy as sa
from sqlalchemy.sql import functions
from sqlalchemy.sql import visitors

from manila_groups.db import models
from manila_groups.tests import base
from manila_groups.tests.unit.db import published

#: What filters take that are not by a text.
VALUES = {
    'metadata': {'key': 'value'},
    'extra_specs': {'key': ['value']},
    'share_types': ['id'],
}


def compared(condition):
    """Tables that a condition reads, each with the columns it looks at."""
    found = {}
    for part in visitors.iterate(condition):
        if isinstance(part, sa.BinaryExpression):
            for one in (*operands(part.left), *operands(part.right)):
                if isinstance(one, sa.Column):
                    found.setdefault(one.table, []).append(one)
    return found


def operands(side):
    """What is compared: a function's arguments, or the side itself."""
    is_function = isinstance(side, functions.FunctionElement)
    return side.clauses if is_function else [side]


def is_indexed(column):
    """Tell whether an index begins with a column, or a project and it."""
    table = column.table
    keys = [table.primary_key, *table.indexes]
    keys += [
        one
        for one in table.constraints
        if isinstance(one, sa.UniqueConstraint)
    ]
    starts = [[one.name for one in key.columns][:2] for key in keys]
    return any(
        column.name == names[0] or ['project_id', column.name] == names
        for names in starts
    )


class ListsTestCase(base.TestCase):
    def test_each_filter_is_in_the_database_or_in_the_domain(self):
        for name, (table, rows) in published.LISTS.items():
            found = {row.name for row in table.filters}
            domain = published.DOMAIN[name]
            self.assertEqual(domain, found - set(rows.FILTERS), name)

    def test_each_sort_key_is_in_the_database(self):
        for name, (table, rows) in published.LISTS.items():
            found = {row.name for row in table.sort}
            known = getattr(rows, 'SORT_COLUMNS', ())
            self.assertEqual(set(), found - set(known), name)

    def test_each_filter_has_an_index_or_a_reason(self):
        for name, (table, rows) in published.LISTS.items():
            found = {
                row.name
                for row in table.filters
                if row.name in rows.FILTERS
                and not self.reads_by_index(rows.FILTERS[row.name], row.name)
            }
            reasons = published.UNINDEXED_FILTERS.get(name, {})
            self.assertEqual(set(reasons), found, name)

    def reads_by_index(self, make, name):
        columns = compared(make(VALUES.get(name, 'value')))
        return all(any(map(is_indexed, some)) for some in columns.values())

    def test_each_sort_key_has_an_index_or_a_reason(self):
        for name, (table, rows) in published.LISTS.items():
            found = {
                row.name
                for row in table.sort
                if not self.sorts_by_index(rows.SORT_COLUMNS, row.name)
            }
            reasons = published.UNINDEXED_SORT_KEYS.get(name, {})
            self.assertEqual(set(reasons), found, name)

    def sorts_by_index(self, columns, name):
        column = columns[name]
        return (
            isinstance(column, sa.Column)
            and column.table is columns['id'].table
            and is_indexed(column)
        )

    def test_what_an_index_begins_with(self):
        columns = models.Message.__table__.c
        for name, expected in (
            ('id', True),
            ('project_id', True),
            ('created_at', True),
            ('detail_id', False),
        ):
            self.assertIs(expected, is_indexed(columns[name]), name)


#: Adds filters and sort keys to the database before the API is read.
_ADD = """
import importlib, json
for name in ('share_groups', 'share_group_snapshots', 'share_group_backups',
             'shares', 'share_networks', 'messages', 'share_access_rules'):
    rows = importlib.import_module(f'manila_groups.db.{name}')
    rows.FILTERS['just_added'] = None
    getattr(rows, 'SORT_COLUMNS', {})['just_added'] = None
from manila_groups.api.openapi import document
print('just_added' in json.dumps(document.make()))
"""


class PublishingTestCase(base.TestCase):
    def test_what_the_database_can_is_not_public_by_itself(self):
        result = subprocess.run(
            [sys.executable, '-c', _ADD],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual('False', result.stdout.strip())
