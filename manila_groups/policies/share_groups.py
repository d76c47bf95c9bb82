# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share groups."""

from manila_groups.policies import base

_PATH = '/share-groups'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_group',
        [
            (
                'get_all',
                base.READER,
                'List share groups.',
                [f'GET {_PATH}', f'GET {_PATH}/detail'],
            ),
            (
                'create',
                base.MEMBER,
                'Create a share group.',
                [f'POST {_PATH}'],
            ),
            (
                'create_on_host',
                base.ADMIN,
                'Choose the pool or the back end of a new share group (the '
                'scheduler hint only_host).',
                [f'POST {_PATH}', f'POST {_PATH}/placement'],
            ),
            (
                'placement',
                base.MEMBER,
                'Ask where a share group would go.',
                [f'POST {_PATH}/placement'],
            ),
            (
                'get',
                base.READER,
                'Show a share group.',
                [f'GET {_PATH}/{{share_group_id}}'],
            ),
            (
                'get_operations',
                base.READER,
                'List what is at work on a share group.',
                [f'GET {_PATH}/{{share_group_id}}/operations'],
            ),
            (
                'update',
                base.MEMBER,
                'Update the name or description of a share group.',
                [f'PUT {_PATH}/{{share_group_id}}'],
            ),
            (
                'delete',
                base.MEMBER,
                'Delete a share group.',
                [f'DELETE {_PATH}/{{share_group_id}}'],
            ),
            (
                'revert_to_snapshot',
                base.MEMBER,
                'Revert a share group to a share group snapshot.',
                [f'POST {_PATH}/{{share_group_id}}/action'],
            ),
            (
                'get_backup_policy',
                base.READER,
                'Show when a share group is backed up.',
                [f'GET {_PATH}/{{share_group_id}}/backup-policy'],
            ),
            (
                'set_backup_policy',
                base.MEMBER,
                'Let a share group be backed up by a schedule, or no longer.',
                [
                    f'PUT {_PATH}/{{share_group_id}}/backup-policy',
                    f'DELETE {_PATH}/{{share_group_id}}/backup-policy',
                ],
            ),
            (
                'reset_status',
                base.ADMIN,
                'Reset the status of a share group.',
                [f'POST {_PATH}/{{share_group_id}}/action'],
            ),
            (
                'force_delete',
                base.ADMIN,
                'Delete a share group regardless of its status, together with '
                'its shares and share group snapshots.',
                [
                    f'POST {_PATH}/{{share_group_id}}/action',
                    f'DELETE {_PATH}/{{share_group_id}}?force=true',
                ],
            ),
        ],
    )
