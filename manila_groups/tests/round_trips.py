# SPDX-License-Identifier: Apache-2.0
"""Counts what goes back and forth between a client and a server."""

import contextlib
import selectors
import socket
import threading

import fixtures


class Counter(fixtures.Fixture):
    """A port that passes all on to a server, and counts.

    A round trip is whatever the client sends until the server answers. So it
    does not matter which driver or which library sends it, and how.

    :param address: host and port of the server
    :ivar port: where it listens on 127.0.0.1
    :ivar count: the round trips so far
    """

    def __init__(self, address: tuple[str, int]):
        self._address = address
        self.count = 0

    def _setUp(self):
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self.addCleanup(self._listener.close)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(
                    target=self._serve, args=(client,), daemon=True
                ).start()

    def _serve(self, client):
        server = socket.create_connection(self._address)
        with client, server, contextlib.suppress(OSError):
            self._pass_on(client, server)

    def _pass_on(self, client, server):
        waits = False
        for source, data in _received(client, server):
            if source is client:
                self.count += not waits
            waits = source is client
            (server if source is client else client).sendall(data)


def _received(*sockets):
    """Yield each socket that has received something, with that."""
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        while True:
            for key, _events in selector.select():
                data = key.fileobj.recv(65536)
                if not data:
                    return
                yield key.fileobj, data
