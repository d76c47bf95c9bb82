# SPDX-License-Identifier: Apache-2.0
"""A creation with a key happens once, however often it is asked for."""

import datetime
import threading

import fixtures
from oslo_utils import fixture as time_fixture

from manila_groups import exception
from manila_groups.db import idempotency_keys
from manila_groups.tests import servers
from manila_groups.tests.functional import api_fixture
from manila_groups.tests.functional import idempotency_case
from manila_groups.tests.unit.db import case

AT_ONCE = 6
PATIENCE = 20
NETWORKS = '/v2/share-networks'
NETWORK = '{"share_network": {"name": "n", "description": "d"}}'


class TestOnSqlite(idempotency_case.CreationCase):
    def test_the_same_request_again(self):
        for number, one in enumerate(idempotency_case.creations()):
            first = self.create(one, f'key-{number}')
            self.assertEqual(one.rules.success, first.status, first.body)
            before = self.api.snapshot()
            again = self.create(one, f'key-{number}')
            self.assertEqual(first.status, again.status, again.body)
            self.assertEqual(
                idempotency_case.made(first), idempotency_case.made(again)
            )
            self.assertEqual(first.json.keys(), again.json.keys())
            self.assertEqual(before, self.api.snapshot(), str(one))

    def test_another_request_with_the_key(self):
        first, *others = idempotency_case.creations()
        self.assertEqual(first.rules.success, self.create(first).status)
        before = self.api.snapshot()
        for one in others:
            answer = self.create(one)
            self.assertEqual(422, answer.status, str(one))
            self.assertIn('Idempotency-Key: ', answer.message)
            self.assertIn(idempotency_case.KEY, answer.message)
        self.assertEqual(before, self.api.snapshot())

    def test_the_same_request_many_times_at_one_moment(self):
        for number, one in enumerate(idempotency_case.creations()):
            self.send_at_once(one, f'key-{number}')

    def send_at_once(self, operation, key):
        before = self.api.snapshot()['idempotency_keys']
        answers = case.at_once(
            [lambda: self.create(operation, key)] * AT_ONCE, AT_ONCE
        )
        self.assertEqual(
            {operation.rules.success}, {one.status for one in answers}
        )
        self.assertEqual(1, len({*map(idempotency_case.made, answers)}))
        after = self.api.snapshot()['idempotency_keys']
        self.assertEqual(1, len(after) - len(before))

    def hold(self, ends):
        """Keep the first transaction that has written a key from its end.

        :param ends: called when it may end
        """
        insert, is_held = idempotency_keys.insert, threading.Event()
        may_end = threading.Event()
        self.addCleanup(may_end.set)

        def insert_and_wait(conn, row):
            insert(conn, row)
            if not is_held.is_set():
                is_held.set()
                may_end.wait(PATIENCE)
                ends()

        self.useFixture(
            fixtures.MockPatchObject(
                idempotency_keys, 'insert', insert_and_wait
            )
        )
        return is_held, may_end

    def send_while_held(self, ends):
        """Send a request while the first one's transaction is open."""
        answers = {}

        def send(name):
            answers[name] = self.send(NETWORKS, NETWORK)

        is_held, may_end = self.hold(ends)
        first = threading.Thread(target=send, args=('first',))
        first.start()
        self.assertTrue(is_held.wait(PATIENCE))
        second = threading.Thread(target=send, args=('second',))
        second.start()
        second.join(0.3)
        self.assertTrue(second.is_alive())
        may_end.set()
        for one in (first, second):
            one.join(PATIENCE)
        return answers['first'], answers['second']

    def test_the_second_waits_for_the_first(self):
        first, second = self.send_while_held(lambda: None)
        self.assertEqual((200, 200), (first.status, second.status))
        self.assertEqual(
            idempotency_case.made(first), idempotency_case.made(second)
        )

    def test_the_second_creates_when_the_first_is_rolled_back(self):
        def fail():
            raise exception.ServiceUnavailable('The end has come.')

        first, second = self.send_while_held(fail)
        self.assertEqual((503, 200), (first.status, second.status))
        self.assertEqual(1, len(self.api.snapshot()['idempotency_keys']))


