# SPDX-License-Identifier: Apache-2.0
"""What schedulers decide on, and how their decisions are recorded."""

import collections
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from manila_groups import utils
from manila_groups.db import availability_zones
from manila_groups.db import operation_search as search
from manila_groups.db import pools
from manila_groups.domain import scheduler_hints
from manila_groups.domain.operations import transaction
from manila_groups.domain.operations import verb as verbs

#: Clients look for this sentence.
NO_STORAGE = 'No storage could be allocated for this share request.'


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """What a decision needs to know of a share group or a share.

    :ivar group_specs: those of the share group type
    :ivar extra_specs: those of each share type
    :ivar zone: the name of the availability zone asked for
    :ivar tried: the pools that failed to create it
    :ivar size_gb: how much it needs, in GiB
    :ivar pool: the only pool that it can be in; None leaves the choice
    :ivar groups: as how many groups it counts in a pool
    :ivar shares: how many shares come with the group
    :ivar protocol: of a share that is to be created
    :ivar hints: with whom it is to be on a back end, or not
    """

    extra_specs: tuple[Mapping[str, str], ...]
    zone: str | None
    tried: frozenset[str]
    size_gb: int
    pool: str | None
    group_specs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    groups: int = 0
    shares: int = 0
    protocol: str | None = None
    hints: scheduler_hints.Hints = scheduler_hints.NONE


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """The pool that a scheduler has chosen: the result of its run.

    :ivar pool: host@backend#pool
    :ivar zone: its availability zone
    :ivar seen: how many groups the decision saw in the pool, before those of
        the same batch; None takes any number
    :ivar consistent_snapshot_support: of the pool
    """

    pool: str
    zone: str
    seen: int | None
    consistent_snapshot_support: str | None = None

    @property
    def host(self) -> str:
        """The pool, as records name it."""
        return self.pool

    def columns(self) -> dict[str, Any]:
        """The columns of a row that is placed here."""
        return {
            'host': self.pool,
            'availability_zone_id': availability_zones.id_of(self.zone),
        }


def of_new(conn, verb: verbs.Verb, resource_id: str) -> Waiting:
    """Read what schedulers are to decide on for a creation that has begun."""
    (operation,) = search.find(
        conn,
        search.equals('kind', verb.kind),
        search.equals('resource_id', resource_id),
    )
    step = utils.present(verb.step(operation.step))
    _row, waiting = step.load(conn, [operation])[resource_id]
    return waiting


class NoPool(Exception):
    """No pool fits; the text says why, for the project's users."""


def by_pool(
    tasks: Iterable[verbs.Task],
) -> Iterator[tuple[Place, list[verbs.Task]]]:
    """Divide tasks by the pools that were chosen, in the order of names."""
    chosen: dict[str, list[verbs.Task]] = collections.defaultdict(list)
    for one in tasks:
        chosen[one.result.pool].append(one)
    for _pool, some in sorted(chosen.items()):
        yield some[0].result, some


def claim_pools(tx: transaction.Tx, tasks: Sequence[verbs.Task]) -> None:
    """Claim the chosen pools, by one conditional UPDATE for each.

    :raises Again: a pool is not as the decisions saw it
    """
    for place, some in by_pool(tasks):
        groups = sum(one.work.groups for one in some)
        if not pools.claim(
            tx.conn,
            place.pool,
            groups=groups,
            gigabytes=sum(one.work.size_gb for one in some),
            seen=place.seen if groups else None,
        ):
            raise verbs.Again


def move_to_pools(
    tx: transaction.Tx, tasks: Sequence[verbs.Task], step: str
) -> None:
    """Let the back ends of the chosen pools go on; last in a transaction.

    :raises Lost: an operation is not this process's any more
    """
    for place, some in by_pool(tasks):
        tx.move(some, step, place)
