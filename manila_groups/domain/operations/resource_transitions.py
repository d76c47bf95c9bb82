# SPDX-License-Identifier: Apache-2.0
"""Transitions of resources: how failed creations and deletions end."""

from collections.abc import Callable
from collections.abc import Mapping

from manila_groups import states
from manila_groups.db import api as db_api
from manila_groups.db import transitions as transition_rows
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import force_delete
from manila_groups.domain.operations import transitions

_DELETE_FAILED = (
    'The back end could not delete the {}. Try again, or ask the '
    'administrator.'
)
_NOT_CREATED = (
    'The {} was not created in time. Delete it and try again, or ask the '
    'administrator.'
)
_NOT_DELETED = (
    'The {} was not deleted in time. Try again, or ask the administrator.'
)


class ResourceTransitions(transitions.Transitions):
    """The transitions of share groups, shares or share group snapshots.

    :cvar machine: the kind's, of states
    :cvar givable: SQL conditions on the rows whose work can be given up alone
    :cvar overdue_ends: each status to the method that ends overdue work in it
    """

    machine: type[states.Resource]
    givable: tuple[transition_rows.Condition, ...] = ()

    @db_api.transaction
    def delete_failed(self, conn, row) -> bool:
        """End a deletion that failed at the back end."""
        text = self._text(_DELETE_FAILED)
        return self._end_deletion(conn, row, text, self._is_mine(row))

    def _text(self, template):
        return template.format(states.noun(self.kind))

    def _end_deletion(self, conn, row, text, *conditions, **details):
        if row.forced:
            return force_delete.end(conn, self.kind, row, *conditions)
        return self._fail(
            conn,
            row,
            self.machine.DELETE_FAILED,
            messages.DELETE,
            text,
            *conditions,
            **details,
        )

    @db_api.transaction
    def abandon(self, conn, row) -> bool:
        """End a deletion whose back end is down; it cleans up later."""
        return force_delete.end(
            conn, self.kind, row, self.rows.is_as_read(row)
        )

    def _end_creation(self, conn, row, text, *conditions, **details):
        return self._fail(
            conn,
            row,
            self.machine.CREATE_FAILED,
            messages.CREATE,
            text,
            *conditions,
            **details,
        )

    def _givable(self):
        return (*super()._givable(), *self.givable)

    def _give_up(self, conn, row):
        end = self.overdue_ends.get(row.status)
        return end is not None and end(self, conn, row)

    def _end_overdue_creation(self, conn, row):
        text = self._text(_NOT_CREATED)
        return self._end_creation(conn, row, text, detail=messages.TIMED_OUT)

    def _end_overdue_deletion(self, conn, row):
        text = self._text(_NOT_DELETED)
        return self._end_deletion(conn, row, text, detail=messages.TIMED_OUT)

    overdue_ends: Mapping[str, Callable] = {
        states.CREATING: _end_overdue_creation,
        states.DELETING: _end_overdue_deletion,
    }
