# SPDX-License-Identifier: Apache-2.0
"""A small model of what the API promises about share groups.

It knows no database, no messages and no drivers.  A request has the codes
that it may be refused with, any of them when several rules forbid it, and an
effect on the rows when no rule does.  What schedulers and back ends do beside
the requests is a table of what may become of a row.
"""

import collections
import dataclasses

GROUP, SHARE, SNAPSHOT = 'group', 'share', 'snapshot'
CREATING, DELETING = 'creating', 'deleting'
AVAILABLE, ERROR = 'available', 'error'
ERROR_DELETING = 'error_deleting'
GONE = None
STATUSES = (CREATING, AVAILABLE, ERROR, DELETING, ERROR_DELETING)

#: What the service may make of a row by itself when nothing goes wrong.
WELL = {CREATING: AVAILABLE, DELETING: GONE}
#: The same, when something does.
FAILED = {
    GROUP: {CREATING: ERROR, DELETING: ERROR_DELETING},
    SHARE: {CREATING: ERROR, DELETING: ERROR_DELETING},
    SNAPSHOT: {CREATING: ERROR, DELETING: ERROR},
}
#: The statuses that a user may delete from.
DELETABLE = {
    GROUP: (AVAILABLE, ERROR, ERROR_DELETING),
    SHARE: (AVAILABLE, ERROR, ERROR_DELETING),
    SNAPSHOT: (AVAILABLE, ERROR),
}
#: What limits there are; -1 is none.
LIMITS = {
    'share_groups': 6,
    'shares': 8,
    'gigabytes': 14,
    'share_group_snapshots': 5,
    'snapshots': 7,
    'snapshot_gigabytes': 12,
}
UNLIMITED = -1
#: Seconds after which a status such as creating is given up.
DEADLINE = 600
#: How many processes may die over the same work before it is.
TRIES = 3


