# SPDX-License-Identifier: Apache-2.0
"""What clients have asked for, and what they were told of it."""

import collections
import dataclasses
import itertools
import threading

#: What a client knows of a request that was sent.
ACCEPTED = 'accepted'
#: The connection broke: it may have been carried out, or not.
UNKNOWN = 'no answer'
#: The database did not answer any more, maybe to a COMMIT.
DOUBTFUL = '503 of the database'
#: Not asked for by itself, but with something else.
IMPLIED = 'implied'
REFUSED = 'refused'
UNAVAILABLE = '503'
#: Neither carried out nor refused, as far as a client knows.
UNSURE = (UNKNOWN, DOUBTFUL)

#: The kinds of things, as they are named in paths of the API.
GROUPS = 'share-groups'
SHARES = 'shares'
SNAPSHOTS = 'share-group-snapshots'
BACKUPS = 'share-group-backups'


@dataclasses.dataclass(slots=True, eq=False)
class Thing:
    """A group, a share, a snapshot or a backup that was asked for.

    :ivar kind: GROUPS, SHARES, SNAPSHOTS or BACKUPS
    :ivar name: which no other thing has
    :ivar owner: the session of its user
    :ivar group: that it is in; None for a group, and for a backup, which
        outlives its group
    :ivar origin: the group that a backup is of
    :ivar id: None as long as it is not known
    :ivar creation: ACCEPTED, IMPLIED or one of UNSURE
    :ivar deletion: ACCEPTED, one of UNSURE, or None when nobody asked for it
    """

    kind: str
    name: str
    owner: object
    group: 'Thing | None' = None
    id: str | None = None
    creation: str = ACCEPTED
    deletion: str | None = None
    origin: 'Thing | None' = None

    @property
    def path(self):
        """Where the API has it."""
        return f'/{self.kind}/{self.id}'

    def note_deletion(self, outcome: str) -> None:
        """Note that its deletion was asked for."""
        if self.deletion != ACCEPTED:
            self.deletion = outcome

    @property
    def comes_with_group(self) -> bool:
        """Whether it was made, or is to be deleted, with its group only."""
        if self.group is None or self.deletion is not None:
            return False
        return self.creation == IMPLIED or self.group.deletion is not None

    @property
    def ends_with_group(self) -> bool:
        """Whether a forced deletion of its group may have ended it."""
        return self.origin is not None and self.origin.deletion is not None

    @property
    def may_be_gone(self) -> bool:
        """Whether somebody asked for its end, or its creation is not sure."""
        return (
            self.creation != ACCEPTED
            or self.deletion is not None
            or (self.group is not None and self.group.deletion is not None)
        )


class Ledger:
    """Everything that was asked for, by all clients.

    :ivar things: all that may have been made
    :ivar refused: (kind, name) of what was UNAVAILABLE: there is none
    :ivar counted: how often each kind of request had each outcome
    :ivar accepted: how many creations and deletions were accepted
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.things = []
        self.refused = []
        self.accepted = 0
        self.counted = collections.defaultdict(collections.Counter)

    def new_name(self) -> str:
        """Make a name that no other thing has."""
        with self._lock:
            return f'thing-{next(self._numbers)}'

    def count(self, what: str, outcome: str, is_change=False) -> None:
        """Count a request.

        :param is_change: neither a creation nor a deletion
        """
        with self._lock:
            self.counted[what][outcome] += 1
            self.accepted += outcome == ACCEPTED and not is_change

    def add(self, thing: Thing) -> None:
        """Note what may have been made."""
        with self._lock:
            self.things.append(thing)
