# SPDX-License-Identifier: Apache-2.0
"""Share types: what a share needs of its back end."""

from collections.abc import Mapping
from typing import Any

from oslo_utils import strutils
from oslo_utils import uuidutils

from manila_groups import context
from manila_groups import exception
from manila_groups import paging
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import types as type_rows
from manila_groups.domain.types import base as types
from manila_groups.domain.types import specs as spec_rules

DHSS = 'driver_handles_share_servers'
AVAILABILITY_ZONES = 'availability_zones'
MIN_SIZE = 'provisioning:min_share_size'
MAX_SIZE = 'provisioning:max_share_size'
#: Counts for who may extend a share beyond the one before.
MAX_EXTEND_SIZE = 'provisioning:max_share_extend_size'
_SCOPED_AVAILABILITY_ZONES = f'capabilities:{AVAILABILITY_ZONES}'


def share_servers(share_type: records.Type) -> bool:
    """Tell whether the back end makes a share server for each share."""
    return strutils.bool_from_string(share_type.specs.get(DHSS))


def zones(share_type: records.Type) -> frozenset[str] | None:
    """Return the availability zones that the type allows; None for all."""
    return zones_of(share_type.specs)


def zones_of(extra_specs: Mapping[str, str]) -> frozenset[str] | None:
    """The same, of a type with these extra specs."""
    listed = extra_specs.get(
        AVAILABILITY_ZONES, extra_specs.get(_SCOPED_AVAILABILITY_ZONES)
    )
    if listed is None:
        return None
    return frozenset(name.strip() for name in listed.split(',')) - {''}


def check_size(extra_specs: Mapping[str, str], size: int) -> None:
    """Check the size of a new share against what its type allows.

    :param size: in GiB
    :raises Invalid: it is too small or too large
    """
    check_least_size(extra_specs, size)
    check_most_size(extra_specs, size)


def check_least_size(
    extra_specs: Mapping[str, str], size: int, field: str = 'size'
) -> None:
    """Check a share's size against the minimum of its type.

    :param field: what the request calls the size
    :raises Invalid: it does
    """
    minimum = _gigabytes(extra_specs, MIN_SIZE)
    if minimum is not None and size < minimum:
        raise exception.Invalid(
            f'{field}: {size} GiB is less than the {minimum} GiB that the '
            'share type requires.'
        )


def check_most_size(
    extra_specs: Mapping[str, str],
    size: int,
    field: str = 'size',
    spec: str = MAX_SIZE,
) -> None:
    """Check a share's size against a maximum of its type.

    :param field: what the request calls the size
    :param spec: the extra spec with the limit
    :raises Invalid: it does
    """
    maximum = _gigabytes(extra_specs, spec)
    if maximum is not None and size > maximum:
        raise exception.Invalid(
            f'{field}: {size} GiB is more than the {maximum} GiB that the '
            'share type allows.'
        )


def _gigabytes(extra_specs, key):
    text = extra_specs.get(key, '')
    return int(text) if text.isdecimal() else None


def _stored(specs):
    """Write the list of zones in the one way that filters look for."""
    listed = specs.get(AVAILABILITY_ZONES)
    if listed is None:
        return specs
    names = ','.join(name.strip() for name in listed.split(','))
    return {**specs, AVAILABILITY_ZONES: names}


class ShareTypes(types.Types):
    """The share types of the service."""

    def __init__(self, conf, db: db_api.Database):
        super().__init__(db, type_rows.SHARE_TYPES, conf.default_share_type)

    def list_page(
        self,
        ctxt,
        page: paging.Page,
        is_public: bool | None,
        specs: Mapping[str, str] | None = None,
        everywhere: bool = True,
    ) -> tuple[list[records.Type], bool]:
        """Read one page of the share types that the caller may see.

        What a user may not see of a type does not find it either: see
        Types.list_page for the rest.
        """
        if not ctxt.is_admin and set(specs or ()) - spec_rules.WELL_KNOWN:
            return [], False
        return super().list_page(ctxt, page, is_public, specs, everywhere)

    @db_api.transaction
    def create(
        self,
        conn,
        name: str,
        specs: Mapping[str, str],
        is_public: bool = True,
        description: str | None = None,
        ctxt: context.RequestContext | None = None,
    ) -> records.Type:
        """Make a share type.

        :param specs: extra specs; driver_handles_share_servers is one
        :param ctxt: of the request; None for none
        :raises Conflict: the name is taken
        """
        type_id = uuidutils.generate_uuid()
        values = {
            'id': type_id,
            'name': name,
            'is_public': is_public,
            'description': description,
        }
        made = self._store.insert(conn, values, _stored(specs))
        self._note(conn, 'create', made, ctxt)
        return made

    @db_api.transaction
    def update(
        self, conn, ctxt, type_id: str, values: Mapping[str, Any]
    ) -> records.Type:
        """Change a share type.

        :param values: name, description and is_public, or some of them; an
            empty description is none
        :raises NotFound: there is no such type
        :raises Conflict: the name is taken
        """
        values = dict(values)
        if 'description' in values:
            values['description'] = values['description'] or None
        self._get(conn, ctxt, type_id)
        self._store.update(conn, type_id, values)
        found = self._get(conn, ctxt, type_id)
        self._note(conn, 'update', found, ctxt)
        return found

    def set_specs(
        self, ctxt, type_id: str, specs: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Set or change the extra specs given; others stay.

        :returns: them as they are stored
        :raises NotFound: there is no such type
        :raises Conflict: what exists depends on a spec that would change
        """
        return super().set_specs(ctxt, type_id, _stored(specs))

    def _check_specs(self, conn, found, specs):
        if DHSS not in specs:
            return
        changes = share_servers(found) != strutils.bool_from_string(
            specs[DHSS]
        )
        if changes and type_rows.share_type_in_use(conn, found.id):
            raise exception.Conflict(
                f'{DHSS}: cannot change while shares or share groups have '
                f'the share type {utils.label(found)}.'
            )

    def delete_spec(self, ctxt, type_id: str, key: str) -> None:
        """Remove one extra spec.

        :raises Forbidden: every share type must have it
        :raises NotFound: there is no such type, or it has no such spec
        """
        if key == DHSS:
            self.get(ctxt, type_id)
            raise exception.Forbidden(
                f'{DHSS}: every share type must have this extra spec.'
            )
        super().delete_spec(ctxt, type_id, key)
