# SPDX-License-Identifier: Apache-2.0
"""A share group snapshot's way from its beginning to its end."""

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import models
from manila_groups.db import records
from manila_groups.db import share_group_snapshots
from manila_groups.groups import messages
from manila_groups.groups import removal
from manila_groups.groups import steps

_CREATE_FAILED = (
    'The back end could not make the share group snapshot. Delete it and try '
    'it again, or ask the administrator.'
)
_DELETE_FAILED = (
    'The back end could not delete the share group snapshot. Try it again, '
    'or ask the administrator.'
)


class ShareGroupSnapshotSteps(steps.Steps):
    """The steps of share group snapshots at a back end."""

    kind = states.SHARE_GROUP_SNAPSHOT
    store = share_group_snapshots
    work = (states.CREATING, states.DELETING)

    def at_work(
        self, snapshot_id: str, host: str
    ) -> records.ShareGroupSnapshot | None:
        """Read a snapshot that waits for a back end; None: it does not.

        :param host: host@backend
        """
        with self._db.reader() as session:
            found = share_group_snapshots.get(session, snapshot_id)
            return found if steps.is_at_work(found, self.work, host) else None

    @db_api.retry_on_deadlock
    def created(self, snapshot: records.ShareGroupSnapshot) -> bool:
        """End a creation well; False when it is no longer wanted."""
        with self._db.writer() as session:
            created = self.rows.take_step(session, snapshot.id, states.CREATED)
            if created:
                self._note(
                    session, 'create.end', snapshot, status=states.AVAILABLE
                )
            return created

    @db_api.retry_on_deadlock
    def create_failed(self, snapshot: records.ShareGroupSnapshot) -> bool:
        """End a creation that the back end could not carry out."""
        with self._db.writer() as session:
            return self._fail(
                session,
                snapshot,
                states.CREATE_FAILED,
                messages.CREATE,
                _CREATE_FAILED,
            )

    @db_api.retry_on_deadlock
    def deleted(self, snapshot: records.ShareGroupSnapshot) -> bool:
        """End a deletion well; False when it is no longer wanted."""
        with self._db.writer() as session:
            return removal.snapshot(
                session,
                snapshot,
                models.ShareGroupSnapshot.status == states.DELETING,
            )

    @db_api.retry_on_deadlock
    def delete_failed(self, snapshot: records.ShareGroupSnapshot) -> bool:
        """End a deletion that the back end could not carry out."""
        with self._db.writer() as session:
            return self._fail(
                session,
                snapshot,
                states.SNAPSHOT_DELETE_FAILED,
                messages.DELETE,
                _DELETE_FAILED,
            )
