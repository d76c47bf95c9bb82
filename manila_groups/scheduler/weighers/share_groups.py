# SPDX-License-Identifier: Apache-2.0
"""Prefer pools with fewer share groups."""

from manila_groups.scheduler import model
from manila_groups.scheduler import weighers


class ShareGroupsWeigher(weighers.Weigher):
    """Weighs the number of groups in the pool."""

    name = 'share_groups'

    @property
    def multiplier(self) -> float:
        return self.conf.scheduler.share_groups_weight_multiplier

    def weigh(
        self, request: model.Request, pools: list[model.Pool]
    ) -> list[float]:
        return [-float(pool.share_groups) for pool in pools]
