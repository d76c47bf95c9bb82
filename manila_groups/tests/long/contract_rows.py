# SPDX-License-Identifier: Apache-2.0
"""What the model of the contract knows of each row, and of the statuses."""

import dataclasses

GROUP, SHARE, SNAPSHOT = 'group', 'share', 'snapshot'
BACKUP = 'backup'
CREATING, DELETING = 'creating', 'deleting'
EXTENDING, SHRINKING = 'extending', 'shrinking'
REVERTING, RESTORING = 'reverting', 'restoring'
BACKUP_RESTORING = 'backup_restoring'
AVAILABLE, ERROR = 'available', 'error'
ERROR_DELETING = 'error_deleting'
REVERTING_ERROR = 'reverting_error'
BACKUP_RESTORING_ERROR = 'backup_restoring_error'
GONE = None

_COMMON = (CREATING, AVAILABLE, ERROR, DELETING, ERROR_DELETING)
#: The statuses that can be set by hand.
STATUSES = {
    GROUP: (
        *_COMMON,
        REVERTING,
        REVERTING_ERROR,
        BACKUP_RESTORING,
        BACKUP_RESTORING_ERROR,
    ),
    SHARE: (*_COMMON, REVERTING_ERROR, BACKUP_RESTORING_ERROR),
    SNAPSHOT: _COMMON,
    BACKUP: _COMMON,
}
#: What the service may make of a row by itself when nothing goes wrong.
WELL = {
    CREATING: AVAILABLE,
    DELETING: GONE,
    EXTENDING: AVAILABLE,
    SHRINKING: AVAILABLE,
    REVERTING: AVAILABLE,
    RESTORING: AVAILABLE,
    BACKUP_RESTORING: AVAILABLE,
}
#: The same, when something does.
FAILED = {
    GROUP: {
        CREATING: ERROR,
        DELETING: ERROR_DELETING,
        REVERTING: REVERTING_ERROR,
        BACKUP_RESTORING: BACKUP_RESTORING_ERROR,
    },
    SHARE: {
        CREATING: ERROR,
        DELETING: ERROR_DELETING,
        EXTENDING: 'extending_error',
        SHRINKING: 'shrinking_error',
        REVERTING: REVERTING_ERROR,
        BACKUP_RESTORING: BACKUP_RESTORING_ERROR,
    },
    SNAPSHOT: {CREATING: ERROR, DELETING: ERROR, RESTORING: AVAILABLE},
    BACKUP: {
        CREATING: ERROR,
        DELETING: ERROR_DELETING,
        RESTORING: AVAILABLE,
    },
}
#: The statuses in which a group's shares get other content.
REPLACING = (REVERTING, BACKUP_RESTORING)
#: The statuses in which a scheduler looks for a pool.
PLACED = (CREATING, EXTENDING)
#: What a change of a share's size is called.
RESIZING = {'extend': EXTENDING, 'shrink': SHRINKING}
#: The statuses of a share whose size may be changed.
RESIZABLE = (AVAILABLE, 'extending_error', 'shrinking_error')
#: Those of a group and of its shares that may be reverted, or restored.
REVERTIBLE = (AVAILABLE, REVERTING_ERROR, BACKUP_RESTORING_ERROR)
#: The statuses that a user may delete from.
DELETABLE = {
    GROUP: (*REVERTIBLE, ERROR, ERROR_DELETING),
    SHARE: (*RESIZABLE, *REVERTIBLE, ERROR, ERROR_DELETING),
    SNAPSHOT: (AVAILABLE, ERROR),
    BACKUP: (AVAILABLE, ERROR, ERROR_DELETING),
}


@dataclasses.dataclass
class Row:
    """A share group, a share, a snapshot or a backup.

    :ivar host: the pool; None as long as there is none
    :ivar working: whether the service works on a row in this status, which it
        does not when an administrator has set it
    :ivar excused: whether something went wrong since this status came
    :ivar deaths: how many processes were killed since it came
    :ivar since: when it came, or the place of the row did: seconds
    :ivar made: when the row was made: seconds
    :ivar forced: whether a deletion ends in any case
    :ivar group: the id of the group that it is in; None for a group, and
        for a backup, which outlives its group
    :ivar zone: where a group has to be; None is anywhere
    :ivar source: the id of the snapshot that a group, or a backup, is made
        from
    :ivar copied: the id of the group that a group is made from
    :ivar rebuilt: the id of the backup that a group is made from
    :ivar types: the names of the share types that a group may hold
    :ivar share_type: the id of that of a share
    :ivar size: of a share, in GiB
    :ivar new_size: the size that it is to have; None if it keeps its own
    :ivar counted: what it counts in the quota of gigabytes
    :ivar cloned: whether a share came with its group
    :ivar made_from: the ids of the backup and of the share in it that a share
        was made from
    :ivar members: of a snapshot or a backup: share's id to size in GiB
    :ivar member_types: of a backup: share's id to the id of its share type
    :ivar names: of a backup: share's id to its name of then
    :ivar origin: the id of the group that a backup is of
    :ivar target: the id of the group that gets its content
    :ivar taken: whether the moment that it shows is over
    :ivar complete: whether it has ever been made
    :ivar by_hand: whether its status was set by hand: its data may be gone
    """

    kind: str
    id: str
    name: str
    project: str
    status: str = CREATING
    host: str | None = None
    working: bool = True
    excused: bool = False
    deaths: int = 0
    since: int = 0
    made: int = 0
    forced: bool = False
    group: str | None = None
    zone: str | None = None
    source: str | None = None
    copied: str | None = None
    rebuilt: str | None = None
    types: frozenset[str] = frozenset()
    share_type: str | None = None
    size: int = 0
    new_size: int | None = None
    counted: int = 0
    cloned: bool = False
    made_from: tuple[str, str] | None = None
    members: dict[str, int] = dataclasses.field(default_factory=dict)
    member_types: dict[str, str] = dataclasses.field(default_factory=dict)
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    origin: str | None = None
    target: str | None = None
    taken: bool = False
    complete: bool = False
    by_hand: bool = False

    def __post_init__(self):
        self.counted = self.size

    def member_of(self, share):
        """The id of the share in a backup that a share is, or is made from."""
        if share.id in self.members:
            return share.id
        backup_id, member_id = share.made_from or (None, None)
        return member_id if backup_id == self.id else None

    def settle(self, size):
        """Let a share have a size, and count as much."""
        self.size = self.counted = size
        self.new_size = None


@dataclasses.dataclass(frozen=True)
class User:
    """Who makes a request."""

    project: str
    admin: bool = False
    reader: bool = False

    def sees(self, row):
        return row is not None and (self.admin or row.project == self.project)


def amounts(row):
    """What a row counts in the quotas of its project."""
    if row.kind == GROUP:
        return {'share_groups': 1}
    if row.kind == SHARE:
        return {'shares': 1, 'gigabytes': row.counted}
    if row.kind == BACKUP:
        return backup_amounts(row.members)
    return {
        'share_group_snapshots': 1,
        'snapshots': len(row.members),
        'snapshot_gigabytes': sum(row.members.values()),
    }


def snapshot_amounts(shares):
    """What a new snapshot of shares would count."""
    members = {one.id: one.size for one in shares}
    return amounts(Row(SNAPSHOT, '', '', '', members=members))


def backup_amounts(members):
    """What a backup counts.

    :param members: share's id to size in GiB
    """
    return {
        'share_group_backups': 1,
        'backups': len(members),
        'backup_gigabytes': sum(members.values()),
    }
