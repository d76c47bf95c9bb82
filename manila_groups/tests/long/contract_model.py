# SPDX-License-Identifier: Apache-2.0
"""A small model of what the API promises about share groups.

It knows no database, no messages and no drivers.  A request has the codes
that it may be refused with, any of them when several rules forbid it, and an
effect on the rows when no rule does.  What schedulers and back ends do beside
the requests is a table of what may become of a row.
"""

import collections

from manila_groups.tests.long import contract_rows as rows
from manila_groups.tests.long.contract_rows import AVAILABLE
from manila_groups.tests.long.contract_rows import BACKUP
from manila_groups.tests.long.contract_rows import BACKUP_RESTORING
from manila_groups.tests.long.contract_rows import CREATING
from manila_groups.tests.long.contract_rows import DELETING
from manila_groups.tests.long.contract_rows import ERROR
from manila_groups.tests.long.contract_rows import FAILED
from manila_groups.tests.long.contract_rows import GONE
from manila_groups.tests.long.contract_rows import GROUP
from manila_groups.tests.long.contract_rows import REPLACING
from manila_groups.tests.long.contract_rows import RESTORING
from manila_groups.tests.long.contract_rows import REVERTING
from manila_groups.tests.long.contract_rows import SHARE
from manila_groups.tests.long.contract_rows import SNAPSHOT
from manila_groups.tests.long.contract_rows import WELL

