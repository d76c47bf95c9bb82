# SPDX-License-Identifier: Apache-2.0
"""Verbs as data: what an operation does, step by step, and how each ends.

A verb names the statuses that its resource has meanwhile, and its steps.  A
step has three parts.  Its *load* reads what many operations need, in a fixed
number of statements.  Its run does the work of one, without the database; the
process that runs it brings it along (see Run).  Its *done* records what many
have done, in one transaction.  The engine does what is true of every verb.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import enum
from typing import Any

from manila_groups import states
from manila_groups.db import records
from manila_groups.db import transitions
from manila_groups.domain import changes
from manila_groups.rpc import wake


class Place(enum.Enum):
    """Who does a step.

    Schedulers do the same in each: they choose a pool for what the step has
    loaded, a placing.Waiting.  What a back end does, it brings along: a Run.
    """

    SCHEDULERS = 'any scheduler'
    BACKEND = 'the back end of the resource'


class Away(enum.Enum):
    """When the back end of a step is gone."""

    DOWN = 'its last heartbeat is too long ago, or it cannot work'
    REMOVED = 'an operator has removed its service'


class Lost(Exception):
    """The operation is another process's now, or its row has changed."""


class Again(Exception):
    """What the run saw has changed: it has to run again at once."""


class NotYet(Exception):
    """The operation can't begin yet, and nothing is wrong with that."""


class Awaits(NotYet):
    """It waits for another operation, whose end nobody tells it of."""


class Queues(Awaits):
    """It waits for its turn, however long that takes."""


@dataclasses.dataclass(slots=True)
class Task:
    """An operation that this process has claimed, with what its step needs.

    :ivar row: the resource's record, as it was when it was claimed
    :ivar work: what else the step has loaded, of a type of its own
    :ivar result: what the run has returned
    :ivar error: why the run failed
    :ivar cleaned: whether nothing is left of a run that failed
    :ivar rounds: how often it has run again, on what was there then
    :ivar noted: how much was done when that was noted last
    :ivar report: a run that takes long calls it now and then, with how much
        of how much is done, and the unit of both: its lease begins anew, and
        if it has got further, its deadline does. It raises Lost when the run
        need not go on
    """

    operation: records.Operation
    verb: 'Verb'
    step: 'Step'
    row: Any
    work: Any = None
    result: Any = None
    error: Exception | None = None
    cleaned: bool = False
    rounds: int = 0
    noted: int = 0
    report: Callable[[int, int, str], None] = lambda *_figures: None


#: Reads what operations need: (connection, operations) to each resource's id
#: with its record and what else its run needs.  Those without are void.
Load = Callable[
    [Any, Sequence[records.Operation]], Mapping[str, tuple[Any, Any]]
]
#: Records what tasks have done: (transaction, tasks).
Done = Callable[[Any, Sequence[Task]], None]
#: Ends, or sends back, one task that can't go on: (transaction, task).
End = Callable[[Any, Task], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Gone:
    """What is done when the back end of a step is gone.

    :ivar when: for how long it has to be away; a forced operation never waits
        longer than DOWN
    """

    when: Away
    end: End


#: The back end does the step when it is there again.
WAIT = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a verb.

    :ivar load: reads what it needs
    :ivar begin: changes rows before it runs, in a transaction of its own;
        for a step whose rows show that it is at work
    :ivar done: records what it has done
    :ivar failed: ends it when its run failed, after the run's undo
    :ivar overdue: ends it when it was not done in time; None for a step that
        is tried for ever
    :ivar gone: what happens when its back end is gone
    :ivar alone: whether it waits for nothing else in the resource's group:
        its queue is the resource's own
    """

    name: str
    at: Place
    load: Load
    done: Done
    failed: End
    overdue: End | None
    gone: Gone | None
    begin: Done | None = None
    alone: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Left:
    """Rows that have a status because of a verb on another row.

    They would keep it for ever if that one's end did not reach them.

    :ivar transition: ends it
    :ivar is_left: a condition: the other row is gone, or at something else
    :ivar values: columns that change with the status
    """

    rows: transitions.Rows
    transition: states.Transition
    is_left: transitions.Condition
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """What an operation does on one kind of resources.

    :ivar kind: of the resource, as in states
    :ivar resource: the kind whose row is locked
    :ivar during: the statuses that the resource has meanwhile; empty for a
        verb beside which the resource keeps its status
    :ivar along: a kind to the statuses that what is in the resource has
        meanwhile
    :ivar left: how those statuses end where the resource has another one
    :ivar locate: tells from the resource's record which step is next
    :ivar payload: makes, of the resource's record, what an operation has to
        know from its beginning
    :ivar lock: locks what an end reads besides the row: (connection, the
        resource's id)
    :ivar is_own: conditions on rows in these statuses that have an operation
        of their own, and not a part in another row's
    :ivar beside: the names of other verbs with the same statuses; is_own
        tells their rows apart
    :ivar may_end: conditions on those that may end when they are overdue and
        have no operation; None for those of is_own
    :ivar find_strays: finds resources that need an operation and have none,
        for a verb without statuses: called with a connection and conditions
    :ivar exclusive: whether no other exclusive operation may begin meanwhile
    """

    name: str
    kind: str
    resource: changes.Owned
    steps: tuple[Step, ...]
    locate: Callable[[Any], str]
    payload: Callable[[Any], Mapping[str, Any]] = lambda _row: {}
    lock: Callable[[Any, str], None] = lambda _conn, _id: None
    during: tuple[str, ...] = ()
    along: Mapping[str, tuple[str, ...]] = dataclasses.field(
        default_factory=dict, hash=False
    )
    left: tuple[Left, ...] = dataclasses.field(default=(), hash=False)
    is_own: tuple[Any, ...] = ()
    beside: tuple[str, ...] = ()
    may_end: tuple[Any, ...] | None = None
    find_strays: Callable[..., list[str]] | None = None
    exclusive: bool = True

    def step(self, name: str) -> Step | None:
        """Return a step by its name; None if it has none of this name."""
        return next((one for one in self.steps if one.name == name), None)


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """What a process does in a step, without the database.

    :ivar do: does it for one task; its result is for the step's done
    :ivar undo: takes back what do may have left; returns whether nothing of
        it is left
    """

    do: Callable[[Task], Any]
    undo: Callable[[Task], bool]


def place_of(step: Step, row: Any) -> str:
    """Return who does a step for a resource, as operations name it."""
    if step.at is Place.SCHEDULERS:
        return wake.SCHEDULERS
    return str(row.host).partition('#')[0]


def queue_of(step: Step, row: Any) -> str:
    """Return the queue of a step: the id of the group, or the resource."""
    if step.alone:
        return str(row.id)
    return str(getattr(row, 'share_group_id', None) or row.id)


def fits(verb: Verb, row: Any) -> bool:
    """Tell whether a verb is at work on a resource with its status.

    It is not where the status was set by hand: see transitions.Rows.
    """
    if not verb.during:
        return True
    return row.status in verb.during and row.stepped_at is not None
