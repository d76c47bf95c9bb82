# SPDX-License-Identifier: Apache-2.0

import math

import hypothesis
from hypothesis import strategies as st

from manila_groups.domain.types import specs
from manila_groups.scheduler.filters import availability_zone
from manila_groups.scheduler.filters import capacity
from manila_groups.scheduler.filters import driver_handles_share_servers
from manila_groups.scheduler.filters import extra_specs
from manila_groups.scheduler.filters import group_specs
from manila_groups.scheduler.filters import service
from manila_groups.tests import base
from manila_groups.tests.unit.scheduler import fixtures


class FilterTestCase(base.TestCase):
    filter_class = None

    def judge(self, pool, **request):
        one = self.filter_class(fixtures.make_conf())
        return one.prepare(fixtures.make_request(**request))(pool)

    def assert_passes(self, pool, **request):
        self.assertIsNone(self.judge(pool, **request))

    def assert_refuses(self, reason, pool, **request):
        self.assertEqual(reason, str(self.judge(pool, **request)))


class AvailabilityZoneTestCase(FilterTestCase):
    filter_class = availability_zone.AvailabilityZoneFilter
    POOL = fixtures.make_pool(availability_zone='b')

    def test_nothing_asked(self):
        self.assert_passes(self.POOL)

    def test_zone_of_the_request(self):
        self.assert_passes(self.POOL, availability_zone='b')
        self.assert_refuses(
            'the availability zone must be a, but it is b',
            self.POOL,
            availability_zone='a',
        )

    def test_zones_of_all_share_types(self):
        first = {'availability_zones': 'a, b ,'}
        second = {'capabilities:availability_zones': 'b,c'}
        self.assert_passes(self.POOL, extra_specs=(first, second, {}))
        self.assert_refuses(
            'the availability zone must be a or c, but it is b',
            self.POOL,
            extra_specs=({'availability_zones': 'c,a'},),
        )

    def test_zone_of_the_request_that_a_type_is_not_for(self):
        """The API refuses it, or lets it pass on purpose."""
        self.assert_passes(
            self.POOL,
            availability_zone='b',
            extra_specs=({'availability_zones': 'a'},),
        )

    def test_types_without_a_zone_in_common(self):
        refusal = self.judge(
            self.POOL,
            extra_specs=(
                {'availability_zones': 'a'},
                {'availability_zones': 'b'},
            ),
        )
        self.assertIn('none in common', refusal.asked)


class ServiceTestCase(FilterTestCase):
    filter_class = service.ServiceFilter

    def test_up_and_enabled(self):
        self.assert_passes(fixtures.make_pool())

    def test_down(self):
        self.assert_refuses(
            'the back end must be up, but its last heartbeat is too old, or '
            'says that it does not work',
            fixtures.make_pool(service_up=False),
        )

    def test_disabled(self):
        for is_up in (True, False):
            self.assert_refuses(
                'the back end must be enabled, but the operator disabled it',
                fixtures.make_pool(service_enabled=False, service_up=is_up),
            )


class DriverHandlesShareServersTestCase(FilterTestCase):
    filter_class = driver_handles_share_servers.DriverHandlesShareServersFilter

    def pool(self, **capabilities):
        return fixtures.make_pool(capabilities=capabilities)

    def test_equal(self):
        for asked, reported in (
            ('False', False),
            ('false', 'False'),
            ('<is> True', True),
            ('True', [True, False]),
        ):
            self.assert_passes(
                self.pool(driver_handles_share_servers=reported),
                extra_specs=({'driver_handles_share_servers': asked},),
            )

    def test_other(self):
        self.assert_refuses(
            "driver_handles_share_servers must be 'True', but "
            'driver_handles_share_servers is false',
            self.pool(driver_handles_share_servers=False),
            extra_specs=({'driver_handles_share_servers': 'True'},),
        )

    def test_every_share_type_counts(self):
        types = tuple(
            {'driver_handles_share_servers': value}
            for value in ('False', 'True')
        )
        refusal = self.judge(
            self.pool(driver_handles_share_servers=False), extra_specs=types
        )
        self.assertIn("'True'", refusal.asked)

    def test_not_reported(self):
        self.assertIn('not reported', self.judge(self.pool()).found)

    def test_other_specs_are_not_its_business(self):
        self.assert_passes(self.pool(), extra_specs=({'tier': 'gold'},))


