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
            scope_types=['project'],
            description='Defines an administrator, who sees the resources of '
            'every project and the fields that are hidden from other users.',
        ),
        policy.RuleDefault(
            'admin_or_project_member',
            f'{ADMIN} or (role:member and project_id:%(project_id)s)',
            scope_types=['project'],
            description='Allows administrators and members of the project.',
        ),
        policy.RuleDefault(
            'admin_or_project_reader',
            f'{ADMIN} or (role:reader and project_id:%(project_id)s)',
            scope_types=['project'],
            description='Allows administrators and readers of the project.',
        ),
    ]


def type_rules(
    resource: str,
    noun: str,
    access: str,
    spec_resource: str,
    spec_noun: str,
    specs: str,
) -> list[policy.DocumentedRuleDefault]:
    """Make the rules for access to a type and for its specs.

    :param resource: the prefix of the names of the access rules
    :param noun: the name of the type in descriptions
    :param access: the path of a type's list of projects
    :param spec_resource: the prefix of the names of the spec rules
    :param spec_noun: the name of a spec in descriptions, with its article
    :param specs: the path of a type's specs
    """
    one = access.rpartition('/')[0]
    plural = f'{spec_noun.partition(" ")[2]}s'
    key = f'{specs}/{{key}}'
    return rules(
        resource,
        (
            (
                'list_project_access',
                ADMIN,
                f'List the projects that have access to a private {noun}.',
                [f'GET {access}'],
            ),
            (
                'add_project_access',
                ADMIN,
                f'Give a project access to a private {noun}.',
                [f'POST {one}/action'],
            ),
            (
                'remove_project_access',
                ADMIN,
                f'Remove the access of a project to a private {noun}.',
                [f'POST {one}/action'],
            ),
        ),
    ) + rules(
        spec_resource,
        (
            ('index', ADMIN, f'List {plural}.', [f'GET {specs}']),
            ('create', ADMIN, f'Set {plural}.', [f'POST {specs}']),
            ('show', ADMIN, f'Show {spec_noun}.', [f'GET {key}']),
            ('update', ADMIN, f'Update {spec_noun}.', [f'PUT {key}']),
            ('delete', ADMIN, f'Delete {spec_noun}.', [f'DELETE {key}']),
        ),
    )


def _operation(method: str, path: str) -> policy.Operation:
    return {'method': method, 'path': path}


def rules(resource: str, table) -> list[policy.DocumentedRuleDefault]:
    """Make documented rules from a table.

    :param resource: the prefix of the names
    :param table: rows of (name, check string, description, [method path])
    """
    return [
        policy.DocumentedRuleDefault(
            name=f'{resource}:{name}',
            check_str=who,
            scope_types=['project'],
            description=description,
            operations=[
                _operation(*operation.split()) for operation in operations
            ],
        )
        for name, who, description, operations in table
    ]
