# SPDX-License-Identifier: Apache-2.0

import math

from manila_groups.scheduler.weighers import free_capacity
from manila_groups.scheduler.weighers import share_groups
from manila_groups.tests import base
from manila_groups.tests.unit.scheduler import fixtures


class FreeCapacityTestCase(base.TestCase):
    def weigh(self, *free, **values):
        pools = [
            fixtures.make_pool(free_capacity_gb=one, **values) for one in free
        ]
        weigher = free_capacity.FreeCapacityWeigher(fixtures.make_conf())
        return weigher.weigh(fixtures.make_request(), pools)

    def test_what_is_free_beside_the_reserved_part(self):
        self.assertEqual(
            [40, 0, 0], self.weigh(50, 10, 5, reserved_percentage=10)
        )

    def test_unlimited_counts_as_the_largest(self):
        self.assertEqual([50, 50, 20], self.weigh(math.inf, 50, 20))

    def test_unlimited_is_better_than_full(self):
        self.assertEqual([1, 0], self.weigh(math.inf, 0))

    def test_all_unlimited_are_equal(self):
        self.assertEqual([1, 1], self.weigh(math.inf, math.inf))

    def test_unknown_counts_nothing(self):
        self.assertEqual([0, 50], self.weigh(None, 50))

    def test_no_pools(self):
        self.assertEqual([], self.weigh())

    def test_multiplier_is_the_option(self):
        conf = fixtures.make_conf(free_capacity_weight_multiplier=-2.5)
        self.assertEqual(
            -2.5, free_capacity.FreeCapacityWeigher(conf).multiplier
        )


class ShareGroupsTestCase(base.TestCase):
    def test_fewer_are_better(self):
        weigher = share_groups.ShareGroupsWeigher(fixtures.make_conf())
        pools = [fixtures.make_pool(share_groups=one) for one in (0, 3, 1)]
        values = weigher.weigh(fixtures.make_request(), pools)
        self.assertEqual([0, -3, -1], values)

    def test_multiplier_is_the_option(self):
        conf = fixtures.make_conf(share_groups_weight_multiplier=7)
        self.assertEqual(7, share_groups.ShareGroupsWeigher(conf).multiplier)
