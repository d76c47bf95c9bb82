# SPDX-License-Identifier: Apache-2.0
"""Share types: what a share needs of its back end."""

from collections.abc import Mapping

from oslo_utils import uuidutils

from manila_groups import exception
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import types as type_rows
from manila_groups.groups import types

DHSS = 'driver_handles_share_servers'
AVAILABILITY_ZONES = 'availability_zones'


def share_servers(share_type: records.Type) -> bool:
    """Tell whether the back end makes a share server for each share."""
    return share_type.specs.get(DHSS, '').lower() == 'true'


def zones(share_type: records.Type) -> frozenset[str] | None:
    """The availability zones that the type is limited to; None for all."""
    spec = share_type.specs.get(AVAILABILITY_ZONES)
    if spec is None:
        return None
    return frozenset(name.strip() for name in spec.split(','))


class ShareTypes(types.Types):
    """The share types of the service."""

    def __init__(self, conf, db: db_api.Database):
        super().__init__(db, type_rows.SHARE_TYPES, conf.default_share_type)

    @db_api.retry_on_deadlock
    def create(
        self,
        name: str,
        specs: Mapping[str, str],
        is_public: bool = True,
        description: str | None = None,
    ) -> records.Type:
        """Make a share type.

        :param specs: extra specs; driver_handles_share_servers is one
        :raises Conflict: the name is taken
        """
        values = {
            'id': uuidutils.generate_uuid(),
            'name': name,
            'is_public': is_public,
            'description': description,
        }
        with self._db.writer() as session:
            self._store.insert(session, values, specs)
            return self._store.get_by_id(session, values['id'])

    def delete_spec(self, ctxt, type_id: str, key: str) -> None:
        """Remove one extra spec.

        :raises Forbidden: every share type has to have it
        :raises NotFound: there is no such type, or it has no such spec
        """
        if key == DHSS:
            self.get(ctxt, type_id)
            raise exception.Forbidden(
                f'{DHSS}: every share type has to have this extra spec.'
            )
        super().delete_spec(ctxt, type_id, key)
