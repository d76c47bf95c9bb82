# SPDX-License-Identifier: Apache-2.0
"""Rows of pools: what back ends reported, and what is claimed."""

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils
import sqlalchemy as sa

from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import services

_POOL = models.Pool.__table__
_GROUP = models.ShareGroup.__table__
_SHARE = models.Share.__table__

_QUERY = sa.select(
    _POOL.c.id,
    _POOL.c.service_id,
    _POOL.c.name,
    _POOL.c.report,
    _POOL.c.share_groups,
    _POOL.c.claimed_gb,
    _POOL.c.claimable_gb,
    _POOL.c.updated_at,
).order_by(_POOL.c.name)


def list_all(
    conn, service_ids: Iterable[int] | None = None
) -> list[records.Pool]:
    """Read the pools, all or those of some services, by name."""
    query = _QUERY
    if service_ids is not None:
        query = query.where(_POOL.c.service_id.in_(service_ids))
    return [records.Pool(**row._mapping) for row in conn.execute(query)]


def get(conn, name: str) -> records.Pool | None:
    """Read the pool of this name, host@backend#pool; None without any."""
    row = conn.execute(_QUERY.where(_POOL.c.name == name)).one_or_none()
    return row and records.Pool(**row._mapping)


def report(
    conn, service_id: int, reports: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Write a back end's report; delete the pools that it no longer has.

    :param reports: pool name (host@backend#pool) to its report and, as
        claimable_gb, how much its shares may claim
    :returns: whether anything has changed
    """
    known = {pool.name: pool for pool in list_all(conn, [service_id])}
    now = timeutils.utcnow()
    gone = [pool.id for name, pool in known.items() if name not in reports]
    changed = [
        {'pool_id': known[name].id, **_columns(new)}
        for name, new in reports.items()
        if name in known and known[name].report != _columns(new)['new_report']
    ]
    added = [
        {
            'service_id': service_id,
            'name': name,
            'share_groups': 0,
            'claimed_gb': 0,
            'created_at': now,
            'updated_at': now,
            'report': _columns(new)['new_report'],
            'claimable_gb': new['claimable_gb'],
        }
        for name, new in reports.items()
        if name not in known
    ]
    if not (gone or changed or added):
        return False
    services.pools_changed(conn, id=service_id)
    if gone:
        conn.execute(sa.delete(_POOL).where(_POOL.c.id.in_(gone)))
    if changed:
        _change(conn, changed, now)
    if added:
        conn.execute(sa.insert(_POOL), added)
        recount(conn, service_id)
    return True


def _columns(reported):
    report = {k: v for k, v in reported.items() if k != 'claimable_gb'}
    return {
        'new_report': report,
        'new_claimable_gb': reported['claimable_gb'],
    }


def _change(conn, changed, now):
    conn.execute(
        sa.update(_POOL)
        .where(_POOL.c.id == sa.bindparam('pool_id'))
        .values(
            report=sa.bindparam('new_report'),
            claimable_gb=sa.bindparam('new_claimable_gb'),
            updated_at=now,
        ),
        changed,
    )


def recount(conn, service_id: int) -> None:
    """Set the counts of a service's pools to what the rows say."""
    groups = (
        sa.select(sa.func.count())
        .select_from(_GROUP)
        .where(_GROUP.c.host == _POOL.c.name)
        .scalar_subquery()
    )
    claimed = (
        sa.select(sa.func.coalesce(sa.func.sum(_SHARE.c.claimed_gb), 0))
        .where(_SHARE.c.host == _POOL.c.name)
        .scalar_subquery()
    )
    conn.execute(
        sa.update(_POOL)
        .where(_POOL.c.service_id == service_id)
        .values(share_groups=groups, claimed_gb=claimed)
    )


def count_at_backend(conn, host: str) -> int:
    """Count the share groups and shares that are at a back end.

    :param host: host@backend; at a scheduler's host there is nothing
    """
    return sum(
        conn.scalar(
            sa.select(sa.func.count())
            .select_from(table)
            .where(table.c.host.startswith(f'{host}#', autoescape=True))
        )
        for table in (_GROUP, _SHARE)
    )


def claim(
    conn,
    name: str,
    *,
    groups: int = 0,
    gigabytes: int = 0,
    seen: int | None = None,
    beyond: bool = False,
) -> bool:
    """Claim a pool for groups and gigabytes, by one conditional UPDATE.

    :param seen: the number of groups in the pool that the decision was based
        on; None accepts any
    :param beyond: claim more than claimable_gb if necessary
    :returns: False if the pool is gone, has another number of groups, or has
        not enough to claim; nothing has changed then
    """
    conditions = []
    if seen is not None:
        conditions.append(_POOL.c.share_groups == seen)
    if gigabytes and not beyond:
        claimed = _POOL.c.claimed_gb + gigabytes
        maximum = _POOL.c.claimable_gb
        conditions.append(sa.or_(maximum.is_(None), claimed <= maximum))
    return _count(conn, name, groups, gigabytes, *conditions)


def release(conn, name: str, *, groups: int = 0, gigabytes: int = 0) -> None:
    """Release a claim in a pool, if the pool still exists."""
    _count(conn, name, -groups, -gigabytes)


_COUNT = (
    sa.update(_POOL)
    .where(_POOL.c.name == sa.bindparam('pool'))
    .values(
        share_groups=_POOL.c.share_groups + sa.bindparam('groups'),
        claimed_gb=_POOL.c.claimed_gb + sa.bindparam('gigabytes'),
    )
)


def _count(conn, name, groups, gigabytes, *conditions):
    # Locks the service's row first, as a report does.  So the two wait for
    # each other also while the pool is being added and is not visible yet.
    services.pools_changed(conn, host=name.partition('#')[0])
    counts = {'pool': name, 'groups': groups, 'gigabytes': gigabytes}
    statement = _COUNT.where(*conditions) if conditions else _COUNT
    return conn.execute(statement, counts).rowcount == 1