#: What limits there are; -1 is none.
LIMITS = {
    'share_groups': 6,
    'shares': 8,
    'gigabytes': 14,
    'share_group_snapshots': 5,
    'snapshots': 7,
    'snapshot_gigabytes': 12,
    'share_group_backups': 5,
    'backups': 7,
    'backup_gigabytes': 12,
}
UNLIMITED = -1
#: Seconds after which a status such as creating is given up.
DEADLINE = 600
#: How many processes may die over the same work before it is.
TRIES = 3


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
        if status != RESTORING:
            row.target = None

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

    def host_of(self, row):
        """The pool of a row; a snapshot is where its group is."""
        return self.rows[row.group].host if row.kind == SNAPSHOT else row.host

    def is_copied(self, group_id):
        """Tell whether a group is being created from a group."""
        return any(
            one.copied == group_id and one.status == CREATING
            for one in self.of_kind(GROUP)
        )

    def is_cloned(self, snapshot_id):
        """Tell whether a group is being created from a snapshot."""
        return any(
            one.source == snapshot_id and one.status == CREATING
            for one in self.of_kind(GROUP)
        )

    def is_source(self, group_id):
        """Tell whether one is being created from a group, or a snapshot."""
        return self.is_copied(group_id) or any(
            self.is_cloned(one.id) for one in self.within(group_id, SNAPSHOT)
        )

    def is_rebuilt(self, backup_id):
        """Tell whether a group is being created from a backup."""
        return any(
            one.rebuilt == backup_id and one.status == CREATING
            for one in self.of_kind(GROUP)
        )

    def being_made_of(self, source_id):
        """The backups that are being made of a group, or of a snapshot."""
        return [
            one
            for one in self.of_kind(BACKUP)
            if source_id in (one.origin, one.source)
            and one.status == CREATING
            and one.working
        ]

    def restoring_to(self, group_id):
        """The backups that a group gets the content of."""
        return [one for one in self.of_kind(BACKUP) if one.target == group_id]

    def content_of(self, source_id):
        """The sizes of the shares that a new group would come with."""
        source = self.rows[source_id]
        if source.kind == GROUP:
            return [one.size for one in self.within(source_id, SHARE)]
        return [*source.members.values()]

    def pair(self, backup, shares):
        """Find the size of each share's member in a backup.

        :returns: share's id to size; None when they do not go together
        """
        found = {one.id: backup.member_of(one) for one in shares}
        if None in found.values():
            names = [*backup.names.values()]
            wanted = [one.name for one in shares]
            if not (_differ(names) and _differ(wanted)):
                return None
            ids = {name: key for key, name in backup.names.items()}
            found = {one.id: ids.get(one.name) for one in shares}
        if set(found.values()) != set(backup.members):
            return None
        return {key: backup.members[one] for key, one in found.items()}

    # Quotas.

    def usage(self, project):
        """How much a project uses, by resource."""
        used = dict.fromkeys(LIMITS, 0)
        for row in self.rows.values():
            if row.project == project:
                for resource, amount in rows.amounts(row).items():
                    used[resource] += amount
        return used

    def exceeds(self, project, more, code=413):
        """The code for a quota that would be exceeded, if any would."""
        used = self.usage(project)
        limits = LIMITS | self.limits[project]
        over = [
            resource
            for resource, amount in more.items()
            if amount > 0
            and UNLIMITED < limits[resource] < used[resource] + amount
        ]
        return {code} if over else set()

    # What requests do.

    def add(self, row):
        row.since = row.made = self.clock()
        self.rows[row.id] = row

    def delete(self, row_id, forced=False, is_reachable=True):
        """Begin a deletion; what no back end can be told of is gone.

        :param is_reachable: whether the back end is there
        """
        row = self.rows[row_id]
        self._end_backups(row_id)
        for one in self.within(row_id):
            # The work is that of the group's deletion.
            self.set(one, DELETING, working=False)
            one.new_size = None
        self.set(row, DELETING, forced=forced)
        row.new_size = None
        if self.host_of(row) is None or (forced and not is_reachable):
            self.remove(row_id)

    def _end_backups(self, group_id):
        """End what is being made of a group, or restored to it."""
        for one in self.being_made_of(group_id):
            if one.origin == group_id:
                self.set(one, ERROR)
        for one in self.restoring_to(group_id):
            self.set(one, AVAILABLE)

    def remove(self, row_id):
        for one in [*self.within(row_id), self.rows[row_id]]:
            del self.rows[one.id]

    def resize(self, share_id, action, size):
        """Begin to extend or shrink a share, which counts the larger size."""
        share = self.rows[share_id]
        share.new_size = size
        if action == 'extend':
            share.counted = size
        self.set(share, rows.RESIZING[action])

    def revert(self, group_id, snapshot_id):
        """Begin to revert a group; its shares count the larger sizes."""
        snapshot = self.rows[snapshot_id]
        # The work is that of the group.
        self.set(snapshot, RESTORING, working=False)
        for one in self.within(group_id, SHARE):
            one.new_size = snapshot.members[one.id]
            one.counted = max(one.counted, one.new_size)
            self.set(one, REVERTING, working=False)
        self.set(self.rows[group_id], REVERTING)

    def restore(self, group_id, backup_id):
        """Begin to restore a backup; a share does not become smaller."""
        backup, shares = self.rows[backup_id], self.within(group_id, SHARE)
        sizes = self.pair(backup, shares)
        self.set(backup, RESTORING, working=False)
        backup.target = group_id
        for one in shares:
            one.new_size = max(one.size, sizes[one.id])
            one.counted = max(one.counted, one.new_size)
            self.set(one, BACKUP_RESTORING, working=False)
        self.set(self.rows[group_id], BACKUP_RESTORING)

    def reset(self, row_id, status):
        """Set a status by hand; what was under way in a group has failed."""
        row = self.rows[row_id]
        if row.target is not None:
            # It does not get the content of this one any more.
            self.rows[row.target].excused = True
        self.set(row, status, working=False)
        row.by_hand = True
        for one in self.restoring_to(row_id):
            self.set(one, AVAILABLE)
        for one in self.within(row_id):
            if one.status == DELETING and not one.working:
                self.set(one, FAILED[one.kind][DELETING])
            elif one.status == CREATING and one.cloned:
                self.set(one, ERROR)
            elif one.status in (*REPLACING, RESTORING):
                self.set(one, FAILED[one.kind][one.status])

    # What the service does by itself.

    def in_motion(self, row):
        """Tell whether the service works on a row, or on its group."""
        group = self.rows.get(row.group or row.target)
        return row.working or (
            group is not None
            and group.working
            and group.status in (CREATING, DELETING, *REPLACING)
        )

    def may_become(self, row):
        """The statuses that a row may have now, its own left out."""
        found = set()
        group = self.rows.get(row.group)
        moves = self.in_motion(row)
        if row.status in WELL and moves:
            found.add(WELL[row.status])
        if row.status in WELL and (
            self.is_overdue(row) or self._may_fail(row, group, moves)
        ):
            is_forced = row.forced and row.status == DELETING
            found.add(GONE if is_forced else FAILED[row.kind][row.status])
        if group is not None and group.working and group.status == DELETING:
            found.add(GONE)
        return found

    def _may_fail(self, row, group, moves):
        if group is None:
            return moves and row.excused
        is_part = row.status in (*REPLACING, RESTORING)
        if is_part and group.status in REPLACING and self.is_overdue(group):
            return True
        return moves and (row.excused or group.excused)

    def may_have_size(self, row, status):
        """The sizes that a share may have when its work ends in a status."""
        if status != AVAILABLE and row.status not in REPLACING:
            return {row.size}
        planned = {row.new_size or row.size}
        is_excused = row.excused or self.rows[row.group].excused
        return planned | ({row.size} if is_excused else set())


def _differ(names):
    return None not in names and len(set(names)) == len(names)
