# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share types and their extra specs."""

from manila_groups.policies import base

_PATH = '/types'
_ONE = f'{_PATH}/{{share_type_id}}'
_SPECS = f'{_ONE}/extra_specs'


def list_rules():
    """The rules of this file."""
    return base.rules(
        'share_type',
        [
            ('index', base.READER, 'List share types.', [f'GET {_PATH}']),
            ('show', base.READER, 'Show a share type.', [f'GET {_ONE}']),
            (
                'default',
                base.READER,
                'Show the default share type.',
                [f'GET {_PATH}/default'],
            ),
            ('create', base.ADMIN, 'Create a share type.', [f'POST {_PATH}']),
            (
                'update',
                base.ADMIN,
                'Change the name or description of a share type, or who '
                'sees it.',
                [f'PUT {_ONE}'],
            ),
            ('delete', base.ADMIN, 'Delete a share type.', [f'DELETE {_ONE}']),
            (
                'list_project_access',
                base.ADMIN,
                'List the projects that see a private share type.',
                [f'GET {_ONE}/share_type_access'],
            ),
            (
                'add_project_access',
                base.ADMIN,
                'Let a project see a private share type.',
                [f'POST {_ONE}/action'],
            ),
            (
                'remove_project_access',
                base.ADMIN,
                'No longer let a project see a private share type.',
                [f'POST {_ONE}/action'],
            ),
        ],
    ) + base.rules(
        'share_types_extra_spec',
        [
            ('index', base.ADMIN, 'List extra specs.', [f'GET {_SPECS}']),
            ('create', base.ADMIN, 'Set extra specs.', [f'POST {_SPECS}']),
            (
                'show',
                base.ADMIN,
                'Show an extra spec.',
                [f'GET {_SPECS}/{{key}}'],
            ),
            (
                'update',
                base.ADMIN,
                'Change an extra spec.',
                [f'PUT {_SPECS}/{{key}}'],
            ),
            (
                'delete',
                base.ADMIN,
                'Remove an extra spec.',
                [f'DELETE {_SPECS}/{{key}}'],
            ),
        ],
    )
