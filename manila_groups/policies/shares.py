# SPDX-License-Identifier: Apache-2.0
"""Who may do what with shares."""

from manila_groups.policies import base

_PATH = '/shares'
_ONE = f'{_PATH}/{{share_id}}'
_LISTS = (f'GET {_PATH}', f'GET {_PATH}/detail')
_ACTION = f'POST {_ONE}/action'
_METADATA = f'{_ONE}/metadata'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share',
        [
            ('get_all', base.READER, 'List shares.', _LISTS),
            (
                'list_by_host',
                base.ADMIN,
                'List the shares of a host, or sorted by it.',
                [
                    f'{one}?{key}'
                    for one in _LISTS
                    for key in ('host={host}', 'sort_key=host')
                ],
            ),
            (
                'list_by_share_server_id',
                base.ADMIN,
                'List the shares of a share server.',
                [f'{one}?share_server_id={{id}}' for one in _LISTS],
            ),
            ('create', base.MEMBER, 'Create a share.', [f'POST {_PATH}']),
            (
                'create_public_share',
                base.ADMIN,
                'Create a share that all projects see.',
                [f'POST {_PATH}'],
            ),
            ('get', base.READER, 'Show a share.', [f'GET {_ONE}']),
            (
                'update',
                base.MEMBER,
                'Change the name or description of a share.',
                [f'PUT {_ONE}'],
            ),
            (
                'set_public_share',
                base.ADMIN,
                'Let all projects see a share.',
                [f'PUT {_ONE}'],
            ),
            ('delete', base.MEMBER, 'Delete a share.', [f'DELETE {_ONE}']),
            (
                'force_delete',
                base.ADMIN,
                'Delete a share in whatever status it is.',
                [_ACTION],
            ),
            (
                'reset_status',
                base.ADMIN,
                'Set the status of a share by hand.',
                [_ACTION],
            ),
            (
                'reset_task_state',
                base.MEMBER,
                'Set the task state of a share to none, which it always is.',
                [_ACTION],
            ),
            ('extend', base.MEMBER, 'Let a share hold more.', [_ACTION]),
            (
                'force_extend',
                base.ADMIN,
                'Let a share hold more than its pool has room for.',
                [_ACTION],
            ),
            ('shrink', base.MEMBER, 'Let a share hold less.', [_ACTION]),
            (
                'get_share_metadata',
                base.READER,
                'Show the metadata of a share.',
                [f'GET {_METADATA}', f'GET {_METADATA}/{{key}}'],
            ),
            (
                'update_share_metadata',
                base.MEMBER,
                'Set metadata of a share.',
                [
                    f'POST {_METADATA}',
                    f'PUT {_METADATA}',
                    f'PUT {_METADATA}/{{key}}',
                ],
            ),
            (
                'delete_share_metadata',
                base.MEMBER,
                'Remove metadata of a share.',
                [f'DELETE {_METADATA}/{{key}}'],
            ),
        ],
    )
