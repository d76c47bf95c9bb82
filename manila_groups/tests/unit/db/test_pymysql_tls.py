# SPDX-License-Identifier: Apache-2.0
"""TLS of PyMySQL's connections: where the server has it, and not before."""

import pathlib
import socket
import ssl
import tempfile
import threading
from unittest import mock

import pymysql
import sqlalchemy as sa

from manila_groups.db import pymysql_tls
from manila_groups.tests import base
from manila_groups.tests import broker
from manila_groups.tests import servers
from manila_groups.tests.unit.db import case


class TestServerOfTheTests(case.OnMysql):
    def test_a_connection_reads_no_certificates(self):
        self.db.dispose()
        error = AssertionError('the certificates of the machine are read')
        with (
            mock.patch('ssl.create_default_context', side_effect=error),
            self.db.reader() as conn,
        ):
            self.assertEqual(1, conn.execute(sa.text('SELECT 1')).scalar())


class TestTls(base.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.enterContext(tempfile.TemporaryDirectory())
        self.directory = pathlib.Path(directory)
        try:
            broker.make_certificates(self.directory)
        except OSError as error:
            servers.not_there(self, 'openssl', error)

    def connection(self, **options):
        connect = pymysql_tls.connection_class(pymysql)
        return connect(defer_connect=True, **options)

    def test_a_server_that_has_it_gets_it(self):
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(
            self.directory / 'server.pem', self.directory / 'server.key'
        )
        near, far = socket.socketpair()
        self.addCleanup(near.close)
        answer = threading.Thread(
            target=lambda: server.wrap_socket(far, server_side=True).close()
        )
        answer.start()
        connection = self.connection()
        with connection.ctx.wrap_socket(near, server_hostname='x') as secured:
            self.assertTrue(secured.version().startswith('TLS'))
        answer.join()
        self.assertTrue(connection.ssl)

    def test_what_the_url_says_of_certificates_is_obeyed(self):
        authority = str(self.directory / 'ca.pem')
        # So SQLAlchemy hands ?ssl_ca=FILE on.
        connection = self.connection(ssl={'ca': authority})
        self.assertEqual(ssl.CERT_REQUIRED, connection.ctx.verify_mode)
        self.assertEqual(1, len(connection.ctx.get_ca_certs()))
