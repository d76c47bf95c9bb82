# SPDX-License-Identifier: Apache-2.0
"""The scheduler's decision: a pure function of a request and the pools.

It uses no database, no message bus and no configuration. Its arguments and
results are the plain data of model, so that a decision can be repeated, tested
and explained.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import hashlib
import operator

from manila_groups.scheduler import filters as filters_
from manila_groups.scheduler import model
from manila_groups.scheduler import weighers as weighers_

#: The name, beside the filters', that refuses pools which failed before.
ALREADY_TRIED = 'already_tried'


def _weights(
    request: model.Request,
    pools: list[model.Pool],
    weighers: Sequence[weighers_.Weigher],
) -> list[float]:
    """Sum the weighers' values, each scaled to at most 1 and multiplied.

    The scale is the largest absolute value, not the range from minimum to
    maximum: pools that are nearly equal in one respect stay nearly equal.
    """
    totals = [0.0] * len(pools)
    for weigher in weighers:
        values = weigher.weigh(request, pools)
        largest = max(map(abs, values), default=0) or 1
        multiplier = weigher.multiplier
        totals = [
            total + multiplier * (value / largest)
            for total, value in zip(totals, values, strict=True)
        ]
    return totals


def _rank(
    request: model.Request,
    pools: list[model.Pool],
    weighers: Sequence[weighers_.Weigher],
) -> tuple[model.Candidate, ...]:
    """Sort by weight; a hash that depends on the group orders equal pools.

    Every scheduler gets the same order, and groups spread over equal pools.
    """
    seed = hashlib.blake2b(request.id.encode(), digest_size=8)

    def draw(pool: model.Pool) -> bytes:
        lot = seed.copy()
        lot.update(pool.name.encode())
        return lot.digest()

    weights = _weights(request, pools, weighers)
    ranked = sorted(
        (-weight, draw(pool), pool.name)
        for weight, pool in zip(weights, pools, strict=True)
    )
    return tuple(
        [model.Candidate(name, -minus) for minus, _lot, name in ranked]
    )


def place(
    request: model.Request,
    pools: Iterable[model.Pool],
    filters: Sequence[filters_.Filter],
    weighers: Sequence[weighers_.Weigher],
) -> model.Decision:
    """Rank the pools that pass all filters, and explain the refusals.

    Every filter judges every pool. The order of the pools does not change the
    ranking.

    :param filters: their names must be unique
    """
    pools = tuple(pools)
    verdicts: dict[str, list[model.Refusal | None]] = {}
    if request.excluded:
        tried = model.Refusal('the pool must not have failed to create it')
        verdicts[ALREADY_TRIED] = [
            tried if pool.name in request.excluded else None for pool in pools
        ]
    for one in filters:
        verdicts[one.name] = list(map(one.prepare(request), pools))
    fitting = [
        pool
        for pool, *refusals in zip(pools, *verdicts.values(), strict=True)
        if not any(refusals)
    ]
    return model.Decision(
        ranking=_rank(request, fitting, weighers),
        pools=tuple(map(operator.attrgetter('name'), pools)),
        verdicts=verdicts,
    )
