# SPDX-License-Identifier: Apache-2.0
"""The rules that other rules are made of."""

from oslo_policy import policy

CONTEXT_IS_ADMIN = 'context_is_admin'

ADMIN = 'rule:context_is_admin'
READER = 'rule:admin_or_project_reader'
MEMBER = 'rule:admin_or_project_member'

PATH = '/v2/{project_id}'


def list_rules() -> list[policy.RuleDefault]:
    """The rules of this file."""
    return [
        policy.RuleDefault(
            CONTEXT_IS_ADMIN,
            'role:admin',
            description='Who counts as an administrator: sees the rows of '
            'every project, and the fields that others do not see.',
        ),
        policy.RuleDefault(
            'admin_or_project_member',
            f'{ADMIN} or (role:member and project_id:%(project_id)s)',
            description='Administrators, and members of the project.',
        ),
        policy.RuleDefault(
            'admin_or_project_reader',
            f'{ADMIN} or (role:reader and project_id:%(project_id)s)',
            description='Administrators, and readers of the project.',
        ),
    ]


def rules(resource: str, table) -> list[policy.DocumentedRuleDefault]:
    """Make documented rules from a table.

    :param resource: what the names begin with
    :param table: rows of (name, who may, description, [method path, ...])
    """
    return [
        policy.DocumentedRuleDefault(
            name=f'{resource}:{name}',
            check_str=who,
            scope_types=['project'],
            description=description,
            operations=[
                dict(zip(('method', 'path'), operation.split(), strict=True))
                for operation in operations
            ],
        )
        for name, who, description, operations in table
    ]
