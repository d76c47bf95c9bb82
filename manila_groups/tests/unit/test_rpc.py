# SPDX-License-Identifier: Apache-2.0
"""Messages between processes: sent without waiting, and never fatal."""

import queue
import threading

import fixtures
from oslo_context import fixture as context_fixture
import oslo_messaging
from oslo_utils import uuidutils

from manila_groups import conf as configuration
from manila_groups import context
from manila_groups import exception
from manila_groups import states
from manila_groups.rpc import backend as backend_rpc
from manila_groups.rpc import base as rpc
from manila_groups.rpc import scheduler as scheduler_rpc
from manila_groups.rpc import wake as wakes
from manila_groups.rpc import wakes as wakers
from manila_groups.tests import base

TIMEOUT = 30


class Endpoint:
    """Keeps what it is told, and says nothing back."""

    target = oslo_messaging.Target(version='1.1')

    def __init__(self):
        self.calls = queue.Queue()

    @oslo_messaging.expose
    def wake(self, ctxt):
        self.calls.put(('wake', ctxt))

    @oslo_messaging.expose
    def place(self, ctxt, kind, row_id):
        self.calls.put(('place', ctxt, kind, row_id))

    @oslo_messaging.expose
    def work(self, ctxt, kind, row_id):
        self.calls.put(('work', ctxt, kind, row_id))

    def hidden(self, ctxt):
        self.calls.put(('hidden', ctxt))


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
        self.useFixture(context_fixture.ClearRequestContext())
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

    def send(self, client, method, since, **kwargs):
        client.send(method, since, **kwargs)
        self.assertTrue(client._sender.flush(TIMEOUT))

    def next(self, endpoint):
        """Wait for a message; returns its method and what it says."""
        method, _ctxt, *told = endpoint.calls.get(timeout=TIMEOUT)
        return method, *told


def wake(place=wakes.SCHEDULERS, kind=states.SHARE_GROUP, row_id='id'):
    return wakes.Wake(place, kind, row_id)


class TestMessages(RpcTest):
    def context_of_a_message(self, transport=None):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        scheduler_rpc.SchedulerAPI(transport or self.transport).wake(wake())
        _method, ctxt, *_told = endpoint.calls.get(timeout=TIMEOUT)
        return ctxt

    def test_the_request_is_named(self):
        self.ctxt.update_store()
        self.assertEqual('req-7', self.context_of_a_message().request_id)

    def test_nothing_else_of_the_caller_goes_along(self):
        self.ctxt.auth_token = self.ctxt.service_token = 'secret'
        self.ctxt.update_store()
        ctxt = self.context_of_a_message()
        self.assertEqual(
            (None, None, None, None, []),
            (
                ctxt.auth_token,
                ctxt.service_token,
                ctxt.user_id,
                ctxt.project_id,
                ctxt.roles,
            ),
        )

    def test_the_release_before_is_told_who_made_the_request(self):
        self.ctxt.auth_token = 'secret'
        self.ctxt.update_store()
        ctxt = self.context_of_a_message(self.connect(scheduler='1.0'))
        self.assertEqual(
            ('req-7', 'u', 'p', [], None),
            (
                ctxt.request_id,
                ctxt.user_id,
                ctxt.project_id,
                ctxt.roles,
                ctxt.auth_token,
            ),
        )

    def test_without_a_request(self):
        self.assertRegex(self.context_of_a_message().request_id, '^req-')

    def test_no_token_is_ever_sent(self):
        self.ctxt.auth_token = self.ctxt.service_token = 'secret'
        sent = rpc.ContextSerializer().serialize_context(self.ctxt)
        self.assertNotIn('secret', repr(sent))

    def test_the_back_end_that_is_named_gets_them(self):
        endpoints = {
            host: self.serve(rpc.BACKEND_TOPIC, host)
            for host in ('h@one', 'h@two', 'h@three')
        }
        api = wakers.Wakes(self.transport)
        for host in ('h@one', 'h@two'):
            api.wake(wake(host))
            self.assertEqual(('wake',), self.next(endpoints[host]))
        for one in endpoints.values():
            self.assertTrue(one.calls.empty())

    def test_one_of_several_servers_gets_a_message(self):
        endpoints = [
            self.serve(rpc.SCHEDULER_TOPIC, host) for host in ('a', 'b')
        ]
        client = self.client('1.0')
        for number in range(4):
            client.send('place', '1.0', kind='kind', row_id=str(number))
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

    def test_many_are_one_while_they_wait(self):
        endpoint = self.serve(rpc.BACKEND_TOPIC, 'h@one')
        api = backend_rpc.BackendAPI(self.transport)
        may_send = threading.Event()
        self.addCleanup(may_send.set)
        api._client._sender.put(may_send.wait)
        for number in range(9):
            api.wake(wake('h@one', row_id=str(number)))
        may_send.set()
        self.assertTrue(api._client._sender.flush(TIMEOUT))
        self.assertEqual(('wake',), self.next(endpoint))
        api.wake(wake('h@one'))
        self.assertEqual(('wake',), self.next(endpoint))
        self.assertTrue(endpoint.calls.empty())

    def test_methods_that_are_not_exposed(self):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        client = self.client('1.1')
        for method in ('hidden', 'wake'):
            self.send(client, method, '1.1')
        self.assertEqual(('wake',), self.next(endpoint))
        self.assertTrue(endpoint.calls.empty())

    def test_a_message_that_nobody_takes(self):
        log = self.useFixture(fixtures.FakeLogger())
        api = backend_rpc.BackendAPI(self.transport)
        api.wake(wake('nobody@home'))
        self.assertTrue(api._client._sender.flush(TIMEOUT))
        self.assertNotIn('Failed to send', log.output)


