# SPDX-License-Identifier: Apache-2.0
"""Recovery of orphaned work: its back end is down or was removed."""

from collections.abc import Callable

from oslo_log import log

from manila_groups import context
from manila_groups import states
from manila_groups import utils
from manila_groups.domain.operations import lifecycle as lifecycles
from manila_groups.domain.operations import transitions

LOG = log.getLogger(__name__)


class Reconciler:
    """Ends orphaned work, or has it placed on another back end.

    :param place: finds a place for a group or share: (context, kind, id)
    """

    def __init__(self, lifecycle: lifecycles.Lifecycle, place: Callable):
        self._lifecycle = lifecycle
        self._place = place
        schedule_again = {states.CREATING: self._schedule_again}
        abandon = {states.DELETING: _abandon}
        resize = dict.fromkeys(
            (states.EXTENDING, states.SHRINKING), _fail_resize
        )
        #: By kind: its transitions, and what is done in each status.
        self._recoveries = {
            states.SHARE_GROUP: (
                lifecycle.share_groups,
                {**schedule_again, **abandon},
            ),
            states.SHARE: (
                lifecycle.shares,
                {**schedule_again, **abandon, **resize},
            ),
            states.SHARE_GROUP_SNAPSHOT: (
                lifecycle.snapshots,
                {states.CREATING: _fail_creation, **abandon},
            ),
        }

    def reconcile(self) -> None:
        """Find orphaned work, and recover each piece."""
        for kind, row_id in self._lifecycle.orphaned():
            utils.call_logging_errors(self._recover, kind, row_id)

    def _recover(self, kind, row_id):
        kind_transitions, by_status = self._recoveries[kind]
        row = kind_transitions.get(row_id)
        # Another scheduler may have recovered it, or a user deleted it: then
        # it is elsewhere, or waits for something else.
        if row is None or not kind_transitions.is_stuck(row):
            return
        transitions.act_for(row)
        recover = by_status.get(row.status)
        if recover is None:
            LOG.error(
                'The back end of %s is down, and there is no recovery from '
                'the status %s of the %s %s. Nothing is done.',
                row.host,
                row.status,
                states.noun(kind),
                row_id,
            )
            return
        recover(kind_transitions, row)

    def _schedule_again(self, kind_transitions, row):
        if kind_transitions.attempt_failed(row, cleaned=False):
            self._place(
                context.service_context(), kind_transitions.kind, row.id
            )


def _abandon(kind_transitions, row):
    LOG.warning(
        'The back end of %s is down: deleting the %s %s without it. The back '
        'end will clean up when it is up again',
        row.host,
        states.noun(kind_transitions.kind),
        row.id,
    )
    kind_transitions.abandon(row)


def _fail_resize(kind_transitions, share):
    kind_transitions.resize_failed(share)


def _fail_creation(kind_transitions, snapshot):
    kind_transitions.create_failed(snapshot)
