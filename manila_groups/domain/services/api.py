# SPDX-License-Identifier: Apache-2.0
"""Services: the running schedulers and back ends."""

from collections.abc import Mapping
import dataclasses
import datetime

from oslo_utils import timeutils

from manila_groups import exception
from manila_groups import paging
from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import services
from manila_groups.domain.events import base as events


def up_since(conf) -> datetime.datetime:
    """Return the earliest last heartbeat of a service that is up."""
    down_time = datetime.timedelta(seconds=conf.service.down_time)
    return timeutils.utcnow() - down_time


def is_up(conf, service: records.Service) -> bool:
    """Tell whether a service runs, and can work."""
    return service.down_reason is None and service.updated_at >= up_since(conf)


def is_reachable(conn, conf, pool: str) -> bool:
    """Tell whether the back end of a pool is up.

    :param pool: host@backend#pool
    """
    found = services.get(conn, pool.partition('#')[0], services.BACKEND)
    return found is not None and is_up(conf, found)


@dataclasses.dataclass(frozen=True, slots=True)
class Unused:
    """A service that has been down for a long time.

    :ivar in_use: how many share groups and shares are on it
    :ivar removed: whether it was removed now
    """

    service: records.Service
    in_use: int
    removed: bool


@db_api.retry_on_deadlock
def remove_unused(
    db: db_api.Database, before: datetime.datetime
) -> list[Unused]:
    """Remove services that have been down for a long time and are unused.

    A back end with share groups or shares stays: removing it would end the
    work that waits for it.

    :param before: only services whose last heartbeat is before this
    :returns: the services that were found, including those that stay
    """
    found = []
    with db.writer() as conn:
        for one in services.list_all(conn):
            if one.updated_at >= before:
                continue
            in_use = pools.count_at_backend(conn, one.host)
            removed = not in_use and services.delete(
                conn, one.host, one.binary, before
            )
            found.append(Unused(one, in_use, removed))
    return found


class Services:
    """The schedulers and back ends."""

    def __init__(self, conf, db: db_api.Database):
        self._conf = conf
        self._db = db

    def list_page(
        self, filters: Mapping[str, str], page: paging.Page
    ) -> tuple[list[records.Service], bool]:
        """Read one page of the services.

        :param filters: see db.services.list_page
        :raises Invalid: an unknown marker
        """
        with self._db.reader() as conn:
            return services.list_page(
                conn, filters, up_since(self._conf), page
            )

    def is_up(self, service: records.Service) -> bool:
        """Tell whether a service's heartbeat is recent."""
        return is_up(self._conf, service)

    def enable(self, host: str, binary: str) -> records.Service:
        """Enable a service: the scheduler may choose its pools.

        :raises NotFound: there is no such service
        """
        return self._set_disabled(host, binary, False, None)

    def disable(
        self, host: str, binary: str, reason: str | None = None
    ) -> records.Service:
        """Disable a service: the scheduler does not choose its pools.

        :param reason: why, for operators
        :raises NotFound: there is no such service
        """
        return self._set_disabled(host, binary, True, reason)

    @db_api.transaction
    def _set_disabled(self, conn, host, binary, disabled, reason):
        if not services.set_disabled(conn, host, binary, disabled, reason):
            raise exception.NotFound(
                f'There is no service {binary} on the host {host}.'
            )
        found = services.get(conn, host, binary)
        verb = 'disable' if disabled else 'enable'
        events.note(conn, f'service.{verb}', found)
        return found
