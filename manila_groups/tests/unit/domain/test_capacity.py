# SPDX-License-Identifier: Apache-2.0
"""A pool never promises more than it may."""

import collections
import functools

from manila_groups.domain.messages import api as messages
from manila_groups.domain.quotas import counts as quotas
from manila_groups.tests import fixtures
from manila_groups.tests import servers
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import share_case

ROOM = 25
CLIENTS = 40
POOL = 'host@alpha#one'


class CapacityCase(share_case.ShareCase):
    """One pool with room for 25 GiB."""

    options = {}
    overrides = {}

    def setUp(self):
        pool = {
            'name': 'one',
            'total_capacity_gb': ROOM,
            **self.options,
        }
        self.overrides = fixtures.merged(
            {
                'DEFAULT': {'enabled_backends': ['alpha']},
                'alpha': {'fake_pools': [pool]},
            },
            self.connection(),
        )
        super().setUp()

    def connection(self):
        return {}

    def statuses(self):
        return collections.Counter(
            one.status for one in self.service.all_shares()
        )

    def claimed(self):
        return self.service.claims()[POOL]


class TestClaims(CapacityCase):
    def test_forty_shares_with_room_for_twenty_five(self):
        for _ in range(CLIENTS):
            self.service.create_share()
        self.service.deliver_all()
        self.assertEqual({'available': 25, 'error': 15}, self.statuses())
        self.assertEqual(25, self.claimed())
        found = self.service.user_messages()
        self.assertEqual(15, len({one.resource_id for one in found}))
        for message in found:
            self.assertIn('1 GiB must be free', message.user_message)
            self.assertNotIn('alpha', message.user_message)
            self.assertNotIn('host', message.user_message)

    def test_what_is_claimed_counts_before_it_is_made(self):
        self.service.create_share(20)
        self.service.deliver()
        self.service.beat()
        self.service.create_share(6)
        self.service.deliver(-1)
        self.assertEqual({'creating': 1, 'error': 1}, self.statuses())

    def test_a_report_changes_nothing_of_it(self):
        for size in (20, 5):
            self.available_share(size)
            self.service.beat()
        self.assertEqual(25, self.claimed())
        self.service.create_share(1)
        self.service.deliver_all()
        self.assertEqual({'available': 2, 'error': 1}, self.statuses())

    def test_a_member_has_to_fit_where_its_group_is(self):
        group_id = self.available_group()
        self.available_share(20, share_group_id=group_id)
        share_id = self.service.create_share(6, share_group_id=group_id)
        self.service.deliver_all()
        self.assertEqual('error', self.service.share_status(share_id))
        self.only_message(share_id, messages.ALLOCATE_HOST)

    def test_growing(self):
        share_id = self.available_share(20)
        self.shares.extend(self.caller, share_id, 25)
        self.service.deliver_all()
        self.assertEqual(25, self.service.get_share(share_id).size)
        self.shares.extend(self.caller, share_id, 26)
        self.assertEqual(26, self.service.in_use(quotas.GIGABYTES))
        self.service.deliver_all()
        share = self.service.get_share(share_id)
        self.assertEqual(
            ('available', 25, None), (share.status, share.size, share.new_size)
        )
        self.assertEqual(25, self.service.in_use(quotas.GIGABYTES))
        text = self.only_message(share_id, messages.EXTEND)
        self.assertIn('stays as it is, at 25 GiB', text)

    def test_what_is_given_back_can_be_claimed(self):
        shrunk, deleted = self.available_share(15), self.available_share(10)
        self.shares.shrink(self.caller, shrunk, 5)
        self.delete(deleted)
        self.service.deliver_all()
        self.assertEqual(5, self.claimed())
        self.available_share(20)


class TestOverSubscription(CapacityCase):
    options = {'max_over_subscription_ratio': 2, 'reserved_percentage': 20}

    def test_the_ratio_of_what_is_not_reserved(self):
        self.available_share(15)
        self.service.beat()
        self.service.create_share(26)
        self.service.deliver_all()
        self.assertEqual({'available': 1, 'error': 1}, self.statuses())


class TestAtOnce(CapacityCase):
    """Schedulers that know nothing of each other."""

    def test_the_last_place_is_given_once(self):
        schedulers = [self.service.new_scheduler() for _ in range(4)]
        self.available_share(ROOM - 3)

        def create_and_place(scheduler):
            for _ in range(2):
                self.service.create_share()
                scheduler.runner.run_all()

        results = case.at_once(
            functools.partial(create_and_place, one) for one in schedulers
        )
        self.assertEqual([None] * 4, results)
        self.assertEqual(ROOM, self.claimed())
        self.service.check(self)
        self.service.deliver_all()
        self.assertEqual({'available': 4, 'error': 5}, self.statuses())

    def test_resizes_and_deletions_cross(self):
        share_ids = [self.available_share(2) for _ in range(6)]
        calls = []
        for share_id in share_ids:
            calls.extend(
                (
                    lambda one=share_id: self.shares.extend(
                        self.caller, one, 9
                    ),
                    lambda one=share_id: self.shares.shrink(
                        self.caller, one, 1
                    ),
                    lambda one=share_id: self.shares.force_delete(
                        self.service.admin, one
                    ),
                    self.deliver,
                    self.deliver,
                )
            )
        case.at_once(calls, threads=8)
        self.service.settle()
        self.service.check(self)
        self.service.check_content(self)
        self.assertEqual({}, self.statuses())

    def deliver(self):
        try:
            self.service.deliver()
        except IndexError:
            return


class TestAtOnceOnMysql(TestAtOnce):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestAtOnceOnPostgresql(TestAtOnce):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}
