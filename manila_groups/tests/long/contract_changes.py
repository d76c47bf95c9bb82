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

    @stateful.rule(
        who=requests.users,
        number=requests.numbers,
        other=st.sampled_from([None] * 5 + [*range(10)]),
    )
    def revert(self, who, number, other):
        """Revert the group that a snapshot is of, or another one."""
        snapshot_id = self.pick(rows.SNAPSHOT, number)
        group_id = self.pick(rows.GROUP, number if other is None else other)
        if other is None and snapshot_id in self.model.rows:
            group_id = self.model.rows[snapshot_id].group
        self.act(
            who,
            self.model.refuse_revert(
                machine.USERS[who], group_id, snapshot_id, _only_newest
            ),
            lambda _found: self.model.revert(group_id, snapshot_id),
            f'{PATHS[rows.GROUP]}/{group_id}',
            {'revert': {'share_group_snapshot_id': snapshot_id}},
        )

    def act(self, who, codes, effect, path, body):
        self.request(who, codes, 202, effect, 'POST', f'{path}/action', body)


def _only_newest(host):
    return contract_service.backend_of(host) == machine.TO_NEWEST
