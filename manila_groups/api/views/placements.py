# SPDX-License-Identifier: Apache-2.0
"""Where something would go, in responses."""

import dataclasses
import math

from manila_groups.api.views import base
from manila_groups.api.views import shapes

SINCE = 'share-groups 1.3'

_REASON = {'filter': shapes.TEXT, 'reason': shapes.TEXT}


def _listed(name):
    return lambda record, _: [
        dataclasses.asdict(one) for one in getattr(record, name)
    ]


def _candidates(record, _request):
    # JSON has no infinity.
    return [
        {
            'pool': one.pool,
            'weight': one.weight if math.isfinite(one.weight) else None,
        }
        for one in record.candidates
    ]


DETAIL = base.View(
    base.Field('fits', SINCE, shape=shapes.COUNT),
    base.Field('pools', SINCE, shape=shapes.COUNT),
    base.Field('explanation', SINCE),
    base.Field(
        'reasons',
        SINCE,
        value=_listed('reasons'),
        shape=shapes.ListOf(
            shapes.Members({**_REASON, 'pools': shapes.COUNT})
        ),
    ),
    base.Field(
        'candidates',
        SINCE,
        admin=True,
        value=_candidates,
        shape=shapes.ListOf(
            shapes.Members(
                {'pool': shapes.TEXT, 'weight': {'type': ['number', 'null']}}
            )
        ),
    ),
    base.Field(
        'refusals',
        SINCE,
        admin=True,
        value=_listed('refusals'),
        shape=shapes.ListOf(
            shapes.Members(
                {**_REASON, 'pool': shapes.TEXT, 'found': shapes.TEXT}
            )
        ),
    ),
)

ONE = shapes.one('placement', shape=DETAIL)
