# SPDX-License-Identifier: Apache-2.0
"""What load balancers and monitoring are told."""

import pathlib
import socket

from fixtures import TempDir
import sqlalchemy as sa
import webob

from manila_groups.cmd import api
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import probe
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import fixtures
from manila_groups.tests import servers

_PASTE = pathlib.Path(__file__).parents[3] / 'etc/manila_groups/api-paste.ini'
_DISABLE = '/etc/manila-groups/healthcheck_disable'
LOAD_BALANCER = '/healthcheck'
MESSAGING = '/healthcheck/messaging'


class HealthcheckTest(base.TestCase):
    """As keystone does: nobody has a token."""

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(TempDir()).path)
        self.disable = self.directory / 'disable'
        text = _PASTE.read_text()
        self.assertIn(_DISABLE, text)
        self.paste = self.directory / 'paste.ini'
        self.paste.write_text(text.replace(_DISABLE, str(self.disable)))

    def prepare(self, server=None, **overrides):
        """Build the API.

        :param overrides: section to option to value
        """
        found = self.useFixture(fixtures.DatabaseFixture(server=server))
        values = {'api': {'paste_config': str(self.paste)}, **overrides}
        self.db, conf = found.db, found.conf
        for group, options in values.items():
            for name, value in options.items():
                group_name = None if group == 'DEFAULT' else group
                conf.set_override(name, value, group_name)
        self.application = api.assemble(
            conf, db_api.Database(conf), rpc.transport(conf)
        )

    def ask(self, path, **environ):
        request = webob.Request.blank(path, environ=environ)
        return request.get_response(self.application)

    def assertDown(self, reason, path=LOAD_BALANCER):
        answer = self.ask(path)
        self.assertEqual(503, answer.status_code)
        self.assertEqual(reason, answer.json['serviceUnavailable']['message'])

    def test_all_is_well(self):
        self.prepare()
        for path in (LOAD_BALANCER, MESSAGING):
            self.assertEqual(200, self.ask(path).status_code)
            head = self.ask(path, REQUEST_METHOD='HEAD')
            self.assertEqual(204, head.status_code)

    def test_an_operator_takes_it_out(self):
        self.prepare()
        self.disable.touch()
        self.assertDown('DISABLED BY FILE')
        self.assertEqual(200, self.ask(MESSAGING).status_code)

    def test_schema(self):
        self.assertEqual(migrations.newest(), probe.newest_revision())
        self.prepare()
        self.change_schema("UPDATE alembic_version SET version_num = '0001'")
        self.assertDown('The schema of the database is too old.')
        self.change_schema("UPDATE alembic_version SET version_num = '9999'")
        self.assertEqual(200, self.ask(LOAD_BALANCER).status_code)
        self.change_schema('DROP TABLE alembic_version')
        self.assertDown('The database does not answer.')

    def change_schema(self, statement):
        with self.db.writer() as conn:
            conn.execute(sa.text(statement))

    def check_server(self, server, scheme):
        servers.use_database(self, server)
        self.prepare(server)
        self.assertEqual(200, self.ask(LOAD_BALANCER).status_code)
        # It accepts connections, and says nothing.
        silent = self.listen()
        self.prepare(
            database={'connection': f'{scheme}://root@{silent}/nothing'}
        )
        self.assertDown('The database does not answer.')

    def listen(self):
        server = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(server.close)
        return '{}:{}'.format(*server.getsockname())

    def test_mysql_that_is_silent(self):
        self.check_server(servers.MYSQL, 'mysql+pymysql')

    def test_postgresql_that_is_silent(self):
        self.check_server(servers.POSTGRESQL, 'postgresql+psycopg2')

    def test_broker(self):
        self.prepare(DEFAULT={'transport_url': servers.need_rabbit(self)})
        self.assertEqual(200, self.ask(MESSAGING).status_code)

    def test_broker_that_is_away_or_silent(self):
        for address in ('127.0.0.1:9', self.listen()):
            url = f'rabbit://guest:guest@{address}/'
            self.prepare(DEFAULT={'transport_url': url})
            self.assertDown('The message broker does not answer.', MESSAGING)
            self.assertEqual(200, self.ask(LOAD_BALANCER).status_code)

    def test_not_for_everybody(self):
        allowed = {'healthcheck': {'allowed_source_ranges': ['192.0.2.0/24']}}
        self.prepare(**allowed)
        answer = self.ask(LOAD_BALANCER, REMOTE_ADDR='192.0.2.9')
        self.assertEqual(200, answer.status_code)
        answer = self.ask(LOAD_BALANCER, REMOTE_ADDR='198.51.100.9')
        self.assertEqual(404, answer.status_code)

    def test_details_are_for_those_who_ask(self):
        self.prepare()
        accept = {'HTTP_ACCEPT': 'application/json'}
        self.assertNotIn('threads', self.ask(LOAD_BALANCER, **accept).json)
        text = self.paste.read_text().replace(
            'backends = disable', 'detailed = true\nbackends = disable'
        )
        self.paste.write_text(text)
        self.prepare()
        self.assertIn('threads', self.ask(LOAD_BALANCER, **accept).json)
        self.assertNotIn('threads', self.ask(MESSAGING, **accept).json)
