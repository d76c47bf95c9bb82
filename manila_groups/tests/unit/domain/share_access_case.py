# SPDX-License-Identifier: Apache-2.0
"""Access rules that a test applies, in place of a back end."""

from manila_groups import context
from manila_groups import exception
from manila_groups import paging
from manila_groups import states
from manila_groups.backend import driver
from manila_groups.db import messages
from manila_groups.db import operations
from manila_groups.db import share_access_rules
from manila_groups.db import shares
from manila_groups.domain.access_rules import api as share_access
from manila_groups.domain.access_rules import update
from manila_groups.domain.operations import engine as engines
from manila_groups.domain.operations import reconcile
from manila_groups.domain.operations import runner as runners
from manila_groups.domain.operations import standard
from manila_groups.domain.operations import verb as verbs
from manila_groups.tests.unit.db import share_case

HOST = share_case.HOST


class AccessCase(share_case.WithShares):
    """A share in a pool of HOST, of the project of the caller.

    :ivar wakes: who was woken
    :ivar task: the operation that begin() has taken up
    :ivar in_force: the rules that the driver was given last
    """

    def setUp(self):
        super().setUp()
        self.wakes = []
        self.in_force = []
        self.access = share_access.ShareAccess(self.db, self)
        self.registry = standard.build()
        self.engine = self.engine_of(HOST)
        self.reconciler = reconcile.Reconciler(
            self.conf, self.db, self.registry, self
        )
        self.share = self.insert_share(request_id='req-share')
        self.caller = self.user_of('here')
        self.admin = context.RequestContext(
            project_id='admins', is_admin=True, request_id='req-admin'
        )

    def engine_of(self, host):
        """Make the engine of a back end's process."""
        return engines.Engine(
            self.conf, self.db, self.registry, host, host, Awake()
        )

    def user_of(self, project_id):
        return context.RequestContext(
            project_id=project_id, is_admin=False, request_id='req-rule'
        )

    def wake(self, wake):
        """Be woken in place of a back end."""
        self.wakes.append(wake)

    def allow(self, access_to='192.0.2.1', **wanted):
        return self.access.allow(
            self.caller,
            self.share,
            share_access.NewRule(access_to, **wanted),
        )

    def deny(self, rule):
        self.access.deny(self.caller, self.share, rule.id)

    def begin(self):
        """Take rules up, as a back end; False when none waits."""
        found, _more = self.engine.claim(1)
        if not found:
            return False
        (self.task,) = found
        self.in_force = sorted(
            (rule.access_to, rule.access_level) for rule in self.task.work
        )
        return True

    def apply(self):
        """Let a back end do what waits; tells whether rules wait again."""
        self.assertTrue(self.begin())
        return self.done()

    def done(self):
        """Say that the rules taken up are in place."""
        self.engine.record([self.task])
        return self.waits()

    def fail(self):
        self.assertTrue(self.begin())
        return self.failed()

    def failed(self):
        """Say that the driver failed to put the rules in place."""
        self.task.error = exception.DriverError('simulated')
        return self.done()

    def waits(self):
        """Whether the rules of the share wait for a back end."""
        kind = states.SHARE_ACCESS
        return self.ask(operations.open_on, kind, self.share) is not None

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


class Awake:
    """Whoever looks at its own queue need not be woken."""

    def wake(self, _wake):
        pass


class Storage:
    """What a back end does, on a storage that can fail.

    :param fails: tells whether the storage fails now
    :ivar in_force: what the storage has
    """

    def __init__(self, engine, fails):
        key = states.SHARE_ACCESS, update.APPLY, update.APPLY
        run = verbs.Run(self._put, lambda _task: True)
        self._runner = runners.Runner(
            engine, {key: run}, runners.AtOnce(), most=1
        )
        self._fails = fails
        self.in_force = []

    def work(self):
        """Put rules in place until none waits."""
        self._runner.run_all()

    def _put(self, task):
        if self._fails():
            raise exception.DriverError('simulated')
        self.in_force = [
            driver.AccessRule(rule.access_to, rule.access_level)
            for rule in task.work
        ]
