# SPDX-License-Identifier: Apache-2.0
"""Who may do what with share types and their extra specs."""

from manila_groups.policies import base

_PATH = '/types'
_ONE = f'{_PATH}/{{share_type_id}}'

_RULES = (
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
        'Update the name, description or visibility of a share type.',
        [f'PUT {_ONE}'],
    ),
    ('delete', base.ADMIN, 'Delete a share type.', [f'DELETE {_ONE}']),
)


def list_rules():
    """The rules of this file."""
    return base.rules('share_type', _RULES) + base.type_rules(
        'share_type',
        'share type',
        f'{_ONE}/share_type_access',
        'share_types_extra_spec',
        'an extra spec',
        f'{_ONE}/extra_specs',
    )
