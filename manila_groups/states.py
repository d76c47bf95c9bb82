# SPDX-License-Identifier: Apache-2.0
"""The status machines of the service, as tables.

A row of a table is one step: the statuses that a row may have before it and
the one that it has after it.  A step is carried out as one conditional
UPDATE, so that of two racing callers one finds the row already changed.
"""

import dataclasses

#: The kinds of rows that work belongs to, as messages name them.
SHARE_GROUP = 'share_group'
SHARE = 'share'
SHARE_GROUP_SNAPSHOT = 'share_group_snapshot'
#: The access rules of a share; named by the share's id.
SHARE_ACCESS = 'share_access'

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

#: Every status that a share group can have (wire: share groups, Statuses).
SHARE_GROUP_STATUSES = (
    CREATING,
    AVAILABLE,
    ERROR,
    DELETING,
    ERROR_DELETING,
)
SHARE_GROUP_SNAPSHOT_STATUSES = SHARE_GROUP_STATUSES
SHARE_STATUSES = (
    *SHARE_GROUP_STATUSES,
    EXTENDING,
    EXTENDING_ERROR,
    SHRINKING,
    SHRINKING_ERROR,
    POSSIBLE_DATA_LOSS,
)

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

#: What a share's access_rules_status says of its rules together.
SYNCING = 'syncing'
RULES_STATUSES = (ACTIVE, SYNCING, ERROR)


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One change of status.

    :ivar expected: the statuses from which the step may be taken
    :ivar becomes: the status after it
    """

    expected: tuple[str, ...]
    becomes: str


CLAIM = Step((CREATING,), CREATING)
CREATED = Step((CREATING,), AVAILABLE)
CREATE_FAILED = Step((CREATING,), ERROR)
DELETE = Step((AVAILABLE, ERROR, ERROR_DELETING), DELETING)
#: For the owner of what is not created in time.
DELETE_OVERDUE = Step((CREATING,), DELETING)
FORCE_DELETE = Step(SHARE_GROUP_STATUSES, DELETING)
DELETE_FAILED = Step((DELETING,), ERROR_DELETING)

#: Wire, share group snapshots: not available or error is a conflict; so what
#: failed to be deleted has the status error, and can be deleted again.
SNAPSHOT_DELETE = Step((AVAILABLE, ERROR), DELETING)
SNAPSHOT_DELETE_FAILED = Step((DELETING,), ERROR)

#: Those of a share that is at its back end with nothing under way.
SETTLED = (
    AVAILABLE,
    EXTENDING_ERROR,
    SHRINKING_ERROR,
    POSSIBLE_DATA_LOSS,
)
SHARE_DELETE = Step((*SETTLED, ERROR, ERROR_DELETING), DELETING)
SHARE_FORCE_DELETE = Step(SHARE_STATUSES, DELETING)
EXTEND = Step(SETTLED, EXTENDING)
EXTEND_CLAIM = Step((EXTENDING,), EXTENDING)
EXTENDED = Step((EXTENDING,), AVAILABLE)
NOT_EXTENDED = Step((EXTENDING,), AVAILABLE)
EXTEND_FAILED = Step((EXTENDING,), EXTENDING_ERROR)
SHRINK = Step(SETTLED, SHRINKING)
SHRUNK = Step((SHRINKING,), AVAILABLE)
SHRINK_FAILED = Step((SHRINKING,), SHRINKING_ERROR)
SHRINK_REFUSED = Step((SHRINKING,), POSSIBLE_DATA_LOSS)

RULE_APPLY = Step((QUEUED_TO_APPLY,), APPLYING)
RULE_APPLIED = Step((APPLYING,), ACTIVE)
RULE_APPLY_FAILED = Step((APPLYING,), ERROR)
#: What a rule allows has changed: the back end is told of it as of a new one.
RULE_QUEUE_CHANGE = Step(
    (QUEUED_TO_APPLY, APPLYING, ACTIVE, ERROR), QUEUED_TO_APPLY
)
RULE_QUEUE_DENIAL = Step(
    (QUEUED_TO_APPLY, APPLYING, ACTIVE, ERROR), QUEUED_TO_DENY
)
RULE_DENY = Step((QUEUED_TO_DENY,), DENYING)
RULE_DENY_FAILED = Step((DENYING,), ERROR)
RULE_OVERDUE = Step(
    (QUEUED_TO_APPLY, APPLYING, QUEUED_TO_DENY, DENYING), ERROR
)


def noun(kind: str) -> str:
    """What people call rows of a kind."""
    return kind.replace('_', ' ')
