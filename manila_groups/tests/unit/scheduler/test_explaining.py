# SPDX-License-Identifier: Apache-2.0
"""Where something would go is where it goes."""

import os
import random

from manila_groups import exception
from manila_groups.db.services import BACKEND
from manila_groups.domain import placements
from manila_groups.domain.services import api as services
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.domain.shares import insert as share_creation
from manila_groups.scheduler import explaining
from manila_groups.tests import base
from manila_groups.tests import inprocess

#: How many requests are made.
REQUESTS = int(os.environ.get('MANILA_GROUPS_TEST_STEPS') or 150)
POOLS = {
    'alpha': {
        'fake_pools': [
            {'name': 'one', 'total_capacity_gb': 400},
            {'name': 'two', 'total_capacity_gb': 100},
        ]
    },
    'quota': {'share_groups': -1, 'shares': -1, 'gigabytes': -1},
    'beta': {
        'fake_pools': [
            {'name': 'small', 'total_capacity_gb': 10},
            {'name': 'large', 'total_capacity_gb': 900},
        ],
        'fake_group_capabilities': {'consistent_snapshot_support': 'pool'},
        'backend_availability_zone': 'north',
    },
}


class TestPlacements(base.TestCase):
    def setUp(self):
        super().setUp()
        self.service = self.useFixture(inprocess.InProcess(POOLS))
        explain = explaining.Explainer(self.service.conf, self.service.db)
        self.groups = placements.Placements(
            self.service.groups.rehearse, explain
        )
        self.shares = placements.Placements(
            self.service.shares.rehearse, explain
        )
        self.services = services.Services(self.service.conf, self.service.db)
        self.impossible = self.service.group_types.create(
            self.service.admin, 'impossible', None, {'tier': 'unobtainium'}
        ).id
        self.random = random.Random(1)

    def place_group(self, **wanted):
        return self.groups.of(
            self.service.caller, share_groups.NewShareGroup(**wanted)
        )

    def place_share(self, size, **wanted):
        new = share_creation.NewShare(size=size, share_proto='NFS', **wanted)
        return self.shares.of(self.service.caller, new)

    def test_it_equals_what_happens_next(self):
        kinds = set()
        for number in range(REQUESTS):
            one = self.random.choice(
                (self.one_group, self.one_share, self.one_member)
            )
            kinds.add((one.__name__, one() is None))
            if number % 10 == 9:
                self.change_something()
        # Each kind has gone somewhere, and nowhere.
        self.assertEqual(6, len(kinds), kinds)
        self.service.check(self)

    def zone(self):
        return self.random.choice((None, None, 'nova', 'north'))

    def hints(self):
        """Hints that name some of what is placed, if any is."""
        rows = [*self.service.all_groups(), *self.service.all_shares()]
        there = [one for one in rows if one.host is not None]
        hints = {}
        for name in ('different_host', 'same_host'):
            if there and self.random.random() < 0.2:
                hints[name] = [self.random.choice(there).id]
        if self.random.random() < 0.1:
            hints['only_host'] = self.random.choice(
                ('host@beta', 'host@alpha#two')
            )
        return hints

    def one_group(self):
        wanted = {
            'scheduler_hints': self.hints(),
            'availability_zone': self.zone(),
            'share_group_type_id': self.random.choice(
                (None, None, self.impossible)
            ),
        }
        placement = self.place_group(**wanted)
        made = self.service.create(**wanted)
        self.service.deliver_all()
        return self.compare(placement, self.service.get(made), 'SHARE_GROUP')

    def one_share(self):
        size, zone = self.random.choice((1, 30, 300, 1000)), self.zone()
        placement = self.place_share(size, availability_zone=zone)
        made = self.service.create_share(size, availability_zone=zone)
        self.service.deliver_all()
        return self.compare(placement, self.service.get_share(made), 'SHARE')

    def one_member(self):
        groups = [one for one in self.service.all_groups() if one.host]
        if not groups:
            return self.one_group()
        group_id = self.random.choice(groups).id
        size = self.random.choice((1, 30, 300))
        placement = self.place_share(size, share_group_id=group_id)
        self.assertEqual(1, placement.pools)
        made = self.service.create_share(size, share_group_id=group_id)
        self.service.deliver_all()
        return self.compare(placement, self.service.get_share(made), 'SHARE')

    def compare(self, placement, row, kind):
        """Compare; returns the pool that the row has gone to."""
        self.assertEqual(bool(placement.candidates), row.host is not None)
        if row.host is None:
            self.assertEqual(0, placement.fits)
            self.assertIn(placement.explanation, self.message(kind, row.id))
            return None
        self.assertEqual(len(placement.candidates), placement.fits)
        weights = {one.pool: one.weight for one in placement.candidates}
        self.assertEqual(max(weights.values()), weights[row.host])
        return row.host

    def change_something(self):
        """Disable or enable a back end, and delete some of what there is."""
        change = self.random.choice(
            (self.services.disable, self.services.enable)
        )
        change(self.random.choice(('host@alpha', 'host@beta')), BACKEND)
        service = self.service
        for share in service.all_shares()[::2]:
            service.shares.force_delete(service.caller, share.id)
        for group in service.all_groups()[::3]:
            service.groups.force_delete(service.caller, group.id)
        service.deliver_all()

    def message(self, kind, row_id):
        return next(
            one.user_message
            for one in self.service.user_messages()
            if (one.resource_type, one.resource_id) == (kind, row_id)
        )

    def test_nothing_is_made(self):
        self.service.events.clear()
        before = self.service.counts(), self.service.claims()
        group, share = self.place_group(), self.place_share(1)
        self.assertEqual(4, group.fits)
        self.assertEqual(4, share.pools)
        self.assertEqual(
            before, (self.service.counts(), self.service.claims())
        )
        self.assertEqual([], self.service.all_groups())
        self.assertEqual([], self.service.all_shares())
        self.assertEqual([], self.service.under_way())
        self.assertEqual([], self.service.events)
        self.assertEqual([], self.service.messages)

    def test_why_pools_are_refused(self):
        found = self.place_share(200, availability_zone='nova')
        self.assertEqual(
            ['host@alpha#one'], [one.pool for one in found.candidates]
        )
        self.assertEqual(
            {'availability_zone': 2, 'capacity': 2},
            {one.filter: one.pools for one in found.reasons},
        )
        by_filter = {(one.filter, one.pool) for one in found.refusals}
        self.assertIn(('capacity', 'host@alpha#two'), by_filter)
        self.assertIn(('availability_zone', 'host@beta#large'), by_filter)

    def test_what_the_creation_refuses(self):
        error = self.assertRaises(
            exception.Invalid, self.place_group, share_group_type_id='x'
        )
        self.assertIn('share_group_type_id', error.message)
