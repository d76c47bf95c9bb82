# SPDX-License-Identifier: Apache-2.0
"""Who is not allowed to connect, and whom a sender does not trust."""

import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading

from manila_groups import exception
from manila_groups.backend.transfer import endpoints
from manila_groups.tests import certificates
from manila_groups.tests.unit.backend.transfer import case

#: The user "nobody" of most systems.
_NOBODY = 65534

#: Python itself may be where only root can read it.
_BECOME = f"""
import os, socket, sys
os.setuid({_NOBODY})
"""

_DIAL = """
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
try:
    connection.sendall(sys.argv[2].encode())
    print(connection.recv(1000))
except OSError:
    print(b'')
"""

_LISTEN = """
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print('listens', flush=True)
listener.accept()
"""


class TestTls(case.TransferCase):
    """Each listener is asked by clients that are not what they should be."""

    def setUp(self):
        super().setUp()
        self.authority = self.an_authority()
        self.conf = self.secured(self.authority)
        self.endpoint = case.far_away(self.listen(self.conf).endpoint)

    def replaced(self, **options):
        """Configure a sender like the listener, but for some options."""
        names = ('tls_ca_file', 'tls_cert_file', 'tls_key_file')
        section = self.conf.migration
        return self.configure(
            **{**{name: section[name] for name in names}, **options}
        )

    def with_certificate(self, authority, *names, **kinds):
        certificate, key = authority.sign(*names, **kinds)
        return self.replaced(tls_cert_file=certificate, tls_key_file=key)

    def refused(self, conf, *words):
        """A sender can't deliver, and the receiver was not even asked."""
        message = self.fails(
            exception.TransientDriverError, conf, self.endpoint, b'content'
        )
        for word in words:
            self.assertIn(word, message)
        self.assertEqual([], self.receiver.offers)
        # It goes on to work.
        self.deliver(self.conf, self.endpoint, b'content')
        self.assertEqual([b'content'], self.receiver.streams)

    def noted(self, text):
        case.wait_for(lambda: text in self.log.output)
        self.assertIn('127.0.0.1', self.log.output)

    def dialed(self, context, data):
        """Connect with any TLS; what comes back, or the error."""
        connection = socket.create_connection(
            (self.endpoint.address, self.endpoint.port), case.PATIENCE
        )
        try:
            with context.wrap_socket(
                connection, server_hostname='127.0.0.1'
            ) as secured:
                secured.sendall(data)
                return secured.recv(1000)
        except OSError as error:
            return error

    def own_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.authority.path)
        return context

    def test_no_certificate(self):
        found = self.dialed(self.own_context(), case.an_offer().line())
        self.assertNotIsInstance(found, bytes)
        self.noted('peer did not return a certificate')
        self.assertEqual([], self.receiver.offers)

    def test_a_certificate_of_another_authority(self):
        # Of the same name, too.
        other = self.an_authority()
        self.refused(self.with_certificate(other, '127.0.0.1'))
        self.noted('certificate')

    def test_one_that_has_expired(self):
        self.refused(
            self.with_certificate(self.authority, '127.0.0.1', days=-1)
        )
        self.noted('certificate has expired')

    def test_one_that_is_not_for_clients(self):
        self.refused(
            self.with_certificate(self.authority, 'x', uses=('server',))
        )
        self.noted('certificate purpose')

    def test_an_older_tls(self):
        context = self.own_context()
        section = self.conf.migration
        context.load_cert_chain(section.tls_cert_file, section.tls_key_file)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        found = self.dialed(context, case.an_offer().line())
        self.assertIsInstance(found, ssl.SSLError)
        self.noted('unsupported protocol')
        self.assertEqual([], self.receiver.offers)

    def test_plain_text(self):
        connection = socket.create_connection(
            (self.endpoint.address, self.endpoint.port), case.PATIENCE
        )
        with connection:
            found = case.answer_to(connection, case.an_offer().line())
        self.assertNotIn(b'answer', found)
        self.noted('failed')
        self.assertEqual([], self.receiver.offers)

    def test_a_listener_of_another_authority(self):
        other = self.an_authority()
        conf = self.replaced(tls_ca_file=other.path)
        self.refused(conf, 'cannot be trusted', 'certificate')

    def test_files_that_are_not_there_any_more(self):
        pathlib.Path(self.conf.migration.tls_key_file).unlink()
        message = self.fails(
            exception.TransientDriverError, self.conf, self.endpoint, b''
        )
        self.assertIn('[migration] tls_key_file', message)

    def test_files_that_were_replaced(self):
        """Without a new start, both sides have a new authority."""
        other = certificates.Authority(self.directory)
        section = self.conf.migration
        certificate, key = other.sign('127.0.0.1')
        for new, old in (
            (other.path, section.tls_ca_file),
            (certificate, section.tls_cert_file),
            (key, section.tls_key_file),
        ):
            pathlib.Path(new).replace(old)
        self.deliver(self.conf, self.endpoint, b'content')
        self.assertEqual([b'content'], self.receiver.streams)


class TestNames(case.TransferCase):
    def test_a_listener_with_another_name(self):
        authority = self.an_authority()
        conf = self.secured(authority)
        made = self.listen(conf).endpoint
        elsewhere = endpoints.Endpoint(
            'x', made.socket, 'localhost', made.port
        )
        message = self.fails(
            exception.TransientDriverError, conf, elsewhere, b'content'
        )
        self.assertIn('cannot be trusted', message)
        self.assertIn("not valid for 'localhost'", message)
        self.assertEqual([], self.receiver.offers)

    def test_a_server_that_is_no_server(self):
        """Even when it asks for nothing, and takes all."""
        authority = self.an_authority()
        conf = self.secured(authority)
        certificate, key = authority.sign('127.0.0.1', uses=('client',))
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(listener.close)

        def take():
            connection, _address = listener.accept()
            with connection:
                try:
                    server.wrap_socket(connection, server_side=True).close()
                except OSError:
                    return

        thread = threading.Thread(target=take)
        thread.start()
        self.addCleanup(thread.join)
        port = listener.getsockname()[1]
        one = endpoints.Endpoint('x', '/', '127.0.0.1', port)
        message = self.fails(exception.TransientDriverError, conf, one, b'')
        self.assertIn('certificate purpose', message)


class TestUsers(case.TransferCase):
    """Users of one machine, who got at the socket in spite of all."""

    def setUp(self):
        super().setUp()
        if os.geteuid():
            self.skipTest('only root can be two users')
        self.directory.chmod(0o777)

    def program(self, text, *arguments):
        return subprocess.Popen(
            [sys.executable, '-c', f'{_BECOME}{text}', *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )

    def test_another_user_connects(self):
        conf = self.configure()
        endpoint = self.listen(conf).endpoint
        pathlib.Path(endpoint.socket).chmod(0o777)
        pathlib.Path(endpoint.socket).parent.chmod(0o777)
        header = case.an_offer().line().decode()
        with self.program(_DIAL, endpoint.socket, header) as program:
            output, _errors = program.communicate(timeout=case.PATIENCE)
        self.assertEqual("b''\n", output)
        case.wait_for(lambda: 'runs as the user 65534' in self.log.output)
        self.assertEqual([], self.receiver.offers)

    def test_another_user_listens(self):
        path = self.directory / 'other.sock'
        conf = self.configure()
        one = endpoints.Endpoint(endpoints.this_machine(), str(path))
        with self.program(_LISTEN, str(path)) as program:
            self.assertEqual('listens\n', program.stdout.readline())
            message = self.fails(
                exception.TransientDriverError, conf, one, b'content'
            )
        self.assertIn('runs as the user 65534', message)
