# SPDX-License-Identifier: Apache-2.0
"""Where something would go: what a scheduler would decide, as plain data."""

from collections.abc import Callable
import dataclasses

from manila_groups import exception
from manila_groups.domain.operations import placing


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A pool that fits.

    :ivar pool: host@backend#pool
    :ivar weight: what the weighers say of it; pools with the same weight come
        in an order that is drawn anew for each group
    """

    pool: str
    weight: float


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """A pool that a filter refuses.

    :ivar reason: what is required
    :ivar found: what the pool has instead; may be empty
    """

    pool: str
    filter: str
    reason: str
    found: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """Why a filter refuses pools, and how many; it names none."""

    filter: str
    reason: str
    pools: int


@dataclasses.dataclass(frozen=True, slots=True)
class Placement:
    """What a scheduler would decide.

    :ivar fits: how many pools fit
    :ivar pools: of how many
    :ivar explanation: one sentence, which a user message would have, too
    :ivar candidates: the pools that fit, best first
    """

    fits: int
    pools: int
    explanation: str
    reasons: tuple[Reason, ...]
    candidates: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]


#: Decides for a resource's id and what is known of it.
Explain = Callable[[str, placing.Waiting], Placement]


class Placements:
    """Tells where something would go, and makes nothing.

    :param rehearse: begins a creation for (caller, what is wanted), takes it
        back, and returns the id and what a scheduler would decide on
    """

    def __init__(
        self,
        rehearse: Callable[..., tuple[str, placing.Waiting]],
        explain: Explain,
    ):
        self._rehearse = rehearse
        self._explain = explain

    def of(self, ctxt, wanted) -> Placement:
        """Tell where it would go.

        :param wanted: a NewShareGroup or a NewShare
        :raises ServiceError: what the creation raises
        :raises Conflict: the creation would have to wait before it is decided
        """
        row_id, waiting = self._rehearse(ctxt, wanted)
        if waiting.hints.awaits is not None:
            raise exception.Conflict(
                f'It cannot be told yet: {waiting.hints.awaits}.'
            )
        return self._explain(row_id, waiting)
