# SPDX-License-Identifier: Apache-2.0
"""Who may do what, rule by rule."""

import os
import pathlib

import fixtures
from oslo_policy import policy as oslo_policy

from manila_groups import conf as configuration
from manila_groups import context
from manila_groups import exception
from manila_groups import policies
from manila_groups import policy
from manila_groups.tests import base

#: The least role that each rule asks for: the tables of the contract.
RULES = {
    'share_group:get_all': 'reader',
    'share_group:get': 'reader',
    'share_group:get_operations': 'reader',
    'share_group:create': 'member',
    'share_group:create_on_host': 'admin',
    'share_group:placement': 'member',
    'share_group:revert_to_snapshot': 'member',
    'share_group:get_backup_policy': 'reader',
    'share_group:set_backup_policy': 'member',
    'share_group:update': 'member',
    'share_group:delete': 'member',
    'share_group:reset_status': 'admin',
    'share_group:force_delete': 'admin',
    'share_group_snapshot:get_all': 'reader',
    'share_group_snapshot:get': 'reader',
    'share_group_snapshot:create': 'member',
    'share_group_snapshot:update': 'member',
    'share_group_snapshot:delete': 'member',
    'share_group_snapshot:reset_status': 'admin',
    'share_group_snapshot:force_delete': 'admin',
    'share_group_backup:get_all': 'reader',
    'share_group_backup:get': 'reader',
    'share_group_backup:create': 'member',
    'share_group_backup:update': 'member',
    'share_group_backup:delete': 'member',
    'share_group_backup:restore': 'member',
    'share_group_backup:reset_status': 'admin',
    'share_group_backup:force_delete': 'admin',
    'share_group_backup:export': 'admin',
    'share_group_backup:import': 'admin',
    'share_group_type:index': 'reader',
    'share_group_type:show': 'reader',
    'share_group_type:default': 'reader',
    'share_group_type:create': 'admin',
    'share_group_type:update': 'admin',
    'share_group_type:delete': 'admin',
    'share_group_type:list_project_access': 'admin',
    'share_group_type:add_project_access': 'admin',
    'share_group_type:remove_project_access': 'admin',
    'share_group_types_spec:index': 'admin',
    'share_group_types_spec:create': 'admin',
    'share_group_types_spec:show': 'admin',
    'share_group_types_spec:update': 'admin',
    'share_group_types_spec:delete': 'admin',
}

#: What each caller is, with the roles that imply others written out.
CALLERS = {
    'other': (),
    'service': ('service',),
    'reader': ('reader',),
    'member': ('member', 'reader'),
    'manager': ('manager', 'member', 'reader'),
    'admin': ('admin', 'manager', 'member', 'reader'),
}


class PolicyTest(base.TestCase):
    def conf(self, text=None):
        options = {}
        if text is not None:
            directory = self.useFixture(fixtures.TempDir()).path
            file = pathlib.Path(directory, 'policy.yaml')
            file.write_text(text)
            options['oslo_policy'] = {'policy_file': str(file)}
        return configuration.load(files=[], defaults=options)

    def allowed(self, enforcer, rule, roles, project='p', **scope):
        caller = context.RequestContext(
            roles=list(roles), project_id=project, user_id='u', **scope
        )
        try:
            enforcer.authorize(caller, rule)
        except exception.Forbidden as error:
            self.assertIn(rule, error.message)
            return False
        return True


