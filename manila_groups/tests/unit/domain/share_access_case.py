# SPDX-License-Identifier: Apache-2.0
"""Access rules with the real transitions, which a test makes."""

from manila_groups import context
from manila_groups import paging
from manila_groups.backend import driver
from manila_groups.db import messages
from manila_groups.db import share_access_rules
from manila_groups.db import shares
from manila_groups.domain.access_rules import api as share_access
from manila_groups.domain.access_rules import transitions as access_transitions
from manila_groups.tests.unit.db import share_case

HOST = share_case.HOST


class AccessCase(share_case.WithShares):
    """A share in a pool of HOST, of the project of the caller.

    :ivar hints: what back ends were told: (pool, kind, id)
    :ivar in_force: the rules that the driver was given last
    """

    def setUp(self):
        super().setUp()
        self.hints = []
        self.in_force = []
        self.access = share_access.ShareAccess(self.db, self)
        self.transitions = access_transitions.AccessTransitions(
            self.conf, self.db, 'worker'
        )
        self.share = self.insert_share(request_id='req-share')
        self.caller = self.user_of('here')
        self.admin = context.RequestContext(
            project_id='admins', is_admin=True, request_id='req-admin'
        )

    def user_of(self, project_id):
        return context.RequestContext(
            project_id=project_id, is_admin=False, request_id='req-rule'
        )

    def work(self, _ctxt, pool, kind, row_id):
        """Be told of work, in place of a back end."""
        self.hints.append((pool, kind, row_id))

    def allow(self, access_to='192.0.2.1', **wanted):
        return self.access.allow(
            self.caller,
            self.share,
            share_access.NewRule(access_to, **wanted),
        )

    def deny(self, rule):
        self.access.deny(self.caller, self.share, rule.id)

    def begin(self):
        """Take rules on, as a back end; False when none waits."""
        with self.transitions.at_work(self.share, HOST) as found:
            if found is None:
                return False
        self.taken_on, rules = found
        self.in_force = sorted(
            (rule.access_to, rule.access_level) for rule in rules
        )
        return True

    def apply(self):
        """Let a back end do what waits; tells whether rules wait again."""
        self.assertTrue(self.begin())
        return self.done()

    def done(self):
        """Say that the rules taken on are in place."""
        return self.transitions.done(self.taken_on)

    def fail(self):
        self.assertTrue(self.begin())
        return self.transitions.failed(self.get_share())

    def get_share(self):
        return self.ask(shares.get, self.share)

    def status(self):
        return self.get_share().access_rules_status

    def rules(self):
        """The state of each rule, by whom it lets in."""
        found = self.ask(share_access_rules.of_share, self.share)
        return {rule.access_to: rule.state for rule in found}

    def messages(self):
        with self.db.reader() as conn:
            return messages.list_page(conn, {}, paging.Page())[0]


class Storage:
    """What a back end does for one share, on a storage that can fail.

    :ivar in_force: what the storage has
    """

    def __init__(self, transitions, share_id):
        self._transitions = transitions
        self._share_id = share_id
        self.in_force = []

    def work(self, fails=lambda: False):
        """Put rules in place until none waits."""
        waits = True
        while waits:
            with self._transitions.at_work(self._share_id, HOST) as found:
                waits = found is not None and self._put(*found, fails())

    def _put(self, share, rules, fails):
        if fails:
            return self._transitions.failed(share)
        self.in_force = [
            driver.AccessRule(rule.access_to, rule.access_level)
            for rule in rules
        ]
        return self._transitions.done(share)
