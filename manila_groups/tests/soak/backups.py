# SPDX-License-Identifier: Apache-2.0
"""What clients do with backups of groups."""

import time

from manila_groups.tests.soak import holdings
from manila_groups.tests.soak import shares

_LISTS = ('', '/detail', '/detail?limit=2', '?status=available&limit=5')


def create(me, group) -> None:
    """Back up a group."""
    _create(me, group, {'share_group_id': group.id}, None)


def create_from_snapshot(me, snapshot) -> None:
    """Back up what a snapshot shows."""
    source = {'share_group_snapshot_id': snapshot.id}
    _create(me, snapshot.group, source, snapshot.sizes)


def _create(me, group, source, sizes):
    if sizes is None:
        sizes = {share.id: share.size for share in group.shares}
    answer = me.session.ask(
        'POST',
        '/share-group-backups',
        {'share_group_backup': {'name': f'{me.random.random()}', **source}},
        202,
    )
    backup = holdings.Backup(
        answer['share_group_backup']['id'], group, dict(sizes)
    )
    me.backups.append(backup)
    found = me.session.becomes(backup.path)
    me.took('create a backup', backup.begun)
    me.check(
        {one['share_id']: one['size'] for one in found['members']} == sizes
        and found['progress'] == '100'
        and found['taken_at'] is not None,
        f'{backup.path}: {found}',
    )


def restore(me, backup) -> None:
    """Restore a backup to the group that it is of."""
    group, begun = backup.group, time.monotonic()
    me.session.ask('POST', f'{backup.path}/action', {'restore': None}, 202)
    for share in group.shares:
        share.size = max(share.size, backup.sizes[share.id])
    me.session.becomes(group.path)
    me.took('restore a backup', begun)
    found = me.session.ask('GET', backup.path)['share_group_backup']
    me.check(found['status'] == 'available', f'{backup.path}: {found}')
    for share in group.shares:
        shares.show(me, share)


def update(me, backup) -> None:
    """Change its description, and show it."""
    body = {'share_group_backup': {'description': 'new'}}
    me.session.ask('PUT', backup.path, body)
    me.session.ask('GET', f'{backup.path}/members')


def read_list(me, _backup) -> None:
    """Read one page of backups, of which there are some."""
    path = '/share-group-backups' + me.random.choice(_LISTS)
    me.session.ask('GET', path)


def delete(me, backup) -> None:
    """Delete one."""
    begun = time.monotonic()
    me.session.ask('DELETE', backup.path, expect=202)
    me.session.disappears(backup.path)
    me.took('delete a backup', begun)
    me.backups.remove(backup)
