# SPDX-License-Identifier: Apache-2.0
"""Any verb at work on a resource, in the hand of a test.

How a verb is begun is found out: by making a resource of its kind, by the
domain's method of its name, by its status, or by a deletion by force that
leaves remains.
"""

from collections.abc import Callable
import contextlib
import functools
import inspect
import itertools

from manila_groups import exception
from manila_groups import states
from manila_groups.db import operation_search as search
from manila_groups.domain.operations import verb as verbs
from manila_groups.domain.quotas import counts as quotas
from manila_groups.rpc import wake
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import share_case
from manila_groups.tests.unit.domain import test_races
from manila_groups.tests.unit.domain.operations import mortals
from manila_groups.tests.unit.domain.operations import nouns
from manila_groups.tests.unit.domain.operations import trial


class Play:
    """A verb at work on one resource, beside others that are at rest.

    :param test: with whose cleanups it ends
    :param way: one of the ways of the verb's kind
    :param number: how many resources
    :param overrides: section to option to value
    :ivar is_open: whether the verb is at work on all of them
    :ivar row_id: the first of them
    """

    def __init__(
        self,
        test,
        verb: verbs.Verb,
        way,
        number: int = 1,
        overrides=share_case.POOLS,
    ):
        self.verb = verb
        known = test.useFixture(trial.Known())
        self.service = test.useFixture(
            inprocess.InProcess(overrides, known.registry)
        )
        self._db = self.service.db
        self.engine = self.service.engine = mortals.Engine()
        self.storage = {}
        for name in self.names:
            driver = mortals.Driver(name, self.service.conf[name])
            self.storage[name] = driver
            self.service.start_backend(name, driver)
        self._make_others()
        ready = [way(self.service) for _ in range(number)]
        self._ids = [begin() for begin in ready]
        self.row_id = self._ids[0]
        self._before = None
        self.is_open = self._open()

    def _make_others(self):
        service = self.service
        found = service.get_snapshot(nouns.made(service, nouns.snapshot))
        self._others = (
            found.share_group_id,
            found.id,
            nouns.made(
                service, functools.partial(nouns.rule, way=nouns.share_alone)
            ),
            *(one.share_id for one in found.members),
        )

    @property
    def names(self):
        return self.service.conf.enabled_backends

    # How it begins.

    def _open(self):
        """Begin the verb; tells whether it has begun."""
        if self.operation() is not None:
            return True
        self.service.deliver_all()
        self._before = self.outcome()
        for begin in (self._call, self._set_status, self._leave_remains):
            with contextlib.suppress(*test_races.REFUSALS):
                begin()
            if self.operation() is not None:
                return True
        return False

    def _call(self):
        """Call the domain's method of the verb's name, if there is one."""
        begin = nouns.NOUNS[self.verb.kind].calls.get(self.verb.name)
        if begin is not None:
            for row_id in self._ids:
                begin(self.service, row_id)
            return
        method = self._method()
        if method is None:
            return
        parameters = list(inspect.signature(method).parameters.values())[2:]
        names = [
            one.name
            for one in parameters
            if one.default is inspect.Parameter.empty
        ]
        for row_id in self._ids:
            self._call_for(method, row_id, names)

    def _method(self):
        api = getattr(self.service, nouns.NOUNS[self.verb.kind].api)
        return getattr(api, self.verb.name, None)

    def _call_for(self, method, row_id, names):
        row = self.service.read(self.verb.resource.store.get, row_id)
        choices = [nouns.values_of(self.service, row, name) for name in names]
        for values in itertools.product(*choices):
            with contextlib.suppress(*test_races.REFUSALS):
                method(self.service.caller, row_id, *values)
                return

    def _set_status(self):
        """Begin a verb without such a method as any request would."""
        is_called = self.verb.name in nouns.NOUNS[self.verb.kind].calls
        if self.verb.during and self._method() is None and not is_called:
            for row_id in self._ids:
                wake = trial.begin(self.service, row_id, self.verb)
                self.service.wake(wake)

    def _leave_remains(self):
        if self.verb.exclusive:
            return
        name = self.row().host.partition('@')[2].partition('#')[0]
        self.service.stop_backend(name)
        self.service.pass_time(self.service.conf.service.down_time + 1)
        for row_id in self._ids:
            self._owner.force_delete(self.service.admin, row_id)
        self.start(name)

    @property
    def _owner(self):
        return getattr(self.service, nouns.NOUNS[self.verb.resource.name].api)

    def can_be_forced(self):
        """Tell whether users know the statuses of the verb."""
        known = states.STATUSES[self.verb.resource.name]
        return set(self.verb.during) <= set(known)

    def force_delete(self):
        """Delete the resource by force, as an administrator."""
        self._owner.force_delete(self.service.admin, self.row_id)

    # What there is.

    def operations(self):
        """The verb's operations on the resources."""
        found = self.service.read(
            search.find,
            search.equals('kind', self.verb.kind),
            search.equals('verb', self.verb.name),
        )
        return [one for one in found if one.resource_id in self._ids]

    def operation(self):
        """The verb's operation; None when it has ended."""
        return next(iter(self.operations()), None)

    def step(self):
        """The step that the operation waits for; None when it has ended."""
        found = self.operation()
        return found and self.verb.step(found.step)

    def row(self):
        """The record of the resource; None when it is gone."""
        return self.service.read(self.verb.resource.store.get, self.row_id)

    def is_busy(self):
        """Tell whether the resource shows that the verb is at work."""
        row = self.row()
        if row is None:
            return False
        if self.verb.during:
            return row.status in self.verb.during
        rules = self.service.rules(self.row_id).values()
        return bool(set(rules) - {states.ACTIVE, states.ERROR})

    def outcome(self):
        """What has become of the resource, in a form to compare."""
        row = self.row()
        if row is None:
            return None
        rules = self.service.rules(self.row_id)
        return row.status, getattr(row, 'size', None), rules

    def is_unchanged(self):
        """Tell whether the resource is as it was before the verb began."""
        return self._before is not None and self.outcome() == self._before

    def is_in_error(self):
        """Tell whether a user sees that it has failed."""
        found = self.outcome()
        return found is not None and (
            'error' in found[0] or states.ERROR in found[2].values()
        )

    def messages(self):
        """The causes of the messages about the resource."""
        return [
            one.detail_id
            for one in self.service.user_messages()
            if one.resource_id == self.row_id
        ]

    def calls(self):
        """What was called on storage, wherever."""
        return sorted(
            [method for one in self.storage.values() for method in one.calls]
            + [method for method, _name in self.engine.calls]
        )

    # What happens to it.

    def runner(self):
        """The runner of whoever does the present step."""
        place = self.operation().runs_at
        if place == wake.SCHEDULERS:
            return self.service.scheduler.runner
        return self.service.backends[place].runner

    def take_up(self) -> Callable[[], None]:
        """Let the present step be claimed and run, and not be recorded.

        :returns: records it
        """
        runner = self.runner()
        runner.release()
        runner.turn()
        runner.hold()

        def record():
            runner.turn()
            runner.release()

        return record

    def to(self, step: verbs.Step) -> bool:
        """Let the operation come to wait for a step; False if it ends."""
        while (found := self.step()) is not None:
            if found == step:
                self.service.messages.clear()
                return True
            self.take_up()()
        return False

    def settle(self):
        """Let time pass until nothing more happens; messages are lost."""
        service = self.service
        quiet = 0
        for _ in range(6):
            service.messages.clear()
            service.pass_time(service.conf.service.stuck_after + 1)
            service.reconcile()
            service.deliver_all()
            # What has no operation gets one in the first round.
            quiet = 0 if service.read(search.find) else quiet + 1
            if quiet == 2:
                break

    def backend(self):
        """The name of the back end that does the present step."""
        return self.operation().runs_at.partition('@')[2]

    def start(self, name):
        """Start a process of a back end, on what its storage has."""
        self.service.start_backend(name, self.storage[name])

    def restart(self, fate: mortals.Fate | None = None):
        """Replace all processes, without a word from those before."""
        self.service.messages.clear()
        if fate is not None:
            self.service.db = mortals.MortalDatabase(self._db, fate)
        self.service.scheduler = self.service.new_scheduler()
        for name in self.names:
            self.start(name)
        self.service.db = self._db

    def fail(self, error: type[exception.DriverError], times: int | None):
        """Let storage fail; for ever if times is None."""
        for driver in self.storage.values():
            driver.failures = _failures(error, times)
        self.engine.failures_of_all = _failures(error, times)

    def mend(self):
        """Let storage work, and processes find all that waits."""
        for driver in self.storage.values():
            driver.failures = iter(())
        self.engine.failures_of_all = iter(())
        for name in self.names:
            self.start(name)
        self.settle()

    def pass_deadline(self):
        """Let so much time pass that the verb is overdue, and be found."""
        self.service.messages.clear()
        self.service.pass_time(self.service.conf.service.work_deadline + 1)
        self.service.scheduler.reconcile()

    def assertPromises(self, test, *, may_go: bool = False):
        """When all is quiet: what the engine promises of any verb.

        :param may_go: whether somebody has deleted the resource
        """
        service = self.service
        service.check(test)
        service.check_content(test)
        test.assertEqual([], service.read(search.find))
        test.assertFalse(self.is_busy(), self.outcome())
        if not may_go:
            test.assertIsNotNone(self.row(), 'nobody has deleted it')
        if self.is_in_error():
            test.assertNotEqual([], self.messages())
        self._check_others(test)

    def _check_others(self, test):
        group_id, snapshot_id, *shares = self._others
        service = self.service
        test.assertEqual('available', service.status(group_id))
        test.assertEqual('available', service.snapshot_status(snapshot_id))
        for one in shares:
            test.assertEqual('available', service.share_status(one))
        test.assertEqual({'10.0.0.1': 'active'}, service.rules(shares[0]))
        test.assertLessEqual(2, service.in_use(quotas.SHARES))


def _failures(error, times):
    if times is None:
        return itertools.repeat(error('on purpose'))
    return iter([error('on purpose')] * times)
