# SPDX-License-Identifier: Apache-2.0
"""Messages and notifications over RabbitMQ: cut off, stopped up, encrypted."""

import pathlib
import queue
import ssl
import urllib.parse

import fixtures
from kombu import exceptions
import oslo_messaging
from oslo_utils import uuidutils

from manila_groups import conf as configuration
from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups.domain.events import notifications
from manila_groups.rpc import base as rpc
from manila_groups.tests import base
from manila_groups.tests import broker
from manila_groups.tests import inprocess
from manila_groups.tests import servers

PATIENCE = 60


class Endpoint:
    """Keeps what it is told."""

    target = oslo_messaging.Target(version='1.0')

    def __init__(self):
        self.calls = queue.Queue()

    @oslo_messaging.expose
    def place(self, ctxt, kind, row_id):
        self.calls.put((ctxt.request_id, row_id))


class RabbitTest(base.TestCase):
    tls = None

    def setUp(self):
        super().setUp()
        self.direct = servers.need_rabbit(self)
        parsed = urllib.parse.urlsplit(self.direct)
        self.way = self.useFixture(
            broker.Way(parsed.hostname, parsed.port or 5672, self.tls)
        )
        user = parsed.netloc.rpartition('@')[0]
        self.url = f'rabbit://{user}@localhost:{self.way.port}{parsed.path}'
        self.topic = f'test-{uuidutils.generate_uuid()}'
        self.ctxt = context.RequestContext(
            request_id='req-1', auth_token='secret', overwrite=False
        )

    def configure(self, url, **rabbit):
        defaults = {
            'DEFAULT': {'transport_url': url, 'control_exchange': self.topic},
            'oslo_messaging_rabbit': {
                'rabbit_interval_max': 1,
                'rabbit_retry_backoff': 0,
                'kombu_reconnect_delay': 0.1,
                **rabbit,
            },
            'oslo_messaging_notifications': {
                'driver': ['messagingv2'],
                'topics': [self.topic],
            },
        }
        return configuration.load(files=[], defaults=defaults)

    def serve(self, conf):
        """Take messages; returns where they come to."""
        broker.delete_at_end(
            self, self.direct, self.topic, f'{self.topic}.here'
        )
        endpoint = Endpoint()
        transport = rpc.transport(conf)
        self.addCleanup(transport.cleanup)
        server = rpc.server(transport, self.topic, 'here', endpoint)
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        return endpoint.calls

    def client(self, conf):
        transport = rpc.transport(conf)
        client = rpc.Client(transport, self.topic, '1.0', 'scheduler')
        self.addCleanup(client._sender.flush, PATIENCE)
        return client

    def send(self, client, row_id, server=None):
        self.ctxt.update_store()
        client.send(
            'place',
            '1.0',
            server,
            kind=states.SHARE,
            row_id=row_id,
        )

    def assertComes(self, calls, row_id):
        self.assertEqual(('req-1', row_id), calls.get(timeout=PATIENCE))


class TestMessages(RabbitTest):
    def test_the_queues_are_kept_on_a_quorum_of_nodes(self):
        calls = self.serve(self.configure(self.direct))
        client = self.client(self.configure(self.direct))
        for server, row_id in ((None, 'one'), ('here', 'two')):
            self.send(client, row_id, server)
            self.assertComes(calls, row_id)
        for name in (self.topic, f'{self.topic}.here'):
            self.assertEqual('quorum', broker.queue_type(self.direct, name))

    def test_a_broker_that_goes_and_comes_again(self):
        calls = self.serve(self.configure(self.url))
        client = self.client(self.configure(self.url))
        self.send(client, 'one')
        self.assertComes(calls, 'one')
        self.way.cut()
        self.send(client, 'two')
        self.assertFalse(client._sender.flush(0.5))
        self.assertRaises(
            exception.ServiceUnavailable, client.check_broker, 0.1
        )
        self.way.mend()
        self.assertComes(calls, 'two')
        self.assertTrue(client._sender.flush(PATIENCE))
        client.check_broker(0.1)

    def test_a_broker_that_says_nothing(self):
        """Nobody waits for it, and what it is sent is not lost."""
        calls = self.serve(self.configure(self.direct))
        client = self.client(self.configure(self.url))
        self.way.stop_up()
        self.send(client, 'one')
        self.assertFalse(client._sender.flush(0.5))
        self.way.cut()
        self.way.mend()
        self.assertComes(calls, 'one')


