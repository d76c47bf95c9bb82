# SPDX-License-Identifier: Apache-2.0
"""What clients do with shares in groups."""

import time

from manila_groups.tests.soak import holdings

_LISTS = (
    '',
    '/detail?limit=3',
    '/detail?status=available&sort_key=size&sort_dir=desc&limit=5',
    '?name~=disk&limit=4&offset=1',
    '/detail?share_type_id={share_type}&with_count=true&limit=2',
    '/detail?extra_specs={{"snapshot_support": "True"}}&limit=2',
)


def create(me, group) -> None:
    """Create some shares at once."""
    made = [_create(me, group) for _ in range(me.random.randint(1, 3))]
    for share in made:
        me.session.becomes(share.path)
        me.took('create a share', share.begun)


def _create(me, group):
    size = me.random.randint(1, 3)
    answer = me.session.ask(
        'POST',
        '/shares',
        {
            'share': {
                'size': size,
                'share_proto': 'NFS',
                'name': f'disk-{me.random.random()}',
                'share_group_id': group.id,
                'metadata': {'size': str(size)},
            }
        },
    )
    share = holdings.Share(answer['share']['id'], group, size)
    group.shares.append(share)
    return share


def show(me, share) -> None:
    """Show one, and where it is mounted from."""
    found = me.session.ask('GET', share.path)['share']
    me.check(
        found['status'] == 'available' and found['size'] == share.size,
        f'{share.path}: {found}',
    )
    found = me.session.ask('GET', f'{share.path}/export_locations')
    me.check(found['export_locations'], f'{share.path} has no locations')


def update(me, share) -> None:
    """Change its name and its metadata."""
    body = {'share': {'name': f'disk-{me.random.random()}'}}
    me.session.ask('PUT', share.path, body)
    key = f'key{me.random.randint(1, 3)}'
    me.session.ask(
        'POST', f'{share.path}/metadata', {'metadata': {key: 'value'}}
    )
    me.session.ask('DELETE', f'{share.path}/metadata/{key}')


def read_list(me) -> None:
    """Read one page of shares."""
    query = me.random.choice(_LISTS).format(share_type=me.setting.share_type)
    path = '/shares' + query.replace(' ', '%20').replace('"', '%22')
    me.session.ask('GET', path)


def extend(me, share) -> None:
    """Let a share hold more."""
    _resize(me, share, 'extend', share.size + me.random.randint(1, 3))


def shrink(me, share) -> None:
    """Let a share hold less, if it can."""
    if share.size > 1:
        _resize(me, share, 'shrink', share.size - 1)


def _resize(me, share, action, size):
    path, begun = f'{share.path}/action', time.monotonic()
    me.session.ask('POST', path, {action: {'new_size': size}}, 202)
    share.size = size
    found = me.session.becomes(share.path)
    me.took(f'{action} a share', begun)
    me.check(found['size'] == size, f'{share.path} has not {size} GiB')


def address(random) -> str:
    """Give an address that a client can have, which not each one is."""
    return '.'.join(['10', *(str(random.randint(1, 254)) for _ in range(3))])


def allow(me, share) -> None:
    """Add an access rule."""
    answer = me.session.ask(
        'POST',
        f'{share.path}/action',
        {
            'allow_access': {
                'access_type': 'ip',
                'access_to': address(me.random),
                'access_level': me.random.choice(('ro', 'rw')),
                'metadata': {'by': 'soak'},
            }
        },
    )
    rule_id = answer['access']['id']
    share.rules.append(rule_id)
    me.session.rule_becomes_active(f'/share-access-rules/{rule_id}')
    found = me.session.ask('GET', f'/share-access-rules?share_id={share.id}')
    me.check(
        {one['id'] for one in found['access_list']} == set(share.rules),
        f'the access rules of {share.path}: {found}',
    )


def deny(me, share) -> None:
    """Take an access rule away, if there is one."""
    if share.rules:
        rule_id = me.random.choice(share.rules)
        body = {'deny_access': {'access_id': rule_id}}
        me.session.ask('POST', f'{share.path}/action', body, 202)
        me.session.disappears(f'/share-access-rules/{rule_id}')
        share.rules.remove(rule_id)


def delete(me, share) -> None:
    """Delete a share of which there is no snapshot."""
    delete_all(me, [share])


def delete_all(me, shares) -> None:
    """Delete shares of one group at once."""
    shares, begun = list(shares), time.monotonic()
    for share in shares:
        path = f'{share.path}?share_group_id={share.group.id}'
        me.session.ask('DELETE', path, expect=202)
    for share in shares:
        me.session.disappears(share.path)
        me.took('delete a share', begun)
        share.group.shares.remove(share)
