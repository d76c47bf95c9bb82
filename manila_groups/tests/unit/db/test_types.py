# SPDX-License-Identifier: Apache-2.0
"""Rows of share types and share group types: one store for both."""

from oslo_utils import uuidutils
import sqlalchemy as sa

from manila_groups import context
from manila_groups import exception
from manila_groups import paging
from manila_groups.db import api
from manila_groups.db import models
from manila_groups.db import types
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.tests.unit.db import case


class Store:
    """What both kinds of types have in common."""

    store = types.SHARE_TYPES

    def made(self, name, specs=(), is_public=True, **kwargs):
        values = {
            'id': uuidutils.generate_uuid(),
            'name': name,
            'is_public': is_public,
        }
        self.ask(self.store.insert, values, dict(specs), **kwargs)
        return values['id']

    def get(self, type_id, project_id=None):
        return self.ask(self.store.get_by_id, type_id, project_id)

    def names(self, **filters):
        page = paging.Page(sort_key='name', descending=False)
        found, _more = self.ask(self.store.list_page, page, **filters)
        return [one.name for one in found]

    def test_is_read_back(self):
        specs = {'a': '1', 'capabilities:b': '\U0001f600'}
        type_id = self.made('\U0001f600', specs)
        found = self.get(type_id)
        self.assertEqual(
            ('\U0001f600', specs, True, ()),
            (found.name, found.specs, found.is_public, found.share_types),
        )

    def test_what_is_made_is_what_is_read(self):
        values = {'id': 'x', 'name': 'first', 'is_public': False}
        if self.store is types.SHARE_TYPES:
            values['description'] = 'one'
        made = self.ask(self.store.insert, values, {'b': '1', 'a': '2'})
        self.assertEqual(made, self.get('x'))

    def test_by_id_or_name(self):
        first = self.made('first')
        self.made(first)
        self.assertEqual('first', self.ask(self.store.get, first).name)
        self.assertEqual(first, self.ask(self.store.get, 'first').id)
        self.assertIsNone(self.ask(self.store.get, 'First'))

    def test_a_name_is_taken_once(self):
        first, _second = self.made('first'), self.made('second')
        self.made('First')
        for change in (
            lambda: self.made('second'),
            lambda: self.ask(self.store.update, first, {'name': 'second'}),
        ):
            error = self.assertRaises(exception.Conflict, change)
            self.assertIn("'second'", error.message)
            self.assertIn(self.store.noun, error.message)
        self.assertEqual('first', self.get(first).name)

    def test_spaces_at_the_end_of_a_name(self):
        self.made('first')
        if self.dialect == 'mysql':
            self.assertRaises(exception.Conflict, self.made, 'first ')
        else:
            self.made('first ')

    def test_a_name_that_is_kept(self):
        type_id = self.made('first')
        self.ask(self.store.update, type_id, {'name': 'first'})

    def test_a_name_that_many_want_at_once(self):
        results = case.at_once(
            [api.retry_on_deadlock(lambda: self.made('one'))] * 8
        )
        conflicts = [
            one for one in results if isinstance(one, exception.Conflict)
        ]
        self.assertEqual(7, len(conflicts), results)
        self.assertEqual(['one'], self.names())

    def test_specs_are_set_changed_and_removed(self):
        type_id = self.made('first', {'a': '1', 'b': '2'})
        found = self.get(type_id)
        changed = self.ask(self.store.set_specs, found, {'b': '3', 'c': '4'})
        self.assertEqual({'a': '1', 'b': '3', 'c': '4'}, changed.specs)
        self.assertEqual(changed, self.get(type_id))
        self.assertTrue(self.ask(self.store.delete_spec, type_id, 'a'))
        self.assertFalse(self.ask(self.store.delete_spec, type_id, 'a'))
        self.assertEqual({'b': '3', 'c': '4'}, self.get(type_id).specs)

    def test_a_spec_that_many_set_at_once(self):
        type_id = self.made('first')

        def set_locked(conn, specs):
            self.store.lock(conn, type_id)
            found = self.store.get_by_id(conn, type_id)
            self.store.set_specs(conn, found, specs)

        def set_spec(number):
            api.retry_on_deadlock(self.ask)(set_locked, {'key': str(number)})

        results = case.at_once(
            [lambda number=number: set_spec(number) for number in range(8)]
        )
        self.assertEqual([None] * 8, results)
        self.assertIn(self.get(type_id).specs['key'], list('01234567'))

    def test_filter_by_specs(self):
        self.made('both', {'a': '1', 'b': '2'})
        self.made('one', {'a': '1'})
        self.made('none')
        for specs, expected in (
            ({'a': ['1']}, ['both', 'one']),
            ({'a': ['2', '1']}, ['both', 'one']),
            ({'a': ['1'], 'b': ['2']}, ['both']),
            ({'a': ['2']}, []),
            ({}, ['both', 'none', 'one']),
        ):
            self.assertEqual(expected, self.names(specs=specs))

    def test_who_sees_a_private_one(self):
        self.made('public')
        private = self.made('private', is_public=False)
        granted = self.made('granted', is_public=False)
        self.assertTrue(self.ask(self.store.add_project, granted, 'p'))
        self.assertEqual(['granted', 'private', 'public'], self.names())
        self.assertEqual(['granted', 'public'], self.names(project_id='p'))
        self.assertEqual(['public'], self.names(project_id='q'))
        self.assertEqual(
            ['granted'], self.names(project_id='p', is_public=False)
        )
        self.assertEqual(['public'], self.names(is_public=True))
        self.assertIsNone(self.get(private, 'p'))
        self.assertIsNotNone(self.get(granted, 'p'))
        self.assertIsNotNone(self.get(private))

    def test_access_is_given_and_taken_once(self):
        type_id = self.made('private', is_public=False)
        for project in ('q', 'p'):
            self.assertTrue(self.ask(self.store.add_project, type_id, project))
            self.assertFalse(
                self.ask(self.store.add_project, type_id, project)
            )
        self.assertEqual(['p', 'q'], self.ask(self.store.projects_of, type_id))
        self.assertTrue(self.ask(self.store.remove_project, type_id, 'p'))
        self.assertFalse(self.ask(self.store.remove_project, type_id, 'p'))
        self.assertEqual(['q'], self.ask(self.store.projects_of, type_id))

    def test_pages(self):
        for name in 'dbca':
            self.made(name)
        seen, marker, more = '', None, True
        while more:
            page = paging.Page(2, marker, 0, 'name', True)
            found, more = self.ask(self.store.list_page, page)
            seen += ''.join(one.name for one in found)
            marker = found[-1].id
        self.assertEqual('dcba', seen)

    def test_deleted_with_its_specs_and_access(self):
        type_id = self.made('first', {'a': '1'}, is_public=False)
        self.ask(self.store.add_project, type_id, 'p')
        self.assertTrue(self.ask(self.store.delete, type_id))
        self.assertIsNone(self.get(type_id))
        for table in (self.store.specs, self.store.projects):
            with self.db.reader() as conn:
                self.assertEqual([], conn.execute(table.select()).all())


