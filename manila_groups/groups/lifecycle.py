# SPDX-License-Identifier: Apache-2.0
"""The steps of all kinds of rows, as the scheduler and back ends use them."""

from oslo_utils import timeutils

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import messages as message_rows
from manila_groups.db import records
from manila_groups.db import services
from manila_groups.groups import access_steps
from manila_groups.groups import placing
from manila_groups.groups import services as services_domain
from manila_groups.groups import share_group_snapshot_steps
from manila_groups.groups import share_group_steps
from manila_groups.groups import share_steps
from manila_groups.groups import steps


class Lifecycle:
    """The steps, on the configured database.

    :ivar placing: those of schedulers
    :ivar share_groups: those of share groups at back ends
    :ivar shares: those of shares
    :ivar snapshots: those of share group snapshots
    :ivar access: those of access rules
    """

    def __init__(self, conf, db: db_api.Database):
        self._conf = conf
        self._db = db
        self.placing = placing.Placing(conf, db)
        self.share_groups = share_group_steps.ShareGroupSteps(conf, db)
        self.shares = share_steps.ShareSteps(conf, db)
        self.snapshots = share_group_snapshot_steps.ShareGroupSnapshotSteps(
            conf, db
        )
        self.access = access_steps.AccessSteps(conf, db)

    def turn(self, kind: str, row_id: str) -> str | None:
        """What a row takes turns with: the id of its group, or its own.

        :returns: None when there is no such row
        """
        if kind == states.SHARE_GROUP:
            return row_id
        is_snapshot = kind == states.SHARE_GROUP_SNAPSHOT
        rows = self.snapshots.rows if is_snapshot else self.shares.rows
        with self._db.reader() as session:
            return rows.turn(session, row_id)

    def leftovers(
        self, host: str, row_id: str | None = None
    ) -> list[tuple[str, str, str, str]]:
        """Where something of a group or share may be left at a back end.

        :param host: host@backend
        :param row_id: of this group or share; None of any
        :returns: (kind, id, id of the project, pool) each
        """
        with self._db.reader() as session:
            found = attempts.leftovers(session, host, row_id)
            return [tuple(row) for row in found]

    @db_api.retry_on_deadlock
    def cleaned(self, row_id: str, pool: str) -> None:
        """Note that nothing of a group or share is left in a pool."""
        with self._db.writer() as session:
            attempts.clean(session, row_id, pool)

    def stranded(self) -> list[tuple[str, str]]:
        """What has waited too long for a back end that is down: (kind, id).

        A creation can be taken over by another back end; all else waits for
        as long as its back end may come back.
        """
        with self._db.reader() as session:
            known = services.list_all(session)
            up = {one.host for one in known if self.is_up(one)}
            there = {one.host for one in known}
            return [
                (kind.kind, row_id)
                for kind in (self.share_groups, self.shares, self.snapshots)
                for status, alive in (
                    (states.CREATING, up),
                    (states.DELETING, there),
                    (states.EXTENDING, there),
                    (states.SHRINKING, there),
                )
                for row_id in self._stranded(session, kind, status, alive)
            ]

    def _stranded(self, session, kind, status, alive):
        rows = kind.rows
        dead = [
            pool
            for pool in rows.hosts(session, (status,))
            if pool.partition('#')[0] not in alive
        ]
        return rows.unfinished(
            session,
            (status,),
            rows.placed_in(dead),
            rows.stepped_before(steps.stuck(self._conf)),
            *kind.conditions,
        )

    def is_up(self, service: records.Service) -> bool:
        """Tell whether a service has shown a sign of life lately."""
        return services_domain.is_up(self._conf, service)

    @db_api.retry_on_deadlock
    def forget_expired_messages(self) -> None:
        """Delete the user messages that have been kept long enough."""
        with self._db.writer() as session:
            message_rows.delete_expired(session, timeutils.utcnow())
