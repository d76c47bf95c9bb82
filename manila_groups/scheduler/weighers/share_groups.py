# SPDX-License-Identifier: Apache-2.0
"""The fewer share groups a pool holds, the better."""

from manila_groups.scheduler import placement
from manila_groups.scheduler import weighers


class ShareGroupsWeigher(weighers.Weigher):
    """Weighs the number of groups that the pool holds now."""

    name = 'share_groups'

    @property
    def multiplier(self) -> float:
        return self.conf.scheduler.share_groups_weight_multiplier

    def weigh(
        self, request: placement.Request, pools: list[placement.Pool]
    ) -> list[float]:
        return [-float(pool.share_groups) for pool in pools]
