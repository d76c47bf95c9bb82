# SPDX-License-Identifier: Apache-2.0
"""The requests that change what shares contain, or how large they are."""

from hypothesis import stateful
from hypothesis import strategies as st

from manila_groups.tests.long import contract_machine as machine
from manila_groups.tests.long import contract_requests as requests
from manila_groups.tests.long import contract_rows as rows
from manila_groups.tests.long import contract_service

PATHS = {kind: path for kind, (path, _key) in machine.PATHS.items()}


class Changes(requests.Requests):
    """Copies of groups, reverts, and changes of sizes."""

    @stateful.rule(
        who=requests.users,
        number=requests.numbers,
        zone=st.sampled_from([None, None, None, 'west']),
    )
    def copy_group(self, who, number, zone):
        source = self.pick(rows.GROUP, number)
        body = {'name': self.next_name(), 'source_share_group_id': source}
        if zone:
            body['availability_zone'] = zone
        codes = self.model.refuse_clone(machine.USERS[who], source, zone)
        self.create(who, codes, rows.GROUP, body, copied=source)

    @stateful.rule(
        who=requests.users,
        number=requests.numbers,
        action=st.sampled_from(sorted(rows.RESIZING)),
        size=st.integers(1, 4),
    )
    def resize(self, who, number, action, size):
        share_id = self.pick(rows.SHARE, number)
        self.act(
            who,
            self.model.refuse_resize(
                machine.USERS[who], share_id, action, size
            ),
            lambda _found: self.model.resize(share_id, action, size),
            f'{PATHS[rows.SHARE]}/{share_id}',
            {action: {'new_size': size}},
        )

    @stateful.rule(who=requests.users, number=requests.numbers)
    def revert(self, who, number):
        """Revert the group that a snapshot is of, most often if it can be."""
        usable = [
            one
            for one in self.model.of_kind(rows.SNAPSHOT)
            if not self._refuse_revert('admin', one.group, one.id)
        ]
        snapshot_id = self.pick(rows.SNAPSHOT, number)
        if usable and number:
            snapshot_id = usable[number % len(usable)].id
        snapshot = self.model.rows.get(snapshot_id)
        group_id = snapshot and snapshot.group
        self._revert(who, group_id or self.pick(rows.GROUP, 0), snapshot_id)

    @stateful.rule(number=requests.numbers, other=requests.numbers)
    def revert_another(self, number, other):
        """Revert a group to a snapshot that may be of another one."""
        snapshot_id = self.pick(rows.SNAPSHOT, number)
        self._revert('owner', self.pick(rows.GROUP, other), snapshot_id)

    def _revert(self, who, group_id, snapshot_id):
        self.act(
            who,
            self._refuse_revert(who, group_id, snapshot_id),
            lambda _found: self.model.revert(group_id, snapshot_id),
            f'{PATHS[rows.GROUP]}/{group_id}',
            {'revert': {'share_group_snapshot_id': snapshot_id}},
        )

    def _refuse_revert(self, who, group_id, snapshot_id):
        return self.model.refuse_revert(
            machine.USERS[who], group_id, snapshot_id, _only_newest
        )

    def act(self, who, codes, effect, path, body):
        self.request(who, codes, 202, effect, 'POST', f'{path}/action', body)


def _only_newest(host):
    return contract_service.backend_of(host) == machine.TO_NEWEST
