# SPDX-License-Identifier: Apache-2.0
"""The scheduler: finds a pool for each share group that waits for one."""

import threading

from oslo_log import log
import oslo_messaging

from manila_groups import context
from manila_groups import service
from manila_groups import states
from manila_groups.groups import lifecycle
from manila_groups.scheduler import placement
from manila_groups.scheduler import plugins
from manila_groups.scheduler import pools
from manila_groups.scheduler import rpcapi

LOG = log.getLogger(__name__)

#: After so many claims that found the pool changed by another scheduler, a
#: group takes the best pool as it is: it is placed then, if less evenly.
CLAIMS = 10

_NO_DECISION = 'The scheduler has failed to choose a pool; its log says why.'

_GROUP_CAPABILITY = 'consistent_snapshot_support'


class SchedulerManager:
    """Takes the messages of the scheduler's RPC API.

    :param steps: the lifecycle of share groups
    :param backends: tells back ends of waiting work
    """

    target = oslo_messaging.Target(version=rpcapi.VERSION)

    def __init__(self, conf, db, steps: lifecycle.Lifecycle, backends):
        self._steps = steps
        self._backends = backends
        self._filters = plugins.load_filters(conf)
        self._weighers = plugins.load_weighers(conf)
        self._pools = pools.PoolCache(db, steps.is_up)
        # One decision at a time, so that each sees the claims of the others
        # and none has to be made again.
        self._deciding = threading.Lock()
        self._first_search = True

    @oslo_messaging.expose
    def place_share_group(self, ctxt, share_group_id: str) -> None:
        """Find a pool for a share group and tell its back end.

        Does nothing when the group does not wait for a place.
        """
        with self._deciding:
            pool = self._place(share_group_id)
        if pool is not None:
            self._backends.create_share_group(ctxt, pool, share_group_id)

    def _place(self, group_id):
        for attempt in range(1, CLAIMS + 1):
            waiting = self._steps.waiting(group_id)
            if waiting is None:
                return None
            candidates = self._pools.current()
            decision = self._decide(waiting, candidates)
            if decision is None or not decision.ranking:
                self._give_up(waiting.group, decision)
                return None
            chosen = _find(candidates, decision.ranking[0].pool)
            claim = self._claim(group_id, chosen, attempt < CLAIMS)
            if claim is lifecycle.Claim.TAKEN:
                LOG.info('Share group %s goes to %s', group_id, chosen.name)
                return chosen.name
            if claim is lifecycle.Claim.NOT_WAITING:
                return None
        LOG.warning(
            'Share group %s was not placed: the pools change faster than '
            'they can be claimed. It is tried again later.',
            group_id,
        )
        return None

    def _decide(self, waiting, candidates):
        """A decision; None when a filter or a weigher has failed."""
        try:
            return self.decide(waiting, candidates)
        except Exception:
            LOG.exception(
                'No decision was made on share group %s', waiting.group.id
            )
            return None

    def decide(
        self, waiting: lifecycle.Waiting, candidates: list[placement.Pool]
    ) -> placement.Decision:
        """Rank the pools for a share group, with the filters' verdicts."""
        request = placement.Request(
            share_group_id=waiting.group.id,
            availability_zone=waiting.zone,
            extra_specs=tuple(one.specs for one in waiting.share_types),
            group_specs=waiting.group_type.specs,
            excluded=waiting.tried,
        )
        return placement.place(
            request, candidates, self._filters, self._weighers
        )

    def _claim(self, group_id, pool, exactly):
        support = pool.group_capabilities.get(_GROUP_CAPABILITY)
        return self._steps.claim(
            group_id,
            pool.name,
            pool.share_groups if exactly else None,
            pool.availability_zone,
            support if support in ('pool', 'host') else None,
        )

    def _give_up(self, group, decision):
        if decision is None:
            self._steps.no_place(group, _NO_DECISION)
        elif self._steps.no_place(group, decision.for_user()):
            LOG.warning(
                'No pool fits share group %s of project %s:\n%s',
                group.id,
                group.project_id,
                decision.for_operator() or 'no back end reports any pool',
            )

    def reconcile(self) -> None:
        """Take up what a lost message or a dead process left."""
        waiting = self._steps.unplaced(self._first_search)
        self._first_search = False
        for group_id in waiting:
            service.quietly(
                self.place_share_group, context.service_context(), group_id
            )
        for group in self._steps.stranded():
            service.quietly(self._rescue, group)
        self._steps.forget_expired_messages()

    def _rescue(self, group):
        if group.status == states.DELETING:
            LOG.warning(
                'The back end of %s is gone for good: share group %s is '
                'deleted without it',
                group.host,
                group.id,
            )
            self._steps.deleted(group)
        elif self._steps.attempt_failed(group, cleaned=False):
            self.place_share_group(context.service_context(), group.id)


def _find(candidates, name):
    return next(pool for pool in candidates if pool.name == name)
