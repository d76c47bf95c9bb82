# SPDX-License-Identifier: Apache-2.0
"""The scheduler: chooses a pool for each waiting share group and share."""

from typing import Any

import oslo_messaging

from manila_groups import service
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import services
from manila_groups.domain.backup_policies import carrying_out
from manila_groups.domain.operations import adopting
from manila_groups.domain.operations import engine as engines
from manila_groups.domain.operations import reconcile
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.services import api as services_domain
from manila_groups.rpc import scheduler as scheduler_rpc
from manila_groups.rpc import wake as wakes
from manila_groups.scheduler import decisions
from manila_groups.scheduler import pools


class SchedulerManager(service.Manager):
    """Receives the messages of the scheduler's RPC API.

    :param waker: wakes schedulers and back ends
    :ivar runner: does the operations
    :ivar decider: ranks the pools
    :raises ConfigurationError: a filter or a weigher cannot be loaded
    """

    runner: decisions.Runner

    target = oslo_messaging.Target(version=scheduler_rpc.VERSION)

    def __init__(
        self,
        conf: Any,
        db: db_api.Database,
        registry: registries.Registry,
        waker: wakes.Waker,
    ):
        self._conf = conf
        self._db = db
        self.decider = decisions.Decider(
            conf,
            pools.PoolCache(db, lambda one: services_domain.is_up(conf, one)),
        )
        self._engine = engines.Engine(
            conf,
            db,
            registry,
            wakes.SCHEDULERS,
            f'scheduler.{conf.host}',
            waker,
        )
        self.runner = decisions.Runner(self._engine, self.decider)
        self._adopter = adopting.Adopter(db, registry, waker)
        self._reconciler = reconcile.Reconciler(conf, db, registry, waker)
        self._policies = carrying_out.Policies(conf, db, waker)

    @oslo_messaging.expose
    def wake(self, _ctxt) -> None:
        """Look at the queue."""
        self.runner.wake()

    @oslo_messaging.expose
    def place(self, _ctxt, kind: str, row_id: str) -> None:
        """Look at the queue; the release before names a row.

        :param kind: the kind of the row, as in states
        """
        self._adopter.adopt(kind, row_id)
        self.runner.wake()

    @db_api.transaction
    def _beat(self, conn) -> None:
        zone = self._conf.service.availability_zone
        services.beat(conn, self._conf.host, services.SCHEDULER, zone)

    def report(self) -> None:
        """Write the heartbeat, and renew the leases on what is at work."""
        self._engine.renew(self.runner.at_work())
        self._beat()

    def reload(self) -> None:
        """Load the filters and weighers that the configuration now lists."""
        self.decider.reload()

    def end(self) -> None:
        """Begin no more operations; the next process will find them."""
        self.runner.end()

    def hand_back(self) -> None:
        """Give up all leases: another scheduler can begin at once."""
        self._engine.give_back()

    def reconcile(self) -> None:
        """Find what no wake-up and no process takes care of."""
        self._reconciler.reconcile()
        utils.call_logging_errors(self._policies.run)
        self.runner.wake()
