# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share group snapshots."""

from manila_groups.policies import base

_PATH = '/share-group-snapshots'
_ONE = f'{_PATH}/{{share_group_snapshot_id}}'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_group_snapshot',
        [
            (
                'get_all',
                base.READER,
                'List share group snapshots.',
                [f'GET {_PATH}', f'GET {_PATH}/detail'],
            ),
            (
                'create',
                base.MEMBER,
                'Create a share group snapshot.',
                [f'POST {_PATH}'],
            ),
            (
                'get',
                base.READER,
                'Show a share group snapshot and its members.',
                [f'GET {_ONE}', f'GET {_ONE}/members'],
            ),
            (
                'update',
                base.MEMBER,
                'Update the name or description of a share group snapshot.',
                [f'PUT {_ONE}'],
            ),
            (
                'delete',
                base.MEMBER,
                'Delete a share group snapshot.',
                [f'DELETE {_ONE}'],
            ),
            (
                'reset_status',
                base.ADMIN,
                'Reset the status of a share group snapshot.',
                [f'POST {_ONE}/action'],
            ),
            (
                'force_delete',
                base.ADMIN,
                'Delete a share group snapshot regardless of its status.',
                [f'POST {_ONE}/action'],
            ),
        ],
    )
