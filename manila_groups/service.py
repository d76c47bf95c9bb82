# SPDX-License-Identifier: Apache-2.0
"""A scheduler or a back end as a service that starts and stops."""

from collections.abc import Callable
from concurrent import futures
import contextlib
import threading
from typing import Protocol

from oslo_log import log
from oslo_service import loopingcall
from oslo_service import service

from manila_groups import sender
from manila_groups import utils
from manila_groups.rpc import base as rpc

LOG = log.getLogger(__name__)

#: How many seconds the start of a service waits for the message broker.
BROKER_PATIENCE = 5


class Serving(Protocol):
    """What does operations, in a thread of its own."""

    def serve(self, seconds: Callable[[], float], /) -> None:
        """Do operations until the end."""


class Manager:
    """What a scheduler or a back end does, with messages and without.

    Its exposed methods are what messages call.

    :ivar runner: does the operations
    """

    runner: Serving

    def report(self) -> None:
        """Write the heartbeat, and renew the leases on work in progress."""
        raise NotImplementedError

    def reconcile(self) -> None:
        """Find what no wake-up and no process takes care of."""
        raise NotImplementedError

    def reload(self) -> None:
        """Apply the changes of the configuration."""

    def end(self) -> None:
        """Begin no more operations; the next process finds them."""

    def hand_back(self) -> None:
        """Leave operations to another process: this one ends first."""


class Service(service.ServiceBase):
    """An RPC server with periodic tasks.

    :param topic: the topic of the server's messages
    :param host: the server's name within the topic
    :param manager: it reports and reconciles at the start, at each reset, and
        then periodically. It reports until all work has ended: the leases on
        it must not expire
    """

    def __init__(
        self, conf, transport, topic: str, host: str, manager: Manager
    ):
        self._server = rpc.server(transport, topic, host, manager)
        self._manager = manager
        self._heartbeat = _Loop(
            lambda: conf.service.heartbeat_interval, manager.report
        )
        self._search = _Loop(
            lambda: conf.service.reconcile_interval, manager.reconcile
        )
        self._runner = threading.Thread(
            target=manager.runner.serve,
            args=[lambda: conf.service.reconcile_interval],
            name='runner',
            daemon=True,
        )
        self._listening: futures.Future[None] = futures.Future()

    def start(self):
        """Begin to receive messages, and to search for work without them.

        If the broker does not answer, a thread goes on waiting for it.
        """
        threading.Thread(target=self._listen, daemon=True).start()
        with contextlib.suppress(TimeoutError):
            self._listening.result(BROKER_PATIENCE)
        self._heartbeat.start()
        self._runner.start()
        self._search.start()

    def _listen(self):
        try:
            self._server.start()
        except Exception as error:
            LOG.error('Failed to receive messages: %s', error)
            self._listening.set_exception(error)
        else:
            self._listening.set_result(None)

    def _listens(self):
        return self._listening.done() and not self._listening.exception()

    def stop(self):
        """Receive no more messages; work in progress goes on."""
        self._manager.end()
        self._search.stop()
        if self._listens():
            self._server.stop()

    def wait(self):
        """Wait until all work in progress has ended."""
        self._search.wait()
        if self._listens():
            # The broker may have begun to answer after the stop.
            self._server.stop()
            self._server.wait()
        if self._runner.ident is not None:
            self._runner.join()
        self._heartbeat.stop()
        self._heartbeat.wait()
        sender.flush_all()

    def hand_back(self):
        """Leave the work in progress to another process."""
        utils.call_logging_errors(self._manager.hand_back)

    def reset(self):
        """Apply the changes of the configuration."""
        self._manager.reload()
        self._heartbeat.reset()
        self._search.reset()


class _Loop:
    """Calls a method periodically, never twice at the same time.

    :param seconds: returns the interval in seconds
    """

    def __init__(self, seconds: Callable[[], float], method: Callable):
        self._seconds, self._method = seconds, method
        self._at_work = threading.Lock()
        self._failures = utils.FailureLog(method.__qualname__)
        self._calls: loopingcall.FixedIntervalLoopingCall | None = None

    def start(self):
        """Call the method now, and then at each interval."""
        self._calls = loopingcall.FixedIntervalLoopingCall(self._call)
        self._calls.start(interval=self._seconds())

    def _call(self):
        with self._at_work:
            try:
                self._method()
            except Exception as error:
                self._failures.failed(error, self._seconds())
            else:
                self._failures.worked()

    def reset(self):
        """Start again, without waiting for a call in progress."""
        self.stop()
        self.start()

    def stop(self):
        """Begin no more calls."""
        if self._calls is not None:
            self._calls.stop()

    def wait(self):
        """Wait until the last call has ended."""
        if self._calls is not None:
            self._calls.wait()
