# SPDX-License-Identifier: Apache-2.0
"""The status machines of the service, as tables.

A transition names the statuses that a row may have before it and the one that
it has after it.  It is one conditional UPDATE, so that the second of two
racing callers matches no row.
"""

import dataclasses
from typing import Protocol

#: The kinds of rows that have work, as RPC messages name them.
SHARE_GROUP = 'share_group'
SHARE = 'share'
SHARE_GROUP_SNAPSHOT = 'share_group_snapshot'
SHARE_GROUP_BACKUP = 'share_group_backup'
#: All access rules of one share; their id is the share's.
SHARE_ACCESS = 'share_access'

#: The words in texts for kinds that are not called by their names.
_NOUNS = {SHARE_ACCESS: 'access rules of the share'}

CREATING = 'creating'
AVAILABLE = 'available'
ERROR = 'error'
DELETING = 'deleting'
ERROR_DELETING = 'error_deleting'
EXTENDING = 'extending'
EXTENDING_ERROR = 'extending_error'
SHRINKING = 'shrinking'
SHRINKING_ERROR = 'shrinking_error'
POSSIBLE_DATA_LOSS = 'shrinking_possible_data_loss_error'
REVERTING = 'reverting'
REVERTING_ERROR = 'reverting_error'
RESTORING = 'restoring'
BACKUP_RESTORING = 'backup_restoring'
BACKUP_RESTORING_ERROR = 'backup_restoring_error'

#: Every status that a share group can have. See the contract, 'Share groups'.
SHARE_GROUP_STATUSES = (
    CREATING,
    AVAILABLE,
    ERROR,
    DELETING,
    ERROR_DELETING,
    REVERTING,
    REVERTING_ERROR,
    BACKUP_RESTORING,
    BACKUP_RESTORING_ERROR,
)
#: Each kind has its own list, so that a new status of one is not another's.
SHARE_GROUP_SNAPSHOT_STATUSES = (
    CREATING,
    AVAILABLE,
    ERROR,
    DELETING,
    ERROR_DELETING,
    RESTORING,
)
SHARE_STATUSES = (
    CREATING,
    AVAILABLE,
    ERROR,
    DELETING,
    ERROR_DELETING,
    EXTENDING,
    EXTENDING_ERROR,
    SHRINKING,
    SHRINKING_ERROR,
    POSSIBLE_DATA_LOSS,
    REVERTING,
    REVERTING_ERROR,
    BACKUP_RESTORING,
    BACKUP_RESTORING_ERROR,
)
SHARE_GROUP_BACKUP_STATUSES = (
    CREATING,
    AVAILABLE,
    ERROR,
    DELETING,
    ERROR_DELETING,
    RESTORING,
)

#: Those that an administrator sets: not what only work on the group ends.
SNAPSHOT_STATUSES_BY_HAND = tuple(
    one for one in SHARE_GROUP_SNAPSHOT_STATUSES if one != RESTORING
)
SHARE_STATUSES_BY_HAND = tuple(
    one for one in SHARE_STATUSES if one not in (REVERTING, BACKUP_RESTORING)
)
BACKUP_STATUSES_BY_HAND = tuple(
    one for one in SHARE_GROUP_BACKUP_STATUSES if one != RESTORING
)

#: The statuses in which nothing is at work on a row, of whatever kind.
AT_REST = frozenset(
    (
        AVAILABLE,
        ERROR,
        ERROR_DELETING,
        EXTENDING_ERROR,
        SHRINKING_ERROR,
        POSSIBLE_DATA_LOSS,
        REVERTING_ERROR,
        BACKUP_RESTORING_ERROR,
    )
)
#: Every status of each kind that users know.
STATUSES = {
    SHARE_GROUP: SHARE_GROUP_STATUSES,
    SHARE_GROUP_SNAPSHOT: SHARE_GROUP_SNAPSHOT_STATUSES,
    SHARE: SHARE_STATUSES,
    SHARE_GROUP_BACKUP: SHARE_GROUP_BACKUP_STATUSES,
}

