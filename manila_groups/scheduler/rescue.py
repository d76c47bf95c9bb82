# SPDX-License-Identifier: Apache-2.0
"""What becomes of work whose back end has gone away."""

from collections.abc import Callable

from oslo_log import log

from manila_groups import context
from manila_groups import states
from manila_groups import utils
from manila_groups.groups import lifecycle as lifecycles
from manila_groups.groups import transitions

LOG = log.getLogger(__name__)


class Rescuer:
    """Ends, or moves elsewhere, what waits for a back end that is gone.

    :param place: finds a place for a group or share: (context, kind, id)
    """

    def __init__(self, lifecycle: lifecycles.Lifecycle, place: Callable):
        self._lifecycle = lifecycle
        self._place = place
        self._rescues = {
            states.SHARE_GROUP: (
                lifecycle.share_groups,
                self._rescue_share_group,
            ),
            states.SHARE: (lifecycle.shares, self._rescue_share),
            states.SHARE_GROUP_SNAPSHOT: (
                lifecycle.snapshots,
                self._rescue_snapshot,
            ),
        }

    def rescue(self) -> None:
        """Look for such work, and see to it."""
        for kind, row_id in self._lifecycle.stranded():
            utils.call_logging_errors(self._rescue, kind, row_id)

    def _rescue(self, kind, row_id):
        kind_transitions, rescue = self._rescues[kind]
        row = kind_transitions.get(row_id)
        # Another scheduler may have rescued it, or a user deleted it: then
        # it is elsewhere, or waits for something else.
        if row is not None and kind_transitions.is_stuck(row):
            transitions.act_for(row)
            rescue(row)

    def _rescue_share_group(self, group):
        if group.status == states.DELETING:
            _log_deletion(self._lifecycle.share_groups.kind, group)
            self._lifecycle.share_groups.abandon(group)
        elif self._lifecycle.share_groups.attempt_failed(group, cleaned=False):
            self._place_again(states.SHARE_GROUP, group.id)

    def _rescue_share(self, share):
        if share.status == states.DELETING:
            _log_deletion(self._lifecycle.shares.kind, share)
            self._lifecycle.shares.abandon(share)
        elif share.status in (states.EXTENDING, states.SHRINKING):
            self._lifecycle.shares.resize_failed(share)
        elif self._lifecycle.shares.attempt_failed(share, cleaned=False):
            self._place_again(states.SHARE, share.id)

    def _rescue_snapshot(self, snapshot):
        if snapshot.status == states.DELETING:
            _log_deletion(self._lifecycle.snapshots.kind, snapshot)
            self._lifecycle.snapshots.abandon(snapshot)
        else:
            self._lifecycle.snapshots.create_failed(snapshot)

    def _place_again(self, kind, row_id):
        self._place(context.service_context(), kind, row_id)


def _log_deletion(kind, row):
    LOG.warning(
        'The back end of %s is away: the %s %s is deleted without it. It '
        'removes what it has of it when it is back',
        row.host,
        states.noun(kind),
        row.id,
    )
