# SPDX-License-Identifier: Apache-2.0
"""What administrators do: types, quotas, services."""

import dataclasses

DHSS = 'driver_handles_share_servers'
_UNLIMITED = ('share_group_snapshots', 'snapshot_gigabytes')
_OF_BACKUPS = ('share_group_backups', 'backups', 'backup_gigabytes')


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """Ids of the types that all clients use.

    :ivar impossible_type: of share groups that no pool fits
    :ivar has_backups: whether share groups can be backed up
    """

    share_type: str
    group_type: str
    impossible_type: str
    has_backups: bool = False


def prepare(session, projects, has_backups=False) -> Setting:
    """Make the types, and quotas that do not stand in the way."""
    for project in projects:
        _set_quota(
            session,
            project,
            dict.fromkeys(
                ('share_groups', 'shares', 'gigabytes', 'snapshots'), 10000
            )
            | dict.fromkeys(
                _UNLIMITED + (_OF_BACKUPS if has_backups else ()), -1
            ),
        )
    share_type = new_share_type(session, 'soak')
    return Setting(
        share_type=share_type,
        group_type=new_group_type(session, 'soak', share_type),
        impossible_type=new_group_type(
            session, 'impossible', share_type, {'media': 'clay'}
        ),
        has_backups=has_backups,
    )


def new_share_type(session, name, public=True) -> str:
    """Make a share type; returns its id."""
    answer = session.ask(
        'POST',
        '/types',
        {
            'share_type': {
                'name': name,
                'extra_specs': {DHSS: 'False', 'snapshot_support': 'True'},
                'share_type_access:is_public': public,
            }
        },
        role='admin',
    )
    return answer['share_type']['id']


def new_group_type(session, name, share_type, specs=None, public=True) -> str:
    """Make a share group type; returns its id."""
    answer = session.ask(
        'POST',
        '/share-group-types',
        {
            'share_group_type': {
                'name': name,
                'share_types': [share_type],
                'group_specs': specs or {},
                'is_public': public,
            }
        },
        role='admin',
    )
    return answer['share_group_type']['id']


def _set_quota(session, project, limits):
    path, body = f'/quota-sets/{project}', {'quota_set': limits}
    session.ask('PUT', path, body, role='admin')


def use_types(me) -> None:
    """Make private types, give the project access, and take it all back."""
    name = f'private-{me.random.random()}'
    share_type = new_share_type(me.session, name, public=False)
    group_type = new_group_type(me.session, name, share_type, public=False)
    for path in (f'/types/{share_type}', f'/share-group-types/{group_type}'):
        me.session.ask('GET', path, expect=404)
        _change_access(me, path, 'addProjectAccess')
        me.session.ask('GET', path)
        _change_access(me, path, 'removeProjectAccess')
        me.session.ask('GET', path, expect=404)
    _use_specs(me, f'/types/{share_type}/extra_specs', 'extra_specs', 202)
    path = f'/share-group-types/{group_type}/group-specs'
    _use_specs(me, path, 'group_specs', 204)
    path = f'/share-group-types/{group_type}'
    me.session.ask('DELETE', path, expect=204, role='admin')
    me.session.ask('DELETE', f'/types/{share_type}', expect=202, role='admin')


def _change_access(me, path, action):
    body = {action: {'project': me.session.project}}
    me.session.ask('POST', f'{path}/action', body, 202, role='admin')


def _use_specs(me, path, key, deleted):
    me.session.ask('POST', path, {key: {'media': 'disk'}}, role='admin')
    spec = f'{path}/media'
    me.session.ask('PUT', spec, {'media': 'tape'}, role='admin')
    me.session.ask('GET', spec, role='admin')
    me.session.ask('DELETE', spec, expect=deleted, role='admin')
    me.session.ask('GET', path, role='admin')


def use_quotas(me) -> None:
    """Limit a user of the project, go beyond it, and lift the limit."""
    path = f'/quota-sets/{me.session.project}'
    own = f'{path}?user_id={me.session.user}'
    body = {'quota_set': {'share_groups': len(me.groups)}}
    me.session.ask('PUT', own, body, role='admin')
    me.session.ask('POST', '/share-groups', {'share_group': {}}, 413)
    found = me.session.ask('GET', f'{path}/detail?user_id={me.session.user}')
    usage = found['quota_set']['share_groups']
    me.check(
        usage['in_use'] == usage['limit'] == len(me.groups),
        f'{len(me.groups)} groups of {me.session.user}: {found}',
    )
    me.session.ask('DELETE', own, expect=202, role='admin')
    me.session.ask('GET', path)
    me.session.ask('GET', '/limits')


def look(me) -> None:
    """Read what operators watch."""
    for path in (
        '/services',
        '/scheduler-stats/pools/detail',
        '/share-groups/detail?all_tenants=true&limit=20',
        '/types',
        '/share-group-types',
        '/availability-zones',
    ):
        me.session.ask('GET', path, role='admin')
