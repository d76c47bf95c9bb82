# SPDX-License-Identifier: Apache-2.0
"""A decision as plain data, for those who ask where something would go."""

import collections
from typing import Any

from manila_groups.domain import placements
from manila_groups.domain.operations import placing
from manila_groups.domain.services import api as services_domain
from manila_groups.scheduler import decisions
from manila_groups.scheduler import model
from manila_groups.scheduler import pools


class Explainer:
    """Decides as schedulers do, and claims nothing.

    :raises ConfigurationError: a filter or a weigher cannot be loaded
    """

    def __init__(self, conf: Any, db: Any):
        self._pools = pools.PoolCache(
            db, lambda one: services_domain.is_up(conf, one)
        )
        self._decider = decisions.Decider(conf, self._pools)

    def __call__(
        self, row_id: str, waiting: placing.Waiting
    ) -> placements.Placement:
        """Decide for one share group or share."""
        decision = self._decider.rank(row_id, waiting, self._pools.current())
        return placements.Placement(
            fits=len(decision.ranking),
            pools=len(decision.pools),
            explanation=decisions.explain(waiting, decision),
            reasons=tuple(_reasons(decision)),
            candidates=tuple(
                placements.Candidate(one.pool, one.weight)
                for one in decision.ranking
            ),
            refusals=tuple(_refusals(decision)),
        )


def _reasons(decision: model.Decision):
    for name, verdicts in decision.verdicts.items():
        asked = collections.Counter(one.asked for one in verdicts if one)
        for reason, number in sorted(
            asked.items(), key=lambda pair: (-pair[1], pair[0])
        ):
            yield placements.Reason(name, reason, number)


def _refusals(decision: model.Decision):
    for name, verdicts in decision.verdicts.items():
        for pool, refusal in zip(decision.pools, verdicts, strict=True):
            if refusal:
                yield placements.Refusal(
                    pool, name, refusal.asked, refusal.found
                )
