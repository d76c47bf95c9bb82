# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share group types and their group specs."""

from manila_groups.policies import base

_PATH = '/share-group-types'
_ONE = f'{_PATH}/{{share_group_type_id}}'
_SPECS = f'{_ONE}/group-specs'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_group_type',
        [
            (
                'index',
                base.READER,
                'List share group types.',
                [f'GET {_PATH}'],
            ),
            ('show', base.READER, 'Show a share group type.', [f'GET {_ONE}']),
            (
                'default',
                base.READER,
                'Show the default share group type.',
                [f'GET {_PATH}/default'],
            ),
            (
                'create',
                base.ADMIN,
                'Create a share group type.',
                [f'POST {_PATH}'],
            ),
            (
                'delete',
                base.ADMIN,
                'Delete a share group type.',
                [f'DELETE {_ONE}'],
            ),
            (
                'list_project_access',
                base.ADMIN,
                'List the projects that see a private share group type.',
                [f'GET {_ONE}/access'],
            ),
            (
                'add_project_access',
                base.ADMIN,
                'Let a project see a private share group type.',
                [f'POST {_ONE}/action'],
            ),
            (
                'remove_project_access',
                base.ADMIN,
                'No longer let a project see a private share group type.',
                [f'POST {_ONE}/action'],
            ),
        ],
    ) + base.rules(
        'share_group_types_spec',
        [
            ('index', base.ADMIN, 'List group specs.', [f'GET {_SPECS}']),
            ('create', base.ADMIN, 'Set group specs.', [f'POST {_SPECS}']),
            (
                'show',
                base.ADMIN,
                'Show a group spec.',
                [f'GET {_SPECS}/{{key}}'],
            ),
            (
                'update',
                base.ADMIN,
                'Change a group spec.',
                [f'PUT {_SPECS}/{{key}}'],
            ),
            (
                'delete',
                base.ADMIN,
                'Remove a group spec.',
                [f'DELETE {_SPECS}/{{key}}'],
            ),
        ],
    )
