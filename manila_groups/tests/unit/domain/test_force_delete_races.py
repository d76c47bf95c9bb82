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

    def test_what_goes_alone_while_its_group_does(self):
        """Between what the group's deletion reads and what it removes."""
        for module, noun, make in (
            (snapshot_rows, self.snapshots, self.given_snapshot),
            (share_rows, self.shares, lambda it: self.given_share(it, 3)),
        ):
            group_id = self.given_group(1)
            row_id = make(group_id)
            self.ask(services.beat, BACKEND, services.BACKEND, 'nova')
            self.groups.force_delete(self.admin, group_id)
            self.ask(services.delete, BACKEND, services.BACKEND)
            started = self.meanwhile(module, noun.force_delete, row_id)
            # What a scheduler does when the back end does not come back.
            self.clock.advance(self.conf.service.stuck_after + 1)
            reconcile.Reconciler(
                self.conf, self.db, standard.build(), self
            ).reconcile()
            for one in started:
                one.join(30)
            self.assertEqual([], quota_check.differences(self.db), noun)

    def meanwhile(self, module, function, row_id):
        """Have a function called when rows of a group have been read."""
        read, started = module.of_group, []

        def of_group(conn, group_id):
            found = read(conn, group_id)
            if not started:
                started.append(threading.Thread(target=call, args=(row_id,)))
                started[0].start()
                # It can wait for the transaction that reads.
                started[0].join(1)
            return found

        def call(row_id):
            with contextlib.suppress(exception.NotFound):
                function(self.admin, row_id)

        self.useFixture(
            fixtures.MonkeyPatch(f'{module.__name__}.of_group', of_group)
        )
        return started

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
