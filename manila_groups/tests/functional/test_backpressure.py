# SPDX-License-Identifier: Apache-2.0
"""What can't be done now is refused soon, whole, and only for now."""

import contextlib
import json
import threading

import fixtures

from manila_groups import paging
from manila_groups.db import api as db_api
from manila_groups.db import share_groups
from manila_groups.domain.operations import listing
from manila_groups.rpc import wake as wakes
from manila_groups.tests import base
from manila_groups.tests import fixtures as service_fixtures
from manila_groups.tests import servers
from manila_groups.tests.functional import api_fixture
from manila_groups.tests.functional import processes
from manila_groups.tests.functional import wsgi_client

PATIENCE = 0.05


class BackpressureTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.api = self.useFixture(api_fixture.ApiFixture())
        self.answers = threading.Event()
        self.addCleanup(self.answers.set)
        self.sent = []
        self.useFixture(
            fixtures.MonkeyPatch('manila_groups.rpc.base._cast', self.cast)
        )

    def cast(self, _client, _ctxt, method, _kwargs):
        """Send a message, as soon as the broker answers."""
        self.answers.wait(processes.PATIENCE)
        self.sent.append(method)

    def ask(self, operation):
        body = operation.body()
        return self.api.call(
            operation.verb,
            operation.url(self.api.ids),
            body=b'' if body is None else json.dumps(body),
        )

    def create(self):
        return self.api.call(
            'POST', '/v2/share-groups', body='{"share_group": {}}'
        )

    def stall(self):
        """Let a message wait for the broker for too long."""
        self.api.conf.set_override('broker_patience', PATIENCE, 'api')
        answer = self.create()
        self.assertEqual(202, answer.status, answer.body)
        group_id = answer.json['share_group']['id']
        self.assertTrue(processes.wait_for(self.is_refused))
        return group_id

    def is_refused(self):
        return self.create().status == 503


class TestBroker(BackpressureTest):
    def test_what_would_send_is_refused_and_changes_nothing(self):
        self.stall()
        before = self.api.snapshot()
        sending = [one for one in api_fixture.operations() if one.rules.sends]
        self.assertGreater(len(sending), 10)
        for operation in sending:
            answer = self.ask(operation)
            self.assertEqual(503, answer.status, (operation, answer.body))
            self.assertIn('broker', answer.message)
            fault = answer.json['serviceUnavailable']
            self.assertGreater(int(fault['retryAfter']), 0)
            self.assertNotIn('retry-after', answer.headers)
        self.assertEqual(before, self.api.snapshot())

    def test_nothing_else_sends(self):
        self.answers.set()
        for operation in api_fixture.operations():
            if not operation.rules.sends:
                self.ask(operation)
                self.assertEqual([], self.sent, operation)

    def test_all_else_goes_on(self):
        group_id = self.stall()
        answer = self.api.call('GET', f'/v2/share-groups/{group_id}')
        self.assertEqual(200, answer.status)

    def test_it_recovers_by_itself(self):
        group_id = self.stall()
        self.answers.set()
        self.assertTrue(
            processes.wait_for(lambda: self.create().status == 202)
        )
        # Whoever is woken finds what was accepted before.
        self.assertTrue(processes.wait_for(lambda: 'wake' in self.sent))
        self.assertEqual(
            [wakes.SCHEDULERS],
            [
                one.runs_at
                for one in listing.under_way(
                    self.api.db, {'resource_id': group_id}
                )
            ],
        )

    def test_the_operator_may_accept_all(self):
        self.stall()
        self.api.conf.set_override('broker_patience', 0, 'api')
        self.assertEqual(202, self.create().status)


class TestDatabase(base.TestCase):
    """All connections are in use."""

    def setUp(self):
        super().setUp()
        server = servers.CHOSEN or servers.POSTGRESQL
        self.api = self.useFixture(
            api_fixture.ApiFixture(
                {
                    'database': {
                        'connection': servers.use_database(self, server),
                        'max_pool_size': 1,
                        'max_overflow': 0,
                        'pool_timeout': 1,
                    }
                }
            )
        )

    def create(self):
        return self.api.call(
            'POST', '/v2/share-groups', body='{"share_group": {}}'
        )

    def test_it_is_told_and_changes_nothing(self):
        before = self.api.snapshot()
        with self.api.db.engine.connect():
            answer = self.create()
        self.assertEqual(503, answer.status, answer.body)
        fault = answer.json['serviceUnavailable']
        self.assertGreater(int(fault['retryAfter']), 0)
        self.assertNotIn('retry-after', answer.headers)
        self.assertEqual(before, self.api.snapshot())
        self.assertEqual(202, self.create().status)


class TestFewConnections(base.TestCase):
    """Many calls of drivers fail at once, and there is one connection."""

    def setUp(self):
        super().setUp()
        server = servers.CHOSEN or servers.POSTGRESQL
        fails = {
            'fake_failures': {'create_share_group': 1},
            'fake_delays': {'create_share_group': 0.1},
        }
        self.service = self.useFixture(
            service_fixtures.ServiceFixture(
                {
                    'database': {
                        'connection': servers.use_database(self, server),
                        'max_pool_size': 1,
                        'max_overflow': 0,
                        'pool_timeout': 1,
                    },
                    'service': {'reconcile_interval': 1},
                    'alpha': fails,
                    'beta': fails,
                }
            )
        )

    def create(self):
        answer = wsgi_client.call(
            self.service.application,
            'POST',
            '/v2/share-groups',
            body='{"share_group": {}}',
        )
        return answer.status == 202

    def statuses(self):
        """The statuses of all groups; None when there is no connection."""
        with contextlib.suppress(*db_api.UNAVAILABLE):
            with self.service.db.reader() as conn:
                found = share_groups.list_page(conn, {}, paging.Page(), True)
            return {one.status for one in found[0]}

    def rest(self):
        with contextlib.suppress(*db_api.UNAVAILABLE):
            return len(listing.under_way(self.service.db))

    def test_nothing_is_forgotten(self):
        for _ in range(12):
            self.assertTrue(processes.wait_for(self.create))
        self.assertTrue(
            processes.wait_for(lambda: self.statuses() == {'error'})
        )
        self.assertTrue(processes.wait_for(lambda: self.rest() == 0))
