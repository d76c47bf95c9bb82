# SPDX-License-Identifier: Apache-2.0
"""The plain data of a decision: what is asked, what there is, what came out.

Filters and weighers are given it, and refuse with it. Nothing here knows a
database, a message bus or a configuration.
"""

import collections
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math
import typing

from manila_groups.domain.types import specs


class Refusal(typing.NamedTuple):
    """Why a filter refuses a pool.

    :ivar asked: what the request requires; users read it, so it names no host
        and nothing that a back end reports
    :ivar found: what the pool has instead, for the operator; may be empty
    """

    asked: str
    found: str = ''

    def __str__(self) -> str:
        return f'{self.asked}, but {self.found}' if self.found else self.asked


@dataclasses.dataclass(frozen=True, slots=True)
class Pool:
    """One unit of capacity, with its back end's last report.

    :ivar name: ``host@backend#pool``
    :ivar availability_zone: the zone's name
    :ivar service_up: whether the back end's heartbeat is recent
    :ivar service_enabled: whether the operator has not disabled it
    :ivar capabilities: what share types' extra specs are matched with
    :ivar group_capabilities: what group specs are matched with
    :ivar total_capacity_gb: in GiB, None unknown, ``math.inf`` unlimited
    :ivar free_capacity_gb: likewise
    :ivar reserved_percentage: the part of the total capacity, 0 to 100, that
        new shares must not use
    :ivar share_groups: how many share groups are in the pool now
    :ivar claimed_gb: how much its shares claim, in GiB
    :ivar claimable_gb: how much they may claim in all, in GiB; None is no
        limit
    """

    name: str
    availability_zone: str
    service_up: bool
    service_enabled: bool
    capabilities: Mapping[str, specs.Reported]
    group_capabilities: Mapping[str, specs.Reported]
    total_capacity_gb: float | None
    free_capacity_gb: float | None
    reserved_percentage: int = 0
    share_groups: int = 0
    claimed_gb: int = 0
    claimable_gb: float | None = None

    def __post_init__(self):
        for field in ('capabilities', 'group_capabilities'):
            reported = getattr(self, field)
            if not isinstance(reported, specs.Capabilities):
                reported = specs.Capabilities(reported)
                object.__setattr__(self, field, reported)

    @classmethod
    def from_mapping(cls, values: Mapping[str, typing.Any]) -> 'Pool':
        """Make a pool from a JSON object with the names of its fields.

        A capacity may also be a string: a number, 'infinite' or 'unknown'.

        :raises TypeError: a field is missing or unknown
        """
        capacities = {
            field: specs.number(values.get(field))
            for field in ('total_capacity_gb', 'free_capacity_gb')
        }
        return cls(**{**values, **capacities})

    @property
    def back_end(self) -> str:
        """The back end that the pool is of: ``host@backend``."""
        return self.name.partition('#')[0]

    @property
    def usable_gb(self) -> float | None:
        """The free capacity that new shares may use; None if unknown.

        It is negative if part of the reserved capacity is used.
        """
        total, free = self.total_capacity_gb, self.free_capacity_gb
        if free is None or not total or total == math.inf:
            return free
        return free - total * self.reserved_percentage / 100

    @property
    def room_gb(self) -> float | None:
        """How much shares can still claim, in GiB; None if unknown."""
        if self.claimable_gb is None:
            return self.usable_gb
        return self.claimable_gb - self.claimed_gb


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """What one share group or share requires.

    :ivar id: the group's or the share's
    :ivar availability_zone: the zone's name; None for any zone
    :ivar extra_specs: one mapping per share type
    :ivar group_specs: those of the share group type
    :ivar size_gb: in GiB; 0 for a group that starts empty
    :ivar excluded: names of the pools that failed to create it
    :ivar protocol: of the share, in upper case; None for a group, whose shares
        may have any, and for a share that has its pool already
    :ivar different_host: the back ends, host@backend, to stay away from
    :ivar same_host: the back ends that will do; None for any
    :ivar only_host: the pool, or the back end, that it has to be in; None for
        any
    """

    id: str
    availability_zone: str | None
    extra_specs: tuple[Mapping[str, str], ...]
    group_specs: Mapping[str, str]
    size_gb: int = 0
    excluded: frozenset[str] = frozenset()
    protocol: str | None = None
    different_host: frozenset[str] = frozenset()
    same_host: frozenset[str] | None = None
    only_host: str | None = None


class Candidate(typing.NamedTuple):
    """A pool that passed every filter, with its weight."""

    pool: str
    weight: float


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """The pools for a share group, best first, and why the others are refused.

    :ivar ranking: the pools that passed
    :ivar pools: the names of all pools
    :ivar verdicts: each filter's name to its verdicts on ``pools``, in their
        order; None means that the pool passed
    """

    ranking: tuple[Candidate, ...]
    pools: tuple[str, ...]
    verdicts: Mapping[str, Sequence[Refusal | None]]

    def turned_away(self) -> dict[str, int]:
        """How many pools each filter refused, including 0."""
        return {
            name: len(column) - list(column).count(None)
            for name, column in self.verdicts.items()
        }

    def for_user(self) -> str:
        """Explain the decision in one sentence that names no host."""
        if not self.pools:
            return 'No pool fits: no back end reports any pool.'
        if self.ranking:
            return f'{len(self.ranking)} of {len(self.pools)} pools fit.'
        return 'No pool fits: of {}, {}.'.format(
            _count(len(self.pools), 'pool'),
            ', '.join(
                f'{name} turned away {turned} ({self._reasons(name)})'
                for name, turned in self.turned_away().items()
                if turned
            ),
        )

    def _reasons(self, name: str) -> str:
        asked = collections.Counter(
            refusal.asked for refusal in self.verdicts[name] if refusal
        )
        first = min(asked, key=lambda text: (-asked[text], text))
        others = len(asked) - 1
        return (
            f'{first}, and {_count(others, "other reason")}'
            if others
            else first
        )

    def for_operator(self) -> str:
        """Explain the decision with one line per pool, the ranking first."""
        return '\n'.join([*self._ranked_lines(), *self._refused_lines()])

    def _ranked_lines(self) -> Iterator[str]:
        for rank, candidate in enumerate(self.ranking, start=1):
            yield f'{candidate.pool}: {rank}, weight {candidate.weight:.6g}'

    def _refused_lines(self) -> Iterator[str]:
        names = list(self.verdicts)
        columns = self.verdicts.values()
        for pool, *verdicts in zip(self.pools, *columns, strict=True):
            reasons = '; '.join(
                f'{name}: {refusal}'
                for name, refusal in zip(names, verdicts, strict=True)
                if refusal
            )
            if reasons:
                yield f'{pool}: refused by {reasons}'


def _count(number: int, noun: str) -> str:
    return f'{number} {noun}' if number == 1 else f'{number} {noun}s'
