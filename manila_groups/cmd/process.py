# SPDX-License-Identifier: Apache-2.0
"""A process: from its configuration to the signal that ends it."""

from collections.abc import Callable
import contextlib
import pathlib
import signal
import sys
import threading
import time

from oslo_db import exception as db_exception
from oslo_log import log
import oslo_messaging
from oslo_service import service
from sqlalchemy import exc as sa_exc
import waitress
from waitress import server
from waitress import trigger
from waitress import wasyncore

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.cmd import http_channel

LOG = log.getLogger(__name__)

#: What can be wrong with that which an operator has set up for the process.
_SETUP_ERRORS = (
    exception.ServiceError,
    db_exception.CantStartEngineError,
    db_exception.DBError,
    sa_exc.SQLAlchemyError,
    oslo_messaging.MessagingException,
    log.LogConfigError,
    ImportError,
    OSError,
)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class HttpServer(service.ServiceBase):
    """The API on waitress, a WSGI server in pure Python.

    :raises ConfigurationError: the address can't be listened on
    """

    #: Seconds that a client has to take the rest of its answer at the end.
    LAST_WORDS = 5

    #: Bytes of a body that are read, if only for the API to refuse it: a
    #: client that is still sending would not read the answer.  A larger body
    #: ends the connection.
    MOST_READ = 64 * 1024 * 1024

    def __init__(self, conf, application):
        self.host, self.port = conf.api.bind_host, conf.api.bind_port
        self._sockets = {}
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
                f'Can not listen on {self.host}:{self.port}: {error}'
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
        self._server.task_dispatcher.shutdown()
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

    def reset(self):
        """Do nothing: the configuration is read at the start only."""


@contextlib.contextmanager
def starting():
    """End the process, with one line that says why, when it can't go on."""
    try:
        yield
    except Exception as error:
        program = pathlib.Path(sys.argv[0]).name
        reason = (str(error).splitlines() or [''])[0]
        if isinstance(error, db_exception.DBNonExistentTable):
            reason += '; "manila-groups-manage db upgrade" makes the tables'
        if not isinstance(error, _SETUP_ERRORS):
            LOG.exception('%s can not start', program)
            reason = f'{type(error).__name__}: {reason}'
        sys.exit(f'{program}: {reason}')


def main(build: Callable, args: list[str]) -> int:
    """Run services of one process until SIGINT or SIGTERM.

    :param build: makes the services from a configuration
    :param args: the command line, without the program's name
    :returns: the exit code
    """
    with starting():
        conf = configuration.load(args)
        configuration.setup_logging(conf)
        services = build(conf)
    run(services)
    return 0


def run(services: list, ready: Callable[[], None] | None = None) -> None:
    """Start services, wait for SIGINT or SIGTERM, and stop them.

    What is being worked on is finished, unless a second signal comes.

    :param services: in the order of their start; stopped in the other one
    :param ready: called when all have been started
    """
    ended = threading.Event()

    def end(*_):
        ended.set()
        # The second signal does not wait for a driver that is at work.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    for number in _SIGNALS:
        signal.signal(number, end)
    for one in services:
        one.start()
    if ready is not None:
        ready()
    ended.wait()
    for one in reversed(services):
        one.stop()
    # At the same time: each takes the second that a thread needs to end.
    waiting = [threading.Thread(target=one.wait) for one in services]
    for one in waiting:
        one.start()
    for one in waiting:
        one.join()