#: The states of an access rule.
QUEUED_TO_APPLY = 'queued_to_apply'
APPLYING = 'applying'
ACTIVE = 'active'
QUEUED_TO_DENY = 'queued_to_deny'
DENYING = 'denying'

RULE_STATES = (
    QUEUED_TO_APPLY,
    APPLYING,
    ACTIVE,
    ERROR,
    QUEUED_TO_DENY,
    DENYING,
)

#: The values of a share's access_rules_status, which sums up its rules.
SYNCING = 'syncing'
RULES_STATUSES = (ACTIVE, SYNCING, ERROR)


@dataclasses.dataclass(frozen=True, slots=True)
class Transition:
    """One change of status.

    :ivar expected: the statuses from which it may be made
    :ivar becomes: the status after it
    """

    expected: tuple[str, ...]
    becomes: str


#: The statuses of a share that exists at its back end and has no work.
SETTLED = (
    AVAILABLE,
    EXTENDING_ERROR,
    SHRINKING_ERROR,
    POSSIBLE_DATA_LOSS,
)

#: The statuses of a group or a share whose content can be replaced: what a
#: failed attempt has left is replaced again.
REPLACEABLE = (AVAILABLE, REVERTING_ERROR, BACKUP_RESTORING_ERROR)
#: Those of a share whose clients the replacement may have shut out.
REPLACED = (
    REVERTING,
    REVERTING_ERROR,
    BACKUP_RESTORING,
    BACKUP_RESTORING_ERROR,
)


class Resource(Protocol):
    """The transitions that whatever a user creates and deletes has."""

    CREATED: Transition
    CREATE_FAILED: Transition
    DELETE: Transition
    DELETE_OVERDUE: Transition
    DELETE_FAILED: Transition


class ShareGroup(Resource):
    """The machine of share groups."""

    CLAIM = Transition((CREATING,), CREATING)
    CREATED = Transition((CREATING,), AVAILABLE)
    CREATE_FAILED = Transition((CREATING,), ERROR)
    DELETE = Transition(
        (
            AVAILABLE,
            ERROR,
            ERROR_DELETING,
            REVERTING_ERROR,
            BACKUP_RESTORING_ERROR,
        ),
        DELETING,
    )
    #: The owner may delete a group that was not created in time.
    DELETE_OVERDUE = Transition((CREATING,), DELETING)
    FORCE_DELETE = Transition(SHARE_GROUP_STATUSES, DELETING)
    DELETE_FAILED = Transition((DELETING,), ERROR_DELETING)
    REVERT = Transition(REPLACEABLE, REVERTING)
    REVERT_STEP = Transition((REVERTING,), REVERTING)
    REVERTED = Transition((REVERTING,), AVAILABLE)
    #: Nothing has changed.
    NOT_REVERTED = Transition((REVERTING,), AVAILABLE)
    REVERT_FAILED = Transition((REVERTING,), REVERTING_ERROR)
    #: From a backup.
    RESTORE = Transition(REPLACEABLE, BACKUP_RESTORING)
    RESTORE_STEP = Transition((BACKUP_RESTORING,), BACKUP_RESTORING)
    RESTORED = Transition((BACKUP_RESTORING,), AVAILABLE)
    NOT_RESTORED = Transition((BACKUP_RESTORING,), AVAILABLE)
    RESTORE_FAILED = Transition((BACKUP_RESTORING,), BACKUP_RESTORING_ERROR)


class ShareGroupSnapshot(Resource):
    """The machine of share group snapshots.

    Only an available snapshot, or one in error, can be deleted: so a failed
    deletion ends in error, from which it can be repeated.  See the contract,
    'Share group snapshots'.
    """

    CREATED = Transition((CREATING,), AVAILABLE)
    CREATE_FAILED = Transition((CREATING,), ERROR)
    DELETE = Transition((AVAILABLE, ERROR), DELETING)
    DELETE_OVERDUE = Transition((CREATING,), DELETING)
    FORCE_DELETE = Transition(SHARE_GROUP_SNAPSHOT_STATUSES, DELETING)
    DELETE_FAILED = Transition((DELETING,), ERROR)
    #: Its group is being reverted to it, and it is as it was afterwards.
    RESTORE = Transition((AVAILABLE,), RESTORING)
    RESTORED = Transition((RESTORING,), AVAILABLE)


