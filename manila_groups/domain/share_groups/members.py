# SPDX-License-Identifier: Apache-2.0
"""The shares of a group of which something is made, as they are together."""

from collections.abc import Collection

from manila_groups import exception
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import shares as rows


def lock_available(
    conn: db_api.Connection, group: records.ShareGroup
) -> list[records.Share]:
    """Lock the shares of a group that is to be copied as it is now.

    :param group: its record, read under its lock
    :raises Conflict: the group is in no pool, or a share is not available
    """
    check_placed(group)
    # So that none is resized meanwhile, either.
    rows.ROWS.lock_many(conn, rows.in_group(group.id))
    found = rows.of_group(conn, group.id)
    for share in found:
        check_status(share, (states.AVAILABLE,))
    return found


def check_placed(group: records.ShareGroup) -> None:
    """Refuse a group whose status was set by hand: no back end can read it.

    :raises Conflict: it is in no pool
    """
    if group.host is None:
        raise exception.Conflict(
            f'The share group {utils.label(group)} has not been placed on a '
            'back end.'
        )


def check_status(share: records.Share, expected: Collection[str]) -> None:
    """Refuse a share that is not at rest.

    :raises Conflict: its status is not one of those expected
    """
    if share.status not in expected:
        raise exception.Conflict(
            f'The share {utils.label(share)} in the share group has the '
            f'status {share.status}; it must be {" or ".join(expected)}.'
        )
