# SPDX-License-Identifier: Apache-2.0
"""The HTTP server of the processes: it begins, and it ends in order."""

import concurrent.futures
import socket
import threading
import urllib.request

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.cmd import http_server
from manila_groups.tests import base

PATIENCE = 30
BODY = b'x' * 3000000


class TestHttpServer(base.TestCase):
    def setUp(self):
        super().setUp()
        self.broken_threads = []
        hook = threading.excepthook
        threading.excepthook = self.broken_threads.append
        self.addCleanup(setattr, threading, 'excepthook', hook)
        self.asked, self.may_answer = threading.Event(), threading.Event()
        self.addCleanup(self.may_answer.set)

    def application(self, _environ, start_response):
        self.asked.set()
        self.may_answer.wait(PATIENCE)
        start_response('200 OK', [('Content-Length', str(len(BODY)))])
        return [BODY]

    def server(self, host='127.0.0.1', port=None):
        if port is None:
            with socket.socket() as found:
                found.bind(('127.0.0.1', 0))
                port = found.getsockname()[1]
        conf = configuration.load(
            files=[],
            defaults={'api': {'bind_host': host, 'bind_port': port}},
        )
        return http_server.HttpServer(conf, self.application)

    def ask(self, server):
        url = f'http://{server.host}:{server.port}/'
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            return response.read()

    def test_a_request_that_was_begun_is_answered(self):
        for host in ('127.0.0.1', 'localhost'):
            self.asked.clear()
            self.may_answer.clear()
            server = self.server(host)
            server.start()
            with concurrent.futures.ThreadPoolExecutor() as threads:
                answer = threads.submit(self.ask, server)
                self.assertTrue(self.asked.wait(PATIENCE))
                server.stop()
                self.may_answer.set()
                server.wait()
                self.assertEqual(len(BODY), len(answer.result(PATIENCE)))
            self.assertRaises(OSError, self.ask, server)
        self.assertEqual([], self.broken_threads)

    def test_many_ends(self):
        for _ in range(20):
            server = self.server()
            server.start()
            server.stop()
            server.wait()
            self.assertFalse(server._thread.is_alive())
        self.assertEqual([], self.broken_threads)

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = taken.getsockname()[1]
            error = self.assertRaises(
                exception.ConfigurationError, self.server, port=port
            )
        self.assertIn(str(port), error.message)