class Heard:
    """Keeps the notifications that it hears of."""

    def __init__(self):
        self.all = queue.Queue()

    def info(self, ctxt, publisher_id, event_type, payload, _metadata):
        self.all.put((ctxt, publisher_id, event_type, payload))


class TestNotifications(RabbitTest):
    def listen(self, conf):
        for level in ('info', 'error'):
            broker.delete_at_end(self, self.direct, f'{self.topic}.{level}')
        heard = Heard()
        transport = oslo_messaging.get_notification_transport(conf)
        self.addCleanup(transport.cleanup)
        listener = oslo_messaging.get_notification_listener(
            transport, [oslo_messaging.Target(topic=self.topic)], [heard]
        )
        listener.start()
        self.addCleanup(listener.wait)
        self.addCleanup(listener.stop)
        return heard.all

    def test_they_come_however_long_it_takes(self):
        heard = self.listen(self.configure(self.direct))
        notifier = notifications.Notifier(
            self.configure(self.url), 'api', 'here'
        )
        service = inprocess.InProcess({'DEFAULT': {'enabled_backends': []}})
        service = self.useFixture(service)
        service.caller.auth_token = 'secret'
        self.way.cut()
        group_id = service.create()
        for event in service.events:
            notifier(event)
        self.assertFalse(notifier._sender.flush(0.5))
        self.way.mend()
        found = [heard.get(timeout=PATIENCE) for _ in service.events]
        ctxt, publisher_id, event_type, payload = found[-1]
        self.assertEqual(
            ('api.here', 'share_group.create.start', group_id),
            (publisher_id, event_type, payload['id']),
        )
        self.assertEqual('req-1', ctxt['request_id'])
        self.assertNotIn('secret', repr(found))


class TestEncrypted(RabbitTest):
    """TLS in front of the broker, as a balancer may have it."""

    def setUp(self):
        directory = self.useFixture(fixtures.TempDir()).path
        try:
            broker.make_certificates(directory)
        except OSError as error:
            servers.not_there(self, 'openssl', error)
        self.files = pathlib.Path(directory)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(
            self.files / 'server.pem', self.files / 'server.key'
        )
        super().setUp()

    def test_messages(self):
        conf = self.configure(
            self.url, ssl=True, ssl_ca_file=str(self.files / 'ca.pem')
        )
        calls = self.serve(conf)
        self.send(self.client(conf), 'one')
        self.assertComes(calls, 'one')

    def test_a_broker_with_another_name(self):
        conf = self.configure(
            self.url.replace('localhost', '127.0.0.1'),
            ssl=True,
            ssl_ca_file=str(self.files / 'ca.pem'),
        )
        self.assertRefused(conf)

    def test_a_broker_that_nobody_vouches_for(self):
        other = self.useFixture(fixtures.TempDir()).path
        broker.make_certificates(other)
        conf = self.configure(
            self.url,
            ssl=True,
            ssl_ca_file=str(pathlib.Path(other, 'ca.pem')),
        )
        self.assertRefused(conf)

    def assertRefused(self, conf):
        """The client turns the broker away."""
        transport = rpc.transport(conf)
        client = oslo_messaging.get_rpc_client(
            transport, oslo_messaging.Target(topic=self.topic), retry=0
        )
        error = self.assertRaises(
            exceptions.OperationalError,
            client.cast,
            {},
            'place',
            kind='',
            row_id='',
        )
        self.assertIn('certificate', str(error).lower())
