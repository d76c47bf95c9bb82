# SPDX-License-Identifier: Apache-2.0
"""Messages between processes: sent without waiting, and never fatal."""

import queue
import threading

import fixtures
import oslo_messaging
from oslo_utils import uuidutils

from manila_groups import conf as configuration
from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups.rpc import backend as backend_rpc
from manila_groups.rpc import base as rpc
from manila_groups.rpc import scheduler as scheduler_rpc
from manila_groups.tests import base

TIMEOUT = 30


class Endpoint:
    """Keeps what it is told, and says nothing back."""

    target = oslo_messaging.Target(version='1.0')

    def __init__(self):
        self.calls = queue.Queue()

    @oslo_messaging.expose
    def place(self, ctxt, kind, row_id):
        self.calls.put(('place', ctxt, kind, row_id))

    @oslo_messaging.expose
    def work(self, ctxt, kind, row_id):
        self.calls.put(('work', ctxt, kind, row_id))

    def hidden(self, ctxt, kind, row_id):
        self.calls.put(('hidden', ctxt, kind, row_id))


class RabbitTest(base.TestCase):
    def test_that_it_is_back_is_found_soon(self):
        conf = configuration.load(
            files=[], defaults={'DEFAULT': {'transport_url': 'rabbit://'}}
        )
        self.addCleanup(rpc.transport(conf).cleanup)
        self.assertEqual(5, conf.oslo_messaging_rabbit.rabbit_interval_max)


class RpcTest(base.TestCase):
    def setUp(self):
        super().setUp()
        self.exchange = uuidutils.generate_uuid()
        self.transport = self.connect()
        self.ctxt = context.RequestContext(
            user_id='u',
            project_id='p',
            roles=['member'],
            request_id='req-7',
            global_request_id='req-8',
            is_admin=True,
        )

    def connect(self, **levels):
        """Connect as a process with [upgrade_levels] does."""
        defaults = {
            'DEFAULT': {
                'transport_url': 'fake:///',
                'control_exchange': self.exchange,
                # One message after the other: the last one is the last.
                'executor_thread_pool_size': 1,
            },
            'upgrade_levels': levels,
        }
        conf = configuration.load(files=[], defaults=defaults)
        transport = rpc.transport(conf)
        self.addCleanup(transport.cleanup)
        return transport

    def serve(self, topic, host):
        endpoint = Endpoint()
        server = rpc.server(self.transport, topic, host, endpoint)
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        return endpoint

    def client(self, version, transport=None):
        return rpc.Client(
            transport or self.transport,
            rpc.SCHEDULER_TOPIC,
            version,
            'scheduler',
        )

    def hint(self, client, method, since):
        client.hint(self.ctxt, method, since, kind=states.SHARE, row_id=since)


class TestMessages(RpcTest):
    def test_the_context_goes_along(self):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        api = scheduler_rpc.SchedulerAPI(self.transport)
        api.place(self.ctxt, states.SHARE, 'id')
        method, ctxt, *told = endpoint.calls.get(timeout=TIMEOUT)
        self.assertEqual(('place', [states.SHARE, 'id']), (method, told))
        self.assertEqual(self.ctxt.to_dict(), ctxt.to_dict())
        self.assertEqual(
            ('u', 'p', ['member'], 'req-7', 'req-8', True),
            (
                ctxt.user_id,
                ctxt.project_id,
                ctxt.roles,
                ctxt.request_id,
                ctxt.global_request_id,
                ctxt.is_admin,
            ),
        )

    def test_no_token_goes_along(self):
        self.ctxt.auth_token = self.ctxt.service_token = 'secret'
        sent = rpc.ContextSerializer().serialize_context(self.ctxt)
        self.assertNotIn('secret', repr(sent))
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        api = scheduler_rpc.SchedulerAPI(self.transport)
        api.place(self.ctxt, states.SHARE, 'id')
        ctxt = endpoint.calls.get(timeout=TIMEOUT)[1]
        self.assertIsNone(ctxt.auth_token)
        self.assertIsNone(ctxt.service_token)

    def test_the_back_end_of_the_pool_gets_them(self):
        endpoints = {
            host: self.serve(rpc.BACKEND_TOPIC, host)
            for host in ('h@one', 'h@two')
        }
        api = backend_rpc.BackendAPI(self.transport)
        api.work(self.ctxt, 'h@one#pool', states.SHARE_GROUP, 'first')
        api.work(self.ctxt, 'h@two#pool', states.SHARE, 'second')
        for host, expected in (
            ('h@one', [states.SHARE_GROUP, 'first']),
            ('h@two', [states.SHARE, 'second']),
        ):
            method, _ctxt, *told = endpoints[host].calls.get(timeout=TIMEOUT)
            self.assertEqual(('work', expected), (method, told))
            self.assertTrue(endpoints[host].calls.empty())

    def test_one_of_several_servers_gets_a_message(self):
        endpoints = [
            self.serve(rpc.SCHEDULER_TOPIC, host) for host in ('a', 'b')
        ]
        api = scheduler_rpc.SchedulerAPI(self.transport)
        for number in range(4):
            api.place(self.ctxt, states.SHARE_GROUP, str(number))
        found = []
        done = threading.Event()
        self.addCleanup(done.set)
        for _ in range(TIMEOUT * 100):
            for endpoint in endpoints:
                while not endpoint.calls.empty():
                    found.append(endpoint.calls.get()[3])
            if len(found) == 4 or done.wait(0.01):
                break
        self.assertEqual(list('0123'), sorted(found))

    def test_methods_that_are_not_exposed(self):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        client = self.client('1.0')
        for method in ('hidden', 'place'):
            self.hint(client, method, '1.0')
        method = endpoint.calls.get(timeout=TIMEOUT)[0]
        self.assertEqual('place', method)
        self.assertTrue(endpoint.calls.empty())

    def test_a_message_that_nobody_takes(self):
        log = self.useFixture(fixtures.FakeLogger())
        api = backend_rpc.BackendAPI(self.transport)
        api.work(self.ctxt, 'nobody@home#pool', states.SHARE_GROUP, 'id')
        self.assertTrue(api._client._sender.flush(TIMEOUT))
        self.assertNotIn('was not sent', log.output)