@dataclasses.dataclass
class Row:
    """A share group, a share or a snapshot.

    :ivar host: the pool; None as long as there is none
    :ivar working: whether the service works on a row in this status, which it
        does not when an administrator has set it
    :ivar excused: whether something went wrong since this status came
    :ivar deaths: how many processes were killed since it came
    :ivar since: when it came, or the place of the row did: seconds
    :ivar forced: whether a deletion ends in any case
    :ivar group: the id of the group that it is in; None for a group
    :ivar zone: where a group has to be; None is anywhere
    :ivar source: the id of the snapshot that a group is made from
    :ivar types: the names of the share types that a group may hold
    :ivar size: of a share, in GiB
    :ivar cloned: whether a share came with its group
    :ivar members: of a snapshot: share's id to size in GiB
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
    forced: bool = False
    group: str | None = None
    zone: str | None = None
    source: str | None = None
    types: frozenset[str] = frozenset()
    size: int = 0
    cloned: bool = False
    members: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class User:
    """Who makes a request."""

    project: str
    admin: bool = False
    reader: bool = False

    def sees(self, row):
        return row is not None and (self.admin or row.project == self.project)


class Model:
    """All rows, and what requests do with them.

    :param clock: tells the time in seconds
    :ivar rows: by id
    :ivar limits: of a project, where they were set: resource to limit
    """

    def __init__(self, clock):
        self.clock = clock
        self.rows = {}
        self.limits = collections.defaultdict(dict)

    def set(self, row, status, working=True, forced=False):
        """Let a row have a status from now on."""
        row.status, row.working, row.forced = status, working, forced
        row.excused, row.deaths, row.since = False, 0, self.clock()

    def is_overdue(self, row):
        """Tell whether a row has its status, and place, for too long."""
        return row.status in WELL and self.clock() - row.since > DEADLINE

    def of_kind(self, kind):
        return [row for row in self.rows.values() if row.kind == kind]

    def within(self, group_id, kind=None):
        """What is in a group: shares, snapshots or both."""
        return [
            row
            for row in self.rows.values()
            if row.group == group_id and kind in (None, row.kind)
        ]

    # Quotas.

    def usage(self, project):
        """How much a project uses, by resource."""
        used = dict.fromkeys(LIMITS, 0)
        for row in self.rows.values():
            if row.project == project:
                for resource, amount in amounts(row).items():
                    used[resource] += amount
        return used

    def exceeds(self, project, more):
        """The code for a quota that would be exceeded, if any would."""
        used = self.usage(project)
        limits = LIMITS | self.limits[project]
        over = [
            resource
            for resource, amount in more.items()
            if amount
            and UNLIMITED < limits[resource] < used[resource] + amount
        ]
        return {413} if over else set()

    # What requests are refused with.

    def refuse_group(self, user, allowed):
        """Refuse a new group without a source.

        :param allowed: the codes for its types and its zone
        """
        if user.reader:
            return {403}
        return allowed | self.exceeds(user.project, {'share_groups': 1})

    def refuse_clone(self, user, source_id, zone):
        """Refuse a new group from a snapshot."""
        if user.reader:
            return {403}
        codes = {400} if zone else set()
        source = self.rows.get(source_id)
        if not user.sees(source) or source.project != user.project:
            return codes | {400}
        if source.status != AVAILABLE:
            codes.add(409)
        more = {
            'share_groups': 1,
            'shares': len(source.members),
            'gigabytes': sum(source.members.values()),
        }
        return codes | self.exceeds(user.project, more)

    def refuse_share(self, user, group_id, size, is_allowed):
        """Refuse a new share in a group.

        :param is_allowed: whether the group may have such a share
        """
        if user.reader:
            return {403}
        group = self.rows.get(group_id)
        if not user.sees(group):
            return {404}
        codes = self.exceeds(user.project, {'shares': 1, 'gigabytes': size})
        if (
            group.project != user.project
            or group.status != AVAILABLE
            or not is_allowed
        ):
            codes.add(400)
        return codes

    def refuse_snapshot(self, user, group_id):
        """Refuse a new snapshot."""
        if user.reader:
            return {403}
        group = self.rows.get(group_id)
        if not user.sees(group) or group.project != user.project:
            return {400}
        shares = self.within(group_id, SHARE)
        codes = self.exceeds(user.project, snapshot_amounts(shares))
        statuses = {group.status, *(one.status for one in shares)}
        if statuses != {AVAILABLE} or group.host is None:
            codes.add(409)
        return codes

    def refuse_change(self, user, row_id):
        """Refuse to change a name."""
        row = self.rows.get(row_id)
        codes = set() if user.sees(row) else {404}
        return codes | ({403} if user.reader else set())

    def refuse_action(self, user, row_id):
        """Refuse what only administrators may do."""
        if not user.admin:
            return {403}
        return set() if row_id in self.rows else {404}

    def refuse_delete(self, user, row_id, group_id=None):
        """Refuse a deletion.

        :param group_id: the group that a share is said to be in
        """
        codes = self.refuse_change(user, row_id)
        row = self.rows.get(row_id)
        if codes or row is None:
            return codes
        conflict = 403 if row.kind == SHARE else 409
        if self._is_held(row):
            codes.add(conflict)
        if row.status == CREATING and self.is_overdue(row):
            # Whether it is a status set by hand for too long is not known.
            codes |= set() if row.working else {conflict, 202}
        elif row.status not in DELETABLE[row.kind]:
            codes.add(conflict)
        if row.kind == GROUP and self.within(row_id):
            codes.add(409)
        if row.kind == SHARE and group_id != row.group:
            codes.add(400)
        return codes

    def refuse_force(self, user, row_id):
        """Refuse a deletion by force."""
        codes = self.refuse_action(user, row_id)
        if codes:
            return codes
        row = self.rows[row_id]
        held = self._is_held(row) or any(
            self._is_held(one) for one in self.within(row_id, SNAPSHOT)
        )
        conflict = 403 if row.kind == SHARE else 409
        return {conflict} if held else set()

    def refuse_limit(self, user, project, resource, limit, force):
        """Refuse a limit of a quota."""
        if not user.admin:
            return {403}
        below = UNLIMITED < limit < self.usage(project)[resource]
        return {400} if below and not force else set()

    def _is_held(self, row):
        """Tell whether something needs a share or a snapshot."""
        if row.kind == SHARE:
            return any(
                row.id in one.members
                for one in self.within(row.group, SNAPSHOT)
            )
        return row.kind == SNAPSHOT and any(
            one.source == row.id and one.status == CREATING
            for one in self.of_kind(GROUP)
        )

    # What they do.

    def add(self, row):
        row.since = self.clock()
        self.rows[row.id] = row

    def delete(self, row_id, forced=False, is_reachable=True):
        """Begin a deletion; what no back end can be told of is gone.

        :param is_reachable: whether the back end is there
        """
        row = self.rows[row_id]
        for one in self.within(row_id):
            # The work is that of the group's deletion.
            self.set(one, DELETING, working=False)
        self.set(row, DELETING, forced=forced)
        if self.host_of(row) is None or (forced and not is_reachable):
            self.remove(row_id)

    def remove(self, row_id):
        for one in [*self.within(row_id), self.rows[row_id]]:
            del self.rows[one.id]

    def host_of(self, row):
        """The pool of a row; a snapshot is where its group is."""
        return self.rows[row.group].host if row.kind == SNAPSHOT else row.host

    def reset(self, row_id, status):
        """Set a status by hand; what was under way in a group has failed."""
        self.set(self.rows[row_id], status, working=False)
        for one in self.within(row_id):
            if one.status == DELETING and not one.working:
                self.set(one, FAILED[one.kind][DELETING])
            elif one.status == CREATING and one.cloned:
                self.set(one, ERROR)

    # What the service does by itself.

    def in_motion(self, row):
        """Tell whether the service works on a row, or on its group."""
        group = self.rows.get(row.group)
        return row.working or (
            group is not None
            and group.working
            and group.status in (CREATING, DELETING)
        )

    def may_become(self, row):
        """The statuses that a row may have now, its own left out."""
        found = set()
        group = self.rows.get(row.group)
        moves = self.in_motion(row)
        if row.status in WELL and moves:
            found.add(WELL[row.status])
        excused = row.excused or (group is not None and group.excused)
        if row.status in WELL and (
            self.is_overdue(row) or (moves and excused)
        ):
            is_forced = row.forced and row.status == DELETING
            found.add(GONE if is_forced else FAILED[row.kind][row.status])
        if group is not None and group.working and group.status == DELETING:
            found.add(GONE)
        return found


def amounts(row):
    """What a row counts in the quotas of its project."""
    if row.kind == GROUP:
        return {'share_groups': 1}
    if row.kind == SHARE:
        return {'shares': 1, 'gigabytes': row.size}
    return {
        'share_group_snapshots': 1,
        'snapshots': len(row.members),
        'snapshot_gigabytes': sum(row.members.values()),
    }


def snapshot_amounts(shares):
    """What a new snapshot of shares would count."""
    members = {one.id: one.size for one in shares}
    return amounts(Row(SNAPSHOT, '', '', '', members=members))
