# SPDX-License-Identifier: Apache-2.0
"""Nothing is stuck or counted wrong, in whatever order things happen."""

import unittest

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st

from manila_groups import exception
from manila_groups.domain.share_groups import api as share_groups
from manila_groups.tests import inprocess
from manila_groups.tests.unit.domain import test_races

NAMES = ('alpha', 'beta')
STATUSES = (
    'creating',
    'available',
    'error',
    'deleting',
    'reverting',
    'backup_restoring',
)
METHODS = (
    'create_share_group',
    'delete_share_group',
    'create_share',
    'delete_share',
    'resize_share',
    'create_share_group_snapshot',
    'delete_share_group_snapshot',
    'create_share_group_from_snapshot',
    'revert_share_group',
    'read_snapshot',
    'create_share_group_from_files',
    'restore_share_group',
    'update_access',
)
ENGINE = ('save', 'write_manifest', 'restore', 'forget')
OPTIONS = {
    'quota': {'share_groups': 6, 'gigabytes': 60, 'snapshots': 12},
    'alpha': {'fake_pools': [{'name': 'one', 'total_capacity_gb': 20}]},
    'beta': {
        'fake_pools': [{'name': 'only', 'total_capacity_gb': 20}],
        'backend_availability_zone': 'nova',
    },
}
numbers = st.integers(0, 9)
names = st.sampled_from(NAMES)