class Share(Resource):
    """The machine of shares."""

    CLAIM = Transition((CREATING,), CREATING)
    CREATED = Transition((CREATING,), AVAILABLE)
    CREATE_FAILED = Transition((CREATING,), ERROR)
    DELETE = Transition(
        (
            *SETTLED,
            ERROR,
            ERROR_DELETING,
            REVERTING_ERROR,
            BACKUP_RESTORING_ERROR,
        ),
        DELETING,
    )
    DELETE_OVERDUE = Transition((CREATING,), DELETING)
    FORCE_DELETE = Transition(SHARE_STATUSES, DELETING)
    DELETE_FAILED = Transition((DELETING,), ERROR_DELETING)
    EXTEND = Transition(SETTLED, EXTENDING)
    EXTEND_CLAIM = Transition((EXTENDING,), EXTENDING)
    EXTENDED = Transition((EXTENDING,), AVAILABLE)
    NOT_EXTENDED = Transition((EXTENDING,), AVAILABLE)
    EXTEND_FAILED = Transition((EXTENDING,), EXTENDING_ERROR)
    SHRINK = Transition(SETTLED, SHRINKING)
    SHRUNK = Transition((SHRINKING,), AVAILABLE)
    SHRINK_FAILED = Transition((SHRINKING,), SHRINKING_ERROR)
    SHRINK_REFUSED = Transition((SHRINKING,), POSSIBLE_DATA_LOSS)
    REVERT = Transition(REPLACEABLE, REVERTING)
    REVERT_STEP = Transition((REVERTING,), REVERTING)
    REVERTED = Transition((REVERTING,), AVAILABLE)
    REVERT_FAILED = Transition((REVERTING,), REVERTING_ERROR)
    RESTORE = Transition(REPLACEABLE, BACKUP_RESTORING)
    RESTORE_STEP = Transition((BACKUP_RESTORING,), BACKUP_RESTORING)
    RESTORED = Transition((BACKUP_RESTORING,), AVAILABLE)
    RESTORE_FAILED = Transition((BACKUP_RESTORING,), BACKUP_RESTORING_ERROR)


class ShareGroupBackup(Resource):
    """The machine of share group backups."""

    STEP = Transition((CREATING,), CREATING)
    CREATED = Transition((CREATING,), AVAILABLE)
    CREATE_FAILED = Transition((CREATING,), ERROR)
    DELETE = Transition((AVAILABLE, ERROR, ERROR_DELETING), DELETING)
    DELETE_OVERDUE = Transition((CREATING,), DELETING)
    FORCE_DELETE = Transition(SHARE_GROUP_BACKUP_STATUSES, DELETING)
    DELETE_FAILED = Transition((DELETING,), ERROR_DELETING)
    #: The shares of a group get its content, and it is as it was afterwards.
    RESTORE = Transition((AVAILABLE,), RESTORING)
    RESTORED = Transition((RESTORING,), AVAILABLE)


class AccessRule:
    """The machine of access rules."""

    APPLY = Transition((QUEUED_TO_APPLY,), APPLYING)
    APPLIED = Transition((APPLYING,), ACTIVE)
    APPLY_FAILED = Transition((APPLYING,), ERROR)
    #: A rule was changed: the back end applies it like a new one.
    QUEUE_CHANGE = Transition(
        (QUEUED_TO_APPLY, APPLYING, ACTIVE, ERROR), QUEUED_TO_APPLY
    )
    QUEUE_DENIAL = Transition(
        (QUEUED_TO_APPLY, APPLYING, ACTIVE, ERROR), QUEUED_TO_DENY
    )
    DENY = Transition((QUEUED_TO_DENY,), DENYING)
    DENY_FAILED = Transition((DENYING,), ERROR)
    OVERDUE = Transition(
        (QUEUED_TO_APPLY, APPLYING, QUEUED_TO_DENY, DENYING), ERROR
    )


def noun(kind: str) -> str:
    """Return the word for a kind in texts."""
    return _NOUNS.get(kind, kind.replace('_', ' '))
