# SPDX-License-Identifier: Apache-2.0
"""The transitions of a share at its back end."""

import dataclasses

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import attempts
from manila_groups.db import pools
from manila_groups.db import records
from manila_groups.db import share_export_locations
from manila_groups.db import share_groups
from manila_groups.db import shares
from manila_groups.domain import changes
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import purge
from manila_groups.domain.operations import resource_transitions
from manila_groups.domain.quotas import counts as quotas

_CREATE_FAILED = 'The share could not be created.'
_EXTEND_FAILED = (
    'The back end could not extend the share to {} GiB. Try again, or ask '
    'the administrator.'
)
_SHRINK_FAILED = (
    'The back end could not shrink the share to {} GiB. Try again, or ask '
    'the administrator.'
)
_NOT_RESIZED = (
    'The share was not resized to {} GiB in time. Try again, or ask the '
    'administrator.'
)
_TOO_FULL = (
    'The share contains more than {} GiB. Remove files from it, and try again.'
)

#: What ends a resize well, and the event of it, by the share's status.
_RESIZED = {
    states.EXTENDING: (states.Share.EXTENDED, 'extend.end'),
    states.SHRINKING: (states.Share.SHRUNK, 'shrink.end'),
}

_NOT_EXTENDED = (
    states.Share.EXTEND_FAILED,
    messages.EXTEND,
    messages.DRIVER_FAILED,
    _EXTEND_FAILED,
)
#: What ends a resize that failed, by the share's status and whether the
#: share contains more than its new size.
_RESIZE_FAILED = {
    (states.EXTENDING, False): _NOT_EXTENDED,
    (states.EXTENDING, True): _NOT_EXTENDED,
    (states.SHRINKING, False): (
        states.Share.SHRINK_FAILED,
        messages.SHRINK,
        messages.DRIVER_FAILED,
        _SHRINK_FAILED,
    ),
    (states.SHRINKING, True): (
        states.Share.SHRINK_REFUSED,
        messages.SHRINK,
        messages.POSSIBLE_DATA_LOSS,
        _TOO_FULL,
    ),
}
_RESIZE_OVERDUE = {
    states.EXTENDING: (states.Share.EXTEND_FAILED, messages.EXTEND),
    states.SHRINKING: (states.Share.SHRINK_FAILED, messages.SHRINK),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """A share that waits for its back end.

    :ivar group_size: the sum of the sizes of its group's shares after the
        work, in GiB; its own size if it is in no group
    """

    share: records.Share
    group_size: int


class ShareTransitions(resource_transitions.ResourceTransitions):
    """The transitions of shares at a back end."""

    of = changes.SHARE
    machine = states.Share
    work = (
        states.CREATING,
        states.DELETING,
        states.EXTENDING,
        states.SHRINKING,
    )
    own = (shares.is_made_alone(),)
    givable = (
        ~share_groups.takes_along_share(),
        ~shares.comes_with_group(),
    )
    workable = (shares.has_room(),)

    def read_work(self, conn, share: records.Share) -> Work:
        """Read what the work on a share needs."""
        return Work(share, group_size(conn, share))

    def group_size(self, group_id: str) -> int:
        """Sum the sizes of a group's shares, in GiB."""
        with self._db.reader() as conn:
            return shares.group_size(conn, group_id)

    @db_api.transaction
    def created(
        self,
        conn,
        share: records.Share,
        locations,
        share_server_id: str | None = None,
    ) -> bool:
        """End a successful creation; False if the share has left the pool.

        :param locations: its export locations
        :param share_server_id: its server
        """
        made = self._transit(
            conn,
            share,
            states.Share.CREATED,
            self._is_mine(share),
            event='create.end',
            share_server_id=share_server_id,
        )
        if made is not None:
            share_export_locations.replace(conn, share.id, locations)
        return made is not None

    @db_api.transaction
    def attempt_failed(
        self, conn, share: records.Share, cleaned: bool
    ) -> bool:
        """End a failed attempt to create a share.

        A share of a group stays in the group's pool; any other is removed from
        its pool.

        :param cleaned: whether the pool has nothing of the share
        :returns: whether the scheduler shall choose another pool
        """
        if share.share_group_id is not None:
            self._end_creation(
                conn, share, _CREATE_FAILED, self._is_mine(share)
            )
            return False
        taken = self._take_away(conn, share)
        if taken is None:
            return False
        attempts.add(conn, self.kind, share, cleaned)
        tried = len(attempts.pools_tried(conn, share.id))
        if tried < self._conf.scheduler.max_attempts:
            return True
        self._end_creation(conn, taken, _CREATE_FAILED)
        return False

    def _take_away(self, conn, share):
        taken = self._transit(
            conn,
            share,
            states.Share.CLAIM,
            self._is_mine(share),
            host=None,
            availability_zone_id=self.rows.requested_zone(),
            claimed_gb=0,
        )
        if taken is not None:
            pools.release(conn, share.host, gigabytes=share.claimed_gb)
        return taken

    @db_api.transaction
    def deleted(self, conn, share: records.Share) -> bool:
        """End a successful deletion; False if the row does not match."""
        if not self.rows.lock(
            conn,
            share.id,
            self._is_removable(share),
        ):
            return False
        purge.share(conn, utils.present(shares.get(conn, share.id)))
        return True

    @db_api.transaction
    def resized(self, conn, share: records.Share) -> bool:
        """End a successful resize."""
        transition, event = _RESIZED[share.status]
        ended = self._end_resize(
            conn,
            share,
            transition,
            share.new_size,
            self._is_mine(share),
            event=event,
        )
        return ended is not None

    @db_api.transaction
    def resize_failed(
        self, conn, share: records.Share, too_full: bool = False
    ) -> bool:
        """End a failed resize.

        :param too_full: because the share contains more than its new size
        """
        failure = _RESIZE_FAILED[share.status, too_full]
        return self._fail_resize(conn, share, failure, self._is_mine(share))

    def _fail_resize(self, conn, share, failure, *conditions):
        transition, action, detail, text = failure
        # None where the status was set by hand.
        text = text.format(share.new_size or share.size)
        ended = self._end_resize(
            conn, share, transition, share.size, *conditions, reason=text
        )
        if ended is not None:
            self._add_message(conn, ended, action, detail, text)
        return ended is not None

    def _end_resize(self, conn, share, transition, size, *conditions, **notes):
        ended = self._transit(
            conn,
            share,
            transition,
            shares.is_as_sized(share),
            *conditions,
            size=size,
            new_size=None,
            quota_gb=size,
            claimed_gb=size if share.host else 0,
            **notes,
        )
        if ended is None:
            return None
        if share.host:
            pools.release(conn, share.host, gigabytes=share.claimed_gb - size)
        quotas.give_back(
            conn,
            quotas.owner_of(share),
            {quotas.GIGABYTES: share.quota_gb - size},
        )
        return ended

    def _end_overdue_resize(self, conn, share):
        transition, action = _RESIZE_OVERDUE[share.status]
        failure = transition, action, messages.TIMED_OUT, _NOT_RESIZED
        return self._fail_resize(conn, share, failure)

    overdue_ends = {
        **resource_transitions.ResourceTransitions.overdue_ends,
        states.EXTENDING: _end_overdue_resize,
        states.SHRINKING: _end_overdue_resize,
    }


def group_size(conn, share: records.Share) -> int:
    """Sum the sizes of the shares in a share's group, in GiB."""
    if share.share_group_id is not None:
        return shares.group_size(conn, share.share_group_id, share.id)
    return share.new_size or share.size
