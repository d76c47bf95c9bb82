# SPDX-License-Identifier: Apache-2.0
"""What share types and share group types have in common."""

from collections.abc import Mapping

from manila_groups import exception
from manila_groups import paging
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import types as type_rows
from manila_groups.domain.events import base as events
from manila_groups.domain.types import specs as spec_rules


def unknown(conn, store, field: str, id_: str, project_id: str | None):
    """Make the error for a type that is not found by its id.

    :param store: of the types
    :param field: what the request calls it
    :param project_id: the project that looks; None sees all
    """
    found = store.get(conn, id_, project_id)
    if found is None:
        text = f'there is no {store.noun} {id_}'
    else:
        text = f"'{id_}' is a name; the id is needed, which is {found.id}"
    return exception.Invalid(f'{field}: {text}.')


class Types:
    """The types of one kind.

    :param store: the tables of the kind
    :param default_name: the configured name of the default type
    """

    def __init__(
        self,
        db: db_api.Database,
        store: type_rows.TypeStore,
        default_name: str | None,
    ):
        self._db = db
        self._store = store
        self._default_name = default_name

    def list_page(
        self,
        ctxt,
        page: paging.Page,
        is_public: bool | None,
        specs: Mapping[str, str] | None = None,
        everywhere: bool = True,
    ) -> tuple[list[records.Type], bool]:
        """Read one page of the types that the caller may see.

        :param is_public: only public ones, only private ones, or both
        :param specs: only types with all of these specs
        :param everywhere: for administrators, also the private types of
            other projects
        :raises Invalid: an unknown marker
        """
        project = ctxt.visible_project if everywhere else ctxt.project_id
        with self._db.reader() as conn:
            return self._store.list_page(
                conn, page, project, is_public, spec_rules.spelled(specs or {})
            )

    def get(self, ctxt, type_id: str) -> records.Type:
        """Read one type.

        :raises NotFound: there is no type that the caller may see
        """
        with self._db.reader() as conn:
            return self._get(conn, ctxt, type_id)

    def _get(self, conn, ctxt, type_id):
        found = self._store.get_by_id(conn, type_id, ctxt.visible_project)
        if found is None:
            raise self._store.not_found(type_id)
        return found

    def default(self, ctxt, conn=None) -> records.Type | None:
        """Read the default type; None if there is none for the caller."""
        if self._default_name is None:
            return None
        if conn is None:
            with self._db.reader() as conn:
                return self.default(ctxt, conn)
        found = self._store.get(conn, self._default_name, ctxt.visible_project)
        return found if found and found.name == self._default_name else None

    def is_default(self, record: records.Type) -> bool:
        """Tell whether this is the default type."""
        return record.name == self._default_name

    @db_api.transaction
    def delete(self, conn, ctxt, type_id: str) -> None:
        """Delete a type.

        :raises NotFound: there is none
        :raises Invalid: it is in use
        """
        found = self._get(conn, ctxt, type_id)
        if not self._store.delete(conn, type_id):
            raise exception.Invalid(
                f'The {self._store.noun} {type_id} is in use and cannot '
                'be deleted.'
            )
        self._note(conn, 'delete', found, ctxt)

    def _note(self, conn, verb, found, ctxt=None, **details):
        noun = self._store.noun.replace(' ', '_')
        events.note(conn, f'{noun}.{verb}', found, ctxt, **details)

    @db_api.transaction
    def set_specs(
        self, conn, ctxt, type_id: str, specs: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Set or change the given specs; the others stay.

        :raises NotFound: there is no such type
        :raises Conflict: a spec cannot change now
        """
        # A second caller that sets the same new key waits, too.
        self._store.lock(conn, type_id)
        found = self._get(conn, ctxt, type_id)
        self._check_specs(conn, found, specs)
        changed = self._store.set_specs(conn, found, specs)
        self._note(conn, 'specs.update', changed, ctxt)
        return specs

    def _check_specs(self, conn, found, specs) -> None:
        """Check that the specs of a locked type may become these."""

    def get_spec(self, ctxt, type_id: str, key: str) -> str:
        """Read one spec.

        :raises NotFound: there is no such type, or it has no such spec
        """
        specs = self.get(ctxt, type_id).specs
        if key not in specs:
            raise self._no_spec(type_id, key)
        return specs[key]

    def _no_spec(self, type_id, key):
        return exception.NotFound(
            f'The {self._store.noun} {type_id} has no spec {key:.255}.'
        )

    @db_api.transaction
    def delete_spec(self, conn, ctxt, type_id: str, key: str) -> None:
        """Delete one spec.

        :raises NotFound: there is no such type, or it has no such spec
        """
        self._get(conn, ctxt, type_id)
        if not self._store.delete_spec(conn, type_id, key):
            raise self._no_spec(type_id, key)
        found = self._get(conn, ctxt, type_id)
        self._note(conn, 'specs.delete', found, ctxt)

    def list_projects(self, ctxt, type_id: str) -> list[str]:
        """Read the projects that have access to a private type.

        :raises NotFound: there is no such type, or it is public
        """
        with self._db.snapshot() as conn:
            found = self._get(conn, ctxt, type_id)
            if found.is_public:
                raise exception.NotFound(
                    f'The {self._store.noun} {type_id} is public: it has no '
                    'list of projects.'
                )
            return self._store.projects_of(conn, type_id)

    @db_api.transaction
    def add_project(self, conn, ctxt, type_id: str, project_id: str) -> None:
        """Give a project access to a private type.

        :raises NotFound: there is no such type
        :raises Conflict: it is public, or the project has access already
        """
        found = self._get_private(conn, ctxt, type_id)
        if not self._store.add_project(conn, type_id, project_id):
            raise exception.Conflict(
                f'project: {project_id} has access to the '
                f'{self._store.noun} {type_id} already.'
            )
        self._note(conn, 'access.add', found, ctxt, project_id=project_id)

    @db_api.transaction
    def remove_project(
        self, conn, ctxt, type_id: str, project_id: str
    ) -> None:
        """Revoke a project's access to a private type.

        :raises NotFound: there is no such type, or the project has no access
        :raises Conflict: it is public
        """
        found = self._get_private(conn, ctxt, type_id)
        if not self._store.remove_project(conn, type_id, project_id):
            raise exception.NotFound(
                f'project: {project_id} has no access to the '
                f'{self._store.noun} {type_id}.'
            )
        self._note(conn, 'access.remove', found, ctxt, project_id=project_id)

    def _get_private(self, conn, ctxt, type_id):
        found = self._get(conn, ctxt, type_id)
        if found.is_public:
            raise exception.Conflict(
                f'The {self._store.noun} {type_id} is public: every project '
                'sees it.'
            )
        return found
