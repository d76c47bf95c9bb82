# SPDX-License-Identifier: Apache-2.0
"""Who may see and change the quotas of projects."""

from manila_groups.policies import base

_ONE = '/quota-sets/{project_id}'


def _with_parts(verb):
    return [
        f'{verb} {_ONE}',
        f'{verb} {_ONE}?user_id={{user_id}}',
        f'{verb} {_ONE}?share_type={{share_type}}',
    ]


def list_rules():
    """The rules of this file."""
    return base.rules(
        'quota_set',
        [
            (
                'show',
                base.READER,
                'Show the quotas of a project.',
                [f'GET {_ONE}', f'GET {_ONE}/detail', f'GET {_ONE}/defaults'],
            ),
            (
                'update',
                base.ADMIN,
                'Update the quotas of a project.',
                _with_parts('PUT'),
            ),
            (
                'delete',
                base.ADMIN,
                'Reset the quotas of a project to the defaults.',
                _with_parts('DELETE'),
            ),
        ],
    )
