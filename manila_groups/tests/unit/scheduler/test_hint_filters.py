# SPDX-License-Identifier: Apache-2.0
"""The filters of scheduler hints."""

from manila_groups.scheduler.filters import different_host
from manila_groups.scheduler.filters import only_host
from manila_groups.scheduler.filters import same_host
from manila_groups.tests.unit.scheduler import fixtures
from manila_groups.tests.unit.scheduler import test_filters

ONE = fixtures.make_pool('host@one#a')
ONE_TOO = fixtures.make_pool('host@one#b')
ONE_MORE = fixtures.make_pool('host@one_more#a')


class DifferentHostTestCase(test_filters.FilterTestCase):
    filter_class = different_host.DifferentHostFilter

    def test_nothing_asked(self):
        self.assert_passes(ONE)

    def test_all_pools_of_a_back_end_are_one_host(self):
        for pool in (ONE, ONE_TOO):
            self.assert_refuses(
                'the back end must be another one than those of '
                'different_host, but it is host@one',
                pool,
                different_host=frozenset(['host@one', 'host@two']),
            )

    def test_other_back_ends(self):
        self.assert_passes(ONE_MORE, different_host=frozenset(['host@one']))


class SameHostTestCase(test_filters.FilterTestCase):
    filter_class = same_host.SameHostFilter

    def test_nothing_asked(self):
        self.assert_passes(ONE)

    def test_any_pool_of_one_of_the_back_ends(self):
        for pool in (ONE, ONE_TOO):
            self.assert_passes(
                pool, same_host=frozenset(['host@one', 'host@two'])
            )

    def test_other_back_ends(self):
        self.assert_refuses(
            'the back end must be that of something in same_host, but it is '
            'host@one_more',
            ONE_MORE,
            same_host=frozenset(['host@one']),
        )

    def test_of_something_that_is_on_none(self):
        self.assertIsNotNone(self.judge(ONE, same_host=frozenset()))


class OnlyHostTestCase(test_filters.FilterTestCase):
    filter_class = only_host.OnlyHostFilter

    def test_nothing_asked(self):
        self.assert_passes(ONE)

    def test_a_pool(self):
        self.assert_passes(ONE, only_host='host@one#a')
        for pool in (ONE_TOO, ONE_MORE):
            self.assert_refuses(
                'the pool must be the one that only_host names, but it is '
                f'{pool.name}',
                pool,
                only_host='host@one#a',
            )

    def test_a_back_end(self):
        for pool in (ONE, ONE_TOO):
            self.assert_passes(pool, only_host='host@one')
        self.assertIsNotNone(self.judge(ONE_MORE, only_host='host@one'))
