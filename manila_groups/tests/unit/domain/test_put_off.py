# SPDX-License-Identifier: Apache-2.0
"""Work that a driver cannot do for the moment is tried again."""

import itertools

from manila_groups import exception
from manila_groups.db import services
from manila_groups.tests.unit.domain import test_leases


class PutOffCase(test_leases.LeaseCase):
    """Methods of drivers that fail until the storage is back."""

    def setUp(self):
        super().setUp()
        self.calls = []
        self._working = []

    def go_away(self, *methods):
        for driver in self.service.drivers.values():
            for method in methods:
                self._working.append((driver, method, getattr(driver, method)))
                setattr(driver, method, self._fail_as(method))

    def _fail_as(self, method):
        def fail(*_args):
            self.calls.append(method)
            raise exception.TransientDriverError('the storage is away')

        return fail

    def come_back(self):
        for driver, method, working in reversed(self._working):
            setattr(driver, method, working)
        self._working.clear()

    def row(self, share_id):
        return self.service.get_share(share_id)


class TestPutOff(PutOffCase):
    def check_ends(self, begin, method, status, until_then, then):
        """Work keeps its status while the storage is away, and ends then."""
        begin()
        self.go_away(method)
        self.service.deliver_all()
        for _ in range(3):
            self.assertEqual(until_then, status())
            self.wait(61)
        self.assertEqual([method] * 4, self.calls)
        self.assertEqual([], self.service.user_messages())
        self.come_back()
        self.wait(61)
        self.assertEqual(then, status())
        self.assertEqual([], self.service.user_messages())

    def test_deletion_of_a_share(self):
        share_id = self.available_share()
        self.check_ends(
            lambda: self.delete(share_id),
            'delete_share',
            lambda: self.service.share_status(share_id),
            'deleting',
            None,
        )

    def test_deletion_of_a_group(self):
        group_id = self.available_group()
        self.check_ends(
            lambda: self.service.groups.delete(self.caller, group_id),
            'delete_share_group',
            lambda: self.service.status(group_id),
            'deleting',
            None,
        )

    def test_snapshots(self):
        group_id, _shares = self.full_group(1)
        made = []
        self.check_ends(
            lambda: made.append(self.service.create_snapshot(group_id)),
            'create_share_group_snapshot',
            lambda: self.service.snapshot_status(made[0]),
            'creating',
            'available',
        )
        self.calls.clear()
        self.check_ends(
            lambda: self.service.snapshots.delete(self.caller, made[0]),
            'delete_share_group_snapshot',
            lambda: self.service.snapshot_status(made[0]),
            'deleting',
            None,
        )

    def test_resize(self):
        share_id = self.available_share()
        self.check_ends(
            lambda: self.shares.extend(self.caller, share_id, 2),
            'resize_share',
            lambda: self.service.share_status(share_id),
            'extending',
            'available',
        )
        self.assertEqual(2, self.row(share_id).size)

    def test_rules(self):
        share_id = self.available_share()
        self.check_ends(
            lambda: self.service.allow(share_id, '192.0.2.1'),
            'update_access',
            lambda: self.service.rules(share_id),
            {'192.0.2.1': 'applying'},
            {'192.0.2.1': 'active'},
        )
        self.calls.clear()
        rule_id = self.service.access.list_of(share_id)[0].id
        self.check_ends(
            lambda: self.service.access.deny(self.caller, share_id, rule_id),
            'update_access',
            lambda: self.service.rules(share_id),
            {'192.0.2.1': 'denying'},
            {},
        )

    def test_creation_stays_in_its_pool(self):
        """It costs none of the attempts that a creation has."""
        share_id = self.placed_share()
        host = self.row(share_id).host
        self.go_away('create_share')
        for _ in range(3):
            self.wait(61)
            share = self.row(share_id)
            self.assertEqual(('creating', host), (share.status, share.host))
        self.come_back()
        self.wait(61)
        self.assertEqual('available', self.service.share_status(share_id))

    def test_creation_goes_elsewhere_when_the_back_end_is_down(self):
        share_id = self.placed_share()
        host = self.row(share_id).host
        down = self.driver_of(self.row(share_id))
        self.go_away('create_share')
        self.work(self.row(share_id))
        self.come_back()
        down.check = self._fail_as('check')
        self.wait(61)
        share = self.row(share_id)
        self.assertEqual('available', share.status)
        self.assertNotEqual(host, share.host)

    def test_tries_come_less_and_less_often(self):
        share_id = self.available_share()
        self.delete(share_id)
        self.go_away('delete_share')
        self.service.deliver_all()
        least = self.service.conf.service.reconcile_interval
        tried = []
        for number in range(int(300 / least)):
            before = len(self.calls)
            self.wait(least)
            if len(self.calls) > before:
                tried.append(number)
        waits = [b - a for a, b in itertools.pairwise(tried)]
        self.assertEqual(sorted(waits), waits)
        self.assertLess(len(tried), 10)
        self.assertLessEqual(max(waits) * least, 60 + least)

    def test_tries_do_not_count(self):
        share_id = self.available_share()
        self.delete(share_id)
        self.go_away('delete_share')
        self.service.deliver_all()
        for _ in range(self.service.conf.service.work_tries + 2):
            self.wait(61)
        self.assertEqual('deleting', self.service.share_status(share_id))
        self.assertEqual(0, self.service.operation(share_id).tries)

    def test_until_the_deadline(self):
        share_id = self.available_share()
        self.delete(share_id)
        self.go_away('delete_share')
        self.service.deliver_all()
        self.wait(self.service.conf.service.work_deadline + 1)
        self.assertEqual('error_deleting', self.service.share_status(share_id))
        self.assertEqual(1, len(self.service.user_messages()))

    def test_after_a_restart(self):
        """A process that starts does not wait for what was put off."""
        share_id = self.available_share()
        self.delete(share_id)
        self.go_away('delete_share')
        self.service.deliver_all()
        self.come_back()
        self.restart(self.row(share_id))
        self.service.reconcile()
        self.assertIsNone(self.service.share_status(share_id))

    def test_deletion_by_force_does_not_wait(self):
        share_id = self.available_share()
        self.shares.force_delete(self.service.admin, share_id)
        self.go_away('delete_share')
        self.service.deliver_all()
        self.assertIsNone(self.service.share_status(share_id))
        self.assertEqual(1, len(self.service.clean_ups()))
        self.come_back()
        self.wait(61)
        self.assertEqual([], self.service.clean_ups())

    def test_one_that_has_lost_its_lease(self):
        """It leaves what another process has begun as it is."""
        share_id = self.available_share()
        self.delete(share_id)
        share = self.row(share_id)
        others = []

        def late(_payload):
            self.service.clock.advance(self.service.conf.service.down_time + 1)
            self.restart(share)
            self.work(share)
            others.append(self.service.operation(share_id))
            raise exception.TransientDriverError('the line was cut')

        self.go_away('delete_share')
        fail = self.driver_of(share).delete_share
        calls = iter([late, fail])
        self.driver_of(share).delete_share = lambda one: next(calls)(one)
        self.service.clock.stop()
        self.work(share)
        self.assertEqual('the storage is away', others[0].reason)
        self.assertEqual(others, [self.service.operation(share_id)])
        self.come_back()

    def test_log(self):
        share_id = self.available_share()
        self.delete(share_id)
        self.go_away('delete_share')
        name = 'manila_groups.domain.operations'
        with self.assertLogs(name, 'WARNING') as log:
            self.service.deliver_all()
        (line,) = log.records
        self.assertEqual('WARNING', line.levelname)
        self.assertIsNone(line.exc_info)
        for part in (
            f'delete of the share {share_id}',
            'the storage is away',
            'retried in',
        ):
            self.assertIn(part, line.getMessage())


