# SPDX-License-Identifier: Apache-2.0
"""Shares: what requests at once, and in which order, lead to."""

import functools

from manila_groups import exception
from manila_groups import states
from manila_groups.db import models
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.db import share_groups as group_rows
from manila_groups.db import shares as rows
from manila_groups.domain.shares import api as shares
from manila_groups.domain.shares import insert as share_creation
from manila_groups.tests.unit.db import case
from manila_groups.tests.unit.domain import snapshot_case

LIMIT = 25


class SharesCase(snapshot_case.SnapshotCase):
    overrides = {'quota': {'shares': LIMIT, 'gigabytes': 3 * LIMIT}}

    def setUp(self):
        super().setUp()
        self.shares = shares.Shares(self.conf, self.db, self.types, self)

    def create(self, size=1, caller=None, **wanted):
        wanted = share_creation.NewShare(
            size=size, share_proto='NFS', **wanted
        )
        return self.shares.create(caller or self.caller, wanted)

    def get(self, share_id):
        return self.ask(rows.get, share_id)

    def status(self, share_id):
        return self.status_of(models.Share, share_id)

    def given_lone_share(self, size=1, **values):
        return self.given_share(None, size, **values)

    def refused(self, error, function, *args, **kwargs):
        return str(self.assertRaises(error, function, *args, **kwargs))


