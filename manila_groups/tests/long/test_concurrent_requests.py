# SPDX-License-Identifier: Apache-2.0
"""Many clients who want the same thing at the same moment."""

import collections
import random

import fixtures

from manila_groups.backend.drivers import fake
from manila_groups.cmd import http_server
from manila_groups.db import share_groups
from manila_groups.domain.quotas import check as quota_check
from manila_groups.tests import servers
from manila_groups.tests.functional import processes
from manila_groups.tests.long import web_servers
from manila_groups.tests.unit.db import case

#: As many users of the project: what one user has is counted too, and who
#: waits there can't meet anybody where the project is counted.
USERS = 10
GROUP = {'share_group': {}}
FORCE_DELETE = {'force_delete': None}
STATUSES = ('available', 'error', 'creating', 'deleting', 'error_deleting')
QUOTA = 50
#: How many wait for an answer at the same time.
CLIENTS = 64


class Storage(fixtures.Fixture):
    """What the simulated back ends have done.

    :ivar deleted: how often which group was deleted
    :ivar held: the groups that there are
    """

    def _setUp(self):
        self.deleted, self.held = collections.Counter(), set()
        create = fake.FakeDriver.create_share_group
        delete = fake.FakeDriver.delete_share_group

        def note_create(driver, group):
            create(driver, group)
            self.held.add(group.id)

        def note_delete(driver, group):
            self.deleted[group.id] += 1
            delete(driver, group)
            self.held.discard(group.id)

        for function in (note_create, note_delete):
            name = f'{function.__name__.removeprefix("note_")}_share_group'
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'manila_groups.backend.drivers.fake.FakeDriver.{name}',
                    function,
                )
            )


class TestOnSqlite(web_servers.WebServerTestCase):
    """Threads of one process share the database with the rest."""

    server = None

    def setUp(self):
        super().setUp()
        self.storage = self.useFixture(Storage())
        self.start_api()
        self.users = [self.user(f'user-{number}') for number in range(USERS)]
        self.owner = self.users[0]
        self.assertTrue(processes.wait_for(self.client.answers), self.log())

    def start_api(self):
        self.start_service(
            {
                'DEFAULT': {'transport_url': 'fake:///'},
                'api': {'bind_port': self.port, 'threads': 16},
                **self.reconciling(),
            }
        )
        server = http_server.HttpServer(
            self.service.conf, self.service.application
        )
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)

    def user(self, name):
        identity = {
            'X-Project-Id': 'shop',
            'X-User-Id': name,
            'X-Roles': 'member',
        }
        url = f'http://127.0.0.1:{self.port}/v2'
        return processes.Client(url, headers=identity)

    def reconciling(self):
        return {'service': {'reconcile_interval': 0.5, 'stuck_after': 2}}

    def at_once(self, requests):
        """Send requests of many clients; returns the statuses, counted."""
        found = case.at_once(
            [lambda one=one: one[0].try_to(*one[1:]) for one in requests],
            threads=CLIENTS,
        )
        return collections.Counter(found)

    def make_groups(self, number):
        """Make available groups; returns the paths."""
        found = [self.owner.create() for _ in range(number)]
        for group_id in found:
            self.assertTrue(self.owner.becomes(group_id, 'available'))
        return found

    def check_usage(self, expected):
        """Look whether so many groups are counted, and are there."""
        found = self.owner.ask('GET', '/quota-sets/shop/detail')['quota_set']
        self.assertEqual(expected, found['share_groups']['in_use'])
        listed = self.owner.ask('GET', '/share-groups')['share_groups']
        self.assertEqual(expected, len(listed))
        self.assertEqual([], quota_check.differences(self.service.db))

    def test_a_hundred_deletions_of_one_group(self):
        deleted, forced, _other = self.make_groups(3)
        answers = self.delete_together(
            self.owner, 'DELETE', f'/share-groups/{deleted}'
        )
        self.assertEqual(1, answers[202], answers)
        self.assertTrue(self.owner.becomes(deleted, None))
        self.check_usage(2)
        self.delete_together(
            self.client, 'POST', f'/share-groups/{forced}/action', FORCE_DELETE
        )
        self.assertTrue(self.owner.becomes(forced, None))
        self.check_usage(1)
        self.assertEqual({deleted: 1, forced: 1}, self.storage.deleted)

    def delete_together(self, *request):
        answers = self.at_once([request] * 100)
        self.assertEqual(set(), set(answers) - {202, 404, 409}, answers)
        return answers

    def test_a_quota_that_everybody_wants_to_use(self):
        self.client.ask(
            'PUT', '/quota-sets/shop', {'quota_set': {'share_groups': QUOTA}}
        )
        requests = [
            (one, 'POST', '/share-groups', GROUP) for one in self.users
        ]
        answers = self.at_once(requests * (500 // USERS))
        self.assertEqual({202: QUOTA, 413: 500 - QUOTA}, answers)
        self.check_usage(QUOTA)
        self.assertTrue(
            processes.wait_for(lambda: len(self.storage.held) == QUOTA)
        )

    def test_owners_and_administrators_who_know_nothing_of_each_other(self):
        chance = random.Random(1)
        groups = self.make_groups(10)
        requests = [
            request
            for group_id in groups
            for request in self.contradictory(f'/share-groups/{group_id}')
        ]
        chance.shuffle(requests)
        answers = self.at_once(requests)
        self.assertEqual(set(), set(answers) - {202, 404, 409}, answers)
        left = self.rest()
        self.check_usage(len(left))
        for group in left:
            url = f'/share-groups/{group["id"]}/action'
            self.client.try_to('POST', url, FORCE_DELETE)
        for group_id in groups:
            self.assertTrue(self.owner.becomes(group_id, None), self.log())
        self.check_usage(0)
        self.assertEqual(set(), self.storage.held)

    def rest(self):
        """The groups that are left when no back end is at work any more."""

        def is_quiet():
            with self.service.db.reader() as conn:
                rows = share_groups.ROWS
                return not rows.find(conn, rows.waiting(('deleting',)))

        self.assertTrue(processes.wait_for(is_quiet))
        return self.owner.ask('GET', '/share-groups')['share_groups']

    def contradictory(self, url):
        """What may be asked for one group."""
        yield from [(self.owner, 'DELETE', url)] * 4
        yield from [(self.client, 'POST', f'{url}/action', FORCE_DELETE)] * 2
        for status in STATUSES:
            body = {'reset_status': {'status': status}}
            yield self.client, 'POST', f'{url}/action', body


class TestOnMysql(TestOnSqlite):
    """Several processes of several threads."""

    server = servers.MYSQL

    def start_api(self):
        self.start_service(self.reconciling())
        self.start_alone(*('--processes', 4, '--threads', 4, '--listen', 1024))


class TestOnPostgresql(TestOnMysql):
    server = servers.POSTGRESQL