class TestShareTypes(Store, case.OnSqlite):
    def test_one_in_use_stays(self):
        self.insert_types()
        self.assertFalse(self.ask(self.store.delete, self.share_type))
        self.assertIsNotNone(self.get(self.share_type))
        self.ask(types.SHARE_GROUP_TYPES.delete, self.group_type)
        self.assertTrue(self.ask(self.store.delete, self.share_type))


class TestShareGroupTypes(Store, case.OnSqlite):
    store = types.SHARE_GROUP_TYPES

    def test_allowed_share_types(self):
        ids = self.insert(
            models.ShareType,
            *({'name': name, 'is_public': True} for name in 'ab'),
        )
        type_id = self.made('both', share_types=tuple(ids))
        self.assertEqual(tuple(sorted(ids)), self.get(type_id).share_types)

    def test_one_in_use_stays(self):
        self.insert_types()
        (group,) = self.insert_groups({'name': 'g'})
        self.assertFalse(self.ask(self.store.delete, self.group_type))
        self.assertEqual(
            (self.share_type,), self.get(self.group_type).share_types
        )
        self.assertIsNotNone(group)


class TestShareTypesOnMysql(case.OnMysql, TestShareTypes):
    pass


class TestShareTypesOnPostgresql(case.OnPostgresql, TestShareTypes):
    pass


class TestShareGroupTypesWithTheOtherDriver(
    case.OnMysqlWithTheOtherDriver, TestShareGroupTypes
):
    pass


class TestShareGroupTypesOnMysql(case.OnMysql, TestShareGroupTypes):
    pass