class TestRules(PolicyTest):
    def test_every_rule_for_every_caller(self):
        enforcer = policy.Enforcer(self.conf())
        ranks = list(CALLERS)
        for rule, least in RULES.items():
            for caller, roles in CALLERS.items():
                self.assertEqual(
                    ranks.index(caller) >= ranks.index(least),
                    self.allowed(enforcer, rule, roles),
                    (rule, caller),
                )

    def test_every_rule_is_for_tokens_of_a_project(self):
        enforcer = policy.Enforcer(self.conf())
        roles = CALLERS['admin']
        for rule in policies.list_rules():
            self.assertEqual(['project'], rule.scope_types, rule.name)
            self.assertTrue(self.allowed(enforcer, rule.name, roles))
            for scope in ({'system_scope': 'all'}, {'domain_id': 'default'}):
                self.assertFalse(
                    self.allowed(
                        enforcer, rule.name, roles, project=None, **scope
                    ),
                    (rule.name, scope),
                )

    def test_a_role_of_the_system_makes_no_administrator(self):
        caller = context.RequestContext(roles=['admin'], system_scope='all')
        self.assertFalse(policy.Enforcer(self.conf()).is_admin(caller))

    def test_the_table_has_the_rules_of_groups_and_their_types(self):
        names = {
            rule.name
            for rule in policies.list_rules()
            if rule.name.startswith('share_group')
        }
        self.assertEqual(set(RULES), names)

    def test_every_rule_is_documented(self):
        for rule in policies.list_rules():
            self.assertTrue(rule.description, rule.name)
            if ':' in rule.name:
                self.assertTrue(rule.operations, rule.name)

    def test_a_rule_that_there_is_not(self):
        enforcer = policy.Enforcer(self.conf())
        self.assertRaises(
            oslo_policy.PolicyNotRegistered,
            self.allowed,
            enforcer,
            'share_group:fly',
            ('admin',),
        )

    def test_who_is_an_administrator(self):
        enforcer = policy.Enforcer(self.conf())
        for caller, roles in CALLERS.items():
            found = enforcer.is_admin(
                context.RequestContext(roles=list(roles), project_id='p')
            )
            self.assertEqual(caller == 'admin', found, caller)


class TestPolicyFile(PolicyTest):
    def test_overrides_the_defaults(self):
        enforcer = policy.Enforcer(
            self.conf('"share_group:create": "role:auditor"')
        )
        for roles, expected in ((('member',), False), (('auditor',), True)):
            self.assertEqual(
                expected, self.allowed(enforcer, 'share_group:create', roles)
            )
        self.assertTrue(self.allowed(enforcer, 'share_group:get', ('reader',)))

    def test_a_mistake_is_found_at_the_start(self):
        for text in ('a: [', '- a', 'just words'):
            error = self.assertRaises(
                exception.ConfigurationError,
                policy.Enforcer,
                self.conf(text),
            )
            self.assertIn('policy_file', error.message)
            self.assertNotIn('\n', error.message)

    def test_a_changed_file_counts_and_a_broken_one_does_not(self):
        self.useFixture(
            fixtures.MonkeyPatch('manila_groups.policy.REMEMBERED', -1)
        )
        conf = self.conf('"share_group:create": "role:auditor"')
        file = pathlib.Path(conf.oslo_policy.policy_file)
        enforcer = policy.Enforcer(conf)
        for number, (text, expected) in enumerate(
            (
                ('"share_group:create": "role:auditor"', False),
                ('"share_group:create": "role:member"', True),
                ('a: [', True),
                ('a: [', True),
                ('"share_group:create": "role:auditor"', False),
            )
        ):
            file.write_text(text)
            os.utime(file, (number, number + 2e9))
            self.assertEqual(
                expected,
                self.allowed(enforcer, 'share_group:create', ('member',)),
                (number, text),
            )

    def test_an_empty_file_changes_nothing(self):
        enforcer = policy.Enforcer(self.conf(''))
        self.assertTrue(
            self.allowed(enforcer, 'share_group:create', ('member',))
        )


class TestCommandLineTools(PolicyTest):
    """What oslo.policy's tools find by the entry point."""

    def test_read_the_configuration_file_that_is_named(self):
        directory = self.useFixture(fixtures.TempDir()).path
        policies_file = pathlib.Path(directory, 'own.yaml')
        policies_file.write_text('"share_group:create": "role:auditor"')
        file = pathlib.Path(directory, 'own.conf')
        file.write_text(f'[oslo_policy]\npolicy_file = {policies_file}\n')
        for options in (
            ['--config-file', str(file)],
            [f'--config-file={file}'],
        ):
            arguments = ['tool', '--namespace', 'manila-groups', *options]
            self.useFixture(fixtures.MonkeyPatch('sys.argv', arguments))
            rule = policy.get_enforcer().rules['share_group:create']
            self.assertEqual('role:auditor', str(rule))
