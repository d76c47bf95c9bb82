# SPDX-License-Identifier: Apache-2.0
"""A way to the message broker that a test can cut, stop up, or encrypt."""

import contextlib
import socket
import subprocess
import threading

import fixtures
import kombu


class Way(fixtures.Fixture):
    """A port of this machine whose connections go on to another one.

    :param host: where they go on to
    :param tls: an ssl.SSLContext of a server, for connections to this port
    :ivar port: of 127.0.0.1
    """

    def __init__(self, host, port, tls=None):
        self._target, self._tls = (host, port), tls
        self.port = 0

    def _setUp(self):
        self._open, self._flows = [], threading.Event()
        self.mend()
        self.addCleanup(self.cut)

    def mend(self):
        """Take connections, and let what is sent flow."""
        self._flows.set()
        self._listening = socket.create_server(('127.0.0.1', self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(
            target=self._accept, args=(self._listening,), daemon=True
        ).start()

    def cut(self):
        """Close all connections, and refuse new ones."""
        # shutdown() wakes up the thread that waits in accept().
        for one in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()
        self._flows.set()

    def stop_up(self):
        """Take what is sent, and let none of it through."""
        self._flows.clear()

    def _accept(self, listening):
        with contextlib.suppress(OSError):
            while True:
                near, _address = listening.accept()
                threading.Thread(
                    target=self._connect, args=(near,), daemon=True
                ).start()

    def _connect(self, near):
        with contextlib.suppress(OSError):
            if self._tls is not None:
                near = self._tls.wrap_socket(near, server_side=True)
            far = socket.create_connection(self._target)
            self._open += near, far
            threading.Thread(
                target=self._pass_on, args=(far, near), daemon=True
            ).start()
            self._pass_on(near, far)

    def _pass_on(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def make_certificates(directory) -> None:
    """Make a certificate authority and a server's certificate, for localhost.

    Writes ca.pem, server.pem and server.key.

    :raises OSError: there is no openssl
    """
    request = ['openssl', 'req', '-x509', '-newkey', 'ec', '-nodes']
    curve = ['-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2']
    authority = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca']
    server = [
        *('-keyout', 'server.key', '-out', 'server.pem'),
        *('-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'),
        *('-addext', 'basicConstraints=critical,CA:FALSE'),
        *('-CA', 'ca.pem', '-CAkey', 'ca.key'),
    ]
    for command in (authority, server):
        subprocess.run(
            [*request, *curve, *command],
            cwd=directory,
            check=True,
            capture_output=True,
        )


def delete_at_end(test, url: str, *queues: str) -> None:
    """Delete queues when a test ends: they are made to outlive much.

    :param url: of the broker, as oslo.messaging wants it
    """

    def delete():
        url_of_kombu = url.replace('rabbit:', 'amqp:', 1)
        with kombu.Connection(url_of_kombu) as connection:
            channel = connection.channel()
            for queue in queues:
                channel.queue_delete(queue)

    test.addCleanup(delete)


def queue_type(url: str, queue: str) -> str:
    """Find out how a queue is kept: classic or quorum."""
    url_of_kombu = url.replace('rabbit:', 'amqp:', 1)
    for kind in ('classic', 'quorum'):
        with (
            kombu.Connection(url_of_kombu) as connection,
            contextlib.suppress(connection.channel_errors),
        ):
            connection.channel().queue_declare(
                queue,
                durable=True,
                auto_delete=False,
                arguments={'x-queue-type': kind},
            )
            return kind
    raise AssertionError(f'{queue} is neither')
