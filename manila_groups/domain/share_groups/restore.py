# SPDX-License-Identifier: Apache-2.0
"""Restoring a backup to a share group that exists, with all its shares.

The back end writes the content beside the group, and puts it in its place at
the end: until then, the old content is there.
"""

from manila_groups import states
from manila_groups.db import share_group_backups as backups
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.share_groups import replacing

RESTORE = 'restore'


def _free(conn, group_ids, caller):
    backups.ROWS.transition_many(
        conn,
        states.ShareGroupBackup.RESTORED,
        backups.restoring_to(group_ids),
        caller=caller,
        restoring_share_group_id=None,
    )


_REPLACEMENT = replacing.Replacement(
    name=RESTORE,
    status=states.BACKUP_RESTORING,
    group=replacing.Machine(
        step=states.ShareGroup.RESTORE_STEP,
        done=states.ShareGroup.RESTORED,
        failed=states.ShareGroup.RESTORE_FAILED,
        unchanged=states.ShareGroup.NOT_RESTORED,
    ),
    share=replacing.Machine(
        step=states.Share.RESTORE_STEP,
        done=states.Share.RESTORED,
        failed=states.Share.RESTORE_FAILED,
        unchanged=states.Share.RESTORED,
    ),
    action=messages.RESTORE,
    failed='The back end could not restore the share group backup to the '
    'share group.',
    late='The share group backup was not restored in time.',
    find_sources=backups.restoring_of,
    free_sources=_free,
)

VERB = _REPLACEMENT.verb(
    states.SHARE_GROUP_BACKUP,
    verbs.Left(
        backups.ROWS,
        states.ShareGroupBackup.RESTORED,
        backups.no_group_is(states.BACKUP_RESTORING),
        {'restoring_share_group_id': None},
    ),
)
