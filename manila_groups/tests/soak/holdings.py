# SPDX-License-Identifier: Apache-2.0
"""What a client has made, and when, and not deleted yet."""

import dataclasses
import time


def _now():
    return dataclasses.field(default_factory=time.monotonic)


@dataclasses.dataclass(slots=True)
class Share:
    """A share in a group; size is in GiB, rules are ids."""

    id: str
    group: 'Group'
    size: int
    rules: list[str] = dataclasses.field(default_factory=list)
    begun: float = _now()

    @property
    def path(self):
        """Where the API has it."""
        return f'/shares/{self.id}'


@dataclasses.dataclass(slots=True)
class Snapshot:
    """A snapshot of a group; sizes are those of its members then, by id."""

    id: str
    group: 'Group'
    sizes: dict[str, int]
    begun: float = _now()

    @property
    def path(self):
        """Where the API has it."""
        return f'/share-group-snapshots/{self.id}'


@dataclasses.dataclass(slots=True)
class Backup:
    """A backup of a group, which it outlives; sizes are as of a snapshot."""

    id: str
    group: 'Group'
    sizes: dict[str, int]
    begun: float = _now()

    @property
    def path(self):
        """Where the API has it."""
        return f'/share-group-backups/{self.id}'


@dataclasses.dataclass(slots=True)
class Group:
    """A share group with what is in it."""

    id: str
    shares: list[Share] = dataclasses.field(default_factory=list)
    snapshots: list[Snapshot] = dataclasses.field(default_factory=list)
    begun: float = _now()

    @property
    def path(self):
        """Where the API has it."""
        return f'/share-groups/{self.id}'
