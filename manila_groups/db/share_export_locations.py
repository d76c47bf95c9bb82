# SPDX-License-Identifier: Apache-2.0
"""Rows of shares' export locations."""

from collections.abc import Iterable
from collections.abc import Mapping

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa

from manila_groups.db import models
from manila_groups.db import records

_LOCATION = models.ShareExportLocation.__table__


def of_share(conn, share_id: str, admin: bool) -> list[records.ExportLocation]:
    """Read the export locations of a share, oldest first.

    :param admin: also the locations that only administrators see
    """
    return _find(conn, _LOCATION.c.share_id == share_id, *_seen(admin))


def get(conn, location_id: str, admin: bool) -> records.ExportLocation | None:
    """Read one export location; None when there is none.

    :param admin: also one that only administrators see
    """
    found = _find(conn, _LOCATION.c.id == location_id, *_seen(admin))
    return found[0] if found else None


def _seen(admin):
    return () if admin else (_LOCATION.c.is_admin_only.is_(sa.false()),)


def _find(conn, *conditions):
    query = (
        sa.select(_LOCATION)
        .where(*conditions)
        .order_by(_LOCATION.c.created_at, _LOCATION.c.id)
    )
    return [
        records.ExportLocation(**row._mapping) for row in conn.execute(query)
    ]


def replace_many(conn, locations: Mapping[str, Iterable]) -> None:
    """Make these the export locations of shares, and no others.

    A location whose path exists already keeps its id.  The caller has locked
    the shares.

    :param locations: each share's id to what the driver says, as
        backend.driver.ExportLocation
    """
    wanted = {
        (share_id, one.path): one
        for share_id, found in locations.items()
        for one in found
    }
    known = {
        (one.share_id, one.path): one
        for one in _of_shares(conn, list(locations))
    }
    _delete(conn, [known[key].id for key in known.keys() - wanted])
    for key in known.keys() & wanted:
        if _flags(known[key]) != _flags(wanted[key]):
            _update(conn, known[key].id, _flags(wanted[key]))
    _insert(
        conn,
        [
            (share_id, one)
            for (share_id, path), one in wanted.items()
            if (share_id, path) not in known
        ],
    )


def _of_shares(conn, share_ids):
    query = sa.select(_LOCATION).where(_LOCATION.c.share_id.in_(share_ids))
    return [
        records.ExportLocation(**row._mapping) for row in conn.execute(query)
    ]


def _flags(location):
    return {
        'preferred': location.preferred,
        'is_admin_only': location.is_admin_only,
    }


def _delete(conn, ids):
    if ids:
        conn.execute(sa.delete(_LOCATION).where(_LOCATION.c.id.in_(ids)))


def _update(conn, location_id, values):
    conn.execute(
        sa.update(_LOCATION)
        .where(_LOCATION.c.id == location_id)
        .values(updated_at=timeutils.utcnow(), **values)
    )


def _insert(conn, locations):
    now = timeutils.utcnow()
    rows = [
        {
            'id': uuidutils.generate_uuid(),
            'share_id': share_id,
            'path': one.path,
            'created_at': now,
            # Clients expect a time, also before the first change.
            'updated_at': now,
            **_flags(one),
        }
        for share_id, one in locations
    ]
    if rows:
        conn.execute(sa.insert(_LOCATION), rows)
