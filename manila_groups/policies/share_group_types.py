# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share group types and their group specs."""

from manila_groups.policies import base

_PATH = '/share-group-types'
_ONE = f'{_PATH}/{{share_group_type_id}}'

_RULES = (
    ('index', base.READER, 'List share group types.', [f'GET {_PATH}']),
    ('show', base.READER, 'Show a share group type.', [f'GET {_ONE}']),
    (
        'default',
        base.READER,
        'Show the default share group type.',
        [f'GET {_PATH}/default'],
    ),
    ('create', base.ADMIN, 'Create a share group type.', [f'POST {_PATH}']),
    ('update', base.ADMIN, 'Update a share group type.', [f'PUT {_ONE}']),
    ('delete', base.ADMIN, 'Delete a share group type.', [f'DELETE {_ONE}']),
)


def list_rules():
    """The rules of this file."""
    return base.rules('share_group_type', _RULES) + base.type_rules(
        'share_group_type',
        'share group type',
        f'{_ONE}/access',
        'share_group_types_spec',
        'a group spec',
        f'{_ONE}/group-specs',
    )
