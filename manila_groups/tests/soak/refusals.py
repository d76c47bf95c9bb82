# SPDX-License-Identifier: Apache-2.0
"""Requests that are refused, and how."""

#: Rows of (method, path, body, status).  {group} has shares, of which {share}
#: is one; {held} is a group with a snapshot, of which {holding} is a share.
TABLE = (
    ('POST', '/share-groups', '{"share_group": ', 400),
    ('POST', '/share-groups', {'share_group': {'name': 'x' * 256}}, 400),
    ('POST', '/share-groups', {'share_group': {'colour': 'red'}}, 400),
    ('POST', '/share-groups', {'share_group': {'share_types': ['no']}}, 400),
    (
        'POST',
        '/share-groups',
        {'share_group': {'source_share_group_snapshot_id': 'unknown'}},
        400,
    ),
    (
        'POST',
        '/share-groups',
        {'share_group': {'source_share_group_id': 'unknown'}},
        400,
    ),
    (
        'POST',
        '/share-groups/{group}/action',
        {'revert': {'share_group_snapshot_id': 'unknown'}},
        400,
    ),
    (
        'POST',
        '/share-group-backups/unknown/action',
        {'restore': None},
        404,
    ),
    ('GET', '/share-groups?limit=-1', None, 400),
    ('GET', '/share-groups?sort_key=colour', None, 400),
    ('GET', '/share-groups/unknown', None, 404),
    ('DELETE', '/share-groups/unknown', None, 404),
    ('GET', '/nowhere', None, 404),
    ('DELETE', '/share-groups', None, 405),
    ('POST', '/shares', {'share': {'size': 0, 'share_proto': 'NFS'}}, 400),
    ('POST', '/shares', {'share': {'size': 1, 'share_proto': 'SMB'}}, 400),
    (
        'POST',
        '/share-group-snapshots',
        {'share_group_snapshot': {'share_group_id': 'unknown'}},
        400,
    ),
    ('POST', '/types', {'share_type': {'name': 'mine'}}, 403),
    ('POST', '/share-groups/{group}/action', {'force_delete': None}, 403),
    ('PUT', '/share-groups/{group}', {'share_group': {'status': 'x'}}, 400),
    ('DELETE', '/share-groups/{group}', None, 409),
    ('DELETE', '/shares/{share}', None, 400),
    ('POST', '/shares/{share}/action', {'shrink': {'new_size': 999}}, 400),
    ('POST', '/shares/{share}/action', {'extend': {'new_size': 99999}}, 403),
    (
        'POST',
        '/shares/{share}/action',
        {'allow_access': {'access_type': 'ip', 'access_to': '1.2.3'}},
        400,
    ),
    ('DELETE', '/share-groups/{held}', None, 409),
    ('DELETE', '/shares/{holding}?share_group_id={held}', None, 403),
)


def send(me) -> None:
    """Send one of them."""
    method, path, body, status = me.random.choice(TABLE)
    names = _names(me.groups)
    try:
        path = path.format(**names)
    except KeyError:
        return
    me.session.ask(method, path, body, status)


def _names(groups):
    names = {}
    for group in groups:
        if group.shares:
            names |= {'group': group.id, 'share': group.shares[0].id}
            if group.snapshots:
                names |= {'held': group.id, 'holding': group.shares[0].id}
    return names
