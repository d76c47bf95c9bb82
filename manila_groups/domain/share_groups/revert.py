# SPDX-License-Identifier: Apache-2.0
"""Reverting a share group to one of its snapshots, with all its shares."""

from manila_groups import states
from manila_groups.db import share_group_snapshots as snapshots
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_groups import replacing

REVERT = 'revert'


def _free(conn, group_ids, caller):
    snapshots.ROWS.transition_many(
        conn,
        states.ShareGroupSnapshot.RESTORED,
        snapshots.in_groups(group_ids),
        caller=caller,
    )


_REPLACEMENT = replacing.Replacement(
    name=REVERT,
    status=states.REVERTING,
    group=replacing.Machine(
        step=states.ShareGroup.REVERT_STEP,
        done=states.ShareGroup.REVERTED,
        failed=states.ShareGroup.REVERT_FAILED,
        unchanged=states.ShareGroup.NOT_REVERTED,
    ),
    share=replacing.Machine(
        step=states.Share.REVERT_STEP,
        done=states.Share.REVERTED,
        failed=states.Share.REVERT_FAILED,
        unchanged=states.Share.REVERTED,
    ),
    action=messages.REVERT,
    failed='The back end could not revert the share group to the share group '
    'snapshot.',
    late='The share group was not reverted in time.',
    find_sources=snapshots.restoring_of,
    free_sources=_free,
)

VERB = _REPLACEMENT.verb(
    states.SHARE_GROUP_SNAPSHOT,
    verbs.Left(
        snapshots.ROWS,
        states.ShareGroupSnapshot.RESTORED,
        snapshots.no_group_is(states.REVERTING),
    ),
)
