# SPDX-License-Identifier: Apache-2.0
"""The transitions of all kinds of rows, for the scheduler and back ends."""

import os
import uuid

from oslo_log import log
from oslo_utils import timeutils

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import messages as message_rows
from manila_groups.db import records
from manila_groups.db import services
from manila_groups.db import transitions as db_transitions
from manila_groups.domain.access_rules import transitions as access_transitions
from manila_groups.domain.operations import scheduling
from manila_groups.domain.operations import transitions
from manila_groups.domain.services import api as services_domain
from manila_groups.domain.share_group_snapshots import (
    transitions as share_group_snapshot_transitions,
)
from manila_groups.domain.share_groups import (
    transitions as share_group_transitions,
)
from manila_groups.domain.shares import transitions as share_transitions

LOG = log.getLogger(__name__)

_IS_UP = 'is up'
_IS_KNOWN = 'is known'

#: When work in a status is orphaned: what its back end no longer is, and the
#: conditions on the rows.
_ORPHANED = {
    states.CREATING: ((_IS_UP,),),
    states.DELETING: ((_IS_UP, db_transitions.Rows.is_forced), (_IS_KNOWN,)),
    states.EXTENDING: ((_IS_KNOWN,),),
    states.SHRINKING: ((_IS_KNOWN,),),
}
#: For any other status the reconciler logs an error, and does nothing.
_UNKNOWN = ((_IS_KNOWN,),)


class Lifecycle:
    """The transitions, on the configured database.

    :param name: the name of the part of the process that makes them
    :ivar scheduling: those of schedulers
    :ivar share_groups: those of share groups at back ends
    :ivar shares: those of shares
    :ivar snapshots: those of share group snapshots
    :ivar access: those of access rules
    """

    def __init__(self, conf, db: db_api.Database, name: str):
        self._conf = conf
        self._db = db
        # Unique: the process that replaces this one is another worker.
        worker = f'{name}/{os.getpid()}/{uuid.uuid4().hex[:8]}'
        made = conf, db, worker
        self.scheduling = scheduling.Scheduling(*made)
        self.share_groups = share_group_transitions.ShareGroupTransitions(
            *made
        )
        self.shares = share_transitions.ShareTransitions(*made)
        self.snapshots = (
            share_group_snapshot_transitions.ShareGroupSnapshotTransitions(
                *made
            )
        )
        self.access = access_transitions.AccessTransitions(*made)
        self._resources = self.share_groups, self.shares, self.snapshots
        self._all = *self._resources, self.access

    def queue_key(self, kind: str, row_id: str) -> str | None:
        """Return the serial queue of a row's work: its group's id, or its own.

        :returns: None if there is no such row
        """
        if kind == states.SHARE_GROUP:
            return row_id
        is_snapshot = kind == states.SHARE_GROUP_SNAPSHOT
        rows = self.snapshots.rows if is_snapshot else self.shares.rows
        with self._db.reader() as conn:
            return rows.queue_key(conn, row_id)

    def renew_leases(self) -> None:
        """Renew the leases of this process on all work in progress."""
        for one in self._all:
            one.renew_leases()

    def give_leases_back(self) -> None:
        """End the leases of this process: the next one can begin at once."""
        for one in self._all:
            one.give_leases_back()

    @db_api.retry_on_deadlock
    def end_all_leases(self) -> None:
        """End the leases of all processes, when none of them runs any more.

        Their work is then taken up at once, and not when the leases expire.
        """
        with self._db.writer() as conn:
            for one in self._all:
                one.rows.leases.end_all(conn)

    def give_up_overdue(self) -> None:
        """End overdue and exhausted work as failed."""
        for one in self._all:
            for row_id in one.overdue():
                utils.call_logging_errors(self._give_up, one, row_id)

    def _give_up(self, kind, row_id):
        if kind.give_up(row_id):
            LOG.error(
                'Gave up the work on the %s %s: it did not end within %g '
                'seconds, or was taken up %d times',
                states.noun(kind.kind),
                row_id,
                self._conf.service.work_deadline,
                self._conf.service.work_tries,
            )

    def under_way(self) -> list[records.UnderWay]:
        """Read all work, waiting or in progress, by kind, oldest first."""
        with self._db.snapshot() as conn:
            return [
                row
                for one in self._all
                for row in one.rows.under_way(conn, one.work)
            ]

    def cleanups(
        self, host: str | None = None, row_id: str | None = None
    ) -> list[records.Cleanup]:
        """Read the cleanups that back ends still have to do, in their order.

        :param host: host@backend; None for any
        :param row_id: only after this row; None for all
        """
        with self._db.reader() as conn:
            return attempts.cleanups(conn, host, row_id)

    @db_api.transaction
    def cleaned(self, conn, row_id: str, pool: str) -> None:
        """Note that a pool has nothing of a row any more."""
        attempts.clean(conn, row_id, pool)

    def orphaned(self) -> list[tuple[str, str]]:
        """Find work that has waited too long for a back end that is down.

        Another back end can do a creation, and a force-delete needs none.
        Other work waits until its back end is up again or was removed.

        :returns: (kind, id) of each row
        """
        with self._db.snapshot() as conn:
            known = services.list_all(conn)
            alive = {
                _IS_UP: {one.host for one in known if self.is_up(one)},
                _IS_KNOWN: {one.host for one in known},
            }
            return [
                (kind.kind, row_id)
                for kind in self._resources
                for status in kind.work
                for needed, *conditions in _ORPHANED.get(status, _UNKNOWN)
                for row_id in self._orphaned(
                    conn,
                    kind,
                    status,
                    alive[needed],
                    *(condition(kind.rows) for condition in conditions),
                )
            ]

    def _orphaned(self, conn, kind, status, alive, *conditions):
        rows = kind.rows
        dead = [
            pool
            for pool in rows.hosts(conn, (status,))
            if pool.partition('#')[0] not in alive
        ]
        return rows.unfinished(
            conn,
            (status,),
            rows.placed_in(dead),
            rows.stepped_before(transitions.stuck(self._conf)),
            *kind.own,
            *conditions,
        )

    def is_up(self, service: records.Service) -> bool:
        """Tell whether a service's heartbeat is recent."""
        return services_domain.is_up(self._conf, service)

    @db_api.transaction
    def forget_expired_messages(self, conn) -> None:
        """Delete the expired user messages."""
        message_rows.delete_expired(conn, timeutils.utcnow())
