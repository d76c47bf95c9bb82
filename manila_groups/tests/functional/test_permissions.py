# SPDX-License-Identifier: Apache-2.0
"""Every method of the API, asked for by everybody.

The methods come from the table of the routes, and what is expected from
permissions.TABLE: a new method without a row there, or without a policy,
fails.
"""

import fixtures

from manila_groups import policies
from manila_groups import policy
from manila_groups.tests import base
from manila_groups.tests.functional import permissions
from manila_groups.tests.functional import permissions_fixture

ROWS = permissions.rows()


class TestTable(base.TestCase):
    """Routes, rows of the table and rules of the policy belong together."""

    def setUp(self):
        super().setUp()
        self.operations = permissions_fixture.operations()
        self.rules = {one.name: one for one in policies.list_rules()}

    def test_every_method_has_a_row(self):
        names = {row.operation for row in ROWS}
        self.assertEqual(
            ([], []),
            (
                sorted(self.operations.keys() - names),
                sorted(names - self.operations.keys()),
            ),
            'methods without a row, and rows without a method',
        )

    def test_every_method_has_a_rule(self):
        without = [
            f'{name}: {operation.rules.policy}'
            for name, operation in self.operations.items()
            if operation.rules.policy not in self.rules
        ]
        self.assertEqual([], without)

    def test_every_rule_is_used(self):
        """By a method, or by another rule."""
        api = self.useFixture(permissions_fixture.PermissionsFixture())
        used = set()
        authorize = policy.Enforcer.authorize

        def note(enforcer, context, rule, row=None):
            used.add(rule)
            return authorize(enforcer, context, rule, row)

        self.useFixture(
            fixtures.MonkeyPatch(
                'manila_groups.policy.Enforcer.authorize', note
            )
        )
        for row in ROWS:
            api.ask(permissions.ADMIN, row)
            if row.changes:
                api.restore()
        checks = ' '.join(one.check_str for one in self.rules.values())
        used |= {name for name in self.rules if f'rule:{name}' in checks}
        self.assertEqual(set(self.rules), used)


class TestPermissions(base.TestCase):
    def setUp(self):
        super().setUp()
        self.api = self.useFixture(permissions_fixture.PermissionsFixture())
        self.problems = []

    def check(self, row, persona, expected, answer):
        if answer.status != expected:
            self.problems.append(
                f'{row}: {persona} should get {expected}, and gets '
                f'{answer.status} {answer.body[:200]!r}'
            )

    def none_wrong(self):
        self.assertEqual('', '\n'.join(self.problems))

    def test_everybody_gets_what_the_table_says(self):
        for row in ROWS:
            expected = {
                persona: row.status(persona)
                for persona in permissions.PERSONAS
            }
            # Those who are refused first: nothing may change.
            for persona in sorted(
                expected, key=lambda one: expected[one] == row.success
            ):
                answer = self.api.ask(persona, row)
                self.check(row, persona, expected[persona], answer)
                self.check_effect(row, persona, answer)
        self.none_wrong()

    def check_effect(self, row, persona, answer):
        """Look what an answer shows, or a request has changed."""
        shown = row.shows(persona)
        if answer.status == row.success and shown is not None:
            found = {
                one
                for one in self.api.own_ids(row)
                if one.encode() in answer.body
            }
            if shown != bool(found):
                self.problems.append(
                    f'{row}: {persona} sees {found or "nothing"}'
                )
        if not row.changes:
            return
        if answer.status == row.success:
            self.api.restore()
        elif self.api.is_changed():
            self.api.restore()
            self.problems.append(f'{row}: {persona} has changed something')

    def test_the_project_of_the_path_is_the_callers(self):
        for row in ROWS:
            for persona in permissions.PERSONAS:
                is_own = persona.project == permissions.OWN
                wrong = permissions.OTHER if is_own else permissions.OWN
                expected = 401 if persona.roles is None else 400
                answer = self.api.ask(persona, row, wrong)
                self.check(row, persona, expected, answer)
                if not row.changes:
                    answer = self.api.ask(persona, row, persona.project)
                    self.check(row, persona, row.status(persona), answer)
        self.none_wrong()

    def test_what_needs_no_token(self):
        for path, expected in permissions.PUBLIC.items():
            for persona in permissions.PERSONAS:
                answer = self.api.send(persona, 'GET', path)
                self.check(path, persona, expected, answer)
        self.none_wrong()
