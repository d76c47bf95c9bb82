# SPDX-License-Identifier: Apache-2.0
"""Which back ends can deal with backups."""

from typing import Any

from oslo_utils import strutils

from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.db import share_group_backups
from manila_groups.domain.services import api as services_domain

#: What a pool reports of its share groups.
SUPPORT = 'backup_support'


def can_back_up(conn: db_api.Connection, pool: str) -> bool:
    """Tell whether the back end of a pool can read and write backups."""
    found = pools.get(conn, pool)
    return found is not None and _supports(found)


def known(db: db_api.Database) -> tuple[str, ...]:
    """Find projects whose repositories are at the place of all."""
    with db.reader() as conn:
        return share_group_backups.newest_places(conn)


def choose(
    conn: db_api.Connection, conf: Any, preferred: str | None
) -> str | None:
    """Choose a pool whose back end can deal with backups, and is up.

    :param preferred: a pool that is chosen if its back end is up
    :returns: host@backend#pool; None if there is none
    """
    up = {
        one.id
        for one in services.list_all(conn, services.BACKEND)
        if services_domain.is_up(conf, one)
    }
    found = [one.name for one in pools.list_all(conn, up) if _supports(one)]
    if preferred in found:
        return preferred
    return found[0] if found else None


def _supports(pool):
    reported = pool.report['group_capabilities'].get(SUPPORT)
    return strutils.bool_from_string(reported)