class RandomOrder(stateful.RuleBasedStateMachine):
    """Messages get lost, come late or twice, and back ends die and return.

    What the storage of a back end has outlives its process.
    """

    def __init__(self):
        super().__init__()
        self.service = inprocess.InProcess(OPTIONS)
        self.service.setUp()
        self.storage = dict(self.service.drivers)
        self.by_hand = False

    def some(self, rows, number):
        found = sorted(one.id for one in rows)
        return found[number % len(found)] if found else 'nobody'

    def group(self, number):
        return self.some(self.service.all_groups(), number)

    def share(self, number):
        return self.some(self.service.all_shares(), number)

    def snapshot(self, number):
        return self.some(self.service.all_snapshots(), number)

    def backup(self, number):
        return self.some(self.service.all_backups(), number)

    def nouns(self):
        service = self.service
        return (
            (service.shares, self.share),
            (service.snapshots, self.snapshot),
            (service.groups, self.group),
            (service.backups, self.backup),
        )

    def try_to(self, call, *args, **kwargs):
        try:
            call(*args, **kwargs)
        except test_races.REFUSALS:
            return

    @stateful.rule()
    def create_group(self):
        self.try_to(self.service.create)

    @stateful.rule(number=numbers, size=st.integers(1, 5), alone=st.booleans())
    def create_share(self, number, size, alone):
        group_id = None if alone else self.group(number)
        self.try_to(self.service.create_share, size, share_group_id=group_id)

    @stateful.rule(number=numbers)
    def create_snapshot(self, number):
        self.try_to(self.service.create_snapshot, self.group(number))

    @stateful.rule(number=numbers)
    def clone(self, number):
        wanted = share_groups.NewShareGroup(
            source_share_group_snapshot_id=self.snapshot(number)
        )
        self.try_to(self.service.groups.create, self.service.caller, wanted)

    @stateful.rule(number=numbers)
    def copy(self, number):
        wanted = share_groups.NewShareGroup(
            source_share_group_id=self.group(number)
        )
        self.try_to(self.service.groups.create, self.service.caller, wanted)

    @stateful.rule(number=numbers)
    def revert(self, number):
        found = self.service.get_snapshot(self.snapshot(number))
        if found is not None:
            self.try_to(
                self.service.groups.revert,
                self.service.caller,
                found.share_group_id,
                found.id,
            )

    @stateful.rule(number=numbers, of_snapshot=st.booleans())
    def back_up(self, number, of_snapshot):
        source = (
            {'snapshot_id': self.snapshot(number)}
            if of_snapshot
            else {'group_id': self.group(number)}
        )
        self.try_to(self.service.create_backup, **source)

    @stateful.rule(number=numbers)
    def rebuild(self, number):
        wanted = share_groups.NewShareGroup(
            source_share_group_backup_id=self.backup(number)
        )
        self.try_to(self.service.groups.create, self.service.caller, wanted)

    @stateful.rule(number=numbers)
    def restore(self, number):
        self.try_to(
            self.service.backups.restore,
            self.service.caller,
            self.backup(number),
        )

    @stateful.rule(number=numbers)
    def delete_backup(self, number):
        self.try_to(
            self.service.backups.delete,
            self.service.caller,
            self.backup(number),
        )

    @stateful.rule(method=st.sampled_from(ENGINE), for_good=st.booleans())
    def break_engine(self, method, for_good):
        error = (
            exception.DriverError
            if for_good
            else exception.TransientDriverError
        )
        failures = self.service.engine.failures
        failures.setdefault(method, []).append(error('simulated'))

    @stateful.rule(number=numbers, size=st.integers(1, 9), force=st.booleans())
    def resize(self, number, size, force):
        share_id = self.share(number)
        admin, shares = self.service.admin, self.service.shares
        self.try_to(shares.extend, admin, share_id, size, force)
        self.try_to(shares.shrink, admin, share_id, size)

    @stateful.rule(number=numbers)
    def allow(self, number):
        self.try_to(self.service.allow, self.share(number), f'10.0.0.{number}')

    @stateful.rule(number=numbers, kind=st.integers(0, 5))
    def delete(self, number, kind):
        service, caller = self.service, self.service.caller
        share = service.get_share(self.share(number))
        if kind < 3 and share:
            self.try_to(
                service.shares.delete, caller, share.id, share.share_group_id
            )
        elif kind < 5:
            self.try_to(
                service.snapshots.delete, caller, self.snapshot(number)
            )
        else:
            self.try_to(service.groups.delete, caller, self.group(number))

    @stateful.rule(number=numbers, kind=st.integers(0, 3))
    def force_delete(self, number, kind):
        noun, some = self.nouns()[kind]
        self.try_to(noun.force_delete, self.service.admin, some(number))

    @stateful.rule(
        number=numbers,
        kind=st.integers(0, 3),
        status=st.sampled_from(STATUSES),
    )
    def reset_status(self, number, kind, status):
        self.by_hand = True
        noun, some = self.nouns()[kind]
        self.try_to(
            noun.reset_status, self.service.admin, some(number), status
        )

    @stateful.precondition(lambda self: self.service.messages)
    @stateful.rule(number=numbers, twice=st.booleans())
    def deliver(self, number, twice):
        number %= len(self.service.messages)
        if twice:
            self.service.messages.append(self.service.messages[number])
        self.service.deliver(number)

    @stateful.rule()
    def deliver_all(self):
        self.service.deliver_all()

    @stateful.precondition(lambda self: self.service.messages)
    @stateful.rule(number=numbers)
    def lose(self, number):
        del self.service.messages[number % len(self.service.messages)]

    @stateful.rule(name=names)
    def stop_or_start(self, name):
        if f'host@{name}' in self.service.backends:
            self.service.stop_backend(name)
        else:
            self.start(name)

    def start(self, name):
        self.service.start_backend(name, self.storage[f'host@{name}'])

    @stateful.rule(name=names, method=st.sampled_from(METHODS))
    def break_or_mend(self, name, method):
        failures = self.service.conf[name].fake_failures
        if failures:
            failures.clear()
        else:
            failures[method] = 1

    @stateful.rule(name=names)
    def remove_service(self, name):
        if f'host@{name}' not in self.service.backends:
            self.service.remove_service(name)
            # Nobody is left to clean up what it has.
            self.by_hand = True

    @stateful.rule(seconds=st.sampled_from([1, 31, 61]))
    def pass_time_and_reconcile(self, seconds):
        self.service.pass_time(seconds)
        self.service.reconcile()

    @stateful.invariant()
    def counts_are_right(self):
        self.service.check(unittest.TestCase())

    def teardown(self):
        for name in NAMES:
            if f'host@{name}' not in self.service.backends:
                self.start(name)
            self.service.conf[name].fake_failures.clear()
        self.service.engine.failures.clear()
        try:
            self.service.settle()
            self.counts_are_right()
            self.nothing_is_stuck()
            if not self.by_hand:
                self.service.check_content(unittest.TestCase())
                self.backups_are_kept()
        finally:
            self.service.cleanUp()

    def nothing_is_stuck(self):
        stuck = [
            one
            for one in (
                *self.service.all_groups(),
                *self.service.all_shares(),
                *self.service.all_snapshots(),
                *self.service.all_backups(),
            )
            if one.status in test_races.UNFINISHED
        ]
        assert self.by_hand or not stuck, stuck
        assert not [one for one in stuck if one.stepped_at], stuck

    def backups_are_kept(self):
        found = self.service.all_backups()
        kept = self.service.engine.ids(inprocess.PROJECT)
        made = {one.id for one in found if one.status == 'available'}
        assert made <= kept <= {one.id for one in found}, (found, kept)


class TestRandomOrder(RandomOrder.TestCase):
    settings = hypothesis.settings(
        deadline=None,
        max_examples=12,
        stateful_step_count=40,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
