# SPDX-License-Identifier: Apache-2.0

import collections
import dataclasses
import math

import hypothesis
from hypothesis import strategies as st

from manila_groups.domain.types import specs
from manila_groups.scheduler import filters
from manila_groups.scheduler import model
from manila_groups.scheduler import placement
from manila_groups.scheduler import weighers
from manila_groups.tests import base
from manila_groups.tests.unit.scheduler import fixtures

make_pool, make_request = fixtures.make_pool, fixtures.make_request
place, ranked = fixtures.place, fixtures.ranked

pool_lists = st.lists(
    st.builds(
        make_pool,
        name=st.builds('h@b#p{}'.format, st.integers(0, 99)),
        availability_zone=st.sampled_from(('a', 'b')),
        service_up=st.booleans(),
        capabilities=st.fixed_dictionaries(
            {
                'driver_handles_share_servers': st.booleans(),
                'dedupe': st.sampled_from((True, False, None, [True, False])),
            }
        ),
        group_capabilities=st.fixed_dictionaries(
            {
                'consistent_snapshot_support': st.sampled_from(
                    ('pool', 'host', None)
                )
            }
        ),
        total_capacity_gb=st.sampled_from((None, 100, math.inf)),
        free_capacity_gb=st.sampled_from((None, 0, 20, 90, math.inf)),
        reserved_percentage=st.sampled_from((0, 25)),
        share_groups=st.integers(0, 3),
    ),
    unique_by=lambda pool: pool.name,
    max_size=12,
)
requests = st.builds(
    make_request,
    id=st.uuids().map(str),
    availability_zone=st.sampled_from((None, 'a')),
    extra_specs=st.sampled_from(
        (
            (),
            ({'driver_handles_share_servers': 'False'},),
            ({'dedupe': '<is> True'}, {'dedupe': 'False'}),
        )
    ),
    group_specs=st.sampled_from(
        ({}, *({'consistent_snapshot_support': x} for x in ('true', 'pool')))
    ),
    size_gb=st.sampled_from((0, 30)),
    excluded=st.frozensets(st.builds('h@b#p{}'.format, st.integers(0, 9))),
)


def deserves(request, pool):
    """Whether a pool fits, said in another way than the filters say it."""
    usable = pool.free_capacity_gb
    if usable is not None and pool.total_capacity_gb == 100:
        usable -= pool.reserved_percentage
    return (
        pool.name not in request.excluded
        and request.availability_zone in (None, pool.availability_zone)
        and pool.service_up
        and not any(
            specs.matches(one, pool.capabilities)
            for one in request.extra_specs
        )
        and not specs.matches(request.group_specs, pool.group_capabilities)
        and (usable is None or usable >= max(request.size_gb, 1))
    )


def refused_by(decision, pool):
    """The names of the filters that turned a pool away."""
    at = decision.pools.index(pool)
    return [name for name, column in decision.verdicts.items() if column[at]]


