# SPDX-License-Identifier: Apache-2.0
"""The requests that make backups of groups, and restore them."""

from hypothesis import stateful
from hypothesis import strategies as st

from manila_groups.tests.long import contract_changes as changes
from manila_groups.tests.long import contract_machine as machine
from manila_groups.tests.long import contract_requests as requests
from manila_groups.tests.long import contract_rows as rows
from manila_groups.tests.long import contract_service

PATH = machine.PATHS[rows.BACKUP][0]


class Backups(changes.Changes):
    """Backups, and groups that get their content."""

    @stateful.initialize(
        first=st.sampled_from(
            [
                'copy',
                'revert',
                'back up',
                'back up',
                'restore',
                'rebuild',
                'restore to it',
            ]
        )
    )
    def begin_with(self, first):
        """Let something be under way that takes long."""
        self.begin()
        if first == 'copy':
            self.copy_group('owner', 1, None)
        elif first == 'revert':
            self.resize('owner', 1, 'extend', 3)
            self.happen(self.service.deliver_all)
            self.revert('owner', 1)
        else:
            self._begin_with_backup(first)

    def _begin_with_backup(self, first):
        if first == 'back up':
            # Also one that nothing else keeps from being deleted.
            self.create_group('owner', None, None, None)
            self.happen(self.service.deliver_all)
            self.create_backup('owner', 2)
            self.create_backup('owner', 0)
            self.delete('owner', rows.GROUP, 0, 0)
            self.create_backup_of_snapshot('owner', 0)
            self.delete('owner', rows.SNAPSHOT, 0, 0)
            return
        self.create_backup('owner', 1)
        self.happen(self.service.deliver_all)
        if first == 'restore':
            # A share that is larger by now stays so.
            self.resize('owner', 0, 'extend', 3)
            self.happen(self.service.deliver_all)
            self.restore('owner', 0)
        else:
            self.create_group_from_backup('owner', 0, None, None)
        if first == 'restore to it':
            self.happen(self.service.deliver_all)
            self.restore_another('owner', 0, 0, False)

    @stateful.rule(who=requests.users, number=requests.numbers)
    def create_backup(self, who, number):
        group_id = self.pick(rows.GROUP, number)
        self._create_backup(
            who,
            group_id,
            {'share_group_id': group_id},
            origin=group_id,
            members=self.model.sizes_in(group_id),
        )

    @stateful.rule(who=requests.users, number=requests.numbers)
    def create_backup_of_snapshot(self, who, number):
        snapshot_id = self.pick(rows.SNAPSHOT, number)
        snapshot = self.model.rows.get(snapshot_id)
        self._create_backup(
            who,
            snapshot_id,
            {'share_group_snapshot_id': snapshot_id},
            origin=snapshot and snapshot.group,
            source=snapshot_id,
            members=dict(snapshot.members) if snapshot else {},
            taken=True,
        )

    def _create_backup(self, who, source_id, body, members, **values):
        shares = [self.model.rows[one] for one in members]
        group = self.model.rows.get(values['origin'])
        self.create(
            who,
            self.model.refuse_backup(machine.USERS[who], source_id),
            rows.BACKUP,
            {'name': self.next_name(), **body},
            host=group and group.host,
            members=members,
            names={one.id: one.name for one in shares},
            member_types={one.id: one.share_type for one in shares},
            **values,
        )

    @stateful.rule(
        who=requests.users,
        number=requests.numbers,
        type_name=st.sampled_from([None, None, None, 'wide', 'default']),
        zone=st.sampled_from([None, None, None, 'nova', 'west', 'nowhere']),
    )
    def create_group_from_backup(self, who, number, type_name, zone):
        backup_id = self.pick_usable(number)
        types = self._types_of(backup_id)
        body = {
            'name': self.next_name(),
            'source_share_group_backup_id': backup_id,
        }
        if zone:
            body['availability_zone'] = zone
        if type_name:
            body['share_group_type_id'] = self.group_types[type_name]
        user = machine.USERS[who]
        # Its own share group type allows the share types that it has.
        allowed = requests.forbidden(user, type_name or 'wide', types, zone)
        self.create(
            who,
            self.model.refuse_rebuild(user, backup_id, allowed),
            rows.GROUP,
            body,
            rebuilt=backup_id,
            zone=zone,
            types=types,
            excused=self._may_be_incomplete(backup_id),
        )

    def _types_of(self, backup_id):
        """The names of the share types of a backup's members."""
        backup = self.model.rows.get(backup_id)
        ids = set(backup.member_types.values()) if backup else set()
        names = {name for name, one in self.share_types.items() if one in ids}
        return frozenset(names or ['default'])

    def _may_be_incomplete(self, backup_id):
        backup = self.model.rows.get(backup_id)
        return backup is not None and backup.by_hand

    def pick_usable(self, number):
        """The id of a backup, most often of one that can be restored."""
        usable = [
            one.id
            for one in self.model.of_kind(rows.BACKUP)
            if one.status == rows.AVAILABLE
        ]
        if usable and number:
            return usable[number % len(usable)]
        return self.pick(rows.BACKUP, number)

    @stateful.rule(who=requests.users, number=requests.numbers)
    def restore(self, who, number):
        """Restore a backup to its own group."""
        backup_id = self.pick_usable(number)
        backup = self.model.rows.get(backup_id)
        self._restore(who, backup_id, backup and backup.origin, None)

    @stateful.rule(
        who=requests.users,
        number=requests.numbers,
        other=requests.numbers,
        is_alike=st.booleans(),
    )
    def restore_another(self, who, number, other, is_alike):
        """Restore a backup to a group that may be another one."""
        backup_id = self.pick_usable(number)
        group_id = self.pick(rows.GROUP, other)
        if is_alike:
            self._name_alike(backup_id, group_id)
        self._restore(who, backup_id, group_id, {'share_group_id': group_id})

    def _name_alike(self, backup_id, group_id):
        """Let the shares of a group have the names of a backup's members."""
        backup = self.model.rows.get(backup_id)
        shares = self.model.within(group_id, rows.SHARE)
        names = backup.names.values() if backup else ()
        for share, name in zip(shares, names, strict=False):
            if name and share.name != name:
                self.rename_to('admin', rows.SHARE, share.id, name)

    def _restore(self, who, backup_id, group_id, body):
        user = machine.USERS[who]

        def effect(_found):
            self.model.restore(group_id, backup_id)
            group = self.model.rows[group_id]
            group.excused = self._may_be_incomplete(backup_id)

        self.act(
            who,
            self.model.refuse_restore(user, backup_id, group_id),
            effect,
            f'{PATH}/{backup_id}',
            {'restore': body},
        )

    @stateful.rule(when=st.sampled_from(['before', 'after']))
    def kill_in_the_engine(self, when):
        self.service.engine.kill = when

    @stateful.rule(method=st.sampled_from(contract_service.ENGINE))
    def break_or_mend_engine(self, method):
        broken = self.service.engine.broken
        if broken:
            broken.clear()
        else:
            broken.add(method)
