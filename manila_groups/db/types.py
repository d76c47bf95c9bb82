# SPDX-License-Identifier: Apache-2.0
"""Rows of share types and of share group types.

Both are a named row with specs and, if it is private, the projects that may
see it.  A :class:`TypeStore` has the functions for the tables of one kind.
"""

from collections.abc import Collection
from collections.abc import Mapping
import dataclasses
import functools
from typing import Any

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import exception
from manila_groups import paging
from manila_groups import utils
from manila_groups.db import json_objects
from manila_groups.db import models
from manila_groups.db import paging as pages
from manila_groups.db import records
from manila_groups.db import rows


@dataclasses.dataclass(frozen=True)
class TypeStore:
    """The tables of one kind of type.

    :ivar noun: the word for it in messages
    :ivar list_specs: the keys of specs that are comma-separated lists: a
        filter finds the types that list all of its values, and those without
        the spec, which have no limits
    :ivar allowed: the table of the share types that a type allows; None for
        share types
    """

    noun: str
    table: sa.Table
    specs: sa.Table
    projects: sa.Table
    list_specs: frozenset[str] = frozenset()
    allowed: sa.Table | None = None

    @property
    def sort_columns(self) -> Mapping[str, sa.Column]:
        """The sort keys of a list."""
        keys = ('id', 'name', 'is_public', 'created_at')
        return {key: self.table.c[key] for key in keys}

    def list_page(
        self,
        conn,
        page: paging.Page,
        project_id: str | None = None,
        is_public: bool | None = None,
        specs: Mapping[str, Collection[str]] | None = None,
    ) -> tuple[list[records.Type], bool]:
        """Read one page of types.

        :param project_id: only types that this project may see; None for all
        :param is_public: only public ones, only private ones, or both
        :param specs: only those with all of these specs: each key with the
            ways in which its value may be written
        :returns: the types, and whether more follow
        :raises Invalid: an unknown marker
        """
        found, more = pages.fetch(
            conn,
            self._query.where(
                *self._visible(project_id, is_public),
                *self._having(specs or {}),
            ),
            self.sort_columns,
            page,
            self._visible(project_id, None),
        )
        return self._records(found), more

    def get(
        self, conn, id_or_name: str, project_id: str | None = None
    ) -> records.Type | None:
        """Read one type by its id, or else by its name.

        :param project_id: only types that this project may see; None for all
        :returns: None when there is none
        """
        types = self._read(conn, self._gets, project_id, wanted=id_or_name)
        by_name = next((t for t in types if t.name == id_or_name), None)
        return next((t for t in types if t.id == id_or_name), by_name)

    @functools.cached_property
    def _gets(self):
        wanted: sa.BindParameter[str] = sa.bindparam('wanted')
        return self._for_one_and_all(
            sa.or_(self.table.c.id == wanted, self.table.c.name == wanted)
        )

    @functools.cached_property
    def _finds(self):
        wanted: sa.BindParameter = sa.bindparam('wanted', expanding=True)
        columns = self.table.c
        return self._for_one_and_all(
            sa.or_(columns.id.in_(wanted), columns.name.in_(wanted))
        )

    @functools.cached_property
    def _many(self):
        wanted: sa.BindParameter = sa.bindparam('wanted', expanding=True)
        return self._for_one_and_all(self.table.c.id.in_(wanted))

    def _for_one_and_all(self, condition):
        """Make a statement's two forms: for one project, and for all."""
        query = self._query.where(condition)
        visible = self._visible(sa.bindparam('project'), None)
        return query.where(*visible), query

    def id_of(self, id_or_name: str) -> sa.ColumnElement:
        """An expression: the id of one type, for a filter by types.

        :param id_or_name: its id, or else its name; NULL when there is none
        """
        wanted = (self.table.c.id, self.table.c.name)
        return sa.func.coalesce(
            *(
                sa.select(self.table.c.id)
                .where(column == id_or_name)
                .scalar_subquery()
                for column in wanted
            )
        )

    def find(
        self,
        conn,
        ids_or_names: list[str],
        project_id: str | None = None,
    ) -> dict[str, records.Type]:
        """Read types by their ids, or else by their names.

        :returns: each known id or name, as given, to the type
        """
        types = self._read(conn, self._finds, project_id, wanted=ids_or_names)
        found = {one.name: one for one in types}
        found.update((one.id, one) for one in types)
        return {one: found[one] for one in ids_or_names if one in found}

    def get_by_id(
        self, conn, type_id: str, project_id: str | None = None
    ) -> records.Type | None:
        """Read one type by its id alone."""
        found = self.get_many(conn, [type_id], project_id)
        return found[0] if found else None

    def get_many(
        self, conn, ids: Collection[str], project_id: str | None = None
    ) -> list[records.Type]:
        """Read the types of these ids; unknown ids are skipped."""
        return self._read(conn, self._many, project_id, wanted=list(ids))

    def _read(self, conn, forms, project_id, **values):
        """Read types by a statement that has a form for one project."""
        if project_id is None:
            return self._records(conn.execute(forms[1], values))
        values['project'] = project_id
        return self._records(conn.execute(forms[0], values))

    @staticmethod
    def _records(found):
        return [records.Type(*row) for row in found]

    @functools.cached_property
    def _query(self):
        """Select types, each with its specs and the share types it allows."""
        return sa.select(
            *rows.columns(
                records.Type,
                self.table,
                specs=json_objects.of(
                    json_objects.JSONObject(
                        self.specs.c.spec_key, self.specs.c.spec_value
                    ),
                    self.specs.c.type_id == self.table.c.id,
                ),
                share_types=self._allowed(),
            )
        )

    def _allowed(self):
        if self.allowed is None:
            return json_objects.NO_KEYS
        return json_objects.of(
            json_objects.JSONKeys(self.allowed.c.share_type_id),
            self.allowed.c.share_group_type_id == self.table.c.id,
        )

    def specs_of(
        self, conn, ids: Collection[str]
    ) -> dict[str, dict[str, str]]:
        """Read only the specs of types.

        :returns: every given id to its specs
        """
        found: dict[str, dict[str, str]] = {one: {} for one in ids}
        if ids:
            pairs = conn.execute(self._specs_of, {'ids': list(ids)})
            for type_id, key, value in pairs:
                found[type_id][key] = value
        return found

    @functools.cached_property
    def _specs_of(self):
        ids: sa.BindParameter[str] = sa.bindparam('ids', expanding=True)
        return sa.select(self.specs).where(self.specs.c.type_id.in_(ids))

    def _visible(self, project_id, is_public):
        if is_public is not None:
            yield self.table.c.is_public == is_public
        # Everybody sees what is public.
        if project_id is not None and not is_public:
            granted = sa.select(self.projects.c.type_id).where(
                self.projects.c.project_id == project_id
            )
            yield sa.or_(
                self.table.c.is_public == sa.true(),
                self.table.c.id.in_(granted),
            )

    def _having(self, specs):
        for key, values in specs.items():
            if key in self.list_specs:
                yield sa.or_(*(self._listing(key, one) for one in values))
            else:
                yield self.table.c.id.in_(
                    self._ids(key, self.specs.c.spec_value.in_(values))
                )

    def _listing(self, key, value):
        listed = ',' + self.specs.c.spec_value + ','
        wanted = {name.strip() for name in value.split(',')}
        conditions = [
            listed.contains(f',{name},', autoescape=True)
            for name in sorted(wanted)
        ]
        return sa.or_(
            self.table.c.id.in_(self._ids(key, *conditions)),
            self.table.c.id.not_in(self._ids(key)),
        )

    def _ids(self, key, *conditions):
        return sa.select(self.specs.c.type_id).where(
            self.specs.c.spec_key == key, *conditions
        )

    def insert(
        self,
        conn,
        values: Mapping[str, Any],
        specs: Mapping[str, str],
        share_types: tuple[str, ...] = (),
    ) -> records.Type:
        """Add a type.

        :param values: columns of the row, without times
        :raises Conflict: the name is taken; the transaction can only end then
        :raises NotFound: a share type has been deleted; likewise
        """
        row = {'created_at': timeutils.utcnow(), **values}
        try:
            conn.execute(self._insert, row)
        except db_exception.DBDuplicateEntry as error:
            raise self._name_taken(values['name']) from error
        self._insert_specs(conn, values['id'], specs)
        if share_types:
            self._insert_allowed(conn, values['id'], share_types)
        return records.Type(
            **row, specs=dict(specs), share_types=tuple(sorted(share_types))
        )

    @functools.cached_property
    def _insert(self):
        return sa.insert(self.table)

    def _insert_allowed(self, conn, type_id, share_types):
        rows = [
            {'share_group_type_id': type_id, 'share_type_id': one}
            for one in share_types
        ]
        try:
            conn.execute(sa.insert(utils.present(self.allowed)), rows)
        except db_exception.DBReferenceError as error:
            raise exception.NotFound(
                'share_types: one of the share types has been deleted.'
            ) from error

    def not_found(self, type_id: str) -> exception.NotFound:
        """Make the error for an unknown type."""
        return exception.no_row(self.noun, type_id)

    def _name_taken(self, name):
        return exception.Conflict(
            f"name: there is a {self.noun} named '{name}' already."
        )

    def update(self, conn, type_id: str, values: Mapping[str, Any]):
        """Change columns of a type.

        :raises NotFound: there is no such type
        :raises Conflict: the new name is taken; the transaction can only end
            then
        """
        row = {'updated_at': timeutils.utcnow(), **values}
        try:
            found = self._changed(conn, self._update, {'one': type_id, **row})
        except db_exception.DBDuplicateEntry as error:
            raise self._name_taken(values['name']) from error
        if not found:
            raise self.not_found(type_id)

    @functools.cached_property
    def _update(self):
        return sa.update(self.table).where(
            self.table.c.id == sa.bindparam('one')
        )

    def allow(
        self,
        conn,
        found: records.Type,
        share_types: Collection[str],
    ) -> None:
        """Set the share types that a locked share group type allows.

        :param found: the type, as it was read after it was locked
        :param share_types: their ids
        :raises Conflict: a share group has one that is not among them; the
            transaction can only end then
        :raises NotFound: a share type has been deleted; likewise
        """
        gone = set(found.share_types) - set(share_types)
        if gone:
            self._forbid(conn, found, gone)
        new = set(share_types) - set(found.share_types)
        if new:
            self._insert_allowed(conn, found.id, tuple(sorted(new)))

    def _forbid(self, conn, found, share_types):
        table = utils.present(self.allowed)
        # Waits for whoever makes a group with one of them: see
        # share_groups.insert.
        conn.execute(
            sa.delete(table).where(
                table.c.share_group_type_id == found.id,
                table.c.share_type_id.in_(share_types),
            )
        )
        used = _used_by_groups(conn, found.id, share_types)
        if used is not None:
            raise exception.Conflict(
                f'share_types: share groups of the {self.noun} '
                f'{utils.label(found)} have the share type {used}, which '
                'must be among them.'
            )

    def lock(self, conn, type_id: str) -> None:
        """Keep others from changing, deleting or beginning to use a type.

        :raises NotFound: there is no such type
        """
        self.update(conn, type_id, {})

    def set_specs(
        self, conn, found: records.Type, specs: Mapping[str, str]
    ) -> records.Type:
        """Set or change the given specs of a locked type; the others stay.

        :param found: the type, as it was read after it was locked
        :returns: the type as it is now
        """
        stale = [key for key in specs if key in found.specs]
        if stale:
            conn.execute(
                sa.delete(self.specs).where(
                    self.specs.c.type_id == found.id,
                    self.specs.c.spec_key.in_(stale),
                )
            )
        self._insert_specs(conn, found.id, specs)
        return dataclasses.replace(found, specs={**found.specs, **specs})

    def _insert_specs(self, conn, type_id, specs):
        if specs:
            conn.execute(
                sa.insert(self.specs),
                [
                    {'type_id': type_id, 'spec_key': key, 'spec_value': value}
                    for key, value in specs.items()
                ],
            )

    def delete_spec(self, conn, type_id: str, key: str) -> bool:
        """Remove one spec; False if the type does not have it."""
        return self._changed(
            conn,
            sa.delete(self.specs).where(
                self.specs.c.type_id == type_id, self.specs.c.spec_key == key
            ),
        )

    def projects_of(self, conn, type_id: str) -> list[str]:
        """Read the projects that have access to a private type."""
        query = (
            sa.select(self.projects.c.project_id)
            .where(self.projects.c.type_id == type_id)
            .order_by(self.projects.c.project_id)
        )
        return list(conn.scalars(query))

    def add_project(self, conn, type_id: str, project_id: str) -> bool:
        """Grant access; False if the project has it already.

        :raises NotFound: there is no such type
        """
        try:
            with conn.begin_nested():
                conn.execute(
                    sa.insert(self.projects).values(
                        type_id=type_id, project_id=project_id
                    )
                )
        except db_exception.DBDuplicateEntry:
            return False
        except db_exception.DBReferenceError as error:
            raise self.not_found(type_id) from error
        return True

    def remove_project(self, conn, type_id: str, project_id: str) -> bool:
        """Revoke access; False if the project does not have it."""
        return self._changed(
            conn,
            sa.delete(self.projects).where(
                self.projects.c.type_id == type_id,
                self.projects.c.project_id == project_id,
            ),
        )

    def delete(self, conn, type_id: str) -> bool:
        """Delete a type with its specs and access.

        :returns: False if it is in use; the transaction can only end then
        """
        try:
            conn.execute(self._delete, {'one': type_id})
        except db_exception.DBReferenceError:
            return False
        return True

    @functools.cached_property
    def _delete(self):
        return sa.delete(self.table).where(
            self.table.c.id == sa.bindparam('one')
        )

    @staticmethod
    def _changed(conn, statement, values=None):
        return conn.execute(statement, values).rowcount == 1