class ExtraSpecsTestCase(FilterTestCase):
    filter_class = extra_specs.ExtraSpecsFilter
    POOL = fixtures.make_pool(capabilities={'dedupe': True, 'tier': 'gold'})

    def test_all_share_types(self):
        self.assert_passes(
            self.POOL,
            extra_specs=({'dedupe': '<is> True'}, {'tier': '<or> gold'}),
        )
        self.assert_refuses(
            'a requirement of the share types must be met, but tier must be '
            "'iron' and tier is gold",
            self.POOL,
            extra_specs=({'dedupe': '<is> True'}, {'tier': 'iron'}),
        )

    def test_types_that_contradict_each_other(self):
        types = ({'tier': 'gold'}, {'tier': 'iron'})
        self.assertIsNotNone(self.judge(self.POOL, extra_specs=types))

    def test_specs_of_other_filters(self):
        self.assert_passes(
            self.POOL,
            extra_specs=(
                {
                    'driver_handles_share_servers': 'True',
                    'capabilities:driver_handles_share_servers': 'True',
                    'availability_zones': 'elsewhere',
                    'capabilities:availability_zones': 'elsewhere',
                    'vendor:tier': 'iron',
                },
            ),
        )

    def test_group_capabilities_do_not_count(self):
        pool = fixtures.make_pool(group_capabilities={'tier': 'gold'})
        self.assert_refuses(
            'a requirement of the share types must be met, but tier must be '
            "'gold' and tier is not reported",
            pool,
            extra_specs=({'tier': 'gold'},),
        )

    def test_the_protocol_of_a_share(self):
        for reported in ('NFS', 'NFS_CIFS', ['CIFS', 'NFS'], 'nfs'):
            pool = fixtures.make_pool(
                capabilities={'storage_protocol': reported}
            )
            self.assert_passes(pool, protocol='NFS')
        for reported in ('CIFS', [], None):
            pool = fixtures.make_pool(
                capabilities={'storage_protocol': reported}
            )
            refusal = self.judge(pool, protocol='NFS')
            self.assertEqual("storage_protocol must be 'NFS'", refusal.asked)
            self.assert_passes(pool)

    def test_a_share_type_that_has_the_protocol_decides(self):
        pool = fixtures.make_pool(capabilities={'storage_protocol': 'CIFS'})
        for key in ('storage_protocol', 'capabilities:storage_protocol'):
            self.assert_passes(
                pool, protocol='NFS', extra_specs=({key: 'CIFS'},)
            )

    def test_users_read_of_well_known_specs_alone(self):
        for key in ('secret', 'capabilities:snapshot_support'):
            refusal = self.judge(self.POOL, extra_specs=({key: 'hidden'},))
            self.assertNotIn(key, refusal.asked)
            self.assertNotIn('hidden', refusal.asked)
            self.assertIn(f"{key} must be 'hidden'", refusal.found)
        refusal = self.judge(
            self.POOL, extra_specs=({'snapshot_support': 'True'},)
        )
        self.assertEqual("snapshot_support must be 'True'", refusal.asked)

    def test_verdicts_that_are_kept_belong_to_what_was_reported(self):
        """1, 1.0 and True are the same key of a dict."""
        judge = self.filter_class(fixtures.make_conf()).prepare(
            fixtures.make_request(extra_specs=({'flag': 'true'},))
        )
        verdicts = [
            judge(fixtures.make_pool(capabilities={'flag': value})) is None
            for value in (1, True, 1.0, True, 0, False, 'True')
        ]
        self.assertEqual(
            [False, True, False, True, False, False, True], verdicts
        )


