# SPDX-License-Identifier: Apache-2.0
"""The requests of users and administrators, with what the model says."""

from hypothesis import stateful
from hypothesis import strategies as st

from manila_groups.tests.long import contract_machine as machine
from manila_groups.tests.long import contract_model as model
from manila_groups.tests.long import contract_rows as rows

numbers = st.integers(0, 9)
users = st.sampled_from(['owner'] * 8 + ['admin'] * 2 + sorted(machine.USERS))
kinds = st.sampled_from(sorted(machine.PATHS))
GROUP, SHARE, SNAPSHOT = rows.GROUP, rows.SHARE, rows.SNAPSHOT
BACKUP = rows.BACKUP
#: Every status, also those that some kinds do not have.
STATUSES = sorted({one for some in rows.STATUSES.values() for one in some})


class Requests(machine.Machine):
    """What users and administrators do."""

    def begin(self):
        """Make something to begin with."""
        for who in ('owner', 'owner', 'other'):
            self.create_group(who, None, None, None)
        self.happen(self.service.deliver_all)
        for number in (2, 2, 1):
            self.create_share('owner', number, 1, 'default')
        self.happen(self.service.deliver_all)
        self.create_snapshot('owner', 1)
        self.happen(self.service.deliver_all)

    @stateful.rule(
        who=users,
        type_name=st.sampled_from(
            [None, 'wide', 'wide', 'default', 'secret', 'unknown']
        ),
        share_types=st.sampled_from(
            [None, None, ['default'], ['west'], ['default', 'west']]
        ),
        zone=st.sampled_from([None, None, 'nova', 'west', 'nowhere']),
    )
    def create_group(self, who, type_name, share_types, zone):
        user, name = machine.USERS[who], self.next_name()
        types = frozenset(share_types or ['default'])
        body = {'name': name, 'availability_zone': zone}
        if type_name is not None:
            body['share_group_type_id'] = self.group_types[type_name]
        if share_types is not None:
            body['share_types'] = [self.share_types[one] for one in types]
        self.create(
            who,
            self.model.refuse_group(
                user, forbidden(user, type_name, types, zone)
            ),
            GROUP,
            body,
            zone=zone,
            types=types,
        )

    @stateful.rule(
        who=users,
        number=numbers,
        zone=st.sampled_from([None, None, None, 'west']),
    )
    def create_group_from_snapshot(self, who, number, zone):
        source = self.pick(SNAPSHOT, number)
        body = {
            'name': self.next_name(),
            'source_share_group_snapshot_id': source,
        }
        if zone:
            body['availability_zone'] = zone
        refusals = self.model.refuse_clone(machine.USERS[who], source, zone)
        self.create(who, refusals, GROUP, body, source=source)

    @stateful.rule(
        who=users,
        number=numbers,
        size=st.integers(1, 3),
        share_type=st.sampled_from(['default', 'default', 'west']),
    )
    def create_share(self, who, number, size, share_type):
        group_id = self.pick(GROUP, number)
        group = self.model.rows.get(group_id)
        body = {
            'name': self.next_name(),
            'share_proto': 'NFS',
            'size': size,
            'share_group_id': group_id,
            'share_type': self.share_types[share_type],
        }
        refusals = self.model.refuse_share(
            machine.USERS[who],
            group_id,
            size,
            group is not None and share_type in group.types,
        )
        self.create(
            who,
            refusals,
            SHARE,
            body,
            group=group_id,
            size=size,
            share_type=self.share_types[share_type],
        )

    @stateful.rule(who=users, number=numbers)
    def create_snapshot(self, who, number):
        group_id = self.pick(GROUP, number)
        members = {
            one.id: one.size for one in self.model.within(group_id, SHARE)
        }
        self.create(
            who,
            self.model.refuse_snapshot(machine.USERS[who], group_id),
            SNAPSHOT,
            {'name': self.next_name(), 'share_group_id': group_id},
            group=group_id,
            members=members,
        )

    def create(self, who, refusals, kind, body, **values):
        path, key = machine.PATHS[kind]
        project = machine.USERS[who].project

        def effect(found):
            row_id = _find(found, body['name'])
            self.model.add(
                rows.Row(kind, row_id, body['name'], project, **values)
            )
            if kind == GROUP:
                sources = map(values.get, ('source', 'copied', 'rebuilt'))
                for source_id in filter(None, sources):
                    self.add_clones(found, row_id, source_id)

        self.request(
            who,
            refusals,
            200 if kind == SHARE else 202,
            effect,
            'POST',
            path,
            {key.removesuffix('s'): body},
        )

    def add_clones(self, found, group_id, source_id):
        """Add the shares that a group has come with."""
        group = self.model.rows[group_id]
        source = self.model.rows[source_id]
        if source.kind != BACKUP:
            group.types = self.model.rows[source.group or source.id].types
        clones = {
            row_id: one
            for row_id, one in found.items()
            if one['kind'] == SHARE and one['group'] == group_id
        }
        self.test.assertEqual(
            sorted(self.model.content_of(source_id)),
            sorted(one['size'] for one in clones.values()),
        )
        for row_id, one in clones.items():
            self.model.add(
                rows.Row(
                    SHARE,
                    row_id,
                    one['name'],
                    group.project,
                    group=group_id,
                    size=one['size'],
                    share_type=one['type'],
                    cloned=True,
                    made_from=_made_from(group, source, one),
                )
            )

    @stateful.rule(who=users, kind=kinds, number=numbers)
    def rename(self, who, kind, number):
        self.rename_to(who, kind, self.pick(kind, number), self.next_name())

    def rename_to(self, who, kind, row_id, name):
        _path, key = machine.PATHS[kind]
        user = machine.USERS[who]

        def effect(_found):
            self.model.rows[row_id].name = name

        self.request(
            who,
            self.model.refuse_change(user, row_id),
            200,
            effect,
            'PUT',
            f'{machine.PATHS[kind][0]}/{row_id}',
            {key.removesuffix('s'): {'name': name}},
        )

    @stateful.rule(who=users, kind=kinds, number=numbers)
    def show(self, who, kind, number):
        row_id = self.pick(kind, number)
        seen = machine.USERS[who].sees(self.model.rows.get(row_id))
        path = f'{machine.PATHS[kind][0]}/{row_id}'
        refusals = set() if seen else {404}
        self.request(who, refusals, 200, lambda _found: None, 'GET', path)

    @stateful.rule(
        who=users, kind=kinds, number=numbers, lost=st.sampled_from([0, 0, 1])
    )
    def delete(self, who, kind, number, lost):
        row_id, query = self.pick(kind, number), {}
        group_id = None
        if kind == SHARE and not lost:
            row = self.model.rows.get(row_id)
            group_id = query['share_group_id'] = row and row.group
        self.request(
            who,
            self.model.refuse_delete(machine.USERS[who], row_id, group_id),
            202,
            lambda _found: self.model.delete(row_id),
            'DELETE',
            f'{machine.PATHS[kind][0]}/{row_id}',
            **query,
        )

    @stateful.rule(who=users, kind=kinds, number=numbers)
    def force_delete(self, who, kind, number):
        path, _key = machine.PATHS[kind]
        self.force(who, self.pick(kind, number), path)

    @stateful.rule(
        who=st.sampled_from(['admin', 'admin', 'owner', 'other']),
        kind=kinds,
        number=numbers,
        status=st.sampled_from(STATUSES),
    )
    def reset_status(self, who, kind, number, status):
        row_id, user = self.pick(kind, number), machine.USERS[who]
        self.request(
            who,
            self.model.refuse_reset(user, row_id, kind, status),
            202,
            lambda _found: self.model.reset(row_id, status),
            'POST',
            f'{machine.PATHS[kind][0]}/{row_id}/action',
            {'reset_status': {'status': status}},
        )

    @stateful.rule(
        who=st.sampled_from(['admin', 'admin', 'owner']),
        project=st.sampled_from(machine.PROJECTS),
        resource=st.sampled_from(sorted(model.LIMITS)),
        limit=st.integers(-1, 9),
        force=st.booleans(),
    )
    def set_limit(self, who, project, resource, limit, force):
        # Not as often as all else.
        if self.number % 3:
            return
        if who == 'admin' and limit == model.UNLIMITED and force:
            self.forget_limits(project)

        def effect(_found):
            self.model.limits[project][resource] = limit

        self.request(
            who,
            self.model.refuse_limit(
                machine.USERS[who], project, resource, limit, force
            ),
            200,
            effect,
            'PUT',
            f'/quota-sets/{project}',
            {'quota_set': {resource: limit, 'force': force}},
        )

    def forget_limits(self, project):
        self.request(
            'admin',
            set(),
            202,
            lambda _found: self.model.limits[project].clear(),
            'DELETE',
            f'/quota-sets/{project}',
        )

    @stateful.rule(
        who=users,
        kind=kinds,
        everywhere=st.booleans(),
        status=st.sampled_from([None, None, *STATUSES]),
        part=st.sampled_from([None, None, '1', '01', '%']),
        limit=st.integers(1, 5),
        offset=st.integers(0, 3),
        details=st.booleans(),
    )
    def list(
        self, who, kind, everywhere, status, part, limit, offset, details
    ):
        user = machine.USERS[who]
        expected = sorted(
            row.name
            for row in self.model.of_kind(kind)
            if ((user.admin and everywhere) or row.project == user.project)
            and status in (None, row.status)
            and (part or '') in row.name
        )
        filters = {'status': status, 'name~': part}
        path, key = machine.PATHS[kind]
        answer = self.service.call(
            who,
            'GET',
            f'{path}/detail' if details else path,
            all_tenants=int(everywhere),
            sort_key='name',
            sort_dir='asc',
            limit=limit,
            offset=offset,
            **{name: one for name, one in filters.items() if one},
        )
        self.test.assertEqual(200, answer.status, answer.body)
        found = [one['name'] for one in answer.json[key]]
        self.test.assertEqual(expected[offset : offset + limit], found)
        more = f'{key.removesuffix("s") if kind == SNAPSHOT else key}_links'
        self.test.assertEqual(
            len(expected) > offset + limit, more in answer.json
        )


def _made_from(group, source, shown):
    """Tell what a share is made from, which its name says, and its size."""
    for share_id, name in source.names.items():
        wanted = f'{group.name}-{name}', source.members[share_id]
        if wanted == (shown['name'], shown['size']):
            return source.id, share_id
    return None


def _find(found, name):
    (row_id,) = [key for key, one in found.items() if one['name'] == name]
    return row_id


def forbidden(user, type_name, types, zone):
    """The codes for the types and the zone of a new group."""
    is_hidden = type_name == 'secret' and not user.admin
    allowed = machine.TYPES.get(type_name or 'default', ())
    is_elsewhere = zone == 'nova' and 'west' in types
    codes = {404} if zone == 'nowhere' else set()
    if is_hidden or is_elsewhere or not types <= set(allowed):
        codes.add(400)
    return codes