class TestShares(SharesCase):
    def test_a_new_share_waits_for_the_scheduler(self):
        share = self.create(2, metadata={'a': 'b'}, share_type='second')
        self.assertEqual([(states.SHARE, share.id)], self.hints)
        self.assertEqual(
            (states.CREATING, None, 2, 0, {'a': 'b'}, 'second'),
            (
                share.status,
                share.host,
                share.quota_gb,
                share.claimed_gb,
                share.metadata,
                share.share_type_name,
            ),
        )
        self.check_quotas()

    def test_a_member_has_the_zone_of_its_group(self):
        group_id = self.given_group()
        share = self.create(
            share_group_id=group_id, share_type=self.share_types[1]
        )
        self.assertEqual('nova', share.availability_zone)
        self.assertIsNotNone(share.requested_zone_id)

    def test_a_refused_share_leaves_nothing(self):
        group_id = self.given_group()
        for wanted in (
            {'size': 3 * LIMIT + 1},
            {'share_type': 'nope'},
            {'share_group_id': 'nope'},
            {'share_group_id': group_id, 'availability_zone': 'nope'},
            {'share_group_id': group_id, 'share_network_id': 'nope'},
            {'metadata': {'a': 'b'}, 'snapshot_id': 'nope'},
        ):
            self.assertRaises(exception.ServiceError, self.create, **wanted)
        self.assertEqual([], self.hints)
        self.assertEqual(0, self.count(models.Share))
        self.assertEqual(0, self.count(models.ShareMetadata))
        self.check_quotas()

    def test_a_share_that_no_back_end_has_is_deleted_at_once(self):
        for delete in (
            lambda share_id: self.shares.delete(self.caller, share_id, None),
            lambda share_id: self.shares.force_delete(self.caller, share_id),
        ):
            share = self.create(metadata={'a': 'b'})
            self.ask(rows.ROWS.set_status, share.id, states.ERROR)
            self.hints.clear()
            delete(share.id)
            self.assertIsNone(self.get(share.id))
            self.assertEqual([], self.hints)
        self.assertEqual(0, self.count(models.ShareMetadata))
        self.check_quotas()

    def test_a_share_in_creation_is_deleted_by_force_only(self):
        share = self.create()
        message = self.refused(
            exception.Forbidden,
            self.shares.delete,
            self.caller,
            share.id,
            None,
        )
        self.assertIn(states.CREATING, message)
        self.shares.force_delete(self.caller, share.id)
        self.assertIsNone(self.get(share.id))

    def test_another_share_is_the_back_ends_work(self):
        share_id = self.given_lone_share()
        self.shares.delete(self.caller, share_id, None)
        self.assertEqual(states.DELETING, self.status(share_id))
        self.assertEqual(
            [(snapshot_case.BACKEND, states.SHARE, share_id)], self.hints
        )
        self.check_quotas()

    def test_a_share_that_a_snapshot_holds_stays(self):
        group_id = self.given_group(1)
        (share,) = self.shares_of(group_id)
        self.given_snapshot(group_id)
        for status in (states.AVAILABLE, states.ERROR, states.EXTENDING):
            self.ask(rows.ROWS.set_status, share.id, status)
            for delete in (
                lambda: self.shares.delete(self.caller, share.id, group_id),
                lambda: self.shares.force_delete(self.caller, share.id),
            ):
                message = self.refused(exception.Forbidden, delete)
                self.assertIn('snapshots', message)
            self.assertEqual(status, self.status(share.id))

    def test_to_extend_counts_at_once(self):
        share_id = self.given_lone_share(2)
        self.shares.extend(self.caller, share_id, 5)
        share = self.get(share_id)
        self.assertEqual(
            (states.EXTENDING, 2, 5, 5, 2),
            (
                share.status,
                share.size,
                share.new_size,
                share.quota_gb,
                share.claimed_gb,
            ),
        )
        self.assertEqual([(states.SHARE, share_id)], self.hints)
        self.check_quotas()

    def test_what_was_counted_before_is_not_counted_again(self):
        share_id = self.given_lone_share(2)
        for size in (9, 4, 6):
            self.shares.extend(self.caller, share_id, size)
            self.ask(rows.ROWS.set_status, share_id, states.AVAILABLE)
            self.assertEqual(size, self.get(share_id).quota_gb)
            self.check_quotas()

    def test_to_shrink_counts_when_it_is_done(self):
        share_id = self.given_lone_share(5)
        self.shares.shrink(self.caller, share_id, 2)
        share = self.get(share_id)
        self.assertEqual(
            (states.SHRINKING, 5, 2, 5),
            (share.status, share.size, share.new_size, share.quota_gb),
        )
        self.assertEqual(
            [(snapshot_case.BACKEND, states.SHARE, share_id)], self.hints
        )

    def test_a_share_without_a_back_end_is_not_resized(self):
        share_id = self.given_lone_share(2, host=None, claimed_gb=0)
        for resize, size in (
            (self.shares.extend, 3),
            (functools.partial(self.shares.extend, force=True), 3),
            (self.shares.shrink, 1),
        ):
            self.refused(exception.Invalid, resize, self.admin, share_id, size)
        self.assertEqual(states.AVAILABLE, self.status(share_id))
        self.check_quotas()

    def test_force_claims_what_there_is_not(self):
        with self.db.writer() as conn:
            service_id = services.beat(
                conn, 'host@alpha', services.BACKEND, 'nova'
            )
            report = {'claimable_gb': 3.0}
            pools.report(conn, service_id, {snapshot_case.POOL: report})
        share_id = self.given_lone_share(2)
        self.ask(pools.claim, snapshot_case.POOL, gigabytes=2)
        self.shares.extend(self.admin, share_id, 9, force=True)
        (pool,) = self.ask(pools.list_all)
        self.assertEqual(9, pool.claimed_gb)
        self.assertEqual(9, self.get(share_id).claimed_gb)
        self.assertEqual(
            [(snapshot_case.BACKEND, states.SHARE, share_id)], self.hints
        )

    def test_force_needs_the_pool(self):
        share_id = self.given_lone_share(2)
        self.refused(
            exception.Invalid,
            self.shares.extend,
            self.admin,
            share_id,
            3,
            force=True,
        )
        self.check_quotas()

    def test_metadata_is_merged_or_replaced(self):
        share_id = self.given_lone_share()
        set_metadata = functools.partial(
            self.shares.set_metadata, self.caller, share_id
        )
        self.assertEqual({'a': '1'}, set_metadata({'a': '1'}))
        self.assertEqual(
            {'a': '2', 'b': '3'}, set_metadata({'a': '2', 'b': '3'})
        )
        self.assertEqual({'c': '4'}, set_metadata({'c': '4'}, replace=True))

    def test_others_do_not_touch_it(self):
        share_id = self.given_lone_share(2)
        for function, args in (
            (self.shares.get, ()),
            (self.shares.update, ({'name': 'x'},)),
            (self.shares.delete, (None,)),
            (self.shares.force_delete, ()),
            (self.shares.reset_status, (states.ERROR,)),
            (self.shares.extend, (3,)),
            (self.shares.shrink, (1,)),
            (self.shares.set_metadata, ({'a': 'b'},)),
            (self.shares.delete_metadata, ('a',)),
        ):
            self.refused(
                exception.NotFound, function, self.other, share_id, *args
            )
        self.assertEqual(states.AVAILABLE, self.status(share_id))


class TestSharesOnMysql(case.OnMysql, TestShares):
    pass


class TestSharesOnPostgresql(case.OnPostgresql, TestShares):
    pass


