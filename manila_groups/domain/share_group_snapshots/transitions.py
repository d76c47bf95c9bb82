# SPDX-License-Identifier: Apache-2.0
"""The transitions of a share group snapshot at its back end."""

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.db import share_groups
from manila_groups.domain import changes
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import resource_transitions

_CREATE_FAILED = (
    'The back end could not create the share group snapshot. Delete it and '
    'try again, or ask the administrator.'
)


class ShareGroupSnapshotTransitions(resource_transitions.ResourceTransitions):
    """The transitions of share group snapshots at a back end."""

    of = changes.SNAPSHOT
    work = (states.CREATING, states.DELETING)
    machine = states.ShareGroupSnapshot
    givable = (~share_groups.takes_along_snapshot(),)

    @db_api.transaction
    def created(self, conn, snapshot: records.ShareGroupSnapshot) -> bool:
        """End a successful creation; False if the row does not match."""
        made = self._transit(
            conn,
            snapshot,
            states.ShareGroupSnapshot.CREATED,
            self._is_mine(snapshot),
            event='create.end',
        )
        return made is not None

    @db_api.transaction
    def create_failed(
        self, conn, snapshot: records.ShareGroupSnapshot
    ) -> bool:
        """End a creation that failed at the back end."""
        return self._end_creation(
            conn, snapshot, _CREATE_FAILED, self._is_mine(snapshot)
        )

    @db_api.transaction
    def deleted(self, conn, snapshot: records.ShareGroupSnapshot) -> bool:
        """End a successful deletion; False if the row does not match."""
        return purge.snapshot(
            conn,
            snapshot,
            self._is_removable(snapshot),
        )
