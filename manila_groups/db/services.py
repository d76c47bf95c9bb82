# SPDX-License-Identifier: Apache-2.0
"""Rows of services: schedulers and back ends with their heartbeats."""

from collections.abc import Mapping
import datetime

from oslo_db import exception as db_exception
from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups import paging
from manila_groups.db import availability_zones
from manila_groups.db import models
from manila_groups.db import paging as pages
from manila_groups.db import records

#: The names of the two kinds of service, as clients of this API know them.
BACKEND = 'manila-share'
SCHEDULER = 'manila-scheduler'

_SERVICE = models.Service.__table__
_ZONE = models.AvailabilityZone.__table__

_QUERY = sa.select(
    _SERVICE.c.id,
    _SERVICE.c.binary,
    _SERVICE.c.host,
    _ZONE.c.name.label('zone'),
    _SERVICE.c.disabled,
    _SERVICE.c.disabled_reason,
    _SERVICE.c.pools_generation,
    _SERVICE.c.updated_at,
    _SERVICE.c.down_reason,
).join_from(_SERVICE, _ZONE)


#: The sort keys of a list.
SORT_COLUMNS = {'id': _SERVICE.c.id}


def list_page(
    conn,
    filters: Mapping[str, str],
    up_since: datetime.datetime,
    page: paging.Page,
) -> tuple[list[records.Service], bool]:
    """Read one page of services.

    :param filters: host, binary, zone (a name), status (enabled, disabled)
        and state (up, down), or some of them
    :param up_since: a service is up if its last heartbeat is not before this,
        and gives no reason why it cannot work
    :returns: the services, and whether more follow
    :raises Invalid: an unknown marker
    """
    columns = {
        'host': _SERVICE.c.host,
        'binary': _SERVICE.c.binary,
        'zone': _ZONE.c.name,
        'status': sa.case((_SERVICE.c.disabled, 'disabled'), else_='enabled'),
        'state': sa.case(
            (
                sa.and_(
                    _SERVICE.c.updated_at >= up_since,
                    _SERVICE.c.down_reason.is_(None),
                ),
                'up',
            ),
            else_='down',
        ),
    }
    query = _QUERY.where(
        *(columns[name] == value for name, value in filters.items())
    )
    rows, more = pages.fetch(conn, query, SORT_COLUMNS, page)
    return [records.Service(**row._mapping) for row in rows], more


def list_all(conn, binary: str | None = None) -> list[records.Service]:
    """Read the services, all or those of one binary, by id."""
    query = _QUERY.order_by(_SERVICE.c.id)
    if binary is not None:
        query = query.where(_SERVICE.c.binary == binary)
    return [records.Service(**row._mapping) for row in conn.execute(query)]


def get(conn, host: str, binary: str) -> records.Service | None:
    """Read one service; None when there is none."""
    row = conn.execute(_QUERY.where(*_is(host, binary))).first()
    return records.Service(**row._mapping) if row else None


def beat(
    conn, host: str, binary: str, zone: str, down_reason: str | None = None
) -> int:
    """Write a service's heartbeat; add its row if it is new.

    :param down_reason: why it cannot work; None when it can
    :returns: the service's id
    """
    now = timeutils.utcnow()
    values = {
        'availability_zone_id': availability_zones.ensure(conn, zone),
        'updated_at': now,
        'down_reason': down_reason,
    }
    change = sa.update(_SERVICE).where(*_is(host, binary)).values(**values)
    if conn.execute(change).rowcount == 0:
        try:
            with conn.begin_nested():
                conn.execute(
                    sa.insert(_SERVICE).values(
                        host=host,
                        binary=binary,
                        created_at=now,
                        disabled=False,
                        pools_generation=0,
                        **values,
                    )
                )
        except db_exception.DBDuplicateEntry:
            conn.execute(change)
    return conn.scalar(sa.select(_SERVICE.c.id).where(*_is(host, binary)))


def set_disabled(
    conn, host: str, binary: str, disabled: bool, reason: str | None
) -> bool:
    """Enable or disable a service; False if there is none."""
    return (
        conn.execute(
            sa.update(_SERVICE)
            .where(*_is(host, binary))
            .values(disabled=disabled, disabled_reason=reason)
        ).rowcount
        == 1
    )


_CHANGED = {
    key: sa.update(_SERVICE)
    .where(_SERVICE.c[key] == sa.bindparam('service'))
    .values(pools_generation=_SERVICE.c.pools_generation + 1)
    for key in ('id', 'host')
}


def pools_changed(conn, **service) -> None:
    """Note, for schedulers, that pools of a service have changed.

    :param service: the service's id or its host
    """
    ((key, value),) = service.items()
    conn.execute(_CHANGED[key], {'service': value})


def delete(
    conn,
    host: str,
    binary: str,
    before: datetime.datetime | None = None,
) -> bool:
    """Delete a service with its pools; False if there is none.

    :param before: only if its last heartbeat is before this
    """
    statement = sa.delete(_SERVICE).where(*_is(host, binary))
    if before is not None:
        statement = statement.where(_SERVICE.c.updated_at < before)
    return conn.execute(statement).rowcount == 1


def _is(host, binary):
    return (_SERVICE.c.host == host, _SERVICE.c.binary == binary)
