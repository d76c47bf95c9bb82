# SPDX-License-Identifier: Apache-2.0
"""How often a request asks the database, as it goes over the wire."""

import contextlib
import itertools

import fixtures
import sqlalchemy as sa
import webob

from manila_groups.cmd import api
from manila_groups.db import connections
from manila_groups.db import models
from manila_groups.rpc import base as rpc
from manila_groups.tests import round_trips
from manila_groups.tests import servers
from manila_groups.tests.unit.db import case

#: What one statement reads, or two that need not agree: paths, with the
#: statements of each.
READS = {
    '/share-groups/{group}': 1,
    '/share-groups': 1,
    '/share-groups/detail?status=available&name~=o': 1,
    '/share-groups/detail?limit=1&marker={group}': 2,
    '/share-group-types': 1,
    '/share-group-types?group_specs={{"key": "value"}}': 1,
    '/share-group-types/{group_type}': 1,
    '/share-group-types/{group_type}/group-specs': 1,
    '/types': 1,
    '/shares': 1,
    '/shares/detail': 1,
    '/shares/{share}': 1,
    '/share-group-snapshots': 1,
    '/messages': 1,
    '/services': 1,
    '/availability-zones': 1,
    '/share-networks': 1,
}
#: What several statements read as of one moment, in the same form.
SNAPSHOTS = {
    '/share-group-snapshots/detail': 2,
    '/share-group-snapshots/{snapshot}': 2,
    '/share-networks/detail': 1,
    '/quota-sets/here': 2,
    '/limits': 2,
    '/scheduler-stats/pools': 2,
}
#: What a share group type goes through, in order: method, path, body, and the
#: statements of each beside BEGIN and COMMIT.
LIFE = (
    (
        'POST',
        '/share-group-types',
        {'share_group_type': {'name': 'new', 'share_types': ['any']}},
        3,
    ),
    (
        'POST',
        '/share-group-types/{new}/group-specs',
        {'group_specs': {'key': 'value'}},
        3,
    ),
    ('DELETE', '/share-group-types/{new}', None, 2),
)
#: What a key adds: the look for it, and its row. What it takes when the
#: request comes again: the look, and what is shown.
KEY, AGAIN = 2, 2
#: BEGIN, and ROLLBACK or COMMIT.
AROUND = 2


class OnSqlite(case.OnSqlite):
    """The whole application, with a few rows.

    SQLite has no wire: what counts is each statement.
    """

    def setUp(self):
        super().setUp()
        # No connection is tested before its use.
        self.useFixture(fixtures.MockPatchObject(connections, 'IDLE', 3600))
        self.application = api.assemble(
            self.conf, self.db, rpc.transport(self.conf)
        )
        self.names = {'group_type': self.insert_types()}
        self.names['group'], _other = self.insert_groups(
            {'name': 'one'}, {'name': 'two'}
        )
        (self.names['share'],) = self.insert_shares({'name': 'one'})
        self.insert_snapshot()

    def insert_snapshot(self):
        (snapshot,) = self.insert(
            models.ShareGroupSnapshot,
            {
                'project_id': 'here',
                'share_group_id': self.names['group'],
                'status': 'available',
            },
        )
        self.names['snapshot'] = snapshot

    def ask_for(self, path, method='GET', body=None, **headers):
        request = webob.Request.blank(
            '/v2' + path.format(**self.names),
            method=method,
            headers={
                'X-OpenStack-Manila-API-Version': 'latest',
                'X-Project-Id': 'here',
                **headers,
            },
        )
        if body is not None:
            request.content_type = 'application/json'
            request.json = body
        response = request.get_response(self.application)
        self.assertIn(response.status_int, (200, 204), response.text)
        return response

    def distinct(self, statements):
        """Leave out the settings of a connection, and repetitions.

        A deletion is told again for each table that it reaches.
        """
        for statement, _again in itertools.groupby(statements):
            if not statement.startswith('PRAGMA'):
                yield statement

    @contextlib.contextmanager
    def counted(self):
        """Yield a function that counts what the database was asked since."""
        found = []

        def trace(connection, _record):
            connection.set_trace_callback(found.append)

        sa.event.listen(self.db.engine, 'connect', trace)
        yield lambda: len(list(self.distinct(found)))
        sa.event.remove(self.db.engine, 'connect', trace)

    def count(self, paths):
        """Read each path for the second time; returns path to count."""
        counts = {}
        for path in paths:
            self.ask_for(path)
            with self.counted() as count:
                self.ask_for(path)
            counts[path] = count()
        return counts

    def test_alone(self):
        self.assertEqual(READS, self.count(READS))

    def test_the_life_of_a_type(self):
        for method, path, body, statements in LIFE:
            with self.counted() as count:
                response = self.ask_for(path, method, body)
            if path == '/share-group-types':
                self.names['new'] = response.json['share_group_type']['id']
            self.assertEqual(statements + AROUND, count(), path)

    def test_a_creation_with_a_key(self):
        method, path, body, statements = LIFE[0]
        asked = []
        for _ in range(2):
            with self.counted() as count:
                self.ask_for(path, method, body, **{'Idempotency-Key': 'one'})
            asked.append(count())
        self.assertEqual([statements + AROUND + KEY, AGAIN], asked)

    def test_as_of_one_moment(self):
        counts = {
            path: found - AROUND
            for path, found in self.count(SNAPSHOTS).items()
        }
        self.assertEqual(SNAPSHOTS, counts)


class OnServer:
    server = None

    def connection(self):
        url = sa.make_url(servers.use_database(self, self.server))
        self.counter = self.useFixture(
            round_trips.Counter((url.host, url.port))
        )
        url = url.set(host='127.0.0.1', port=self.counter.port)
        text = url.render_as_string(hide_password=False)
        return {'database': {'connection': text}}

    @contextlib.contextmanager
    def counted(self):
        before = self.counter.count
        yield lambda: self.counter.count - before


class OnMysql(OnServer, OnSqlite):
    server = servers.MYSQL


class OnMysqlWithTheOtherDriver(OnServer, OnSqlite):
    server = servers.MYSQL_BY_THE_OTHER_DRIVER


class OnPostgresql(OnServer, OnSqlite):
    server = servers.POSTGRESQL
