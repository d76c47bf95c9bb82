# SPDX-License-Identifier: Apache-2.0
"""The API on waitress, a WSGI server in pure Python."""

import contextlib
import threading
import time
from typing import Any

from oslo_service import service
import waitress
from waitress import server
from waitress import trigger
from waitress import wasyncore

from manila_groups import exception
from manila_groups.api.middleware import noauth
from manila_groups.cmd import http_channel


class HttpServer(service.ServiceBase):
    """The API as something that starts and stops.

    :param way: how whoever starts the process chooses another address
    :raises ConfigurationError: the address can't, or must not, be listened on
    """

    #: Seconds that a client has to take the rest of its answer at the end.
    LAST_WORDS = 5

    #: Bytes of a body that are read, if only for the API to refuse it: a
    #: client that is still sending would not read the answer.  A larger body
    #: ends the connection.
    MOST_READ = 64 * 1024 * 1024

    def __init__(
        self,
        conf,
        application,
        way: str = 'in [api] bind_host and bind_port',
    ):
        noauth.check_listening(conf)
        self.host, self.port = conf.api.bind_host, conf.api.bind_port
        self._sockets: dict[int, Any] = {}
        try:
            self._server = waitress.create_server(
                application,
                map=self._sockets,
                host=self.host,
                port=self.port,
                threads=conf.api.threads,
                max_request_body_size=self.MOST_READ,
                clear_untrusted_proxy_headers=False,
                ident=None,
            )
        except (OSError, ValueError) as error:
            raise exception.ConfigurationError(
                f'Cannot listen on {self.host}:{self.port}: '
                f'{getattr(error, "strerror", None) or error}. '
                f'Choose another address {way}.'
            ) from error
        for one in self._listening():
            one.channel_class = http_channel.Channel
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self):
        """Begin to answer requests."""
        self._thread.start()

    def stop(self):
        """Answer no more requests; those begun are finished."""
        self._in_loop(self._close_listening)

    def wait(self):
        """Wait until the begun requests are answered."""
        # Who ends the process also ends what takes longer.
        forever = threading.TIMEOUT_MAX
        self._server.task_dispatcher.shutdown(timeout=forever)
        deadline = time.monotonic() + self.LAST_WORDS
        while self._has_unsent() and time.monotonic() < deadline:
            time.sleep(0.01)
        self._in_loop(lambda: wasyncore.close_all(self._sockets))
        self._thread.join(self.LAST_WORDS)

    def _in_loop(self, call):
        """Have the loop's own thread call: it selects on the sockets."""
        for one in list(self._sockets.values()):
            if isinstance(one, trigger.trigger):
                # A loop that has ended already has closed its trigger.
                with contextlib.suppress(OSError):
                    one.pull_trigger(call)
                return

    def _listening(self):
        return [
            one
            for one in self._sockets.values()
            if isinstance(one, server.BaseWSGIServer)
        ]

    def _close_listening(self):
        for one in self._listening():
            wasyncore.dispatcher.close(one)

    def _has_unsent(self):
        return any(
            getattr(one, 'total_outbufs_len', 0)
            for one in list(self._sockets.values())
        )

    def hand_back(self):
        """Do nothing: clients see that their requests end."""

    def reset(self):
        """Do nothing: what it reads of the configuration cannot change."""