class TestRaces(SharesCase):
    def kinds(self, results):
        return sorted(type(one).__name__ for one in results)

    def test_the_quota_is_exact(self):
        results = case.at_once([self.create] * (LIMIT + 15))
        refused = [r for r in results if isinstance(r, exception.OverQuota)]
        self.assertEqual(15, len(refused), self.kinds(results))
        self.assertEqual(LIMIT, self.count(models.Share))
        self.check_quotas()

    def test_a_share_is_deleted_once(self):
        share_ids = [self.create().id for _ in range(4)]
        for share_id in share_ids:
            self.ask(rows.ROWS.set_status, share_id, states.ERROR)
        results = case.at_once(
            functools.partial(self.shares.delete, self.caller, share_id, None)
            for share_id in share_ids * 4
        )
        self.assertEqual(4, self.kinds(results).count('NoneType'))
        self.assertLessEqual(
            set(self.kinds(results)), {'NoneType', 'NotFound', 'Forbidden'}
        )
        self.assertEqual(0, self.count(models.Share))
        self.check_quotas()

    def test_one_extension_at_a_time(self):
        share_id = self.given_lone_share(1)
        results = case.at_once(
            functools.partial(self.shares.extend, self.caller, share_id, size)
            for size in range(2, 10)
        )
        self.assertEqual(['Invalid'] * 7 + ['NoneType'], self.kinds(results))
        share = self.get(share_id)
        self.assertEqual(share.new_size, share.quota_gb)
        self.check_quotas()

    def test_extensions_share_the_quota(self):
        share_ids = [self.given_lone_share(1) for _ in range(8)]
        results = case.at_once(
            functools.partial(self.shares.extend, self.caller, share_id, 21)
            for share_id in share_ids
        )
        # 8 GiB are used, 75 there may be, and each asks for 20.
        self.assertEqual(3, self.kinds(results).count('NoneType'))
        self.assertEqual(5, self.kinds(results).count('Forbidden'))
        self.check_quotas()

    def test_a_group_goes_or_a_share_comes(self):
        for _ in range(8):
            group_id = self.given_group(share_types=self.share_types[:1])
            made, deleted = case.at_once(
                (
                    functools.partial(self.create, share_group_id=group_id),
                    functools.partial(
                        self.groups.delete, self.caller, group_id
                    ),
                )
            )
            group = self.ask(group_rows.get, group_id)
            if isinstance(deleted, exception.Conflict):
                self.assertEqual(group_id, made.share_group_id)
                self.assertEqual(states.AVAILABLE, group.status)
            else:
                self.assertIsInstance(made, exception.Invalid)
                self.assertEqual(states.DELETING, group.status)
                self.assertEqual([], self.shares_of(group_id))
        self.check_quotas()

    def test_a_share_goes_or_a_snapshot_holds_it(self):
        for _ in range(8):
            group_id = self.given_group(1, 1)
            share, _other = self.shares_of(group_id)
            taken, deleted = case.at_once(
                (
                    functools.partial(
                        self.snapshots.create, self.caller, group_id
                    ),
                    functools.partial(
                        self.shares.delete, self.caller, share.id, group_id
                    ),
                )
            )
            if isinstance(deleted, exception.Forbidden):
                self.assertEqual(2, len(taken.members))
                self.assertEqual(states.AVAILABLE, self.status(share.id))
            else:
                self.assertIsInstance(taken, exception.Conflict)
                self.assertEqual(states.DELETING, self.status(share.id))
        self.check_quotas()

    def test_metadata_of_one_key(self):
        share_id = self.given_lone_share()
        values = [str(number) for number in range(16)]
        results = case.at_once(
            functools.partial(
                self.shares.set_metadata,
                self.caller,
                share_id,
                {'key': value, value: value},
                replace=value == '7',
            )
            for value in values
        )
        self.assertEqual(['dict'] * 16, self.kinds(results))
        metadata = self.get(share_id).metadata
        self.assertIn(metadata['key'], values)
        self.assertIn(metadata['key'], metadata)

    def test_the_counts_after_everything_at_once(self):
        group_id = self.given_group(share_types=self.share_types[:1])
        calls = []
        for _ in range(10):
            share_id = self.given_lone_share(2)
            calls += (
                functools.partial(self.create, share_group_id=group_id),
                functools.partial(
                    self.shares.extend, self.caller, share_id, 4
                ),
                functools.partial(
                    self.shares.force_delete, self.caller, share_id
                ),
                functools.partial(
                    self.shares.shrink, self.caller, share_id, 1
                ),
            )
        for result in case.at_once(calls):
            if isinstance(result, Exception):
                self.assertIsInstance(
                    result, (exception.Invalid, exception.OverQuota)
                )
        self.check_quotas()


class TestRacesOnMysql(case.OnMysql, TestRaces):
    pass


class TestRacesOnPostgresql(case.OnPostgresql, TestRaces):
    pass
