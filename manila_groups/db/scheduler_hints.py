# SPDX-License-Identifier: Apache-2.0
"""What scheduler hints name: share groups and shares, and pools."""

from collections.abc import Collection

import sqlalchemy as sa

from manila_groups import states
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import rows
from manila_groups.db import services

_GROUP = models.ShareGroup.__table__
_SHARE = models.Share.__table__
_POOL = models.Pool.__table__
_SERVICE = models.Service.__table__


def _select(kind, table, **others):
    kind_column = sa.literal_column(f"'{kind}'", sa.String)
    return sa.select(
        *rows.columns(records.Named, table, kind=kind_column, **others)
    ).where(table.c.id.in_(sa.bindparam('ids', expanding=True)))


_NAMED = sa.union_all(
    _select(states.SHARE_GROUP, _GROUP, is_public=sa.false()),
    _select(states.SHARE, _SHARE),
)


def find(conn, ids: Collection[str]) -> dict[str, records.Named]:
    """Read the share groups and shares of these ids, of any project.

    :returns: by id; unknown ids are left out
    """
    if not ids:
        return {}
    found = conn.execute(_NAMED, {'ids': sorted(ids)})
    return {row.id: records.Named(*row) for row in found}


def is_known(conn, name: str) -> bool:
    """Tell whether there is a pool, or a back end, of a name.

    :param name: host@backend#pool, or host@backend
    """
    pool = sa.exists().where(_POOL.c.name == name)
    back_end = sa.exists().where(
        _SERVICE.c.host == name, _SERVICE.c.binary == services.BACKEND
    )
    return bool(conn.scalar(sa.select(sa.or_(pool, back_end))))
