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
            description='Who counts as an administrator: sees the rows of '
            'every project, and the fields that others do not see.',
        ),
        policy.RuleDefault(
            'admin_or_project_member',
            f'{ADMIN} or (role:member and project_id:%(project_id)s)',
            scope_types=['project'],
            description='Administrators, and members of the project.',
        ),
        policy.RuleDefault(
            'admin_or_project_reader',
            f'{ADMIN} or (role:reader and project_id:%(project_id)s)',
            scope_types=['project'],
            description='Administrators, and readers of the project.',
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
    """Make the rules of who sees a type, and of its specs.

    :param resource: what the names of the first begin with
    :param noun: what the type is called
    :param access: the path that lists the projects, below that of a type
    :param spec_resource: what the names of the others begin with
    :param spec_noun: what a spec is called, with its article
    :param specs: the path of the specs, below that of a type
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
                f'List the projects that see a private {noun}.',
                [f'GET {access}'],
            ),
            (
                'add_project_access',
                ADMIN,
                f'Let a project see a private {noun}.',
                [f'POST {one}/action'],
            ),
            (
                'remove_project_access',
                ADMIN,
                f'No longer let a project see a private {noun}.',
                [f'POST {one}/action'],
            ),
        ),
    ) + rules(
        spec_resource,
        (
            ('index', ADMIN, f'List {plural}.', [f'GET {specs}']),
            ('create', ADMIN, f'Set {plural}.', [f'POST {specs}']),
            ('show', ADMIN, f'Show {spec_noun}.', [f'GET {key}']),
            ('update', ADMIN, f'Change {spec_noun}.', [f'PUT {key}']),
            ('delete', ADMIN, f'Remove {spec_noun}.', [f'DELETE {key}']),
        ),
    )


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