class TestShareGroupTypesOnPostgresql(case.OnPostgresql, TestShareGroupTypes):
    pass


class Deletions:
    """A type goes away between the look at it and the use of it.

    On SQLite it can't: what writes has the database for itself.
    """

    def setUp(self):
        super().setUp()
        self.insert_types()
        self.caller = context.RequestContext(project_id='here', is_admin=True)
        self.types = share_types.ShareTypes(self.conf, self.db)
        self.group_types = share_group_types.ShareGroupTypes(
            self.conf, self.db, self.types
        )
        self.groups = share_groups.ShareGroups(
            self.conf, self.db, self.group_types, self.types, None
        )

    def private(self, model):
        return self.insert(model, {'name': 'private', 'is_public': False})[0]

    def refused(self, error, words, before, deletions, call, *args, **kwargs):
        """Call, with rows deleted just before a statement of the call.

        :param before: how the statement begins
        :param deletions: statements, for a connection of their own
        """
        engine, happened = self.db.engine, []

        def delete(_connection, _cursor, statement, *_rest):
            if statement.startswith(before) and not happened:
                happened.append(statement)
                with engine.begin() as other:
                    for deletion in deletions:
                        self.assertEqual(1, other.execute(deletion).rowcount)

        sa.event.listen(engine, 'before_cursor_execute', delete)
        self.addCleanup(
            sa.event.remove, engine, 'before_cursor_execute', delete
        )
        raised = self.assertRaises(error, call, *args, **kwargs)
        self.assertEqual(1, len(happened))
        self.assertIn(words, raised.message)

    def without(self, model, **values):
        return sa.delete(model.__table__).filter_by(**values)

    def test_specs_are_set(self):
        for model, domain in (
            (models.ShareType, self.types),
            (models.ShareGroupType, self.group_types),
        ):
            type_id = self.private(model)
            self.refused(
                exception.NotFound,
                type_id,
                f'UPDATE {model.__tablename__} ',
                [self.without(model, id=type_id)],
                domain.set_specs,
                self.caller,
                type_id,
                {'key': 'value'},
            )

    def test_is_changed(self):
        type_id = self.private(models.ShareType)
        self.refused(
            exception.NotFound,
            type_id,
            'UPDATE share_types ',
            [self.without(models.ShareType, id=type_id)],
            self.types.update,
            self.caller,
            type_id,
            {'name': 'other'},
        )

    def test_access_is_given(self):
        for model, table, domain in (
            (models.ShareType, 'share_type_projects', self.types),
            (
                models.ShareGroupType,
                'share_group_type_projects',
                self.group_types,
            ),
        ):
            type_id = self.private(model)
            self.refused(
                exception.NotFound,
                type_id,
                f'INSERT INTO {table} ',
                [self.without(model, id=type_id)],
                domain.add_project,
                self.caller,
                type_id,
                'project',
            )

    def test_a_group_type_is_made(self):
        type_id = self.private(models.ShareType)
        self.refused(
            exception.NotFound,
            'share_types: ',
            'INSERT INTO share_group_type_share_types ',
            [self.without(models.ShareType, id=type_id)],
            self.group_types.create,
            self.caller,
            'new',
            [self.share_type, type_id],
            {},
        )
        self.assertEqual(1, self.count(models.ShareGroupType))

    def test_a_share_group_is_made_of_a_share_type(self):
        self.group_is_refused(
            'share_types: ',
            self.without(
                models.ShareGroupTypeShareType, share_type_id=self.share_type
            ),
            self.without(models.ShareType, id=self.share_type),
        )

    def test_a_share_group_is_made_of_a_group_type(self):
        self.group_is_refused(
            'share_group_type_id: ',
            self.without(models.ShareGroupType, id=self.group_type),
        )

    def group_is_refused(self, field, *deletions):
        self.refused(
            exception.Invalid,
            field,
            'INSERT INTO share_groups ',
            deletions,
            self.groups.create,
            self.caller,
            share_groups.NewShareGroup(
                share_group_type_id=self.group_type,
                share_types=[self.share_type],
            ),
        )
        self.assertEqual(0, self.count(models.ShareGroup))
        self.assertEqual(0, self.count(models.QuotaUsage))


class TestDeletionsOnMysql(Deletions, case.OnMysql):
    pass


class TestDeletionsOnPostgresql(Deletions, case.OnPostgresql):
    pass
