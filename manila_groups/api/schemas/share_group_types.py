# SPDX-License-Identifier: Apache-2.0
"""What requests about share group types may say."""

from manila_groups.api.schemas import base

SORT_KEYS = ('id', 'name', 'is_public', 'created_at')

INDEX = base.Schema(
    {
        **base.paging(SORT_KEYS),
        'is_public': base.IS_PUBLIC_QUERY,
        'group_specs': {'type': 'string', 'maxLength': 10000},
    },
    since={'group_specs': '2.66'},
)

#: The reference's name of is_public.
ACCESS_IS_PUBLIC = 'share_group_type_access:is_public'

CREATE = base.Schema(
    {
        'name': base.REQUIRED_NAME,
        'share_types': {
            'type': ['array', 'null'],
            'items': base.ID,
            'maxItems': 1000,
        },
        'group_specs': base.SPECS,
        'is_public': base.BOOLEAN,
        ACCESS_IS_PUBLIC: base.BOOLEAN,
    },
    required=('name',),
)

SPECS = base.Schema(names=base.SPEC_KEY_PATTERN, others=base.SPEC_VALUE)


def project_action(name: str) -> base.Schema:
    """The body of an action on a private type's projects.

    :param name: the action
    """
    return base.Schema(
        {
            name: {
                'type': 'object',
                'properties': {'project': base.PROJECT_ID},
                'required': ['project'],
                'additionalProperties': False,
            }
        }
    )


ADD_ACCESS = project_action('addProjectAccess')
REMOVE_ACCESS = project_action('removeProjectAccess')
