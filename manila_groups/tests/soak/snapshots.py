# SPDX-License-Identifier: Apache-2.0
"""What clients do with snapshots of groups."""

import time

from manila_groups.tests.soak import holdings

_LISTS = ('', '/detail', '/detail?limit=2', '?status=available&limit=5')


def create(me, group) -> None:
    """Take a snapshot of a group."""
    answer = me.session.ask(
        'POST',
        '/share-group-snapshots',
        {
            'share_group_snapshot': {
                'share_group_id': group.id,
                'name': f'noon-{me.random.random()}',
            }
        },
        202,
    )
    snapshot = holdings.Snapshot(
        answer['share_group_snapshot']['id'],
        group,
        {share.id: share.size for share in group.shares},
    )
    group.snapshots.append(snapshot)
    me.session.becomes(snapshot.path)
    me.took('create a snapshot', snapshot.begun)
    found = me.session.ask('GET', f'{snapshot.path}/members')
    me.check(
        {one['share_id'] for one in found['share_group_snapshot_members']}
        == {share.id for share in group.shares},
        f'the members of {snapshot.path}: {found}',
    )


def update(me, snapshot) -> None:
    """Change its description, and show it."""
    body = {'share_group_snapshot': {'description': 'new'}}
    me.session.ask('PUT', snapshot.path, body)
    me.session.ask('GET', snapshot.path)


def read_list(me) -> None:
    """Read one page of snapshots."""
    path = '/share-group-snapshots' + me.random.choice(_LISTS)
    me.session.ask('GET', path)


def delete(me, snapshot) -> None:
    """Delete one."""
    begun = time.monotonic()
    me.session.ask('DELETE', snapshot.path, expect=202)
    me.session.disappears(snapshot.path)
    me.took('delete a snapshot', begun)
    snapshot.group.snapshots.remove(snapshot)
