# SPDX-License-Identifier: Apache-2.0
"""The transitions of a share group at its back end."""

from collections.abc import Sequence
import dataclasses

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_export_locations
from manila_groups.db import share_group_snapshots
from manila_groups.db import shares
from manila_groups.db import types as type_rows
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import resource_transitions

_CREATE_FAILED = 'The share group could not be created on any back end.'
_CLONE_FAILED = (
    'The share group could not be created from its share group snapshot. '
    'Delete it and try again, or ask the administrator.'
)


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """A share group that waits for its back end.

    :ivar specs: the group specs of its type
    :ivar snapshots: the snapshots that are deleted with it
    :ivar source: the snapshot that it is created from
    :ivar shares: the shares that are created with it
    """

    group: records.ShareGroup
    specs: dict[str, str]
    snapshots: Sequence[records.ShareGroupSnapshot] = ()
    source: records.ShareGroupSnapshot | None = None
    shares: Sequence[records.Share] = ()


class ShareGroupTransitions(resource_transitions.ResourceTransitions):
    """The transitions of share groups at a back end."""

    of = changes.SHARE_GROUP
    machine = states.ShareGroup
    work = (states.CREATING, states.DELETING)

    def read_work(self, conn, group: records.ShareGroup) -> Work:
        """Read what the work on a group needs."""
        type_id = group.share_group_type_id
        specs = type_rows.SHARE_GROUP_TYPES.specs_of(conn, [type_id])
        work = Work(group=group, specs=specs[type_id])
        source_id = group.source_share_group_snapshot_id
        if group.status == states.DELETING:
            snapshots = share_group_snapshots.of_group(conn, group.id)
            return dataclasses.replace(work, snapshots=snapshots)
        if source_id is not None:
            return dataclasses.replace(
                work,
                shares=shares.of_group(conn, group.id),
                source=share_group_snapshots.get(conn, source_id),
            )
        return work

    @db_api.transaction
    def created(
        self,
        conn,
        group: records.ShareGroup,
        locations,
        share_server_id: str | None = None,
    ) -> bool:
        """End a successful creation; False if the group has left the pool.

        :param locations: the id of each share that was created with the group
            to its export locations
        :param share_server_id: the shares' server
        """
        made = self._transit(
            conn,
            group,
            states.ShareGroup.CREATED,
            self._is_mine(group),
            share_server_id=share_server_id,
        )
        if made is None:
            return False
        if group.source_share_group_snapshot_id is not None:
            _shares_created(conn, made, locations)
        events.note(conn, 'share_group.create.end', made)
        return True

    @db_api.transaction
    def attempt_failed(
        self, conn, group: records.ShareGroup, cleaned: bool
    ) -> bool:
        """Remove a group from a pool that failed to create it.

        :param cleaned: whether the pool has nothing of the group
        :returns: whether the scheduler shall choose another pool
        """
        taken = self._take_away(conn, group)
        if taken is None:
            return False
        attempts.add(conn, self.kind, group, cleaned)
        tried = len(attempts.pools_tried(conn, group.id))
        is_clone = group.source_share_group_snapshot_id is not None
        if not is_clone and tried < self._conf.scheduler.max_attempts:
            return True
        text = (
            _CLONE_FAILED
            if is_clone
            else f'{_CREATE_FAILED} Pools tried: {tried}.'
        )
        self._end_creation(conn, taken, text)
        return False

    def _end_creation(self, conn, row, text, *conditions, **details):
        """End a failed creation of a group, and of the shares with it."""
        failed = super()._end_creation(conn, row, text, *conditions, **details)
        if failed and row.source_share_group_snapshot_id is not None:
            shares.ROWS.transition_many(
                conn,
                states.Share.CREATE_FAILED,
                shares.in_group(row.id),
                reason=text,
            )
            events.note_content(
                conn, 'create.error', row, (states.ERROR,), reason=text
            )
        return failed

    def _take_away(self, conn, group):
        """Remove a group, and the shares with it, from its pool."""
        taken = self._transit(
            conn,
            group,
            states.ShareGroup.CLAIM,
            self._is_mine(group),
            host=None,
            availability_zone_id=self.rows.requested_zone(),
            share_server_id=None,
            consistent_snapshot_support=None,
        )
        if taken is None:
            return None
        members = shares.of_group(conn, group.id)
        shares.ROWS.transition_many(
            conn,
            states.Share.CLAIM,
            shares.in_group(group.id),
            host=None,
            claimed_gb=0,
        )
        claimed = sum(
            one.claimed_gb for one in members if one.status == states.CREATING
        )
        pools.release(conn, group.host, groups=1, gigabytes=claimed)
        return taken

    @db_api.transaction
    def deleted(self, conn, group: records.ShareGroup) -> bool:
        """End a successful deletion; False if the row does not match."""
        return purge.share_group(
            conn,
            group,
            self._is_removable(group),
        )


def _shares_created(conn, group, locations):
    """End the creation of the shares that were created with a group."""
    shares.ROWS.transition_many(
        conn,
        states.Share.CREATED,
        shares.in_group(group.id),
        share_server_id=group.share_server_id,
    )
    for share_id, found in locations.items():
        share_export_locations.replace(conn, share_id, found)
    events.note_content(conn, 'create.end', group, (group.status,))
