# SPDX-License-Identifier: Apache-2.0
"""A back end: carries out with its driver what the scheduler decided."""

import dataclasses
import threading

from oslo_log import log
import oslo_messaging

from manila_groups import context
from manila_groups import exception
from manila_groups import service
from manila_groups import states
from manila_groups.backend import driver as drivers
from manila_groups.backend import rpcapi
from manila_groups.db import api as db_api
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import services
from manila_groups.groups import lifecycle

LOG = log.getLogger(__name__)

#: Work beside that of the statuses: remove what is left of a group that went
#: elsewhere.
_LEFT_OVER = 'left over'


class BackendManager:
    """Takes the messages of one back end's RPC API.

    :param host: host@backend
    :param zone: the availability zone
    :param driver: the storage
    :param steps: the lifecycle of share groups
    :param scheduler: tells schedulers of waiting work
    """

    target = oslo_messaging.Target(version=rpcapi.VERSION)

    def __init__(
        self,
        db: db_api.Database,
        host: str,
        zone: str,
        driver: drivers.Driver,
        steps: lifecycle.Lifecycle,
        scheduler,
    ):
        self.host = host
        self._db = db
        self._zone = zone
        self._driver = driver
        self._steps = steps
        self._scheduler = scheduler
        self._ready = False
        self._first_search = True
        self._asked = {}
        self._lock = threading.Lock()

    @oslo_messaging.expose
    def create_share_group(self, ctxt, share_group_id: str) -> None:
        """Create a share group that was placed here.

        Does nothing when it is not, or no longer, to be created here.
        """
        self._ask(ctxt, share_group_id, states.CREATING)

    @oslo_messaging.expose
    def delete_share_group(self, ctxt, share_group_id: str) -> None:
        """Delete a share group that was placed here.

        Does nothing when it is not to be deleted, or not here.
        """
        self._ask(ctxt, share_group_id, states.DELETING)

    def _ask(self, ctxt, group_id, status):
        """Do the work of a group's status, or leave it to the thread at work.

        One thread at a time works on a group; what it is asked for meanwhile
        it does next.
        """
        with self._lock:
            if not self._ready:
                return
            at_work = group_id in self._asked
            self._asked.setdefault(group_id, set()).add(status)
        if not at_work:
            while (status := self._next(group_id)) is not None:
                service.quietly(self._work, ctxt, group_id, status)

    def _next(self, group_id):
        with self._lock:
            if self._asked[group_id]:
                return self._asked[group_id].pop()
            del self._asked[group_id]
            return None

    def _work(self, ctxt, group_id, status):
        if status == _LEFT_OVER:
            self._remove_leftovers(group_id)
            return
        found = self._steps.at_work(group_id, status, self.host)
        if found is None:
            return
        group, specs = found
        told = _told(group, specs)
        if status == states.CREATING:
            self._create(ctxt, group, told)
        else:
            self._delete(group, told)

    def _create(self, ctxt, group, told):
        try:
            self._driver.create_share_group(told)
        except Exception:
            LOG.exception('Share group %s was not created', group.id)
            if self._steps.attempt_failed(group, self._clean_up(told)):
                self._scheduler.place_share_group(ctxt, group.id)
            return
        if self._steps.created(group):
            LOG.info('Share group %s was created', group.id)
            return
        LOG.info('Share group %s is not wanted here any more', group.id)
        if not self._steps.is_placed(group) and self._clean_up(told):
            self._steps.cleaned(group.id, group.host)

    def _remove_leftovers(self, group_id):
        found = self._steps.leftovers(self.host, group_id)
        for _group_id, project_id, pool in found:
            told = drivers.ShareGroup(
                id=group_id,
                project_id=project_id,
                pool=pool.partition('#')[2],
            )
            if self._clean_up(told):
                self._steps.cleaned(group_id, pool)

    def _clean_up(self, told):
        """Remove a group that is not wanted here; tells whether it is gone."""
        try:
            self._driver.delete_share_group(told)
        except Exception:
            LOG.exception(
                'Something may be left over of share group %s', told.id
            )
            return False
        return True

    def _delete(self, group, told):
        try:
            self._driver.delete_share_group(told)
        except Exception:
            LOG.exception('Share group %s was not deleted', group.id)
            self._steps.delete_failed(group)
            return
        if self._steps.deleted(group):
            LOG.info('Share group %s was deleted', group.id)

    def report(self) -> None:
        """Write a sign of life, and what the driver says of its pools.

        :raises DriverError: the driver can't be set up, or be asked
        """
        try:
            if not self._ready:
                self._driver.setup()
                self._ready = True
            found = self._driver.pools()
        except exception.DriverError:
            raise
        except Exception as error:
            raise exception.DriverError(
                f'the driver has failed: {error!r}'
            ) from error
        self._write(
            {f'{self.host}#{pool.name}': _report(pool) for pool in found}
        )

    @db_api.retry_on_deadlock
    def _write(self, reports):
        with self._db.writer() as session:
            service_id = services.beat(
                session, self.host, services.BACKEND, self._zone
            )
            pools.report(session, service_id, reports)

    def reconcile(self) -> None:
        """Take up what a lost message or an earlier process left."""
        if not self._ready:
            return
        ctxt = context.service_context()
        found = self._steps.unfinished_at(self.host, self._first_search)
        self._first_search = False
        for group_id in found[states.CREATING]:
            self.create_share_group(ctxt, group_id)
        for group_id in found[states.DELETING]:
            self.delete_share_group(ctxt, group_id)
        for group_id, _project_id, _pool in self._steps.leftovers(self.host):
            self._ask(ctxt, group_id, _LEFT_OVER)


def _told(group: records.ShareGroup, specs) -> drivers.ShareGroup:
    return drivers.ShareGroup(
        id=group.id,
        project_id=group.project_id,
        pool=group.host.partition('#')[2],
        group_specs=specs,
    )


def _report(pool):
    report = dataclasses.asdict(pool)
    del report['name']
    return report
