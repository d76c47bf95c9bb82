# SPDX-License-Identifier: Apache-2.0
"""What tests of connections between back ends have in common."""

import contextlib
import pathlib
import socket
import threading
import time

import fixtures

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.backend.transfer import listener
from manila_groups.backend.transfer import offers
from manila_groups.backend.transfer import reception
from manila_groups.backend.transfer import sender
from manila_groups.backend.transfer import tokens
from manila_groups.conf import migration
from manila_groups.tests import base
from manila_groups.tests import certificates

HOST = 'one@alpha'

IDS = [f'0000000{number}-0000-4000-8000-000000000000' for number in range(5)]

#: How many seconds a test waits for what should be true soon.
PATIENCE = 20


def an_offer(**fields):
    """Make an offer."""
    values = {
        'migration_id': IDS[0],
        'snapshot_id': IDS[1],
        'base_id': IDS[2],
        'format': 'files-1',
        'drop': (IDS[3], IDS[4]),
        'token': tokens.make(),
    }
    return offers.Offer(**{**values, **fields})


def wait_for(what):
    """Wait until a function returns something true, and return that."""
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError(f'{what} did not come true')
        time.sleep(0.005)
    return found


def _threads():
    """List the threads of listeners."""
    return [one for one in threading.enumerate() if one.name == 'transfer']


class Receiver:
    """Accepts all, and keeps what it receives.

    :ivar offers: what was offered
    :ivar streams: what came, as bytes; or why it did not
    """

    def __init__(self, most_bytes=None):
        self.offers, self.streams = [], []
        self.most_bytes = most_bytes

    def accept(self, offer):
        self.offers.append(offer)
        return reception.Reception(self.receive, self.most_bytes)

    def receive(self, source):
        try:
            content = source.read()
        except exception.DriverError as error:
            self.streams.append(error)
            raise
        self.streams.append(content)


class TransferCase(base.TestCase):
    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger())
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.receiver = Receiver()
        self.addCleanup(lambda: self.assertEqual([], _threads()))

    def configure(self, **options):
        conf = configuration.new(with_pipeline=False)
        migration.register(conf)
        conf([], default_config_files=[])
        values = {'socket_dir': str(self.directory / 'sockets'), **options}
        for name, value in values.items():
            conf.set_override(name, value, 'migration')
        return conf

    def secured(self, authority, *names, **options):
        """Configure connections between machines.

        :param names: what the certificate names
        """
        values = {
            'address': '127.0.0.1',
            'listen_ports': '18930-19930',
            'tls_ca_file': authority.path,
        }
        certificate, key = authority.sign(*(names or ('127.0.0.1',)))
        values.update(tls_cert_file=certificate, tls_key_file=key)
        return self.configure(**{**values, **options})

    def an_authority(self):
        return certificates.Authority(self.directory)

    def an_authority_named(self, name):
        return certificates.Authority(self.directory, name)

    def listen(self, conf, accept=None, log=None):
        """Serve until the end of the test.

        :param accept: what to do; keeps all in self.receiver if not given
        """
        accept = accept or self.receiver.accept
        made = listener.Listener(conf, HOST, accept, log)
        made.start()
        self.addCleanup(made.wait)
        self.addCleanup(made.stop)
        return made

    def deliver(self, conf, endpoint, content, report=lambda _sent: None):
        """Send some bytes, or what a function writes."""

        def write(sink):
            sink.write(content)

        sender.Sender(conf).deliver(
            endpoint,
            an_offer(),
            content if callable(content) else write,
            report,
        )

    def fails(self, kind, *arguments, **named):
        """Deliver, which fails; the message."""
        error = self.assertRaises(kind, self.deliver, *arguments, **named)
        # One may be a kind of the other.
        self.assertIs(kind, type(error))
        return error.message

    def dial(self, endpoint):
        """Connect to the Unix socket of a back end."""
        connection = socket.socket(socket.AF_UNIX)
        self.addCleanup(connection.close)
        connection.settimeout(PATIENCE)
        connection.connect(endpoint.socket)
        return connection


def answer_to(connection, data):
    """Write, and read all that comes back."""
    connection.sendall(data)
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
    return read_all(connection)


def read_all(connection):
    found = b''
    with contextlib.suppress(ConnectionError):
        while some := connection.recv(65536):
            found += some
    return found


def far_away(endpoint):
    """Return the endpoint as if it were on another machine."""
    return type(endpoint)(
        'another machine', endpoint.socket, endpoint.address, endpoint.port
    )
