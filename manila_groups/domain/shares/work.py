# SPDX-License-Identifier: Apache-2.0
"""What back ends and schedulers need for any work on a share."""

from collections.abc import Sequence
import dataclasses

from manila_groups.db import records
from manila_groups.db import shares as rows
from manila_groups.domain.operations import placing


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a back end needs for a share.

    :ivar group_size: the sum of the sizes of its group's shares after the
        work, in GiB; its own size if it is in no group
    """

    group_size: int


def load(conn, operations: Sequence[records.Operation]):
    """Read shares that are in a pool, with the sizes of their groups."""
    found = rows.get_many(conn, [one.resource_id for one in operations])
    placed = [one for one in found if one.host is not None]
    sizes = rows.group_sizes(
        conn, [one.id for one in placed if one.share_group_id is not None]
    )
    return {
        one.id: (
            one,
            Work(sizes.get(one.id, one.new_size or one.size)),
        )
        for one in placed
    }


def waiting(
    share: records.Share,
    operation: records.Operation,
    size_gb: int,
    pool: str | None,
    protocol: str | None,
) -> placing.Waiting:
    """Make what a decision needs to know of a share.

    :param size_gb: how much more it needs, in GiB
    :param pool: the only pool that it can be in; None leaves the choice
    :param protocol: of a share that is to be created
    """
    return placing.Waiting(
        extra_specs=(share.share_type_specs,),
        zone=share.requested_zone_id and share.availability_zone,
        tried=frozenset(operation.payload.get('tried', ())),
        size_gb=size_gb,
        pool=pool,
        protocol=protocol,
    )