class TestOnMysql(TestOnSqlite):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestOnPostgresql(TestOnSqlite):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}


class TestWhatTheFirstHasTaken(idempotency_case.CreationCase):
    """There is room for one network, and one has been made by the fixture."""

    overrides = {'quota': {'share_networks': 2}}

    def test_it_is_no_reason_against_the_second(self):
        first = self.send(NETWORKS, NETWORK)
        find, before = idempotency_keys.get, [None]

        def find_nothing_at_first(*args):
            return before.pop() if before else find(*args)

        # As if the first had come between the look and the creation.
        self.useFixture(
            fixtures.MockPatchObject(
                idempotency_keys, 'get', find_nothing_at_first
            )
        )
        again = self.send(NETWORKS, NETWORK)
        self.assertEqual(200, again.status, again.body)
        self.assertEqual(
            idempotency_case.made(first), idempotency_case.made(again)
        )
        self.assertEqual([], before)
        self.assertEqual(413, self.send(NETWORKS, NETWORK, 'new').status)


class TestKeys(idempotency_case.CreationCase):
    def networks(self):
        return len(self.api.snapshot()['share_networks'])

    def test_a_day_later_the_key_is_free(self):
        clock = self.useFixture(
            time_fixture.TimeFixture(datetime.datetime(2026, 1, 1))
        )
        first = self.send(NETWORKS, NETWORK)
        clock.advance_time_seconds(24 * 3600)
        again = self.send(NETWORKS, NETWORK)
        self.assertEqual(
            idempotency_case.made(first), idempotency_case.made(again)
        )
        clock.advance_time_seconds(1)
        other = self.send(NETWORKS, '{"share_network": {"name": "other"}}')
        self.assertEqual(200, other.status, other.body)
        self.assertNotEqual(
            idempotency_case.made(first), idempotency_case.made(other)
        )
        self.assertEqual(1, len(self.api.snapshot()['idempotency_keys']))

    def test_the_form_of_path_and_body_does_not_matter(self):
        first = self.send(NETWORKS, NETWORK)
        again = self.send(
            f'/v2/{api_fixture.PROJECT}/share-networks',
            '{ "share_network": {"description": "d",  "name": "n"}}',
        )
        self.assertEqual(
            idempotency_case.made(first), idempotency_case.made(again)
        )

    def test_the_version_does_not_matter(self):
        first = self.send(NETWORKS, NETWORK)
        again = self.send(
            NETWORKS,
            NETWORK,
            headers={
                'X-OpenStack-Manila-API-Version': '2.31',
                'OpenStack-API-Version': 'shared-file-system 2.31',
            },
        )
        self.assertEqual(
            idempotency_case.made(first), idempotency_case.made(again)
        )

    def test_keys_that_are_none(self):
        before = self.api.snapshot()
        for key in ('', ' ', 'a b', 'x' * 256, '\xe9', 'a\tb'):
            answer = self.send(NETWORKS, NETWORK, key)
            self.assertEqual(400, answer.status, key)
            self.assertIn('Idempotency-Key: ', answer.message)
            self.assertIn('1 to 255 visible ASCII', answer.message)
        self.assertEqual(before, self.api.snapshot())

    def test_the_longest_key(self):
        for key in ('x' * 255, 'X' * 255, '!', '~'):
            self.assertEqual(200, self.send(NETWORKS, NETWORK, key).status)
        self.assertEqual(4, len(self.api.snapshot()['idempotency_keys']))

    def test_what_creates_nothing_takes_no_key(self):
        path = f'/v2/shares/{api_fixture.SHARE_ID}/metadata'
        answer = self.send(path, '{"metadata": {"tier": "silver"}}')
        self.assertEqual(200, answer.status, answer.body)
        self.assertEqual([], self.api.snapshot()['idempotency_keys'])

    def test_without_a_key_nothing_is_kept(self):
        before = self.networks()
        for _ in range(2):
            self.assertEqual(200, self.send(NETWORKS, NETWORK, None).status)
        self.assertEqual(before + 2, self.networks())
        self.assertEqual([], self.api.snapshot()['idempotency_keys'])
