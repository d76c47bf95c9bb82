# SPDX-License-Identifier: Apache-2.0
"""Recovery of orphaned work: its back end is down or was removed."""

from collections.abc import Callable

from oslo_log import log

from manila_groups import context
from manila_groups import states
from manila_groups import utils
from manila_groups.groups import lifecycle as lifecycles
from manila_groups.groups import transitions

LOG = log.getLogger(__name__)


class Reconciler:
    """Ends orphaned work, or has it placed on another back end.

    :param place: finds a place for a group or share: (context, kind, id)
    """

    def __init__(self, lifecycle: lifecycles.Lifecycle, place: Callable):
        self._lifecycle = lifecycle
        self._place = place
        self._recoveries = {
            states.SHARE_GROUP: (
                lifecycle.share_groups,
                self._recover_share_group,
            ),
            states.SHARE: (lifecycle.shares, self._recover_share),
            states.SHARE_GROUP_SNAPSHOT: (
                lifecycle.snapshots,
                self._recover_snapshot,
            ),
        }

    def reconcile(self) -> None:
        """Find orphaned work, and recover each piece."""
        for kind, row_id in self._lifecycle.orphaned():
            utils.call_logging_errors(self._recover, kind, row_id)

    def _recover(self, kind, row_id):
        kind_transitions, recover = self._recoveries[kind]
        row = kind_transitions.get(row_id)
        # Another scheduler may have recovered it, or a user deleted it: then
        # it is elsewhere, or waits for something else.
        if row is not None and kind_transitions.is_stuck(row):
            transitions.act_for(row)
            recover(row)

    def _recover_share_group(self, group):
        if group.status == states.DELETING:
            _log_deletion(self._lifecycle.share_groups.kind, group)
            self._lifecycle.share_groups.abandon(group)
        elif self._lifecycle.share_groups.attempt_failed(group, cleaned=False):
            self._place_again(states.SHARE_GROUP, group.id)

    def _recover_share(self, share):
        if share.status == states.DELETING:
            _log_deletion(self._lifecycle.shares.kind, share)
            self._lifecycle.shares.abandon(share)
        elif share.status in (states.EXTENDING, states.SHRINKING):
            self._lifecycle.shares.resize_failed(share)
        elif self._lifecycle.shares.attempt_failed(share, cleaned=False):
            self._place_again(states.SHARE, share.id)

    def _recover_snapshot(self, snapshot):
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