class GroupSpecsTestCase(FilterTestCase):
    filter_class = group_specs.GroupSpecsFilter

    def pool(self, **group_capabilities):
        return fixtures.make_pool(
            capabilities={'tier': 'gold'},
            group_capabilities=group_capabilities,
        )

    def test_every_group_spec(self):
        wanted = {
            'consistent_snapshot_support': 'true',
            'max_shares': '>= 10',
            'vendor:anything': 'x',
        }
        pool = self.pool(consistent_snapshot_support='host', max_shares=10)
        self.assert_passes(pool, group_specs=wanted)
        for name, value in (
            ('consistent_snapshot_support', 'pool'),
            ('max_shares', '>= 11'),
            ('tier', 'gold'),
        ):
            refusal = self.judge(pool, group_specs={**wanted, name: value})
            self.assertEqual(f"{name} must be '{value}'", refusal.asked)

    def test_false_for_a_pool_that_reports_nothing(self):
        wanted = {'consistent_snapshot_support': 'False'}
        self.assert_passes(self.pool(), group_specs=wanted)
        pool = self.pool(consistent_snapshot_support='pool')
        self.assertIsNotNone(self.judge(pool, group_specs=wanted))

    words = st.sampled_from('abc')
    scalars = st.one_of(words, st.booleans(), st.integers(0, 2))
    values = st.one_of(
        words,
        st.sampled_from(('True', 'False', '>= 1', '<is> True', 's!= a')),
        st.builds('<or> {} <or> {}'.format, words, words),
    )

    @hypothesis.given(
        st.dictionaries(words, values),
        st.lists(
            st.dictionaries(
                words, st.one_of(scalars, st.lists(scalars, max_size=2))
            )
        ),
    )
    def test_passes_exactly_the_pools_that_match(self, wanted, reports):
        """One judge for many pools decides as each pool alone deserves."""
        judge = self.filter_class(fixtures.make_conf()).prepare(
            fixtures.make_request(group_specs=wanted)
        )
        for reported in reports:
            refusal = judge(self.pool(**reported))
            reason = specs.matches(wanted, reported)
            self.assertEqual(reason, refusal and str(refusal))


class CapacityTestCase(FilterTestCase):
    filter_class = capacity.CapacityFilter

    def pool(self, total, free, reserved=0):
        return fixtures.make_pool(
            total_capacity_gb=total,
            free_capacity_gb=free,
            reserved_percentage=reserved,
        )

    def test_room(self):
        for size, total, free, reserved in (
            (0, 100, 1, 0),
            (50, 100, 50, 0),
            (40, 100, 50, 10),
            (0, 100, 10.5, 10),
            (10**6, None, None, 10),
            (10**6, 100, None, 10),
            (10**6, math.inf, math.inf, 10),
            (50, math.inf, 50, 10),
            (50, None, 50, 10),
        ):
            pool = self.pool(total, free, reserved)
            self.assert_passes(pool, size_gb=size)

    def test_no_room(self):
        for size, total, free, reserved in (
            (51, 100, 50, 0),
            (41, 100, 50, 10),
            (51, None, 50, 0),
            (0, 100, 0, 0),
            (0, 100, 10, 10),
            (0, 100, 5, 10),
            (0, 0, 0, 0),
        ):
            pool = self.pool(total, free, reserved)
            self.assertIsNotNone(self.judge(pool, size_gb=size), pool)

    def test_reasons(self):
        self.assert_refuses(
            '41 GiB must be free outside the reserved part, but 50 of 100 GiB '
            'are free and 10 % reserved',
            self.pool(100, 50, 10),
            size_gb=41,
        )
        self.assert_refuses(
            'some capacity must be free outside the reserved part, but 0 of '
            'unknown GiB are free and 0 % reserved',
            self.pool(None, 0),
        )