class TestDown(PutOffCase):
    """A back end whose driver says that it cannot work is down."""

    def service_of(self, host):
        return self.service.read(services.get, host, services.BACKEND)

    def states(self):
        return {
            host: self.service.is_up(host) for host in self.service.backends
        }

    def test_one_that_is_down_has_a_reason(self):
        self.go_away('check')
        self.service.beat()
        self.assertEqual({False}, set(self.states().values()))
        for host in self.service.backends:
            reason = self.service_of(host).down_reason
            self.assertEqual('the storage is away', reason)
        self.come_back()
        self.service.beat()
        self.assertEqual({True}, set(self.states().values()))
        for host in self.service.backends:
            self.assertIsNone(self.service_of(host).down_reason)

    def test_nothing_is_placed_there(self):
        down = 'host@alpha'
        self.service.drivers[down].check = self._fail_as('check')
        self.service.beat()
        hosts = {
            self.row(self.available_share()).host.partition('#')[0]
            for _ in range(4)
        }
        self.assertEqual({'host@beta'}, hosts)

    def test_what_waits_is_done_as_soon_as_it_is_back(self):
        share_id = self.available_share()
        self.wait(1)
        self.delete(share_id)
        self.go_away('check', 'delete_share')
        self.service.deliver_all()
        for _ in range(5):
            self.wait(61)
        self.assertEqual('deleting', self.service.share_status(share_id))
        self.wait(1)
        self.come_back()
        self.wait(1)
        self.assertIsNone(self.service.share_status(share_id))

    def test_log(self):
        self.go_away('check')
        name = 'manila_groups.backend.manager'
        with self.assertLogs(name) as log:
            for _ in range(3):
                self.service.beat()
            self.come_back()
            self.service.beat()
        self.assertEqual(
            ['ERROR'] * 2 + ['INFO'] * 2,
            [line.levelname for line in log.records],
        )
        self.assertIn('the storage is away', log.output[0])