def share_type_in_use(conn, type_id: str) -> bool:
    """Tell whether shares or share groups have a share type."""
    of_share = models.Share.share_type_id == type_id
    of_group = models.ShareGroupShareType.share_type_id == type_id
    return conn.scalar(
        sa.select(
            sa.or_(sa.exists().where(of_share), sa.exists().where(of_group))
        )
    )


def _used_by_groups(conn, group_type_id, share_types):
    """Return a share type that groups of a type have; None for none."""
    group, member = models.ShareGroup, models.ShareGroupShareType
    # A locking read sees what others have committed meanwhile.
    return conn.scalar(
        sa.select(member.share_type_id)
        .join(group, group.id == member.share_group_id)
        .where(
            group.share_group_type_id == group_type_id,
            member.share_type_id.in_(share_types),
        )
        .order_by(member.share_type_id)
        .limit(1)
        .with_for_update(read=True)
    )


SHARE_TYPES = TypeStore(
    noun='share type',
    table=models.ShareType.__table__,
    specs=models.ShareTypeSpec.__table__,
    projects=models.ShareTypeProject.__table__,
    list_specs=frozenset(['availability_zones']),
)

SHARE_GROUP_TYPES = TypeStore(
    noun='share group type',
    table=models.ShareGroupType.__table__,
    specs=models.ShareGroupTypeSpec.__table__,
    projects=models.ShareGroupTypeProject.__table__,
    allowed=models.ShareGroupTypeShareType.__table__,
)