class TestVersions(RpcTest):
    """Processes of two releases, while an upgrade goes on."""

    def taken(self, endpoint):
        """The versions of the messages that came, with a last one."""
        self.hint(self.client('1.0'), 'place', '1.0')
        found = []
        while not found or found[-1] != '1.0':
            found.append(endpoint.calls.get(timeout=TIMEOUT)[3])
        return found[:-1]

    def test_only_what_a_pinned_process_may_send_is_sent(self):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        endpoint.target = oslo_messaging.Target(version='1.2')
        client = self.client('1.2', self.connect(scheduler='1.1'))
        for since in ('1.2', '1.1'):
            self.hint(client, 'place', since)
        self.assertTrue(client._sender.flush(TIMEOUT))
        self.assertEqual(['1.1'], self.taken(endpoint))

    def test_all_is_sent_without_a_pin(self):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        endpoint.target = oslo_messaging.Target(version='1.2')
        for levels in ({}, {'scheduler': ''}):
            client = self.client('1.2', self.connect(**levels))
            self.hint(client, 'place', '1.2')
            self.assertTrue(client._sender.flush(TIMEOUT))
            self.assertEqual(['1.2'], self.taken(endpoint))

    def test_a_server_goes_on_after_what_it_does_not_know(self):
        log = self.useFixture(fixtures.FakeLogger())
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        for version, method in (
            ('1.1', 'place'),
            ('2.0', 'place'),
            ('1.0', 'unknown'),
        ):
            client = self.client(version)
            self.hint(client, method, version)
            self.assertTrue(client._sender.flush(TIMEOUT))
        self.assertEqual([], self.taken(endpoint))
        for words in ('version 1.1', 'version 2.0', 'method unknown'):
            self.assertIn(words, log.output)

    def test_pins_that_this_release_does_not_know(self):
        for make, role, version in (
            (scheduler_rpc.SchedulerAPI, 'scheduler', '1.1'),
            (scheduler_rpc.SchedulerAPI, 'scheduler', '0.9'),
            (backend_rpc.BackendAPI, 'backend', '2.0'),
        ):
            error = self.assertRaises(
                exception.ConfigurationError,
                make,
                self.connect(**{role: version}),
            )
            self.assertIn(f'{role}: {version}', error.message)
            self.assertNotIn('\n', error.message)


class TestFailures(RpcTest):
    def test_a_message_that_can_not_be_sent_is_no_error(self):
        def fail(*_args, **_kwargs):
            raise oslo_messaging.MessageDeliveryFailure('the broker is gone')

        log = self.useFixture(fixtures.FakeLogger())
        self.transport._driver.send = fail
        client = self.client('1.0')
        self.hint(client, 'place', '1.0')
        self.assertTrue(client._sender.flush(TIMEOUT))
        self.assertIn('the broker is gone', log.output)

    def test_a_broken_url(self):
        conf = configuration.load(
            files=[], defaults={'DEFAULT': {'transport_url': 'no://x'}}
        )
        self.assertRaises(
            oslo_messaging.MessagingException, rpc.transport, conf
        )
