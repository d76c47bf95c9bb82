# SPDX-License-Identifier: Apache-2.0
"""Decides on a batch, each decision seeing those before it."""

import dataclasses
from typing import Any

from oslo_log import log

from manila_groups import exception
from manila_groups import states
from manila_groups.domain.operations import engine as engines
from manila_groups.domain.operations import placing
from manila_groups.domain.operations import runner as runners
from manila_groups.domain.operations import verb as verbs
from manila_groups.scheduler import model
from manila_groups.scheduler import placement
from manila_groups.scheduler import plugins
from manila_groups.scheduler import pools

LOG = log.getLogger(__name__)

#: How many operations are decided on at once.
_MOST = 100
#: How often a batch is decided again when another scheduler has changed a
#: pool.  The last time accepts the pools as they are: the groups are placed,
#: though perhaps less evenly.
ROUNDS = 10

_NO_POOL = 'Its pool is not available at the moment.'
_NO_DECISION = 'The scheduler failed to choose a pool. Its log has the reason.'

_GROUP_CAPABILITY = 'consistent_snapshot_support'


class Decider:
    """Ranks the pools for what waits.

    :param known: the pools as they are reported and claimed
    """

    def __init__(self, conf: Any, known: pools.PoolCache):
        self._conf = conf
        self._pools = known
        self._filters = plugins.load_filters(conf)
        self._weighers = plugins.load_weighers(conf)

    def reload(self) -> None:
        """Load the filters and weighers that the configuration now lists."""
        try:
            filters = plugins.load_filters(self._conf)
            weighers = plugins.load_weighers(self._conf)
        except exception.ConfigurationError as error:
            LOG.error('Keeping the current filters and weighers: %s', error)
            return
        self._filters, self._weighers = filters, weighers

    def decide_all(self, tasks: list[verbs.Task], exactly: bool) -> None:
        """Give each task its place, or the reason why there is none.

        :param exactly: whether a pool must be as it was seen when it is
            claimed
        """
        view = {pool.name: pool for pool in self._pools.current()}
        seen = {name: view[name].share_groups for name in view}
        for one in tasks:
            task_view = list(view.values())
            try:
                chosen = self._choose(one, task_view)
            except (placing.NoPool, verbs.Awaits) as error:
                one.error, one.cleaned = error, True
                continue
            pool = view[chosen]
            one.error = None
            one.result = _place(pool, seen[chosen] if exactly else None)
            view[chosen] = dataclasses.replace(
                pool,
                share_groups=pool.share_groups + one.work.groups,
                claimed_gb=pool.claimed_gb + one.work.size_gb,
            )

    def _choose(self, task, view):
        """Return the name of the best pool.

        :raises NoPool: none fits
        :raises Awaits: it can not be decided yet
        """
        if task.work.hints.awaits is not None:
            raise verbs.Awaits(task.work.hints.awaits)
        try:
            decision = self.rank(task.row.id, task.work, view)
        except Exception:
            LOG.exception(
                'Failed to choose a pool for the %s %s',
                states.noun(task.verb.kind),
                task.row.id,
            )
            raise placing.NoPool(_NO_DECISION) from None
        if decision.ranking:
            return decision.ranking[0].pool
        _log_refusals(task, decision)
        raise placing.NoPool(explain(task.work, decision))

    def rank(
        self, row_id: str, waiting: placing.Waiting, view: list[model.Pool]
    ) -> model.Decision:
        """Rank the pools for a group or a share, and explain refusals."""
        if waiting.pool is not None:
            view = [pool for pool in view if pool.name == waiting.pool]
        request = model.Request(
            id=row_id,
            availability_zone=waiting.zone,
            extra_specs=waiting.extra_specs,
            group_specs=waiting.group_specs,
            size_gb=waiting.size_gb,
            excluded=waiting.tried,
            protocol=waiting.protocol,
            different_host=waiting.hints.different_host,
            same_host=waiting.hints.same_host,
            only_host=waiting.hints.only_host,
        )
        return placement.place(request, view, self._filters, self._weighers)


def explain(waiting: placing.Waiting, decision: model.Decision) -> str:
    """Explain a decision to users in one sentence."""
    if waiting.pool is not None and not decision.pools:
        return _NO_POOL
    return decision.for_user()


def _place(pool, seen):
    support = pool.group_capabilities.get(_GROUP_CAPABILITY)
    return placing.Place(
        pool.name,
        pool.availability_zone,
        seen,
        support if support in ('pool', 'host') else None,
    )


def _log_refusals(task, decision):
    LOG.warning(
        'No pool fits the %s %s of project %s:\n%s',
        states.noun(task.verb.kind),
        task.row.id,
        task.row.project_id,
        decision.for_operator() or 'no back end reports such a pool',
    )


class Runner(runners.Runner):
    """Does the schedulers' steps, a batch at a time."""

    def __init__(self, engine: engines.Engine, decider: Decider):
        super().__init__(engine, {}, runners.AtOnce(), _MOST)
        self._decider = decider

    def _start(self, tasks):
        exactly = all(one.rounds < ROUNDS for one in tasks)
        try:
            self._decider.decide_all(tasks, exactly)
        except Exception:
            self._drop(tasks)
            raise
        self._put_back(tasks)

    def _take_back(self, task):
        """There is nothing to take back: it is all in the database."""
