# SPDX-License-Identifier: Apache-2.0
"""A share group's way from its creation to its end, step by step.

The scheduler and the back ends take the steps.  Each is one transaction with
one conditional UPDATE of the group, so that a step that comes twice, late, or
beside another finds that it is not its turn, and changes nothing.
"""

from collections.abc import Mapping
import dataclasses
import datetime
import enum

from oslo_utils import timeutils

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import availability_zones
from manila_groups.db import messages as message_rows
from manila_groups.db import models
from manila_groups.db import pools
from manila_groups.db import quotas
from manila_groups.db import records
from manila_groups.db import services
from manila_groups.db import share_groups as rows
from manila_groups.db import types as type_rows
from manila_groups.groups import messages
from manila_groups.groups import services as services_domain

QUOTA = 'share_groups'

_CREATE_FAILED = 'The share group could not be created on any back end.'
_DELETE_FAILED = (
    'The back end could not delete the share group. Try it again, or ask the '
    'administrator.'
)


class Claim(enum.Enum):
    """How an attempt to claim a pool ended."""

    TAKEN = 'the group is placed in the pool'
    POOL_CHANGED = 'the pool is not as the decision saw it'
    NOT_WAITING = 'the group does not wait for a place'


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """A group that waits for a place, with what the decision needs.

    :ivar group_type: with its group specs
    :ivar share_types: with their extra specs
    :ivar zone: the name of the availability zone asked for
    :ivar tried: the pools that failed to create it
    """

    group: records.ShareGroup
    group_type: records.Type
    share_types: tuple[records.Type, ...]
    zone: str | None
    tried: frozenset[str]


def remove(session, group: records.ShareGroup, *conditions) -> bool:
    """Delete a group's row and give its quota back.

    :param conditions: further SQL conditions on the row
    :returns: False when the row is gone or a condition does not hold
    """
    if not rows.delete(session, group.id, *conditions):
        return False
    attempts.forget(session, group.id)
    quotas.give_back(session, group.project_id, QUOTA, 1)
    return True


