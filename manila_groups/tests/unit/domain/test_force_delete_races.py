# SPDX-License-Identifier: Apache-2.0
"""A group and what is in it are deleted by force at the same moment."""

import contextlib
import functools
import threading

import fixtures

from manila_groups import exception
from manila_groups.db import models
from manila_groups.db import services
from manila_groups.db import share_group_snapshots as snapshot_rows
from manila_groups.db import shares as share_rows
from manila_groups.domain.operations import reconcile
from manila_groups.domain.operations import standard
from manila_groups.domain.quotas import check as quota_check
from manila_groups.domain.share_groups import from_source
from manila_groups.domain.shares import api as shares
from manila_groups.tests import inprocess
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import snapshot_case

BACKEND = snapshot_case.POOL.partition('#')[0]


class TestForceDeleteRaces(snapshot_case.SnapshotCase):
    """The back end is away, so that all is gone at once."""

    def setUp(self):
        super().setUp()
        self.clock = self.useFixture(inprocess.Clock())
        self.shares = shares.Shares(self.conf, self.db, self.types, self)
        self.ask(services.delete, BACKEND, services.BACKEND)

    def calls(self):
        """What deletes one group, and what is in it, at once."""
        group_id = self.given_group(1, 2)
        snapshots = [self.given_snapshot(group_id) for _ in range(2)]
        new = self.given_share(group_id, 3)
        yield self.groups.force_delete, group_id
        yield self.groups.force_delete, group_id
        yield self.shares.force_delete, new
        for one in snapshots:
            yield self.snapshots.force_delete, one

    def test_what_is_counted_is_given_back_once(self):
        for _ in range(5):
            results = case.at_once(
                functools.partial(function, self.admin, row_id)
                for function, row_id in list(self.calls())
            )
            for one in results:
                if isinstance(one, Exception):
                    self.assertIsInstance(one, exception.NotFound)
        for model in (
            models.ShareGroup,
            models.Share,
            models.ShareGroupSnapshot,
        ):
            self.assertEqual(0, self.count(model))
        self.assertEqual([], quota_check.differences(self.db))

    def content(self):
        """What can go alone: its module, how it goes, and how it is made."""
        yield snapshot_rows, self.snapshots, self.given_snapshot
        yield share_rows, self.shares, lambda it: self.given_share(it, 3)

    def test_what_goes_alone_while_its_group_does(self):
        """Between what the group's deletion reads and what it removes."""
        for module, noun, make in self.content():
            group_id = self.given_group(1)
            row_id = make(group_id)
            self.ask(services.beat, BACKEND, services.BACKEND, 'nova')
            self.groups.force_delete(self.admin, group_id)
            self.ask(services.delete, BACKEND, services.BACKEND)
            # What a scheduler does when the back end does not come back.
            self.clock.advance(self.conf.service.stuck_after + 1)
            reconciler = reconcile.Reconciler(
                self.conf, self.db, standard.build(), self
            )
            with self.meanwhile(module, 'of_groups', noun, row_id):
                reconciler.reconcile()
            self.assertEqual([], quota_check.differences(self.db), noun)

    def test_what_goes_alone_while_its_group_is_asked_to(self):
        """After the first that the request's transaction reads."""
        for _module, noun, make in self.content():
            group_id = self.given_group(1)
            row_id = make(group_id)
            with self.meanwhile(from_source, 'check_no_copy', noun, row_id):
                self.groups.force_delete(self.admin, group_id)
            self.assertEqual([], quota_check.differences(self.db), noun)

    @contextlib.contextmanager
    def meanwhile(self, module, name, noun, row_id):
        """Have something deleted as soon as a function was called."""
        function, started = getattr(module, name), []

        def call(*args):
            result = function(*args)
            if not started:
                started.append(threading.Thread(target=delete))
                started[0].start()
                # It can wait for the transaction that calls.
                started[0].join(1)
            return result

        def delete():
            with contextlib.suppress(exception.NotFound):
                noun.force_delete(self.admin, row_id)

        with fixtures.MonkeyPatch(f'{module.__name__}.{name}', call):
            yield
        (thread,) = started
        thread.join(30)

    def test_the_number_of_statements_does_not_grow(self):
        numbers = []
        for snapshots in (1, 2, 9):
            group_id = self.given_group(1)
            for _ in range(snapshots):
                self.given_snapshot(group_id)
            with self.counted() as statements:
                self.groups.force_delete(self.admin, group_id)
            numbers.append(len(statements))
        self.assertEqual(numbers[1], numbers[2])


class TestForceDeleteRacesOnMysql(case.OnMysql, TestForceDeleteRaces):
    pass


class TestForceDeleteRacesOnPostgresql(
    case.OnPostgresql, TestForceDeleteRaces
):
    pass
