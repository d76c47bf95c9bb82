# SPDX-License-Identifier: Apache-2.0
"""The status machines of the service, as tables.

A row of a table is one step: the statuses that a row may have before it and
the one that it has after it.  A step is carried out as one conditional
UPDATE, so that of two racing callers one finds the row already changed.
"""

import dataclasses

CREATING = 'creating'
AVAILABLE = 'available'
ERROR = 'error'
DELETING = 'deleting'
ERROR_DELETING = 'error_deleting'

#: Every status that a share group can have (wire: share groups, Statuses).
SHARE_GROUP_STATUSES = (
    CREATING,
    AVAILABLE,
    ERROR,
    DELETING,
    ERROR_DELETING,
)


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
FORCE_DELETE = Step(SHARE_GROUP_STATUSES, DELETING)
DELETE_FAILED = Step((DELETING,), ERROR_DELETING)
