# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share group backups."""

from manila_groups.policies import base

_PATH = '/share-group-backups'
_ONE = f'{_PATH}/{{share_group_backup_id}}'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_group_backup',
        [
            (
                'get_all',
                base.READER,
                'List share group backups.',
                [f'GET {_PATH}', f'GET {_PATH}/detail'],
            ),
            (
                'create',
                base.MEMBER,
                'Back up a share group, or a share group snapshot.',
                [f'POST {_PATH}'],
            ),
            (
                'get',
                base.READER,
                'Show a share group backup and its members.',
                [f'GET {_ONE}', f'GET {_ONE}/members'],
            ),
            (
                'update',
                base.MEMBER,
                'Update the name or description of a share group backup.',
                [f'PUT {_ONE}'],
            ),
            (
                'delete',
                base.MEMBER,
                'Delete a share group backup.',
                [f'DELETE {_ONE}'],
            ),
            (
                'restore',
                base.MEMBER,
                'Restore a share group backup into a share group.',
                [f'POST {_ONE}/action'],
            ),
            (
                'reset_status',
                base.ADMIN,
                'Reset the status of a share group backup.',
                [f'POST {_ONE}/action'],
            ),
            (
                'force_delete',
                base.ADMIN,
                'Delete a share group backup regardless of its status.',
                [f'POST {_ONE}/action'],
            ),
            (
                'export',
                base.ADMIN,
                'Show the record that a share group backup is imported with.',
                [f'GET {_ONE}/record'],
            ),
            (
                'import',
                base.ADMIN,
                'Import a share group backup by its record.',
                [f'POST {_PATH}/import'],
            ),
        ],
    )
