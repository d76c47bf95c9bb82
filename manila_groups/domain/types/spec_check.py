# SPDX-License-Identifier: Apache-2.0
"""Finds group specs that no pool can satisfy, whatever their values.

Most of them are misspelt.  They are no error at the API: the back end that
will report the capability may not be there yet.
"""

from collections.abc import Iterator
import dataclasses
import difflib

from manila_groups import paging
from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import types as type_rows
from manila_groups.domain.types import specs


@dataclasses.dataclass(frozen=True, slots=True)
class Unreported:
    """A group spec whose capability no pool reports.

    :ivar nearest: the reported capability with the most similar name, if any
    """

    share_group_type: str
    key: str
    nearest: str | None


def unreported(db: db_api.Database) -> list[Unreported]:
    """List the group specs of all types that no pool reports anything for."""
    with db.snapshot() as conn:
        found, _more = type_rows.SHARE_GROUP_TYPES.list_page(
            conn, paging.Page(descending=False)
        )
        known = {
            name
            for pool in pools.list_all(conn)
            for name in specs.Capabilities(
                pool.report.get('group_capabilities', {})
            )
        }
    return list(_compare(found, known))


def _compare(found, known) -> Iterator[Unreported]:
    for one in found:
        for spec in specs.compile_specs(one.specs):
            if spec.name not in known:
                near = difflib.get_close_matches(spec.name, known, 1)
                yield Unreported(one.name, spec.key, near[0] if near else None)
