# SPDX-License-Identifier: Apache-2.0
"""What waits for the scheduler: for a place, or for room to grow in."""

from collections.abc import Mapping
import dataclasses
import enum
from typing import Protocol

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import availability_zones
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_group_snapshots
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.db import transitions as transition_rows
from manila_groups.db import types as type_rows
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import transitions
from manila_groups.domain.quotas import counts as quotas

#: Clients look for this sentence.
_NO_STORAGE = 'No storage could be allocated for this share request.'
_NOT_EXTENDED = 'The share stays as it is, at {} GiB.'


class Claim(enum.Enum):
    """How an attempt to claim a pool ended."""

    TAKEN = 'it has its place in the pool'
    POOL_CHANGED = 'the pool is not as the decision saw it'
    NOT_WAITING = 'it does not wait for a place'


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """A share group or a share that waits, with what the decision needs.

    :ivar kind: states.SHARE_GROUP or states.SHARE
    :ivar row: its record
    :ivar group_specs: those of the share group type
    :ivar extra_specs: those of each share type
    :ivar zone: the name of the availability zone asked for
    :ivar tried: the pools that failed to create it
    :ivar size_gb: how much it needs, in GiB
    :ivar pool: the only pool that it can be in; None leaves the choice
    :ivar shares: how many shares come with the group
    :ivar protocol: of a share that is to be created
    """

    kind: str
    row: records.ShareGroup | records.Share
    group_specs: dict[str, str]
    extra_specs: tuple[Mapping[str, str], ...]
    zone: str | None
    tried: frozenset[str]
    size_gb: int
    pool: str | None
    shares: int = 0
    protocol: str | None = None


class _Handler(Protocol):
    """What is particular to one kind of what waits for a scheduler.

    :ivar groups: how many groups it counts as in a pool
    """

    rows: transition_rows.Rows
    groups: int

    def waiting(self, conn, row_id: str) -> Waiting | None: ...

    def place(
        self, conn, waiting: Waiting, place, consistent_snapshot_support
    ) -> bool: ...

    def no_valid_pool(self, conn, waiting: Waiting, text: str): ...

    def failed(self, waiting: Waiting) -> tuple[str, str]: ...

    def is_unplaced(self): ...


class Scheduling:
    """The transitions that schedulers make.

    :param conf: the configuration
    :param worker: the process that makes them
    """

    def __init__(self, conf, db: db_api.Database, worker: str):
        self._conf = conf
        self._db = db
        self._worker = worker
        self._handlers: dict[str, _Handler] = {
            states.SHARE_GROUP: _ShareGroups(),
            states.SHARE: _Shares(),
        }

    def waiting(self, kind: str, row_id: str) -> Waiting | None:
        """Read what waits for a place or for room; None when it does not."""
        with self._db.reader() as conn:
            return self._handlers[kind].waiting(conn, row_id)

    @db_api.transaction
    def claim(
        self,
        conn,
        waiting: Waiting,
        pool: str,
        seen: int | None,
        zone: str,
        consistent_snapshot_support: str | None,
    ) -> Claim:
        """Place a share group or a share in a pool, or let a share grow.

        :param seen: how many groups the decision saw in the pool; None takes
            any number
        :param zone: the availability zone of the pool
        """
        place = {
            'host': pool,
            'availability_zone_id': availability_zones.id_of(zone),
        }
        handler = self._handlers[waiting.kind]
        if not handler.place(
            conn, waiting, place, consistent_snapshot_support
        ):
            conn.rollback()
            return Claim.NOT_WAITING
        if not pools.claim(
            conn,
            pool,
            groups=handler.groups,
            gigabytes=waiting.size_gb,
            seen=seen if handler.groups else None,
        ):
            conn.rollback()
            return Claim.POOL_CHANGED
        return Claim.TAKEN

    @db_api.transaction
    def no_valid_pool(self, conn, waiting: Waiting, text: str) -> bool:
        """End what no pool fits for.

        :param text: why, for the project's users
        """
        transitions.act_for(waiting.row)
        handler = self._handlers[waiting.kind]
        ended = handler.no_valid_pool(conn, waiting, text)
        if ended is None:
            return False
        action, prefix = handler.failed(waiting)
        messages.add(
            conn,
            self._conf,
            waiting.kind,
            ended,
            action,
            messages.NO_VALID_HOST,
            f'{_NO_STORAGE} {prefix}{text}',
        )
        if waiting.shares:
            events.note_content(
                conn, 'create.error', ended, (states.ERROR,), reason=text
            )
        return True

    @db_api.transaction
    def take_up(self, conn, kind: str, row_id: str) -> bool:
        """Take a lease on what waits for a scheduler and was found so.

        :returns: False when another scheduler has, or it was tried too often
        """
        handler = self._handlers[kind]
        offer = transitions.lease_offer(self._conf, self._worker)
        taken = handler.rows.leases.take(
            conn,
            offer,
            handler.rows.is_row(row_id),
            handler.is_unplaced(),
        )
        return taken == 1

    def unplaced(self, every: bool) -> list[tuple[str, str]]:
        """What waits for a scheduler: (kind, id) each.

        :param every: also what has not waited long
        """
        found: list[tuple[str, str]] = []
        with self._db.reader() as conn:
            for kind, handler in self._handlers.items():
                waited = transitions.stale(self._conf, handler.rows, every)
                found.extend(
                    (kind, row_id)
                    for row_id in handler.rows.find(
                        conn, handler.is_unplaced(), waited
                    )
                )
        return found