class Lifecycle:
    """The steps, on the configured database."""

    def __init__(self, conf, db: db_api.Database):
        self._conf = conf
        self._db = db

    def waiting(self, group_id: str) -> Waiting | None:
        """Read a group that waits for a place; None when it does not."""
        with self._db.reader() as session:
            group = rows.get(session, group_id)
            if group is None or group.status != states.CREATING or group.host:
                return None
            return Waiting(
                group=group,
                group_type=type_rows.SHARE_GROUP_TYPES.get_by_id(
                    session, group.share_group_type_id
                ),
                share_types=tuple(
                    type_rows.SHARE_TYPES.get_many(session, group.share_types)
                ),
                zone=availability_zones.get_name(
                    session, group.requested_zone_id
                ),
                tried=attempts.pools_tried(session, group_id),
            )

    @db_api.retry_on_deadlock
    def claim(
        self,
        group_id: str,
        pool: str,
        seen: int | None,
        zone: str,
        consistent_snapshot_support: str | None,
    ) -> Claim:
        """Place a group in a pool.

        :param seen: how many groups the decision saw in the pool; None takes
            any number
        :param zone: the availability zone of the pool
        """
        with self._db.writer() as session:
            placed = rows.take_step(
                session,
                group_id,
                states.CLAIM,
                rows.placed_at(None),
                host=pool,
                availability_zone_id=availability_zones.ensure(session, zone),
                consistent_snapshot_support=consistent_snapshot_support,
            )
            if not placed:
                return Claim.NOT_WAITING
            if not pools.claim(session, pool, seen):
                session.rollback()
                return Claim.POOL_CHANGED
            return Claim.TAKEN

    @db_api.retry_on_deadlock
    def no_place(self, group: records.ShareGroup, text: str) -> bool:
        """End a creation for which no pool fits.

        :param text: why, for the project's users
        """
        with self._db.writer() as session:
            ended = rows.take_step(
                session, group.id, states.CREATE_FAILED, rows.placed_at(None)
            )
            if ended:
                messages.add(
                    session,
                    self._conf,
                    group,
                    messages.ALLOCATE_HOST,
                    messages.NO_VALID_HOST,
                    text,
                )
            return ended

    @db_api.retry_on_deadlock
    def created(self, group: records.ShareGroup) -> bool:
        """End a creation well; False when it is no longer wanted there."""
        with self._db.writer() as session:
            return rows.take_step(
                session, group.id, states.CREATED, rows.placed_at(group.host)
            )

    @db_api.retry_on_deadlock
    def attempt_failed(self, group: records.ShareGroup, cleaned: bool) -> bool:
        """Take a group away from a pool that failed to create it.

        :param cleaned: whether nothing of the group is left in the pool
        :returns: whether another pool is to be found for it
        """
        with self._db.writer() as session:
            taken_away = rows.take_step(
                session,
                group.id,
                states.CLAIM,
                rows.placed_at(group.host),
                host=None,
                availability_zone_id=models.ShareGroup.requested_zone_id,
                consistent_snapshot_support=None,
            )
            if not taken_away:
                return False
            pools.release(session, group.host)
            attempts.add(session, group, cleaned)
            tried = len(attempts.pools_tried(session, group.id))
            if tried < self._conf.scheduler.max_attempts:
                return True
            rows.take_step(session, group.id, states.CREATE_FAILED)
            messages.add(
                session,
                self._conf,
                group,
                messages.CREATE,
                messages.DRIVER_FAILED,
                f'{_CREATE_FAILED} Pools that were tried: {tried}.',
            )
            return False

    @db_api.retry_on_deadlock
    def deleted(self, group: records.ShareGroup) -> bool:
        """End a deletion well; False when it is no longer wanted."""
        with self._db.writer() as session:
            gone = remove(
                session,
                group,
                rows.placed_at(group.host),
                models.ShareGroup.status == states.DELETING,
            )
            if gone:
                pools.release(session, group.host)
            return gone

    @db_api.retry_on_deadlock
    def delete_failed(self, group: records.ShareGroup) -> bool:
        """End a deletion that the back end could not carry out."""
        with self._db.writer() as session:
            ended = rows.take_step(
                session,
                group.id,
                states.DELETE_FAILED,
                rows.placed_at(group.host),
            )
            if ended:
                messages.add(
                    session,
                    self._conf,
                    group,
                    messages.DELETE,
                    messages.DRIVER_FAILED,
                    _DELETE_FAILED,
                )
            return ended

    def leftovers(
        self, host: str, group_id: str | None = None
    ) -> list[tuple[str, str, str]]:
        """Where something of a group may be left at a back end.

        :param host: host@backend
        :param group_id: of this group; None of any
        :returns: (id of the group, its project's id, pool) each
        """
        with self._db.reader() as session:
            found = attempts.leftovers(session, host, group_id)
            return [tuple(row) for row in found]

    @db_api.retry_on_deadlock
    def cleaned(self, group_id: str, pool: str) -> None:
        """Note that nothing of a group is left in a pool."""
        with self._db.writer() as session:
            attempts.clean(session, group_id, pool)

    def is_placed(self, group: records.ShareGroup) -> bool:
        """Tell whether a group is still in the pool that this record has."""
        with self._db.reader() as session:
            now = rows.get(session, group.id)
            return now is not None and now.host == group.host

    def at_work(self, group_id: str, status: str, host: str):
        """Read a group that waits in a status at a back end.

        :param host: host@backend
        :returns: the group with its group specs; None when it does not
        """
        with self._db.reader() as session:
            group = rows.get(session, group_id)
            if group is None or group.status != status:
                return None
            if not (group.host or '').startswith(f'{host}#'):
                return None
            group_type = type_rows.SHARE_GROUP_TYPES.get_by_id(
                session, group.share_group_type_id
            )
            return group, group_type.specs

    def unplaced(self, every: bool) -> list[str]:
        """Ids of groups that wait for a scheduler.

        :param every: also those that have not waited long
        """
        with self._db.reader() as session:
            return rows.unfinished(
                session,
                (states.CREATING,),
                rows.placed_at(None),
                *self._waited(every),
            )

    def unfinished_at(self, host: str, every: bool) -> Mapping[str, list[str]]:
        """Ids of groups that a back end has left unfinished, by status.

        :param host: host@backend
        :param every: also those that have not waited long
        """
        conditions = [rows.at_backend(host), *self._waited(every)]
        with self._db.reader() as session:
            return {
                status: rows.unfinished(session, (status,), *conditions)
                for status in (states.CREATING, states.DELETING)
            }

    def stranded(self) -> list[records.ShareGroup]:
        """Groups that have waited too long for a back end that is down.

        Of those in deleting, only the ones whose back end is gone for good:
        another one can take over a creation, and none a deletion.
        """
        with self._db.reader() as session:
            known = services.list_all(session)
            up = {one.host for one in known if self.is_up(one)}
            there = {one.host for one in known}
            found = []
            for status, alive in (
                (states.CREATING, up),
                (states.DELETING, there),
            ):
                dead = [
                    pool
                    for pool in rows.hosts(session, (status,))
                    if pool.partition('#')[0] not in alive
                ]
                ids = rows.unfinished(
                    session,
                    (status,),
                    models.ShareGroup.host.in_(dead),
                    rows.stepped_before(self._stuck()),
                )
                found.extend(rows.get_many(session, ids))
            return found

    def is_up(self, service: records.Service) -> bool:
        """Tell whether a service has shown a sign of life lately."""
        return services_domain.is_up(self._conf, service)

    @db_api.retry_on_deadlock
    def forget_expired_messages(self) -> None:
        """Delete the user messages that have been kept long enough."""
        with self._db.writer() as session:
            message_rows.delete_expired(session, timeutils.utcnow())

    def _waited(self, every):
        return [] if every else [rows.stepped_before(self._stuck())]

    def _stuck(self) -> datetime.datetime:
        seconds = self._conf.service.stuck_after
        return timeutils.utcnow() - datetime.timedelta(seconds=seconds)
