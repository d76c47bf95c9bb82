# SPDX-License-Identifier: Apache-2.0
"""This release only adds to the schema: the one before works on after it."""

import copy
import dataclasses

import sqlalchemy as sa

from manila_groups.db import migrations
from manila_groups.tests import base
from manila_groups.tests import previous_version
from manila_groups.tests.unit.db import case


@dataclasses.dataclass
class Table:
    """What code that does not know of a change relies on.

    :ivar columns: name to (type, whether it may be left out of an INSERT,
        whether it may be NULL)
    :ivar unique: the columns of which no two rows may have the same values
    :ivar references: the columns of each foreign key
    """

    columns: dict[str, tuple[str, bool, bool]]
    unique: set[tuple[str, ...]]
    references: set[tuple[str, ...]]


def describe(engine) -> dict[str, Table]:
    """Read what there is in a database."""
    inspector = sa.inspect(engine)
    return {
        name: Table(
            columns={
                one['name']: _column(one)
                for one in inspector.get_columns(name)
            },
            unique=_unique(inspector, name),
            references={
                tuple(one['constrained_columns'])
                for one in inspector.get_foreign_keys(name)
            },
        )
        for name in inspector.get_table_names()
    }


def _column(one):
    has_default = one['default'] is not None or bool(one.get('autoincrement'))
    can_be_left_out = has_default or one['nullable']
    return str(one['type']), can_be_left_out, one['nullable']


def _unique(inspector, name):
    found = inspector.get_unique_constraints(name)
    found += [one for one in inspector.get_indexes(name) if one['unique']]
    return {tuple(one['column_names']) for one in found}


def breaks(before: dict[str, Table], after: dict[str, Table]):
    """Tell what the code from before can no longer rely on."""
    for name, table in before.items():
        if name not in after:
            yield f'{name} is gone'
            continue
        yield from _broken_columns(name, table, after[name])
        for what in ('unique', 'references'):
            old, new = getattr(table, what), getattr(after[name], what)
            for columns in new - old:
                if not _can_be_null(columns, table, after[name]):
                    yield f'{name} {columns}: {what} is new'


def _can_be_null(columns, old, new):
    """Whether what the code from before inserts is not held against it."""
    added = [one for one in columns if one not in old.columns]
    return any(new.columns[one][2] for one in added)


def _broken_columns(name, old, new):
    for column, found in old.columns.items():
        if new.columns.get(column) != found:
            yield f'{name}.{column} was {found}, is {new.columns.get(column)}'
    for column in new.columns.keys() - old.columns.keys():
        if not new.columns[column][1]:
            yield f'{name}.{column} has to be given'


def add_key(table):
    table.columns['n'] = 'INTEGER', True, True
    table.unique.add(('id', 'n'))


class TestBreaks(base.TestCase):
    """What is found, so that finding nothing means something."""

    BEFORE = {
        'shares': Table(
            columns={
                'id': ('VARCHAR(36)', False, False),
                'host': ('VARCHAR(255)', True, True),
            },
            unique=set(),
            references=set(),
        )
    }

    def check(self, expected, change):
        after = copy.deepcopy(self.BEFORE)
        change(after['shares'])
        found = list(breaks(self.BEFORE, after))
        self.assertEqual(bool(expected), bool(found), found)
        self.assertIn(expected, ''.join(found))

    def test_changes(self):
        for expected, change in (
            ('', lambda one: None),
            ('', lambda one: one.columns.update(n=('INTEGER', True, True))),
            ('', lambda one: one.columns.update(n=('INTEGER', True, False))),
            ('', add_key),
            ('n has', lambda one: one.columns.update(n=('I', False, False))),
            ('host was', lambda one: one.columns.pop('host')),
            ('host was', lambda one: one.columns.update(host=('T', 1, 1))),
            (
                'host was',
                lambda one: one.columns.update(
                    host=('VARCHAR(255)', False, False)
                ),
            ),
            ('unique', lambda one: one.unique.add(('host',))),
            ('references', lambda one: one.references.add(('host',))),
        ):
            self.check(expected, change)

    def test_a_table_that_is_gone(self):
        self.assertEqual(['shares is gone'], list(breaks(self.BEFORE, {})))


class TestNewestOnSqlite(case.OnSqlite):
    fresh = True

    def test_it_only_adds(self):
        engine = self.db.engine
        migrations.upgrade(engine, previous_version.NEWEST_MIGRATION)
        before = describe(engine)
        migrations.upgrade(engine)
        self.assertEqual([], list(breaks(before, describe(engine))))


class TestNewestOnMysql(case.OnMysql, TestNewestOnSqlite):
    pass


class TestNewestOnPostgresql(case.OnPostgresql, TestNewestOnSqlite):
    pass
