# SPDX-License-Identifier: Apache-2.0
"""A back end: does the work on its pools, with its driver."""

from collections.abc import Callable
import dataclasses

from oslo_log import log
import oslo_messaging

from manila_groups import context
from manila_groups import exception
from manila_groups import service
from manila_groups import states
from manila_groups.backend import background as backgrounds
from manila_groups.backend import driver as drivers
from manila_groups.backend import serial
from manila_groups.backend import workers
from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.domain import clients
from manila_groups.domain.operations import lifecycle as lifecycles
from manila_groups.rpc import backend as backend_rpc

LOG = log.getLogger(__name__)

_LONGEST_REASON = 1000


class BackendManager(service.Manager):
    """Receives the messages of one back end's RPC API.

    :param host: host@backend
    :param zone: the availability zone
    :param driver: the storage
    :param lifecycle: the transitions of all kinds of rows
    :param scheduler: sends wake-ups to schedulers
    :param background: does work that reconciliation found
    :param watch: called after each report with the reason why the driver
        could not work, or None
    """

    #: Why the driver could not work when it was asked last; None if it could.
    down_reason: str | None

    target = oslo_messaging.Target(version=backend_rpc.VERSION)

    def __init__(
        self,
        db: db_api.Database,
        host: str,
        zone: str,
        driver: drivers.Driver,
        lifecycle: lifecycles.Lifecycle,
        scheduler: clients.SchedulerClient,
        background: backgrounds.Executor | None = None,
        watch: Callable[[str | None], None] = lambda _reason: None,
    ):
        self.host = host
        self._background = background or backgrounds.AtOnce()
        self._watch = watch
        self._db = db
        self._zone = zone
        self._driver = driver
        self._lifecycle = lifecycle
        self._workers = {
            kind: worker(host, driver, lifecycle, scheduler)
            for kind, worker in (
                (states.SHARE_GROUP, workers.ShareGroups),
                (states.SHARE, workers.Shares),
                (states.SHARE_GROUP_SNAPSHOT, workers.ShareGroupSnapshots),
                (states.SHARE_ACCESS, workers.Access),
            )
        }
        self._ready = False
        self._ending = False
        self._first_search = True
        self.down_reason = None
        self._queues = serial.SerialQueues()

    @oslo_messaging.expose
    def work(self, ctxt, kind: str, row_id: str) -> None:
        """Do the work on a row, if it is in a pool of this back end.

        Does nothing if the row has no work, or is elsewhere.

        :param kind: the kind of the row, as in states
        """
        if not self._ready or self._ending:
            return
        worker = self._workers[kind]
        queue = self._lifecycle.queue_key(kind, row_id)
        if queue is not None:
            self._queues.run(
                queue,
                worker.work,
                ctxt,
                row_id,
                key=(kind, row_id),
            )

    def end(self) -> None:
        """Begin no more work; the next process will find it."""
        self._ending = True

    def wait(self) -> None:
        """Wait for work in progress that no message has brought."""
        self._background.wait()

    def hand_back(self) -> None:
        """Give up all leases: the next process can begin at once."""
        self._lifecycle.give_leases_back()

    def _run_cleanups(self, row_id):
        if self._ending:
            return
        for cleanup in self._lifecycle.cleanups(self.host, row_id):
            if self._workers[cleanup.kind].run_cleanup(cleanup):
                self._lifecycle.cleaned(row_id, cleanup.pool)

    def report(self) -> None:
        """Write a heartbeat and the driver's pools, and renew all leases.

        If the driver cannot work, the heartbeat says why, and the back end is
        down.
        """
        self._lifecycle.renew_leases()
        try:
            found = self._ask_driver()
            reason = None
        except Exception as error:
            found, reason = None, _reason(error)
            self._log_down(reason, error)
        self._write(found, reason)
        if self.down_reason and not reason:
            LOG.info('The back end %s works again', self.host)
            # What was put off need not wait any longer.
            self._first_search = True
        self.down_reason = reason
        self._watch(reason)

    def _ask_driver(self):
        if not self._ready:
            self._driver.setup()
            self._ready = True
        self._driver.check()
        found = self._driver.pools()
        return {f'{self.host}#{pool.name}': _report(pool) for pool in found}

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
        """Take up work whose message was lost or whose process died."""
        if not self._ready:
            return
        ctxt = context.service_context()
        every, self._first_search = self._first_search, False
        for kind, worker in self._workers.items():
            for row_id in worker.transitions.unfinished_at(self.host, every):
                self._background(
                    self.work, ctxt, kind, row_id, key=(kind, row_id)
                )
        for cleanup in self._lifecycle.cleanups(self.host):
            self._background(
                self._queue_cleanup,
                cleanup.share_group_id or cleanup.id,
                cleanup.id,
                key=('cleanup', cleanup.id),
            )

    def _queue_cleanup(self, queue, row_id):
        self._queues.run(
            queue, self._run_cleanups, row_id, key=('cleanup', row_id)
        )


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


def _report(pool):
    report = dataclasses.asdict(pool)
    del report['name']
    return {**report, 'claimable_gb': pool.claimable_gb()}
