# SPDX-License-Identifier: Apache-2.0
"""A cache of the pools, which reads only what has changed."""

import dataclasses

from oslo_log import log

from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.scheduler import model

LOG = log.getLogger(__name__)

#: The fields of a report that are used; a newer back end may report more.
_REPORTED = (
    'total_capacity_gb',
    'free_capacity_gb',
    'reserved_percentage',
    'capabilities',
    'group_capabilities',
)


class PoolCache:
    """Caches the back ends' reports.

    Reads the pools of a service again when its pools_generation has changed:
    so all schedulers see the same.

    :param is_up: tells whether a service's heartbeat is recent
    """

    def __init__(self, db, is_up):
        self._db = db
        self._is_up = is_up
        self._known = {}

    def current(self) -> list[model.Pool]:
        """Return the pools as they are now."""
        with self._db.snapshot() as conn:
            found = services.list_all(conn, services.BACKEND)
            stale = [
                service.id for service in found if self._is_stale(service)
            ]
            rows = pools.list_all(conn, stale) if stale else []
        self._keep(found, stale, rows)
        return [
            pool for service in found for pool in self._known[service.id].pools
        ]

    def _is_stale(self, service):
        known = self._known.get(service.id)
        return known is None or known.seen != self._summary(service)

    def _summary(self, service):
        return (
            service.pools_generation,
            service.zone,
            service.disabled,
            self._is_up(service),
        )

    def _read(self, row, service):
        """Read one pool; log an unusable report, and return None."""
        try:
            return to_pool(row, service, self._is_up(service))
        except Exception:
            LOG.exception('The report of the pool %s is unusable', row.name)
            return None

    def _keep(self, found, stale, rows):
        by_service: dict[int, list] = {one: [] for one in stale}
        for row in rows:
            by_service[row.service_id].append(row)
        self._known = {
            service.id: (
                _Known(
                    seen=self._summary(service),
                    pools=tuple(
                        pool
                        for row in by_service[service.id]
                        if (pool := self._read(row, service))
                    ),
                )
                if service.id in by_service
                else self._known[service.id]
            )
            for service in found
        }


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """The pools of one service, with the state that they were read for."""

    seen: tuple
    pools: tuple[model.Pool, ...]


def to_pool(row, service, is_up: bool) -> model.Pool:
    """Make the placement's pool from a pool's record and its service."""
    return model.Pool.from_mapping(
        {
            'name': row.name,
            'availability_zone': service.zone,
            'service_up': is_up,
            'service_enabled': not service.disabled,
            'share_groups': row.share_groups,
            'claimed_gb': row.claimed_gb,
            'claimable_gb': row.claimable_gb,
            **{name: row.report[name] for name in _REPORTED},
        }
    )
