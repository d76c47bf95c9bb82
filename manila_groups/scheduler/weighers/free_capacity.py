# SPDX-License-Identifier: Apache-2.0
"""Prefer pools with more free capacity."""

import math

from manila_groups.scheduler import model
from manila_groups.scheduler import weighers


class FreeCapacityWeigher(weighers.Weigher):
    """Weighs the free capacity that is not reserved, in GiB.

    A pool with infinite capacity weighs as much as the finite pool with the
    most; a pool with unknown capacity weighs nothing.
    """

    name = 'free_capacity'

    @property
    def multiplier(self) -> float:
        return self.conf.scheduler.free_capacity_weight_multiplier

    def weigh(
        self, request: model.Request, pools: list[model.Pool]
    ) -> list[float]:
        usable = [max(pool.room_gb or 0.0, 0.0) for pool in pools]
        known = (value for value in usable if value != math.inf)
        largest = max(known, default=0.0) or 1.0
        return [min(value, largest) for value in usable]
