# SPDX-License-Identifier: Apache-2.0
"""What clients do with share groups."""

import time

from manila_groups.tests.soak import holdings
from manila_groups.tests.soak import shares
from manila_groups.tests.soak import snapshots

#: Queries of lists; {name} is the beginning of a name.
_LISTS = (
    '',
    '/detail',
    '?limit=2',
    '/detail?limit=3&sort_key=name&sort_dir=asc',
    '/detail?status=available&limit=10',
    '?name~={name}',
    '/detail?name~={name}&sort_key=created_at&limit=5&offset=2',
    '/detail?share_group_type_id={group_type}',
    '/detail?share_types={share_type}&limit=5',
)

#: The most pages that one reads of a list.
_PAGES = 10


def new_name(me) -> str:
    """Make a name, which some share the beginning of."""
    return f'{me.random.choice(("db", "web", "größe"))}-{me.random.random()}'


def create(me) -> None:
    """Create some groups at once."""
    made = [_create(me) for _ in range(me.random.randint(1, 3))]
    for group in made:
        me.session.becomes(group.path)
        me.took('create a group', group.begun)


def _create(me):
    body = {'name': new_name(me), 'description': me.random.choice(('', 'é'))}
    if me.random.random() < 0.5:
        body['share_group_type_id'] = me.setting.group_type
    if me.random.random() < 0.2:
        body['availability_zone'] = 'nova'
    answer = me.session.ask(
        'POST', '/share-groups', {'share_group': body}, 202
    )
    group = holdings.Group(answer['share_group']['id'])
    me.groups.append(group)
    return group


def show(me, group) -> None:
    """Show one, and what is in it."""
    me.session.ask('GET', group.path)
    found = me.session.ask('GET', f'/shares?share_group_id={group.id}')
    me.check(
        {one['id'] for one in found['shares']}
        == {share.id for share in group.shares},
        f'the shares of {group.path}: {found}',
    )


def update(me, group) -> None:
    """Change its name."""
    name = new_name(me)
    body = {'share_group': {'name': name}}
    me.session.ask('PUT', group.path, body)
    found = me.session.ask('GET', group.path)
    me.check(found['share_group']['name'] == name, f'{group.path}: {found}')


def read_list(me) -> None:
    """Read a list from page to page."""
    path = '/share-groups' + me.random.choice(_LISTS).format(
        name='db',
        group_type=me.setting.group_type,
        share_type=me.setting.share_type,
    )
    links = me.session.ask('GET', path).get('share_groups_links')
    for _page in range(_PAGES):
        if not links:
            return
        path = links[0]['href'].partition('/v2')[2]
        status, _request_id, found = me.session.try_to('GET', path)
        if status == 400 and 'marker' in str(found):
            # The other client of the project has just deleted that row.
            return
        me.check(status == 200, f'{path}: {status} {found}')
        links = found.get('share_groups_links')


def delete(me, group) -> None:
    """Delete a group with all that is in it."""
    for snapshot in list(group.snapshots):
        snapshots.delete(me, snapshot)
    shares.delete_all(me, group.shares)
    begun = time.monotonic()
    me.session.ask('DELETE', group.path, expect=202)
    me.session.disappears(group.path)
    me.took('delete a group', begun)
    me.groups.remove(group)


def clone(me, snapshot) -> None:
    """Create a group from a snapshot."""
    what = 'create a group from a snapshot'
    sizes = snapshot.sizes.values()
    _create_from(me, what, 'source_share_group_snapshot_id', snapshot, sizes)


def rebuild(me, backup) -> None:
    """Create a group from a backup."""
    what = 'create a group from a backup'
    sizes = backup.sizes.values()
    _create_from(me, what, 'source_share_group_backup_id', backup, sizes)


def copy(me, source) -> None:
    """Create a group from another one; no snapshot stays."""
    sizes = [share.size for share in source.shares]
    made = _create_from(
        me, 'copy a group', 'source_share_group_id', source, sizes
    )
    for group, number in ((made, 0), (source, len(source.snapshots))):
        path = f'/share-group-snapshots?share_group_id={group.id}'
        found = me.session.ask('GET', path)['share_group_snapshots']
        me.check(len(found) == number, f'the snapshots of {path}: {found}')


def _create_from(me, what, field, source, sizes):
    body = {'name': new_name(me), field: source.id}
    answer = me.session.ask(
        'POST', '/share-groups', {'share_group': body}, 202
    )
    group = holdings.Group(answer['share_group']['id'])
    me.groups.append(group)
    me.session.becomes(group.path)
    me.took(what, group.begun)
    found = me.session.ask('GET', f'/shares/detail?share_group_id={group.id}')
    for one in found['shares']:
        group.shares.append(holdings.Share(one['id'], group, one['size']))
    me.check(
        sorted(one['size'] for one in found['shares']) == sorted(sizes)
        and all(one['status'] == 'available' for one in found['shares']),
        f'the shares of {group.path}, which is made of {source}: {found}',
    )
    return group


def revert(me, snapshot) -> None:
    """Revert a group to a snapshot, if it has the same shares still."""
    group, begun = snapshot.group, time.monotonic()
    is_possible = {one.id for one in group.shares} == {*snapshot.sizes}
    me.session.ask(
        'POST',
        f'{group.path}/action',
        {'revert': {'share_group_snapshot_id': snapshot.id}},
        202 if is_possible else 409,
    )
    if not is_possible:
        return
    for share in group.shares:
        share.size = snapshot.sizes[share.id]
    me.session.becomes(group.path)
    me.took('revert a group', begun)
    found = me.session.ask('GET', snapshot.path)['share_group_snapshot']
    me.check(found['status'] == 'available', f'{snapshot.path}: {found}')
    for share in group.shares:
        shares.show(me, share)


def fail(me) -> None:
    """Create a group that no pool fits, and read why that failed."""
    body = {'share_group_type_id': me.setting.impossible_type}
    answer = me.session.ask(
        'POST', '/share-groups', {'share_group': body}, 202
    )
    group = holdings.Group(answer['share_group']['id'])
    me.groups.append(group)
    me.session.becomes(group.path, 'error')
    found = me.session.ask('GET', f'/messages?resource_id={group.id}')
    me.check(len(found['messages']) == 1, f'messages on {group.path}: {found}')
    for one in found['messages']:
        me.session.ask('DELETE', f'/messages/{one["id"]}', expect=204)
    delete(me, group)
