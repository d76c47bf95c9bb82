# SPDX-License-Identifier: Apache-2.0
"""Who may do what: oslo.policy with the service's rules."""

import argparse
import time

from oslo_log import log
from oslo_policy import policy

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups import policies
from manila_groups.policies import base

LOG = log.getLogger(__name__)

#: What oslo.policy raises if a policy file cannot be used.
_MISTAKES = (ValueError, AttributeError, OSError)

#: For how many seconds a decision is cached: for every decision, oslo.policy
#: looks for a changed policy file and inspects each check's signature.
REMEMBERED = 1


class Enforcer:
    """Enforces the rules of the package policies.

    :param conf: an oslo.config object
    :raises ConfigurationError: the policy file cannot be used
    """

    def __init__(self, conf):
        self._decisions: dict[tuple, bool] = {}
        self._until = 0.0
        self._enforcer = policy.Enforcer(conf)
        self._enforcer.register_defaults(policies.list_rules())
        try:
            self._enforcer.load_rules()
        except _MISTAKES as error:
            reason = ' '.join(str(error).split())
            raise exception.ConfigurationError(
                f'[oslo_policy] policy_file: {conf.oslo_policy.policy_file} '
                f'cannot be used: {reason}'
            ) from error

    def authorize(self, context, rule: str, row=None) -> None:
        """Check a rule for the caller.

        :param rule: the name of a registered rule
        :param row: the target of the rule: a record with project_id and
            user_id; None for the caller's own project
        :raises Forbidden: the rule does not allow the caller to do this
        """
        owner = context if row is None else row
        if not self._decide(rule, owner.project_id, owner.user_id, context):
            raise exception.Forbidden(
                f'The policy does not allow you to do this ({rule}).'
            )

    def is_admin(self, context) -> bool:
        """Tell whether the caller is an administrator."""
        return self._decide(base.CONTEXT_IS_ADMIN, None, None, context)

    def _decide(self, rule, project_id, user_id, context):
        now = time.monotonic()
        if now > self._until:
            self._decisions, self._until = {}, now + REMEMBERED
        decisions = self._decisions
        asked = rule, project_id, user_id, context.credentials
        if asked not in decisions:
            target = {'project_id': project_id, 'user_id': user_id}
            decisions[asked] = self._enforce(rule, target, context)
        return decisions[asked]

    def _enforce(self, rule, target, context):
        try:
            return self._enforcer.authorize(rule, target, context)
        except _MISTAKES as error:
            LOG.error('Keeping the current policy: %s', error)
        # Without reading the files again.
        self._enforcer.use_conf = False
        try:
            return self._enforcer.authorize(rule, target, context)
        finally:
            self._enforcer.use_conf = True


def get_enforcer() -> policy.Enforcer:
    """Make the enforcer for the command line tools of oslo.policy.

    Their own options are still on the command line, so only --config-file is
    read from it.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--config-file', action='append')
    known, _others = parser.parse_known_args()
    return Enforcer(configuration.load(files=known.config_file))._enforcer
