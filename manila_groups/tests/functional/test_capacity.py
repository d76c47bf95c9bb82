# SPDX-License-Identifier: Apache-2.0
"""Many clients at once that want more than there is in a pool."""

import collections
import json
import threading
import time

import sqlalchemy as sa

from manila_groups.db import models
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import servers
from manila_groups.tests.functional import wsgi_client
from manila_groups.tests.unit.db import case

CLIENTS = 40
ROOM = 25
TIMEOUT = 120
ONE_POOL = {
    'DEFAULT': {'enabled_backends': ['alpha']},
    'alpha': {'fake_pools': [{'name': 'one', 'total_capacity_gb': ROOM}]},
}


class TestCapacity(base.TestCase):
    """40 clients create shares of 1 GiB in a pool with room for 25."""

    def setUp(self):
        super().setUp()
        self.service = self.useFixture(
            fixtures.ServiceFixture(
                fixtures.merged(ONE_POOL, self.connection())
            )
        )

    def connection(self):
        return {}

    def call(self, method, url, body=''):
        return wsgi_client.call(
            self.service.application,
            method,
            f'/v2/{url}',
            body=body,
            headers={'X-Auth-Token': 'user:here'},
        )

    def get(self, url):
        return self.call('GET', url).json

    def create(self):
        body = json.dumps({'share': {'size': 1, 'share_proto': 'NFS'}})
        return self.call('POST', 'shares', body).status

    def settled(self):
        """The shares, when none is being created any more."""
        deadline = time.monotonic() + TIMEOUT
        pause = threading.Event()
        while time.monotonic() < deadline:
            found = self.get('shares/detail')['shares']
            if all(one['status'] != 'creating' for one in found):
                return found
            pause.wait(0.2)
        return self.fail(f'some shares still wait: {found}')

    def ask(self, *columns):
        with self.service.db.reader() as conn:
            return conn.execute(sa.select(*columns)).one()

    def test_each_gets_a_share_or_an_answer(self):
        answers = case.at_once([self.create] * CLIENTS, threads=CLIENTS)
        self.assertEqual([200] * CLIENTS, answers)
        shares = self.settled()
        self.assertEqual(
            {'available': ROOM, 'error': CLIENTS - ROOM},
            collections.Counter(one['status'] for one in shares),
        )
        self.check_messages(
            {one['id'] for one in shares if one['status'] == 'error'}
        )
        self.assertEqual((ROOM,), tuple(self.ask(models.Pool.claimed_gb)))
        self.assertEqual(
            (CLIENTS, CLIENTS, ROOM),
            tuple(
                self.ask(
                    sa.func.count(models.Share.id),
                    sa.func.sum(models.Share.quota_gb),
                    sa.func.sum(models.Share.claimed_gb),
                )
            ),
        )
        limits = self.get('limits')['limits']['absolute']
        self.assertEqual(
            (CLIENTS, CLIENTS),
            (limits['totalSharesUsed'], limits['totalShareGigabytesUsed']),
        )

    def check_messages(self, failed):
        found = self.get('messages')['messages']
        self.assertEqual(failed, {one['resource_id'] for one in found})
        self.assertEqual(CLIENTS - ROOM, len(found))
        for message in found:
            self.assertIn('1 GiB must be free', message['user_message'])
            for secret in ('host', 'alpha', '#'):
                self.assertNotIn(secret, message['user_message'])


class TestCapacityOnMysql(TestCapacity):
    def connection(self):
        url = servers.use_database(self, servers.MYSQL)
        return {'database': {'connection': url}}


class TestCapacityOnPostgresql(TestCapacity):
    def connection(self):
        url = servers.use_database(self, servers.POSTGRESQL)
        return {'database': {'connection': url}}