class PlaceTestCase(base.TestCase):
    @hypothesis.given(requests, pool_lists)
    def test_ranks_exactly_the_pools_that_fit(self, request, pools):
        decision = place(request, pools)
        self.assertEqual(
            sorted(pool.name for pool in pools if deserves(request, pool)),
            sorted(ranked(decision)),
        )
        for pool in decision.pools:
            self.assertEqual(
                pool not in ranked(decision),
                bool(refused_by(decision, pool)),
            )

    @hypothesis.given(requests, pool_lists, st.randoms())
    def test_the_order_of_the_pools_changes_nothing(
        self, request, pools, random
    ):
        shuffled = random.sample(pools, len(pools))
        one, other = place(request, pools), place(request, shuffled)
        self.assertEqual(one.ranking, other.ranking)
        self.assertEqual(one.turned_away(), other.turned_away())
        self.assertEqual(one.for_user(), other.for_user())

    @hypothesis.given(requests, pool_lists)
    def test_weights_fall(self, request, pools):
        weights = [one.weight for one in place(request, pools).ranking]
        self.assertEqual(sorted(weights, reverse=True), weights)

    def test_the_emptier_pool_is_better(self):
        pools = [
            make_pool('h@b#full', free_capacity_gb=10),
            make_pool('h@b#empty', free_capacity_gb=90),
        ]
        self.assertEqual(
            ['h@b#empty', 'h@b#full'], ranked(place(make_request(), pools))
        )
        self.assertEqual(
            ['h@b#full', 'h@b#empty'],
            ranked(
                place(
                    make_request(), pools, free_capacity_weight_multiplier=-1
                )
            ),
        )

    def test_a_whole_group_counts_more_than_a_little_capacity(self):
        pools = [
            make_pool('h@b#one', free_capacity_gb=51, share_groups=1),
            make_pool('h@b#none', free_capacity_gb=50, share_groups=0),
        ]
        decision = place(make_request(), pools)
        self.assertEqual('h@b#none', ranked(decision)[0])
        self.assertAlmostEqual(50 / 51, decision.ranking[0].weight)
        self.assertAlmostEqual(0, decision.ranking[1].weight)

    def test_multipliers_can_be_zero(self):
        pools = [make_pool(f'h@b#{n}', share_groups=n) for n in range(3)]
        decision = place(
            make_request(),
            pools,
            free_capacity_weight_multiplier=0,
            share_groups_weight_multiplier=0,
        )
        self.assertEqual({0.0}, {one.weight for one in decision.ranking})

    def test_equal_pools_share_the_load(self):
        pools = [make_pool(f'h@b#{n}') for n in range(3)]
        wins = collections.Counter(
            ranked(place(make_request(id=f'group-{n}'), pools))[0]
            for n in range(300)
        )
        for pool in pools:
            self.assertGreater(wins[pool.name], 60, wins)

    def test_pools_that_failed_are_turned_away(self):
        pools = [make_pool('h@b#1'), make_pool('h@b#2')]
        request = make_request(excluded=frozenset(['h@b#1']))
        decision = place(request, pools)
        self.assertEqual(['h@b#2'], ranked(decision))
        self.assertEqual(
            [placement.ALREADY_TRIED], refused_by(decision, 'h@b#1')
        )

    def test_every_filter_judges_every_pool(self):
        pool = make_pool(
            service_up=False,
            capabilities={},
            free_capacity_gb=0,
            availability_zone='b',
        )
        request = make_request(
            availability_zone='a',
            extra_specs=(
                {'driver_handles_share_servers': 'False', 'tier': 'gold'},
            ),
            group_specs={'tier': 'gold'},
            excluded=frozenset([pool.name]),
            different_host=frozenset([pool.back_end]),
            same_host=frozenset(['other@be']),
            only_host='other@be',
        )
        decision = place(request, [pool])
        self.assertEqual(
            [placement.ALREADY_TRIED, *(one.name for one in fixtures.FILTERS)],
            refused_by(decision, pool.name),
        )
        self.assertEqual({1}, set(decision.turned_away().values()))

    def test_without_filters_and_weighers_all_pools_fit(self):
        pools = [make_pool('h@b#1', service_up=False), make_pool('h@b#2')]
        decision = place(make_request(), pools, filters=(), weighers=())
        self.assertEqual({'h@b#1', 'h@b#2'}, set(ranked(decision)))
        self.assertEqual(2, len(decision.for_operator().splitlines()))

    def test_a_weigher_that_forgets_a_pool_is_an_error(self):
        class Forgetful(weighers.Weigher):
            multiplier = 1.0

            def weigh(self, request, pools):
                return [1.0]

        self.assertRaises(
            ValueError,
            place,
            make_request(),
            [make_pool('h@b#1'), make_pool('h@b#2')],
            weighers=(Forgetful,),
        )