class _ShareGroups:
    """How share groups are placed, with the shares that they come with."""

    rows = share_groups.ROWS
    groups = 1

    def waiting(self, conn, row_id):
        group = share_groups.get(conn, row_id)
        if group is None or not _is_unplaced(group):
            return None
        type_id = group.share_group_type_id
        group_specs = type_rows.SHARE_GROUP_TYPES.specs_of(conn, [type_id])
        specs = type_rows.SHARE_TYPES.specs_of(conn, group.share_types)
        members = []
        if group.source_share_group_snapshot_id is not None:
            members = shares.of_group(conn, row_id)
        return Waiting(
            kind=states.SHARE_GROUP,
            row=group,
            group_specs=group_specs[type_id],
            extra_specs=tuple(specs.values()),
            zone=availability_zones.get_name(conn, group.requested_zone_id),
            tried=attempts.pools_tried(conn, row_id),
            size_gb=sum(one.size for one in members),
            pool=_source_pool(conn, group),
            shares=len(members),
        )

    def place(self, conn, waiting, place, consistent_snapshot_support):
        placed = self.rows.transition(
            conn,
            waiting.row,
            states.ShareGroup.CLAIM,
            self.rows.placed_at(None),
            consistent_snapshot_support=consistent_snapshot_support,
            **place,
        )
        if placed is None or not waiting.shares:
            return placed is not None
        claimed = shares.ROWS.transition_many(
            conn,
            states.Share.CLAIM,
            shares.in_group(waiting.row.id),
            claimed_gb=shares.own_size(),
            **place,
        )
        # None can come; one that was deleted by force meanwhile is not to be
        # claimed for.
        return claimed == waiting.shares

    def no_valid_pool(self, conn, waiting, text):
        ended = changes.transit(
            conn,
            changes.SHARE_GROUP,
            waiting.row,
            states.ShareGroup.CREATE_FAILED,
            self.rows.placed_at(None),
            reason=text,
        )
        if ended is not None:
            shares.ROWS.transition_many(
                conn,
                states.Share.CREATE_FAILED,
                shares.in_group(waiting.row.id),
                reason=text,
            )
        return ended

    def failed(self, waiting):
        return messages.ALLOCATE_HOST, ''

    def is_unplaced(self):
        return self.rows.waiting((states.CREATING,)) & self.rows.placed_at(
            None
        )


def _source_pool(conn, group):
    """The pool with the snapshot that a group is made from, if any is."""
    source_id = group.source_share_group_snapshot_id
    if source_id is None:
        return None
    source = share_group_snapshots.get(conn, source_id)
    return (source and source.host) or ''


class _Shares:
    """How shares are placed, and get room to grow."""

    rows = shares.ROWS
    groups = 0

    def waiting(self, conn, row_id):
        share = shares.get(conn, row_id)
        if share is None:
            return None
        if _is_unplaced(share):
            # Those that come with their group are placed with it.
            if share.source_share_group_snapshot_member_id is not None:
                return None
            pool, size = _group_pool(conn, share), share.size
            protocol = share.share_proto
        elif _grows(share):
            pool = share.host
            size = utils.present(share.new_size) - share.claimed_gb
            protocol = None
        else:
            return None
        return Waiting(
            kind=states.SHARE,
            row=share,
            group_specs={},
            extra_specs=(share.share_type_specs,),
            zone=availability_zones.get_name(conn, share.requested_zone_id),
            tried=attempts.pools_tried(conn, row_id),
            size_gb=size,
            pool=pool,
            protocol=protocol,
        )

    def place(self, conn, waiting, place, consistent_snapshot_support):
        share = waiting.row
        if share.status == states.EXTENDING:
            transition, place = states.Share.EXTEND_CLAIM, {}
        else:
            transition = states.Share.CLAIM
        placed = self.rows.transition(
            conn,
            share,
            transition,
            self.rows.placed_at(share.host),
            shares.is_as_sized(share),
            claimed_gb=share.claimed_gb + waiting.size_gb,
            **place,
        )
        return placed is not None

    def no_valid_pool(self, conn, waiting, text):
        share = waiting.row
        if share.status == states.CREATING:
            return changes.transit(
                conn,
                changes.SHARE,
                share,
                states.Share.CREATE_FAILED,
                self.rows.placed_at(None),
                reason=text,
            )
        ended = changes.transit(
            conn,
            changes.SHARE,
            share,
            states.Share.NOT_EXTENDED,
            shares.is_as_sized(share),
            reason=text,
            new_size=None,
            quota_gb=share.size,
        )
        if ended is not None:
            quotas.give_back(
                conn,
                quotas.owner_of(share),
                {quotas.GIGABYTES: share.quota_gb - share.size},
            )
        return ended

    def failed(self, waiting):
        if waiting.row.status == states.CREATING:
            return messages.ALLOCATE_HOST, ''
        return messages.EXTEND, _NOT_EXTENDED.format(waiting.row.size) + ' '

    def is_unplaced(self):
        waits_for_place = (
            self.rows.waiting((states.CREATING,))
            & self.rows.placed_at(None)
            & shares.is_made_alone()
        )
        waits_for_room = (
            self.rows.waiting((states.EXTENDING,)) & ~shares.has_room()
        )
        return waits_for_place | waits_for_room


def _is_unplaced(row):
    return (
        row.status == states.CREATING
        and row.stepped_at is not None
        and row.host is None
    )


def _grows(share):
    return (
        share.status == states.EXTENDING
        and share.stepped_at is not None
        and share.claimed_gb < share.new_size
    )


def _group_pool(conn, share):
    if share.share_group_id is None:
        return None
    group = utils.present(share_groups.get(conn, share.share_group_id))
    return group.host or ''
