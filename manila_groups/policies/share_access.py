# SPDX-License-Identifier: Apache-2.0
"""Who may do what with the access rules of shares."""

from manila_groups.policies import base

_ACTION = '/shares/{share_id}/action'
_PATH = '/share-access-rules'
_ONE = f'{_PATH}/{{access_id}}'

_SHARE_RULES = (
    (
        'allow_access',
        base.MEMBER,
        'Add an access rule to a share.',
        [f'POST {_ACTION}'],
    ),
    (
        'deny_access',
        base.MEMBER,
        'Delete an access rule from a share.',
        [f'POST {_ACTION}'],
    ),
    (
        'access_get_all',
        base.READER,
        'List the access rules of a share before microversion 2.45.',
        [f'POST {_ACTION}'],
    ),
)

_ACCESS_RULES = (
    (
        'index',
        base.READER,
        'List the access rules of a share.',
        [f'GET {_PATH}?share_id={{share_id}}'],
    ),
    ('get', base.READER, 'Show an access rule.', [f'GET {_ONE}']),
    (
        'update',
        base.MEMBER,
        'Update the access level of an access rule.',
        [f'PUT {_ONE}'],
    ),
)

_METADATA_RULES = (
    (
        'update',
        base.MEMBER,
        'Update the metadata of an access rule.',
        [f'PUT {_ONE}/metadata'],
    ),
    (
        'delete',
        base.MEMBER,
        'Delete a metadata item of an access rule.',
        [f'DELETE {_ONE}/metadata/{{key}}'],
    ),
)


def list_rules():
    """The rules of this file."""
    return (
        base.rules('share', _SHARE_RULES)
        + base.rules('share_access_rule', _ACCESS_RULES)
        + base.rules('share_access_metadata', _METADATA_RULES)
    )
