# SPDX-License-Identifier: Apache-2.0
"""The audit log: one line for each change of a status.

A line is written when the change has been committed: the loser of a race
writes none.
"""

import dataclasses
from typing import Any

from oslo_context import context as oslo_context
from oslo_log import log

from manila_groups.db import api as db_api

LOG = log.getLogger('manila_groups.audit')

#: What a row's status is called before there is a row, and after.
NONE = 'none'
#: Fields of a change that are the caller's, in the order that they have.
_CALLER = ('request_id', 'user_id', 'project_id')
DELETED = 'deleted'


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One row that has changed from one status to another.

    :ivar kind: of the row, as in states
    :ivar reason: why, if it is not the normal course
    :ivar request_id: the request that caused the change
    :ivar user_id: the user who made the request
    :ivar project_id: the project that they made it for
    """

    kind: str
    id: str
    was: str
    becomes: str
    reason: str | None
    request_id: str | None
    user_id: str | None
    project_id: str | None


def note(
    conn,
    kind: str,
    row_id: str,
    was: str,
    becomes: str,
    reason: str | None = None,
    caller: Any = None,
) -> None:
    """Note a change, to be logged when its transaction has been committed.

    :param caller: a context or a record with who asked; None takes the
        thread's context
    """
    caller = caller or oslo_context.get_current()
    made = Change(
        kind,
        row_id,
        was,
        becomes,
        reason,
        *(getattr(caller, name, None) for name in _CALLER),
    )
    db_api.note(conn, made)


class Auditor:
    """Logs the changes that one part of a process makes.

    :param actor: the name of that part
    """

    def __init__(self, actor: str):
        self._actor = actor

    def __call__(self, event) -> None:
        """Log a change; ignore other events."""
        if isinstance(event, Change):
            LOG.info(
                'status_change kind=%(kind)s id=%(id)s from=%(was)s '
                'to=%(becomes)s by=%(actor)s user=%(user_id)s '
                'project=%(project_id)s request=%(request_id)s '
                'reason="%(reason)s"',
                {
                    **{
                        name: '-' if value is None else value
                        for name, value in dataclasses.asdict(event).items()
                    },
                    'actor': self._actor,
                },
            )
