# SPDX-License-Identifier: Apache-2.0
"""What requests are refused with, by the model of the contract."""

from manila_groups.tests.long import contract_model
from manila_groups.tests.long import contract_rows as rows
from manila_groups.tests.long.contract_rows import AVAILABLE
from manila_groups.tests.long.contract_rows import BACKUP
from manila_groups.tests.long.contract_rows import CREATING
from manila_groups.tests.long.contract_rows import GROUP
from manila_groups.tests.long.contract_rows import SHARE
from manila_groups.tests.long.contract_rows import SNAPSHOT


class Refusals(contract_model.Model):
    """The codes of requests, any of them when several rules forbid one."""

    def refuse_group(self, user, allowed):
        """Refuse a new group without a source.

        :param allowed: the codes for its types and its zone
        """
        if user.reader:
            return {403}
        return allowed | self.exceeds(user.project, {'share_groups': 1})

    def refuse_clone(self, user, source_id, zone):
        """Refuse a new group from a snapshot, or from a group."""
        if user.reader:
            return {403}
        codes = {400} if zone else set()
        source = self.rows.get(source_id)
        if not user.sees(source) or source.project != user.project:
            return codes | {400}
        sizes = self.content_of(source_id)
        more = {
            'share_groups': 1,
            'shares': len(sizes),
            'gigabytes': sum(sizes),
        }
        return (
            codes
            | self._refuse_source(source)
            | self.exceeds(user.project, more)
        )

    def _refuse_source(self, source):
        statuses = {source.status}
        if source.kind == GROUP:
            statuses |= {one.status for one in self.within(source.id, SHARE)}
            if source.host is None:
                return {409}
        return set() if statuses == {AVAILABLE} else {409}

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
        more = rows.snapshot_amounts(shares)
        return self._refuse_source(group) | self.exceeds(user.project, more)

    def refuse_resize(self, user, share_id, action, size):
        """Refuse to extend or shrink a share."""
        codes = self.refuse_change(user, share_id)
        if codes:
            return codes
        share = self.rows[share_id]
        is_right = (
            size > share.size if action == 'extend' else (size < share.size)
        )
        if (
            share.status not in rows.RESIZABLE
            or share.host is None
            or not is_right
        ):
            codes.add(400)
        if self.is_copied(share.group):
            codes.add(409)
        more = {'gigabytes': size - share.counted}
        if action == 'extend':
            codes |= self.exceeds(share.project, more, 403)
        return codes

    def refuse_revert(self, user, group_id, snapshot_id, only_newest):
        """Refuse to revert a group.

        :param only_newest: tells of a pool whether it reverts to that only
        """
        codes = self.refuse_change(user, group_id)
        if codes:
            return codes
        group, snapshot = self.rows[group_id], self.rows.get(snapshot_id)
        if snapshot is None or snapshot.group != group_id:
            return {400}
        shares = self.within(group_id, SHARE)
        statuses = {group.status, *(one.status for one in shares)}
        if (
            not statuses <= set(rows.REVERTIBLE)
            or None in (group.host, *(one.host for one in shares))
            or snapshot.status != AVAILABLE
            or {one.id for one in shares} != set(snapshot.members)
            or self.is_source(group_id)
        ):
            return {409}
        sizes = snapshot.members
        more = sum(max(0, sizes[one.id] - one.counted) for one in shares)
        codes = self.exceeds(group.project, {'gigabytes': more})
        if only_newest(group.host):
            codes |= self._refuse_older(snapshot)
        return codes

    def _refuse_older(self, snapshot):
        """Refuse another than the newest; which is, is not always known."""
        others = [
            one.made
            for one in self.within(snapshot.group, SNAPSHOT)
            if one is not snapshot
        ]
        if any(snapshot.made < one for one in others):
            return {409}
        return {409, 202} if snapshot.made in others else set()

    def refuse_backup(self, user, source_id):
        """Refuse a new backup of a group, or of a snapshot."""
        if user.reader:
            return {403}
        source = self.rows.get(source_id)
        if not user.sees(source) or source.project != user.project:
            return {400}
        codes = self._refuse_source(source)
        if self.rows[source.group or source.id].host is None:
            codes |= {409}
        more = rows.backup_amounts(source.members or self.sizes_in(source_id))
        return codes | self.exceeds(user.project, more)

    def sizes_in(self, group_id):
        """The shares in a group: id to size."""
        return {one.id: one.size for one in self.within(group_id, SHARE)}

    def refuse_rebuild(self, user, backup_id, allowed):
        """Refuse a new group from a backup.

        :param allowed: the codes for its types and its zone
        """
        if user.reader:
            return {403}
        backup = self.rows.get(backup_id)
        if not user.sees(backup) or backup.project != user.project:
            return {400}
        codes = allowed | self.exceeds(
            user.project,
            {
                'share_groups': 1,
                'shares': len(backup.members),
                'gigabytes': sum(backup.members.values()),
            },
        )
        return codes | (set() if self._is_usable(backup) else {409})

    def _is_usable(self, backup):
        return backup.status == AVAILABLE and backup.complete

    def refuse_restore(self, user, backup_id, group_id):
        """Refuse to restore a backup to a group."""
        codes = self.refuse_change(user, backup_id)
        if codes:
            return codes
        backup, group = self.rows[backup_id], self.rows.get(group_id)
        if not user.sees(group) or group.project != backup.project:
            return {400}
        shares = self.within(group_id, SHARE)
        statuses = {group.status, *(one.status for one in shares)}
        sizes = self.pair(backup, shares)
        if (
            not self._is_usable(backup)
            or not statuses <= set(rows.REVERTIBLE)
            or None in (sizes, group.host, *(one.host for one in shares))
            or self.is_source(group_id)
            or self.being_made_of(group_id)
        ):
            return {409}
        more = sum(max(0, sizes[one.id] - one.counted) for one in shares)
        return self.exceeds(group.project, {'gigabytes': more})

    def refuse_change(self, user, row_id):
        """Refuse to change a name."""
        row = self.rows.get(row_id)
        codes = set() if user.sees(row) else {404}
        return codes | ({403} if user.reader else set())

    def refuse_reset(self, user, row_id, kind, status):
        """Refuse to set a status by hand."""
        codes = self.refuse_action(user, row_id)
        is_known = status in rows.STATUSES[kind]
        return codes | (set() if is_known else {400})

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
        codes |= self._refuse_held(row)
        if row.status == CREATING and self.is_overdue(row):
            # Whether it is a status set by hand for too long is not known.
            codes |= set() if row.working else {conflict, 202}
        elif row.status not in rows.DELETABLE[row.kind]:
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
        if row.kind == GROUP:
            return {409} if self.is_source(row_id) else set()
        return self._refuse_held(row)

    def refuse_limit(self, user, project, resource, limit, force):
        """Refuse a limit of a quota."""
        if not user.admin:
            return {403}
        below = (
            contract_model.UNLIMITED < limit < self.usage(project)[resource]
        )
        return {400} if below and not force else set()

    def _refuse_held(self, row):
        """The codes for what something else needs."""
        if row.kind == GROUP:
            is_needed = self.is_copied(row.id) or self.being_made_of(row.id)
            return {409} if is_needed else set()
        if row.kind in (SNAPSHOT, BACKUP):
            is_needed = (
                row.status == rows.RESTORING
                or self.is_cloned(row.id)
                or self.is_rebuilt(row.id)
                or self.being_made_of(row.id)
            )
            return {409} if is_needed else set()
        codes = {409} if self.is_copied(row.group) else set()
        is_member = any(
            row.id in one.members for one in self.within(row.group, SNAPSHOT)
        )
        return codes | ({403} if is_member else set())
