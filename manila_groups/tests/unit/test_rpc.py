# SPDX-License-Identifier: Apache-2.0
"""Messages between processes: sent without waiting, and never fatal."""

import queue
import threading

import oslo_messaging
from oslo_utils import uuidutils

from manila_groups import conf as configuration
from manila_groups import context
from manila_groups import rpc
from manila_groups import states
from manila_groups.backend import rpcapi as backend_rpcapi
from manila_groups.scheduler import rpcapi as scheduler_rpcapi
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


class RpcTest(base.TestCase):
    def setUp(self):
        super().setUp()
        conf = configuration.load(
            files=[],
            defaults={
                'DEFAULT': {
                    'transport_url': 'fake:///',
                    'control_exchange': uuidutils.generate_uuid(),
                }
            },
        )
        self.transport = rpc.transport(conf)
        self.addCleanup(self.transport.cleanup)
        self.ctxt = context.RequestContext(
            user_id='u', project_id='p', roles=['member'], request_id='req-7'
        )

    def serve(self, topic, host):
        endpoint = Endpoint()
        server = rpc.server(self.transport, topic, host, endpoint)
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        return endpoint


class TestMessages(RpcTest):
    def test_the_context_goes_along(self):
        endpoint = self.serve(rpc.SCHEDULER_TOPIC, 'here')
        api = scheduler_rpcapi.SchedulerAPI(self.transport)
        api.place(self.ctxt, states.SHARE, 'id')
        method, ctxt, *told = endpoint.calls.get(timeout=TIMEOUT)
        self.assertEqual(('place', [states.SHARE, 'id']), (method, told))
        self.assertEqual(
            ('u', 'p', ['member'], 'req-7'),
            (ctxt.user_id, ctxt.project_id, ctxt.roles, ctxt.request_id),
        )

    def test_the_back_end_of_the_pool_gets_them(self):
        endpoints = {
            host: self.serve(rpc.BACKEND_TOPIC, host)
            for host in ('h@one', 'h@two')
        }
        api = backend_rpcapi.BackendAPI(self.transport)
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
        api = scheduler_rpcapi.SchedulerAPI(self.transport)
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
        client = rpc.Client(self.transport, rpc.SCHEDULER_TOPIC, '1.0')
        for method in ('hidden', 'place'):
            client.hint(self.ctxt, method, kind=states.SHARE, row_id='id')
        method = endpoint.calls.get(timeout=TIMEOUT)[0]
        self.assertEqual('place', method)
        self.assertTrue(endpoint.calls.empty())

    def test_a_message_that_nobody_takes(self):
        api = backend_rpcapi.BackendAPI(self.transport)
        api.work(self.ctxt, 'nobody@home#pool', states.SHARE_GROUP, 'id')


class TestFailures(RpcTest):
    def test_a_message_that_can_not_be_sent_is_no_error(self):
        def fail(*_args, **_kwargs):
            raise oslo_messaging.MessageDeliveryFailure('the broker is gone')

        self.transport._driver.send = fail
        scheduler_rpcapi.SchedulerAPI(self.transport).place(
            self.ctxt, states.SHARE_GROUP, 'id'
        )

    def test_a_broken_url(self):
        conf = configuration.load(
            files=[], defaults={'DEFAULT': {'transport_url': 'no://x'}}
        )
        self.assertRaises(
            oslo_messaging.MessagingException, rpc.transport, conf
        )
