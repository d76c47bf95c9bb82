# SPDX-License-Identifier: Apache-2.0
"""The transaction in which the outcome of steps is recorded."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any

from oslo_utils import timeutils

from manila_groups import states
from manila_groups import utils
from manila_groups.db import api as db_api
from manila_groups.db import operations
from manila_groups.db import records
from manila_groups.domain import changes
from manila_groups.domain.events import base as events
from manila_groups.domain.messages import api as messages
from manila_groups.domain.operations import beginning
from manila_groups.domain.operations import verb as verbs
from manila_groups.rpc import wake

#: The most seconds between two tries of what can't be done for the moment.
_LONGEST_WAIT = 60
#: When what waits for something else is due: the next time that anybody looks.
_SOON = datetime.timedelta(seconds=1)


@dataclasses.dataclass(slots=True)
class Tx:
    """Records what has become of tasks: all of it, or nothing.

    :ivar worker: whose claims the tasks are; None when nobody's: their
        operations are locked
    :ivar wakes: who has to be woken after the commit
    """

    conn: db_api.Connection
    conf: Any
    worker: str | None
    wakes: list[wake.Wake] = dataclasses.field(default_factory=list)

    def claim(
        self,
        kind: changes.Kind,
        rows: Sequence[Any],
        transition: states.Transition,
        *conditions: Any,
        **values: Any,
    ) -> None:
        """Change rows that keep their status, without reading them again.

        :raises Lost: one of the rows does not match
        """
        if not kind.rows.transition_rows(
            self.conn, rows, transition, *conditions, **values
        ):
            raise verbs.Lost

    def transition(
        self,
        kind: changes.Kind,
        rows: Sequence[Any],
        transition: states.Transition,
        *conditions: Any,
        event: str | None = None,
        reason: str | None = None,
        **values: Any,
    ) -> list[Any]:
        """Change the status of rows, and let it become known.

        :param event: its verb and phase
        :param reason: why, for the log
        :returns: the records as they are now
        :raises Lost: one of the rows does not match
        """
        changed = changes.transit_many(
            self.conn,
            kind,
            rows,
            transition,
            *conditions,
            reason=reason,
            **values,
        )
        if changed is None:
            raise verbs.Lost
        if event is not None:
            for row in changed:
                events.note(self.conn, f'{kind.name}.{event}', row)
        return changed

    def fail(
        self,
        task: verbs.Task,
        transition: states.Transition,
        action: str,
        text: str,
        *conditions: Any,
        detail: str = messages.DRIVER_FAILED,
        **values: Any,
    ) -> Any:
        """Let a row have an error status, and tell the project's users.

        :returns: the row's record as it is now
        :raises Lost: the row does not match
        """
        (failed,) = self.transition(
            task.verb.resource,
            [task.row],
            transition,
            *conditions,
            reason=text,
            **values,
        )
        self.tell(task, failed, action, detail, text)
        return failed

    def tell(
        self, task: verbs.Task, row: Any, action: str, detail: str, text: str
    ) -> None:
        """Tell the project's users why something failed."""
        kind = task.verb.resource.name
        messages.add(self.conn, self.conf, kind, row, action, detail, text)

    def end(self, tasks: Sequence[verbs.Task]) -> None:
        """End the operations of tasks; the last thing in a transaction.

        :raises Lost: one of them is not this process's any more
        """
        ids = [one.operation.id for one in tasks]
        if not operations.end(self.conn, ids, self.worker):
            raise verbs.Lost

    def keep(self, tasks: Sequence[verbs.Task]) -> None:
        """Make sure that tasks are this process's until the end.

        :raises Lost: one of them is not
        """
        ids = [one.operation.id for one in tasks]
        if not operations.keep(self.conn, ids, utils.present(self.worker)):
            raise verbs.Lost

    def put_off(self, task: verbs.Task) -> float:
        """Leave a step that failed for later; the last thing.

        :returns: how many seconds later
        :raises Lost: it is not this process's any more
        """
        until = _next_look(self.conf, task)
        if not operations.put_off(
            self.conn,
            task.operation.id,
            utils.present(self.worker),
            until,
            str(task.error),
        ):
            raise verbs.Lost
        return (until - timeutils.utcnow()).total_seconds()

    def move(
        self,
        tasks: Sequence[verbs.Task],
        step: str,
        row: Any,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Let operations wait for another step; last in a transaction.

        :param row: a record as it is now, or its Place; its host tells who
            does the step
        :param payload: what the operations have to know instead
        :raises Lost: one of them is not this process's any more
        """
        next_step = utils.present(tasks[0].verb.step(step))
        place = verbs.place_of(next_step, row)
        ids = [one.operation.id for one in tasks]
        queues = {
            one.operation.id: queue
            for one in tasks
            if (queue := verbs.queue_of(next_step, one.row))
            != one.operation.queue_id
        }
        if not operations.move(
            self.conn, ids, self.worker, step, place, payload, queues
        ):
            raise verbs.Lost
        self.wakes.extend(
            wake.Wake(place, one.operation.kind, one.operation.resource_id)
            for one in tasks
        )

    def note(
        self, tasks: Sequence[verbs.Task], payload: Mapping[str, Any]
    ) -> None:
        """Let the operations of tasks know something from now on.

        :param payload: instead of what they knew
        :raises Lost: one of them is not this process's any more
        """
        ids = [one.operation.id for one in tasks]
        worker = utils.present(self.worker)
        if not operations.set_payload(self.conn, ids, worker, payload):
            raise verbs.Lost

    def begin(self, verb: verbs.Verb, rows: Sequence[Any]) -> None:
        """Begin other operations: see beginning.begin_many()."""
        self.wakes.extend(beginning.begin_many(self.conn, verb, rows))


def _next_look(conf: Any, task: verbs.Task) -> datetime.datetime:
    if isinstance(task.error, verbs.Awaits):
        # It may begin at any moment, however long it has waited.
        return timeutils.utcnow() + _SOON
    return next_try(conf, task.operation)


def next_try(conf: Any, operation: records.Operation) -> datetime.datetime:
    """Choose when an operation is due that can't go on for the moment."""
    now = timeutils.utcnow()
    # As long again as it has waited: each wait is twice the one before.
    waited = (now - operation.moved_at).total_seconds()
    least = conf.service.reconcile_interval
    seconds = max(least, min(waited, _LONGEST_WAIT))
    return now + datetime.timedelta(seconds=seconds)
