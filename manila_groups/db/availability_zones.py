# SPDX-License-Identifier: Apache-2.0
"""Rows of availability zones."""

from oslo_db import exception as db_exception
from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa

from manila_groups.db import models
from manila_groups.db import records

_ZONE = models.AvailabilityZone.__table__


def list_all(conn) -> list[records.AvailabilityZone]:
    """Read every availability zone, by name."""
    rows = conn.execute(sa.select(_ZONE).order_by(_ZONE.c.name))
    return [records.AvailabilityZone(**row._mapping) for row in rows]


def get_id(conn, name: str) -> str | None:
    """Read the id of the zone of this name; None if there is none."""
    return conn.scalar(sa.select(_ZONE.c.id).where(_ZONE.c.name == name))


def id_of(name: str) -> sa.ScalarSelect:
    """Make a subquery for the id of an existing zone."""
    return sa.select(_ZONE.c.id).where(_ZONE.c.name == name).scalar_subquery()


def ensure(conn, name: str) -> str:
    """Read the id of the zone of this name; add the zone if it is new."""
    zone_id = get_id(conn, name)
    if zone_id is not None:
        return zone_id
    try:
        with conn.begin_nested():
            conn.execute(
                sa.insert(_ZONE).values(
                    id=uuidutils.generate_uuid(),
                    name=name,
                    created_at=timeutils.utcnow(),
                )
            )
    except db_exception.DBDuplicateEntry:
        # Another process added it at the same time.  A locking read sees that;
        # a plain one reads the transaction's earlier snapshot.
        return conn.scalar(
            sa.select(_ZONE.c.id).where(_ZONE.c.name == name).with_for_update()
        )
    return conn.scalar(sa.select(_ZONE.c.id).where(_ZONE.c.name == name))


def get_name(conn, zone_id: str | None) -> str | None:
    """Read the name of the zone of this id; None for None."""
    if zone_id is None:
        return None
    return conn.scalar(sa.select(_ZONE.c.name).where(_ZONE.c.id == zone_id))
