# SPDX-License-Identifier: Apache-2.0
"""The scheduler: chooses a pool for each waiting share group and share."""

import threading

from oslo_log import log
import oslo_messaging

from manila_groups import context
from manila_groups import exception
from manila_groups import service
from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import services
from manila_groups.domain import clients
from manila_groups.domain.operations import lifecycle as lifecycles
from manila_groups.domain.operations import scheduling
from manila_groups.rpc import scheduler as scheduler_rpc
from manila_groups.scheduler import model
from manila_groups.scheduler import placement
from manila_groups.scheduler import plugins
from manila_groups.scheduler import pools
from manila_groups.scheduler import reconcile

LOG = log.getLogger(__name__)

#: How often a claim is tried again when another scheduler has changed the
#: pool.  The last try accepts the pool as it is: the group is placed, though
#: perhaps less evenly.
CLAIMS = 10

_NO_POOL = 'Its pool is not available at the moment.'
_NO_DECISION = 'The scheduler failed to choose a pool. Its log has the reason.'

_GROUP_CAPABILITY = 'consistent_snapshot_support'


class SchedulerManager(service.Manager):
    """Receives the messages of the scheduler's RPC API.

    :param lifecycle: the transitions of all kinds of rows
    :param backends: sends wake-ups to back ends
    """

    target = oslo_messaging.Target(version=scheduler_rpc.VERSION)

    def __init__(
        self,
        conf,
        db: db_api.Database,
        lifecycle: lifecycles.Lifecycle,
        backends: clients.BackendClient,
    ):
        self._conf = conf
        self._db = db
        self._lifecycle = lifecycle
        self._backends = backends
        self._filters = plugins.load_filters(conf)
        self._weighers = plugins.load_weighers(conf)
        self._pools = pools.PoolCache(db, lifecycle.is_up)
        self._reconciler = reconcile.Reconciler(lifecycle, self.place)
        # One decision at a time: each sees the claims of those before, and
        # none has to be repeated.
        self._deciding = threading.Lock()
        self._first_search = True

    @oslo_messaging.expose
    def place(self, ctxt, kind: str, row_id: str) -> None:
        """Choose a pool for a share group or a share, and wake its back end.

        Does nothing if it does not wait for a pool, or for capacity to grow.
        """
        pool = self._place(kind, row_id)
        if pool is not None:
            self._backends.work(ctxt, pool, kind, row_id)

    def _place(self, kind, row_id):
        for attempt in range(1, CLAIMS + 1):
            waiting = self._lifecycle.scheduling.waiting(kind, row_id)
            if waiting is None:
                return None
            with self._deciding:
                candidates = self._candidates(waiting)
                decision = self._decide(waiting, candidates)
                if decision is None or not decision.ranking:
                    self._give_up(waiting, decision)
                    return None
                chosen = _find(candidates, decision.ranking[0].pool)
                claim = self._claim(waiting, chosen, attempt < CLAIMS)
            if claim is scheduling.Claim.TAKEN:
                LOG.info(
                    'Placed the %s %s in the pool %s',
                    states.noun(kind),
                    row_id,
                    chosen.name,
                )
                return chosen.name
            if claim is scheduling.Claim.NOT_WAITING:
                return None
        LOG.warning(
            'The %s %s was not placed: the pools change faster than they can '
            'be claimed. It will be retried.',
            states.noun(kind),
            row_id,
        )
        return None

    @db_api.transaction
    def report(self, conn) -> None:
        """Write the heartbeat."""
        zone = self._conf.service.availability_zone
        services.beat(conn, self._conf.host, services.SCHEDULER, zone)

    def reload(self) -> None:
        """Load the filters and weighers that the configuration now lists."""
        try:
            filters = plugins.load_filters(self._conf)
            weighers = plugins.load_weighers(self._conf)
        except exception.ConfigurationError as error:
            LOG.error('Keeping the current filters and weighers: %s', error)
            return
        with self._deciding:
            self._filters, self._weighers = filters, weighers

    def _candidates(self, waiting):
        known = self._pools.current()
        if waiting.pool is None:
            return known
        return [pool for pool in known if pool.name == waiting.pool]

    def _decide(self, waiting, candidates):
        """Make a decision; None if a filter or a weigher failed."""
        try:
            return self.decide(waiting, candidates)
        except Exception:
            LOG.exception(
                'Failed to choose a pool for the %s %s',
                states.noun(waiting.kind),
                waiting.row.id,
            )
            return None

    def decide(
        self, waiting: scheduling.Waiting, candidates: list[model.Pool]
    ) -> model.Decision:
        """Rank the pools for a group or a share, and explain refusals."""
        request = model.Request(
            id=waiting.row.id,
            availability_zone=waiting.zone,
            extra_specs=waiting.extra_specs,
            group_specs=waiting.group_specs,
            size_gb=waiting.size_gb,
            excluded=waiting.tried,
            protocol=waiting.protocol,
        )
        return placement.place(
            request, candidates, self._filters, self._weighers
        )

    def _claim(self, waiting, pool, exactly):
        support = pool.group_capabilities.get(_GROUP_CAPABILITY)
        return self._lifecycle.scheduling.claim(
            waiting,
            pool.name,
            pool.share_groups if exactly else None,
            pool.availability_zone,
            support if support in ('pool', 'host') else None,
        )

    def _give_up(self, waiting, decision):
        if decision is None:
            text = _NO_DECISION
        elif waiting.pool is not None and not decision.pools:
            text = _NO_POOL
        else:
            text = decision.for_user()
        ended = self._lifecycle.scheduling.no_valid_pool(waiting, text)
        if ended and decision is not None:
            LOG.warning(
                'No pool fits the %s %s of project %s:\n%s',
                states.noun(waiting.kind),
                waiting.row.id,
                waiting.row.project_id,
                decision.for_operator() or 'no back end reports such a pool',
            )

    def reconcile(self) -> None:
        """Take up work whose message was lost or whose process died."""
        waiting = self._lifecycle.scheduling.unplaced(self._first_search)
        self._first_search = False
        for kind, row_id in waiting:
            utils.call_logging_errors(self._take_up, kind, row_id)
        self._reconciler.reconcile()
        utils.call_logging_errors(self._lifecycle.give_up_overdue)
        self._lifecycle.forget_expired_messages()

    def _take_up(self, kind, row_id):
        if self._lifecycle.scheduling.take_up(kind, row_id):
            self.place(context.service_context(), kind, row_id)


def _find(candidates, name):
    return next(pool for pool in candidates if pool.name == name)