class ExplainTestCase(base.TestCase):
    REQUEST = make_request(group_specs={'consistent_snapshot_support': 'true'})

    def test_no_pool_at_all(self):
        decision = place(self.REQUEST, [])
        self.assertEqual((), decision.ranking)
        self.assertEqual(
            'No pool fits: no back end reports any pool.', decision.for_user()
        )
        self.assertEqual('', decision.for_operator())

    def test_one_reason(self):
        pools = [make_pool('secret@b#1'), make_pool('secret@b#2')]
        decision = place(self.REQUEST, pools)
        self.assertEqual(2, decision.turned_away()['group_specs'])
        self.assertEqual(0, decision.turned_away()['capacity'])
        self.assertEqual(
            'No pool fits: of 2 pools, group_specs turned away 2 '
            "(consistent_snapshot_support must be 'true').",
            decision.for_user(),
        )

    def test_several_filters_and_reasons(self):
        able = {'consistent_snapshot_support': 'pool', 'max_shares': 5}
        pools = [
            make_pool('secret@b#1', group_capabilities={'max_shares': 9}),
            make_pool('secret@b#2', group_capabilities=able),
            make_pool('secret@b#3', service_up=False),
        ]
        request = dataclasses.replace(
            self.REQUEST,
            group_specs={**self.REQUEST.group_specs, 'max_shares': '>= 9'},
        )
        self.assertEqual(
            'No pool fits: of 3 pools, service turned away 1 (the back end '
            'must be up), group_specs turned away 3 '
            "(consistent_snapshot_support must be 'true', and 1 other "
            'reason).',
            place(request, pools).for_user(),
        )

    def test_users_see_nothing_that_a_back_end_reports(self):
        pools = [
            make_pool(
                'secret@b#1',
                availability_zone='secret',
                capabilities={'driver_handles_share_servers': 'secret'},
                group_capabilities={'consistent_snapshot_support': 'secret'},
            )
        ]
        request = dataclasses.replace(self.REQUEST, availability_zone='nova')
        decision = place(request, pools)
        self.assertEqual(3, len(refused_by(decision, 'secret@b#1')))
        self.assertNotIn('secret', decision.for_user())

    def test_some_pools_fit(self):
        pools = [
            make_pool('h@b#1', service_enabled=False, free_capacity_gb=0),
            make_pool('h@b#2'),
        ]
        decision = place(make_request(), pools)
        self.assertEqual('1 of 2 pools fit.', decision.for_user())
        self.assertEqual(
            'h@b#2: 1, weight 1\n'
            'h@b#1: refused by service: the back end must be enabled, but the '
            'operator disabled it; capacity: some capacity must be free '
            'outside the reserved part, but 0 of 100 GiB are free and 0 % '
            'reserved',
            decision.for_operator(),
        )

    def test_a_filter_of_somebody_else(self):
        class Quiet(filters.Filter):
            name = 'quiet'

            def prepare(self, request):
                return lambda pool: model.Refusal('it must be quiet')

        decision = place(make_request(), [make_pool()], filters=(Quiet,))
        self.assertEqual(
            'No pool fits: of 1 pool, quiet turned away 1 (it must be quiet).',
            decision.for_user(),
        )
        self.assertEqual(
            'host@be#pool: refused by quiet: it must be quiet',
            decision.for_operator(),
        )


class PoolTestCase(base.TestCase):
    VALUES = {
        'name': 'h@b#p',
        'availability_zone': 'nova',
        'service_up': True,
        'service_enabled': True,
        'capabilities': {'modes': ['a', True], 'gone': None},
        'group_capabilities': {'qos': {'iops': 5}},
        'total_capacity_gb': '100.5',
        'free_capacity_gb': 40,
        'reserved_percentage': 10,
        'share_groups': 2,
    }

    def test_from_mapping(self):
        pool = model.Pool.from_mapping(self.VALUES)
        self.assertEqual({'modes': ('a', 'true')}, pool.capabilities)
        self.assertEqual({'qos:iops': 5}, pool.group_capabilities)
        self.assertEqual(100.5, pool.total_capacity_gb)
        self.assertEqual(40, pool.free_capacity_gb)
        self.assertEqual(2, pool.share_groups)
        self.assertAlmostEqual(29.95, pool.usable_gb)

    def test_special_capacities(self):
        for value, expected in (
            ('infinite', math.inf),
            ('unknown', None),
            (None, None),
            (math.nan, None),
        ):
            pool = model.Pool.from_mapping(
                {**self.VALUES, 'free_capacity_gb': value}
            )
            self.assertEqual(expected, pool.free_capacity_gb)

    def test_fields_must_be_known_and_complete(self):
        unknown = {**self.VALUES, 'colour': 'red'}
        partial = {'name': 'h@b#p'}
        for values in (unknown, partial):
            self.assertRaises(TypeError, model.Pool.from_mapping, values)

    def test_capabilities_are_made_comparable_only_once(self):
        pool = model.Pool.from_mapping(self.VALUES)
        again = dataclasses.replace(pool, service_up=False)
        self.assertIs(pool.capabilities, again.capabilities)
