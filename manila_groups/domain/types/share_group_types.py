# SPDX-License-Identifier: Apache-2.0
"""Share group types: allowed share types, and specs for the scheduler."""

from collections.abc import Mapping
from typing import Any

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import types as type_rows
from manila_groups.domain.types import base as types
from manila_groups.domain.types import share_types as share_types_domain


class ShareGroupTypes(types.Types):
    """The share group types of the service."""

    def __init__(
        self,
        conf,
        db: db_api.Database,
        share_types: share_types_domain.ShareTypes,
    ):
        super().__init__(
            db, type_rows.SHARE_GROUP_TYPES, conf.default_share_group_type
        )
        self._share_types = share_types

    @db_api.transaction
    def create(
        self,
        conn,
        ctxt,
        name: str,
        share_types: list[str] | None,
        specs: Mapping[str, str],
        is_public: bool = True,
        description: str | None = None,
    ) -> records.Type:
        """Make a share group type.

        :param share_types: ids or names; None or empty means the default
            share type (see the contract, 'Where reference and wire differ', 5)
        :param specs: group specs
        :raises NotFound: an unknown share type
        :raises Invalid: no share types are given and there is no default
        :raises Conflict: the name is taken
        """
        type_id = uuidutils.generate_uuid()
        values = {
            'id': type_id,
            'name': name,
            'is_public': is_public,
            'description': description or None,
        }
        allowed = self._find_share_types(conn, ctxt, share_types)
        made = self._store.insert(conn, values, specs, allowed)
        self._note(conn, 'create', made, ctxt)
        return made

    @db_api.transaction
    def update(
        self,
        conn,
        ctxt,
        type_id: str,
        values: Mapping[str, Any],
        share_types: list[str] | None = None,
    ) -> records.Type:
        """Change a share group type.

        :param values: name, description and is_public, or some of them; an
            empty description is none
        :param share_types: ids or names of all that it allows; None leaves
            them as they are
        :raises NotFound: there is no such type, or an unknown share type
        :raises Conflict: the name is taken, or share groups have a share type
            that is not among them
        """
        values = dict(values)
        if 'description' in values:
            values['description'] = values['description'] or None
        self._store.update(conn, type_id, values)
        if share_types is not None:
            allowed = self._find_share_types(conn, ctxt, share_types)
            found = self._get(conn, ctxt, type_id)
            type_rows.SHARE_GROUP_TYPES.allow(conn, found, allowed)
        changed = self._get(conn, ctxt, type_id)
        self._note(conn, 'update', changed, ctxt)
        return changed

    def _find_share_types(self, conn, ctxt, share_types):
        if not share_types:
            default = self._share_types.default(ctxt, conn)
            if default is None:
                raise exception.Invalid(
                    'share_types: none are given, and no default share type '
                    'is configured.'
                )
            return (default.id,)
        found = type_rows.SHARE_TYPES.find(conn, share_types)
        for id_or_name in share_types:
            if id_or_name not in found:
                raise exception.NotFound(
                    f'share_types: there is no share type {id_or_name:.255}.'
                )
        return tuple({share_type.id for share_type in found.values()})