class TestVersions(RpcTest):
    """Processes of two releases, while an upgrade goes on."""

    def sent(self, transport):
        """What a scheduler and a back end get from a process."""
        scheduler = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        backend = self.serve(rpc.BACKEND_TOPIC, 'h@one')
        waker = wakers.Wakes(transport)
        waker.wake(wake(row_id='first'))
        waker.wake(wake('h@one', states.SHARE, 'second'))
        return self.next(scheduler), self.next(backend)

    def test_a_pinned_process_sends_what_the_release_before_knows(self):
        self.assertEqual(
            (
                ('place', states.SHARE_GROUP, 'first'),
                ('work', states.SHARE, 'second'),
            ),
            self.sent(self.connect(scheduler='1.0', backend='1.0')),
        )

    def test_each_role_has_its_pin(self):
        self.assertEqual(
            (('place', states.SHARE_GROUP, 'first'), ('wake',)),
            self.sent(self.connect(scheduler='1.0', backend='1.1')),
        )

    def test_the_newest_is_sent_without_a_pin(self):
        self.assertEqual((('wake',), ('wake',)), self.sent(self.connect()))

    def test_an_empty_pin_is_none(self):
        transport = self.connect(scheduler='', backend='')
        self.assertEqual((('wake',), ('wake',)), self.sent(transport))

    def test_a_pinned_process_names_each_resource(self):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        api = scheduler_rpc.SchedulerAPI(self.connect(scheduler='1.0'))
        for number in range(3):
            api.wake(wake(row_id=str(number)))
        found = [self.next(endpoint)[2] for _ in range(3)]
        self.assertEqual(list('012'), sorted(found))

    def test_a_server_goes_on_after_what_it_does_not_know(self):
        log = self.useFixture(fixtures.FakeLogger())
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        for version, method in (
            ('1.2', 'wake'),
            ('2.0', 'wake'),
            ('1.0', 'unknown'),
            ('1.1', 'wake'),
        ):
            self.send(self.client(version), method, version)
        self.assertEqual(('wake',), self.next(endpoint))
        self.assertTrue(endpoint.calls.empty())
        for words in ('version 1.2', 'version 2.0', 'method unknown'):
            self.assertIn(words, log.output)

    def test_pins_that_this_release_does_not_know(self):
        for make, role, version in (
            (scheduler_rpc.SchedulerAPI, 'scheduler', '1.2'),
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
        self.send(self.client('1.1'), 'wake', '1.1')
        self.assertIn('the broker is gone', log.output)

    def test_a_broken_url(self):
        conf = configuration.load(
            files=[], defaults={'DEFAULT': {'transport_url': 'no://x'}}
        )
        self.assertRaises(
            oslo_messaging.MessagingException, rpc.transport, conf
        )
