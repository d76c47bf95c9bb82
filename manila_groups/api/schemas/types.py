# SPDX-License-Identifier: Apache-2.0
"""What requests about share types and share group types have in common."""

from manila_groups.api.schemas import base
from manila_groups.api.schemas import lists

#: The query keys of a list of types, except a filter by specs.
FILTERS = (
    lists.public('is_public'),
    # Clients send it with every list; types belong to no project.
    lists.flag('all_tenants'),
)
SORT = lists.sorts('id', 'name', 'is_public', 'created_at')


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
