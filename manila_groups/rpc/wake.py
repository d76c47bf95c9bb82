# SPDX-License-Identifier: Apache-2.0
"""What a wake-up is, and what the domain needs of whoever sends it."""

from collections.abc import Iterable
import dataclasses
from typing import Protocol

#: Who does the steps that choose pools.
SCHEDULERS = 'schedulers'


@dataclasses.dataclass(frozen=True, slots=True)
class Wake:
    """Who has to look at its queue, and the resource that it is about.

    :ivar place: SCHEDULERS, or host@backend
    :ivar kind: of the resource, as in states
    """

    place: str
    kind: str
    resource_id: str


class Waker(Protocol):
    """Wakes schedulers and back ends."""

    def wake(self, wake: Wake, /) -> None:
        """Let somebody look at their queue soon."""


def wake_all(waker: Waker, wakes: Iterable[Wake]) -> None:
    """Send what a transaction has asked for, after its commit."""
    for one in wakes:
        waker.wake(one)
