# SPDX-License-Identifier: Apache-2.0
"""A back end: does the operations in its pools, with its driver."""

from collections.abc import Callable
import dataclasses
import functools
from typing import Any

from oslo_log import log
import oslo_messaging

from manila_groups import exception
from manila_groups import service
from manila_groups.backend import backup_runs
from manila_groups.backend import backup_support
from manila_groups.backend import driver as drivers
from manila_groups.backend import runs
from manila_groups.backup import engine as engine_of_backups
from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.domain.operations import adopting
from manila_groups.domain.operations import engine as engines
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.operations import runner as runners
from manila_groups.domain.share_group_backups import places
from manila_groups.rpc import backend as backend_rpc
from manila_groups.rpc import wake as wakes

LOG = log.getLogger(__name__)

_LONGEST_REASON = 1000
#: How many operations are claimed at once; they wait for a thread.
_MOST = 64


class BackendManager(service.Manager):
    """Receives the messages of one back end's RPC API.

    :param host: host@backend
    :param zone: the availability zone
    :param driver: the storage
    :param engine: keeps the files of backups; None where there are none
    :param waker: wakes schedulers and back ends
    :param pool: calls the driver
    :param watch: called after each report with the reason why the driver
        could not work, or None
    :ivar runner: does the operations
    :raises ConfigurationError: a verb has a step that this back end lacks
    """

    runner: runners.Runner
    #: Why the driver could not work when it was asked last; None if it could.
    down_reason: str | None

    target = oslo_messaging.Target(version=backend_rpc.VERSION)

    def __init__(
        self,
        conf: Any,
        db: db_api.Database,
        host: str,
        zone: str,
        driver: drivers.Driver,
        registry: registries.Registry,
        waker: wakes.Waker,
        pool: runners.Pool | None = None,
        watch: Callable[[str | None], None] = lambda _reason: None,
        engine: engine_of_backups.Engine | None = None,
    ):
        self.host = host
        self._watch = watch
        self._db = db
        self._zone = zone
        self._driver = driver
        self._backups = backup_support.Support(
            host, engine, functools.partial(places.known, db)
        )
        table = runs.of(
            driver,
            backup_runs.Backups(driver, engine, conf.backup.max_copies),
        )
        registry.check_runs(table)
        self._engine = engines.Engine(conf, db, registry, host, host, waker)
        self._adopter = adopting.Adopter(db, registry, waker)
        pool = pool or runners.AtOnce()
        self.runner = runners.Runner(self._engine, table, pool, _MOST)
        self.runner.hold()
        self._ready = False
        self.down_reason = None

    @oslo_messaging.expose
    def wake(self, _ctxt) -> None:
        """Look at the queue."""
        self.runner.wake()

    @oslo_messaging.expose
    def work(self, _ctxt, kind: str, row_id: str) -> None:
        """Look at the queue; the release before names a row.

        :param kind: the kind of the row, as in states
        """
        self._adopter.adopt(kind, row_id)
        self.runner.wake()

    def end(self) -> None:
        """Begin no more operations; the next process will find them."""
        self.runner.end()

    def hand_back(self) -> None:
        """Give up all leases: the next process can begin at once."""
        self._engine.give_back()

    def report(self) -> None:
        """Write a heartbeat and the driver's pools, and renew all leases.

        If the driver cannot work, the heartbeat says why, and the back end is
        down.
        """
        self._engine.renew(self.runner.at_work())
        try:
            found = self._ask_driver()
            reason = None
        except Exception as error:
            found, reason = None, _reason(error)
            self._log_down(reason, error)
        self._write(found, reason)
        if reason is None:
            self._go_on()
        self.down_reason = reason
        self._watch(reason)

    def _go_on(self):
        """Begin, or go on with what was put off while the driver was down."""
        if self.down_reason:
            LOG.info('The back end %s works again', self.host)
        if self.down_reason or not self._ready:
            self._engine.hurry()
            self._ready = True
            self.runner.release()

    def _ask_driver(self):
        if not self._ready:
            self._driver.setup()
        self._driver.check()
        added = self._backups.capabilities()
        return {
            f'{self.host}#{pool.name}': _report(pool, added)
            for pool in self._driver.pools()
        }

    def _log_down(self, reason, error):
        """Write down why the driver cannot work, once for each reason."""
        if reason == self.down_reason:
            return
        LOG.error(
            'The back end %s does not work; it will be retried: %s',
            self.host,
            reason,
            exc_info=_cause(error),
        )

    @db_api.transaction
    def _write(self, conn, reports, reason):
        service_id = services.beat(
            conn, self.host, services.BACKEND, self._zone, reason
        )
        if reports is not None:
            pools.report(conn, service_id, reports)

    def reconcile(self) -> None:
        """Look at the queue: a wake-up may have been lost.

        So may a message of the release before.
        """
        self._adopter.adopt_at(self.host)
        self.runner.wake()


def _cause(error):
    """What the log says more of an error than its message."""
    if isinstance(error, exception.TransientDriverError):
        return None
    if isinstance(error, exception.DriverError):
        return error.__cause__
    return error


def _reason(error):
    if isinstance(error, exception.DriverError):
        return error.message[:_LONGEST_REASON]
    return f'the driver failed: {error!r}'[:_LONGEST_REASON]


def _report(pool, added):
    report = dataclasses.asdict(pool)
    del report['name']
    report['group_capabilities'].update(added)
    return {**report, 'claimable_gb': pool.claimable_gb()}
