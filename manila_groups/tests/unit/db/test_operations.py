# SPDX-License-Identifier: Apache-2.0
"""Rows of operations: who may claim them, and when."""

import collections
import datetime
import threading

from oslo_db import exception as db_exception
from oslo_utils import timeutils
from oslo_utils import uuidutils

from manila_groups.db import api
from manila_groups.db import operation_search as search
from manila_groups.db import operations
from manila_groups.tests.unit.db import case

PLACE = 'host@alpha'
KIND = 'share'
LEASE = datetime.timedelta(seconds=30)
MAX_TRIES = 3


class TestOperations(case.OnSqlite):
    def setUp(self):
        super().setUp()
        self.now = timeutils.utcnow()

    def offer(self, worker='one', **after):
        now = self.now + datetime.timedelta(**after)
        return operations.Offer(worker, now, now + LEASE, MAX_TRIES)

    def begin(self, queue=None, resource=None, shared=False, **values):
        """Begin an operation; returns the resource's id."""
        resource = resource or uuidutils.generate_uuid()
        row = {
            'kind': KIND,
            'resource_id': resource,
            'exclusive_id': None if shared else resource,
            'queue_id': queue or resource,
            'verb': 'create',
            'step': 'create',
            'runs_at': PLACE,
            'payload': {},
            'forced': False,
            'project_id': 'here',
            'user_id': 'user',
            'request_id': 'req-1',
            'moved_at': self.now,
            **values,
        }
        self.ask(operations.begin, [row])
        return resource

    def find(self, offer, limit=10, busy=(), place=PLACE):
        with self.db.reader() as conn:
            return operations.candidates(conn, place, offer, busy, limit)

    def take(self, offer=None, limit=10, **options):
        """Find and claim; returns the operations claimed."""
        offer = offer or self.offer()
        found, _more = self.find(offer, limit, **options)
        return self.ask(operations.claim, found, offer) if found else []

    def taken(self, *args, **options):
        """Find and claim; returns the resources' ids."""
        return [one.resource_id for one in self.take(*args, **options)]

    def open(self):
        return self.ask(search.find)

    def the_one(self):
        (found,) = self.open()
        return found

    # Claims.

    def test_a_claim_is_a_lease(self):
        self.begin()
        self.take(self.offer('one'))
        found = self.the_one()
        self.assertEqual(
            ('one', self.now + LEASE, 1),
            (found.worker, found.leased_until, found.tries),
        )

    def test_who_claims_learns_what_is_written(self):
        self.begin()
        for tries in (1, 2):
            offer = self.offer(str(tries))
            found, _more = self.find(offer)
            claimed = self.ask(operations.claim, found, offer)
            self.assertEqual([self.the_one()], claimed)
            self.assertEqual(tries, claimed[0].tries)
            self.now += 2 * LEASE

    def test_the_longest_wait_is_first(self):
        ids = [self.begin() for _ in range(3)]
        self.assertEqual(ids[:2], self.taken(limit=2))
        self.assertEqual(ids[2:], self.taken(limit=2))

    def test_whether_more_wait(self):
        self.begin('a')
        self.assertFalse(self.find(self.offer())[1])
        self.begin('a')
        self.assertTrue(self.find(self.offer())[1])
        self.begin('b')
        self.assertTrue(self.find(self.offer(), limit=2)[1])

    def test_what_is_claimed_is_nobody_elses(self):
        self.begin()
        found, _more = self.find(self.offer('two'))
        self.take(self.offer('one'))
        self.assertEqual([], self.taken(self.offer('two')))
        self.assertEqual(
            [], self.ask(operations.claim, found, self.offer('two'))
        )

    def test_what_others_have_claimed_is_skipped(self):
        ids = [self.begin() for _ in range(3)]
        found, _more = self.find(self.offer('two'))
        self.assertEqual(ids[:1], self.taken(self.offer('one'), limit=1))
        claimed = self.ask(operations.claim, found, self.offer('two'))
        self.assertEqual(ids[1:], [one.resource_id for one in claimed])

    def test_what_has_moved_since_is_skipped(self):
        self.begin()
        found, _more = self.find(self.offer())
        ids = [one.id for one in found]
        self.ask(operations.move, ids, None, 'next', 'host@beta')
        self.assertEqual([], self.ask(operations.claim, found, self.offer()))

    def test_each_place_has_its_own(self):
        self.begin()
        elsewhere = self.begin(runs_at='host@beta')
        self.assertEqual([elsewhere], self.taken(place='host@beta'))

    def test_an_expired_lease(self):
        resource = self.begin()
        self.take(self.offer('one'))
        self.assertEqual([], self.taken(self.offer('two', seconds=30)))
        self.assertEqual([resource], self.taken(self.offer('two', seconds=31)))
        found = self.the_one()
        self.assertEqual(('two', 2), (found.worker, found.tries))
        self.assertFalse(self.ask(operations.end, [found.id], 'one'))
        self.assertFalse(self.ask(operations.keep, [found.id], 'one'))
        self.assertTrue(self.ask(operations.end, [found.id], 'two'))

    def test_a_renewed_lease(self):
        self.begin()
        (claimed,) = self.take(self.offer('one'))
        self.ask(operations.renew, [claimed.id], self.offer('one', seconds=29))
        self.assertEqual([], self.taken(self.offer('two', seconds=31)))
        # Nobody renews another's.
        self.ask(operations.renew, [claimed.id], self.offer('two', hours=1))
        self.assertEqual(1, len(self.take(self.offer('two', seconds=60))))

    def test_a_lease_given_back(self):
        self.begin()
        self.take(self.offer('one'))
        self.ask(operations.give_back, 'two')
        self.assertEqual([], self.take(self.offer('two')))
        self.ask(operations.give_back, 'one')
        self.assertEqual(1, len(self.take(self.offer('two'))))

    def test_leases_on_what_was_not_begun(self):
        """They do not count, and those on what is at work stay."""
        for _ in range(3):
            self.begin()
        (at_work,) = self.take(self.offer('one'), limit=1)
        (others,) = self.take(self.offer('two'), limit=1)
        self.take(self.offer('one'))
        self.ask(operations.unclaim_but, [at_work.id], 'one')
        left = {one.id: (one.worker, one.tries) for one in self.open()}
        self.assertEqual(('one', 1), left.pop(at_work.id))
        self.assertEqual(('two', 1), left.pop(others.id))
        self.assertEqual([(None, 0)], list(left.values()))
        self.ask(operations.unclaim_but, [], 'one')
        self.assertEqual(2, len(self.take(self.offer('three'))))

    def test_a_rest_after_too_many_tries(self):
        self.begin()
        for number in range(MAX_TRIES):
            self.take(self.offer('one', minutes=number))
        (found,) = self.open()
        until = self.now + datetime.timedelta(hours=2)
        soon = self.offer('two', minutes=MAX_TRIES - 1)
        self.assertFalse(self.ask(operations.rest, found.id, until, soon))
        later = self.offer('two', hours=1)
        self.assertTrue(self.ask(operations.rest, found.id, until, later))
        self.assertFalse(self.ask(operations.rest, found.id, until, later))
        self.assertEqual([], self.take(later))
        self.assertEqual(1, len(self.take(self.offer('two', hours=2))))

    def test_too_many_tries(self):
        self.begin()
        for number in range(MAX_TRIES):
            offer = self.offer('one', minutes=number)
            self.assertEqual(1, len(self.take(offer)))
        offer = self.offer('two', hours=1)
        self.assertEqual([], self.take(offer))
        long_ago = self.now - datetime.timedelta(days=1)
        self.assertEqual(
            1,
            len(
                self.ask(
                    search.find,
                    search.is_overdue(long_ago, offer),
                )
            ),
        )

    def test_the_last_try_is_not_overdue_while_it_lasts(self):
        self.begin()
        for number in range(MAX_TRIES):
            self.take(self.offer('one', minutes=number))
        offer = self.offer('two', minutes=MAX_TRIES - 1)
        long_ago = self.now - datetime.timedelta(days=1)
        self.assertEqual(
            [],
            self.ask(
                search.find,
                search.is_overdue(long_ago, offer),
            ),
        )

    def test_a_new_step_is_tried_as_often(self):
        self.begin()
        (claimed,) = self.take()
        self.assertTrue(
            self.ask(operations.move, [claimed.id], 'one', 'next', PLACE)
        )
        found = self.the_one()
        self.assertEqual(
            ('next', 0, None, None),
            (found.step, found.tries, found.worker, found.leased_until),
        )

    # Waiting.

    def test_put_off(self):
        resource = self.begin()
        (claimed,) = self.take()
        due = self.now + datetime.timedelta(seconds=10)
        self.assertFalse(
            self.ask(operations.put_off, claimed.id, 'two', due, 'why')
        )
        self.assertTrue(
            self.ask(operations.put_off, claimed.id, 'one', due, 'why')
        )
        found = self.the_one()
        self.assertEqual(
            (None, 0, 'why'), (found.worker, found.tries, found.reason)
        )
        self.assertEqual([], self.take(self.offer('two', seconds=9)))
        self.assertEqual([resource], self.taken(self.offer('two', seconds=10)))

    def test_a_reason_that_no_database_can_store(self):
        self.begin()
        (claimed,) = self.take()
        reason = 'odd: \0\udcff' + 'x' * 100_000
        due = self.now + datetime.timedelta(seconds=10)
        self.assertTrue(
            self.ask(operations.put_off, claimed.id, 'one', due, reason)
        )
        found = self.the_one().reason
        self.assertTrue(found.startswith('odd: \\udcffxxx'))
        self.assertLess(len(found), 2_000)

    def test_what_was_put_off_holds_up_nobody(self):
        self.begin('a')
        (claimed,) = self.take()
        due = self.now + datetime.timedelta(seconds=10)
        self.ask(operations.put_off, claimed.id, 'one', due, 'why')
        second = self.begin('a')
        self.assertEqual([second], self.taken())

    def test_hurry(self):
        due = self.now + datetime.timedelta(hours=1)
        for place in (PLACE, 'host@beta'):
            self.begin(runs_at=place)
            (claimed,) = self.take(place=place)
            self.ask(operations.put_off, claimed.id, 'one', due, 'why')
        self.ask(operations.hurry, PLACE)
        self.assertEqual(1, len(self.take()))
        self.assertEqual([], self.take(place='host@beta'))

    def test_progress_keeps_the_lease_and_the_deadline(self):
        self.begin()
        (claimed,) = self.take()
        later = self.offer('one', seconds=20)
        self.assertFalse(
            self.ask(
                operations.note_progress,
                claimed.id,
                self.offer('two', seconds=20),
                {'done': 9},
            )
        )
        self.assertTrue(
            self.ask(operations.note_progress, claimed.id, later, {'done': 1})
        )
        found = self.the_one()
        self.assertEqual(
            ({'done': 1}, later.now, later.until),
            (found.progress, found.moved_at, found.leased_until),
        )
        before = self.now + datetime.timedelta(seconds=10)
        self.assertEqual(
            [],
            self.ask(
                search.find,
                search.is_overdue(before, later),
            ),
        )

    # Queues.

    def test_one_of_a_queue_at_a_time(self):
        first, second = self.begin('a'), self.begin('a')
        self.assertEqual([first], self.taken(self.offer('one')))
        self.assertEqual([], self.taken(self.offer('two')))
        # A process itself tells in which queues it is at work.
        self.assertEqual([], self.taken(self.offer('one'), busy=['a']))
        (claimed,) = self.ask(
            search.find,
            search.equals('resource_id', first),
        )
        self.ask(operations.end, [claimed.id], 'one')
        self.assertEqual([second], self.taken(self.offer('two')))

    def test_a_long_queue_starves_nobody(self):
        first, *_rest = [self.begin('long') for _ in range(20)]
        short = [self.begin() for _ in range(3)]
        self.assertEqual([first, *short], self.taken(limit=5))

    def test_queues_take_turns(self):
        for _ in range(3):
            self.begin('long')
        last = self.begin('short')
        (first,) = self.take(limit=1)
        self.ask(operations.end, [first.id], 'one')
        # The wait counts, not the queue: all of the long one began before.
        found = self.taken(limit=2)
        self.assertEqual(last, found[1])

    # One at a time.

    def test_one_exclusive_operation_of_a_resource(self):
        resource = self.begin()
        before = self.open()
        self.assertRaises(
            db_exception.DBDuplicateEntry,
            self.begin,
            resource=resource,
            verb='delete',
        )
        self.assertEqual(before, self.open())

    def test_another_kind_may_have_the_same_id(self):
        resource = self.begin()
        self.begin(resource=resource, kind='share_access')
        self.assertEqual(2, len(self.open()))

    def test_shared_operations_beside_it(self):
        resource = self.begin()
        for _ in range(2):
            self.begin(resource=resource, shared=True, verb='clean_up')
        self.assertEqual(3, len(self.open()))
        self.assertEqual(
            'create',
            self.ask(operations.open_on, KIND, resource).verb,
        )

    def test_cancel_leaves_those_that_are_shared(self):
        resource = self.begin()
        self.begin(resource=resource, shared=True)
        self.take()
        self.ask(operations.cancel, KIND, resource)
        self.assertIsNone(self.the_one().exclusive_id)
        self.begin(resource=resource)
        self.assertEqual(2, len(self.open()))

    def test_cancel_a_queue(self):
        for _ in range(2):
            self.begin('a')
        self.begin('a', shared=True)
        kept = self.begin('b')
        self.ask(operations.cancel_queue, 'a')
        self.assertEqual(
            [True, False],
            [one.exclusive_id is None for one in self.open()],
        )
        self.assertEqual(kept, self.open()[1].resource_id)

    def test_all_or_none_end(self):
        self.begin()
        self.begin()
        mine = self.take(limit=1)
        ids = [one.id for one in self.open()]
        with self.db.writer() as conn:
            self.assertFalse(operations.end(conn, ids, 'one'))
            conn.get_transaction().rollback()
        self.assertEqual(2, len(self.open()))
        self.assertTrue(self.ask(operations.end, [mine[0].id], 'one'))

    # At once.

    def test_workers_at_once(self):
        """Each operation is claimed once, and each queue by one process."""
        for number in range(60):
            self.begin(f'queue-{number % 20}')
        claimed = collections.Counter()
        lock = threading.Lock()

        def work(worker):
            take = api.retry_on_deadlock(self.take)
            end = api.retry_on_deadlock(
                lambda ids: self.ask(operations.end, ids, worker)
            )
            for _ in range(200):
                found = take(self.offer(worker), 7)
                with lock:
                    claimed.update(one.id for one in found)
                if found:
                    self.assertTrue(end([one.id for one in found]))
                elif not self.open():
                    return

        results = case.at_once(
            [lambda number=number: work(f'w-{number}') for number in range(4)]
        )
        self.assertEqual([None] * 4, results)
        self.assertEqual({1}, set(claimed.values()))
        self.assertEqual(60, len(claimed))


class TestOperationsOnMysql(case.OnMysql, TestOperations):
    pass


class TestOperationsWithTheOtherDriver(
    case.OnMysqlWithTheOtherDriver, TestOperations
):
    pass


class TestOperationsOnPostgresql(case.OnPostgresql, TestOperations):
    pass
