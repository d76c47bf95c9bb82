# SPDX-License-Identifier: Apache-2.0
"""What is told of a placement is what a scheduler decides, for anything."""

import random
import types
from unittest import mock

from manila_groups.domain import scheduler_hints
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_groups import create
from manila_groups.scheduler import decisions
from manila_groups.scheduler import explaining
from manila_groups.scheduler import model
from manila_groups.scheduler import pools
from manila_groups.tests import base
from manila_groups.tests.unit.scheduler import fixtures

REQUESTS = 1000
ZONES = ('nova', 'north')
TIERS = ('gold', 'silver')
BACK_ENDS = tuple(f'host{number}@be' for number in range(3))


class Known:
    """Pools that are as they are told to be."""

    def __init__(self):
        self.now = []

    def current(self):
        return self.now


class TestEquality(base.TestCase):
    def setUp(self):
        super().setUp()
        self.known = Known()
        conf = fixtures.make_conf()
        with mock.patch.object(pools, 'PoolCache', return_value=self.known):
            self.explain = explaining.Explainer(conf, None)
        self.decider = decisions.Decider(conf, self.known)
        self.random = random.Random(7)

    def odds(self, part):
        return self.random.random() < part

    def pool(self, number):
        total = self.random.choice((100, 500, 1000, 'infinite', 'unknown'))
        free = self.random.choice((total, 90, 5))
        # A back end without a number for it reports no limit.
        limits = (None,) if isinstance(free, str) else (None, 100, 1000)
        return model.Pool.from_mapping(
            {
                'name': f'host{number % 3}@be#{number}',
                'availability_zone': self.random.choice(ZONES),
                'service_up': self.odds(0.9),
                'service_enabled': self.odds(0.9),
                'capabilities': {
                    'driver_handles_share_servers': self.odds(0.1),
                    'tier': self.random.choice(TIERS),
                },
                'group_capabilities': {'tier': self.random.choice(TIERS)},
                'total_capacity_gb': total,
                'free_capacity_gb': free,
                'reserved_percentage': self.random.choice((0, 10)),
                'share_groups': self.random.randrange(4),
                'claimed_gb': self.random.choice((0, 40, 400)),
                'claimable_gb': self.random.choice(limits),
            }
        )

    def tier(self):
        return {'tier': self.random.choice(TIERS)} if self.odds(0.4) else {}

    def waiting(self):
        names = [one.name for one in self.known.now]
        return placing.Waiting(
            extra_specs=tuple(
                {'driver_handles_share_servers': 'False', **self.tier()}
                for _ in range(self.random.choice((1, 1, 2)))
            ),
            group_specs=self.tier(),
            zone=self.random.choice((None, None, *ZONES)),
            tried=frozenset(names[:1] if self.odds(0.1) else ()),
            size_gb=self.random.choice((0, 1, 50, 300)),
            pool=self.random.choice((*names, 'gone'))
            if self.odds(0.2)
            else None,
            groups=1,
            hints=self.hints(),
        )

    def some_back_ends(self):
        return frozenset(
            self.random.sample(BACK_ENDS, self.random.choice((1, 2)))
        )

    def hints(self):
        return scheduler_hints.Hints(
            different_host=self.some_back_ends()
            if self.odds(0.2)
            else frozenset(),
            same_host=self.some_back_ends() if self.odds(0.2) else None,
            only_host=self.random.choice((*BACK_ENDS, f'{BACK_ENDS[1]}#1'))
            if self.odds(0.1)
            else None,
        )

    def decided(self, row_id, waiting):
        """What the scheduler gives: the pool, and why there is none."""
        row = types.SimpleNamespace(id=row_id, project_id='demo')
        task = verbs.Task(
            None, create.VERB, create.VERB.steps[0], row, waiting
        )
        self.decider.decide_all([task], exactly=False)
        return task.result and task.result.pool, task.error and str(task.error)

    def test_the_first_candidate_or_the_reason(self):
        placed = 0
        for number in range(REQUESTS):
            self.known.now = [
                self.pool(one) for one in range(self.random.randrange(8))
            ]
            waiting = self.waiting()
            told = self.explain(str(number), waiting)
            pool, reason = self.decided(str(number), waiting)
            if pool is None:
                self.assertEqual((), told.candidates)
                self.assertEqual(reason, told.explanation)
            else:
                self.assertEqual(pool, told.candidates[0].pool)
                placed += 1
            for one in self.known.now:
                for reason in told.reasons:
                    self.assertNotIn(one.name, reason.reason)
                self.assertNotIn(one.name, told.explanation)
        # Neither is rare.
        self.assertTrue(200 < placed < REQUESTS - 200, placed)
