# SPDX-License-Identifier: Apache-2.0
"""What requests about share types and share group types have in common."""

from manila_groups.api.schemas import base

#: What a list of types takes, beside a filter by specs.
INDEX = {
    **base.paging(('id', 'name', 'is_public', 'created_at')),
    'is_public': base.IS_PUBLIC_QUERY,
    # Clients send it with every list; types belong to no project.
    'all_tenants': base.BOOLEAN,
}

#: A filter by specs: a mapping as text, see api.spec_filter.
SPECS_QUERY = {'type': 'string', 'maxLength': 10000}


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
