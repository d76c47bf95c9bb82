# SPDX-License-Identifier: Apache-2.0
"""The pool must have enough capacity that is not reserved."""

from manila_groups.scheduler import filters
from manila_groups.scheduler import model


class CapacityFilter(filters.Filter):
    """Compares the size with the capacity that shares can still claim.

    A group that starts empty needs a pool with some capacity. A pool whose
    capacity is unknown or infinite has enough.
    """

    name = 'capacity'

    def prepare(self, request: model.Request) -> filters.Judge:
        size = request.size_gb
        asked = (
            f'{size} GiB must be free outside the reserved part'
            if size
            else 'some capacity must be free outside the reserved part'
        )

        def judge(pool: model.Pool) -> model.Refusal | None:
            room, usable = pool.room_gb, pool.usable_gb
            is_full = usable is not None and usable <= 0
            if not is_full and (room is None or (room > 0 and room >= size)):
                return None
            return model.Refusal(asked, _found(pool))

        return judge


def _found(pool: model.Pool) -> str:
    found = (
        f'{pool.free_capacity_gb:g} of {_amount(pool.total_capacity_gb)} GiB '
        f'are free and {pool.reserved_percentage} % reserved'
    )
    if pool.claimable_gb is None:
        return found
    return (
        f'{found}, and shares claim {pool.claimed_gb} of '
        f'{pool.claimable_gb:g} GiB'
    )


def _amount(capacity_gb: float | None) -> str:
    return 'unknown' if capacity_gb is None else f'{capacity_gb:g}'
