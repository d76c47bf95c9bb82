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
                'Filter or sort the list of shares by host.',
                [
                    f'{one}?{key}'
                    for one in _LISTS
                    for key in ('host={host}', 'sort_key=host')
                ],
            ),
            (
                'list_by_share_server_id',
                base.ADMIN,
                'Filter the list of shares by share server.',
                [f'{one}?share_server_id={{id}}' for one in _LISTS],
            ),
            ('create', base.MEMBER, 'Create a share.', [f'POST {_PATH}']),
            (
                'create_on_host',
                base.ADMIN,
                'Choose the pool or the back end of a new share (the '
                'scheduler hint only_host).',
                [f'POST {_PATH}', f'POST {_PATH}/placement'],
            ),
            (
                'placement',
                base.MEMBER,
                'Ask where a share would go.',
                [f'POST {_PATH}/placement'],
            ),
            (
                'create_public_share',
                base.ADMIN,
                'Create a share that is visible to all projects.',
                [f'POST {_PATH}', f'POST {_PATH}/placement'],
            ),
            ('get', base.READER, 'Show a share.', [f'GET {_ONE}']),
            (
                'update',
                base.MEMBER,
                'Update the name or description of a share.',
                [f'PUT {_ONE}'],
            ),
            (
                'set_public_share',
                base.ADMIN,
                'Make a share visible to all projects.',
                [f'PUT {_ONE}'],
            ),
            ('delete', base.MEMBER, 'Delete a share.', [f'DELETE {_ONE}']),
            (
                'force_delete',
                base.ADMIN,
                'Delete a share regardless of its status.',
                [_ACTION],
            ),
            (
                'reset_status',
                base.ADMIN,
                'Reset the status of a share.',
                [_ACTION],
            ),
            (
                'reset_task_state',
                base.MEMBER,
                'Reset the task state of a share. It is always null here.',
                [_ACTION],
            ),
            ('extend', base.MEMBER, 'Extend a share.', [_ACTION]),
            (
                'force_extend',
                base.ADMIN,
                'Extend a share without checking the capacity of its pool.',
                [_ACTION],
            ),
            ('shrink', base.MEMBER, 'Shrink a share.', [_ACTION]),
            (
                'get_share_metadata',
                base.READER,
                'Show the metadata of a share.',
                [f'GET {_METADATA}', f'GET {_METADATA}/{{key}}'],
            ),
            (
                'update_share_metadata',
                base.MEMBER,
                'Update the metadata of a share.',
                [
                    f'POST {_METADATA}',
                    f'PUT {_METADATA}',
                    f'PUT {_METADATA}/{{key}}',
                ],
            ),
            (
                'delete_share_metadata',
                base.MEMBER,
                'Delete a metadata item of a share.',
                [f'DELETE {_METADATA}/{{key}}'],
            ),
        ],
    )
