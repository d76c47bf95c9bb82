# SPDX-License-Identifier: Apache-2.0
"""A scheduler or a back end as something that starts and stops."""

from collections.abc import Callable
from concurrent import futures
import contextlib
import threading

from oslo_log import log
from oslo_service import loopingcall
from oslo_service import service

from manila_groups import rpc
from manila_groups import sender
from manila_groups import utils

LOG = log.getLogger(__name__)

#: Seconds that a start waits for the message broker.
BROKER_PATIENCE = 5


class Service(service.ServiceBase):
    """An RPC server, with what is done again and again beside it.

    :param topic: of the messages that the server takes
    :param host: the server's name within the topic
    :param manager: has the methods that messages call
    :param heartbeat: (seconds, method): the method is called at the start, at
        each reset, and after as many seconds as the function seconds says;
        until all work is finished, which must not seem to be abandoned
    :param search: the same, until the service is told to end
    :param reload: called when the configuration was read again
    :param end: called when no more work is to be begun
    :param wait: called to wait for work that no message has brought
    :param hand_back: called when the process ends before its work does
    """

    def __init__(
        self,
        transport,
        topic: str,
        host: str,
        manager,
        heartbeat: tuple[Callable[[], float], Callable[[], None]],
        search: tuple[Callable[[], float], Callable[[], None]],
        reload: Callable[[], None] | None = None,
        end: Callable[[], None] | None = None,
        wait: Callable[[], None] | None = None,
        hand_back: Callable[[], None] | None = None,
    ):
        self._server = rpc.server(transport, topic, host, manager)
        self._heartbeat, self._search = _Loop(*heartbeat), _Loop(*search)
        self._reload = reload
        self._end, self._wait = end, wait
        self._hand_back = hand_back
        self._listening = futures.Future()

    def start(self):
        """Begin to take messages, and to look for work without them.

        A broker that is away is waited for beside the work.
        """
        threading.Thread(target=self._listen, daemon=True).start()
        with contextlib.suppress(TimeoutError):
            self._listening.result(BROKER_PATIENCE)
        self._heartbeat.start()
        self._search.start()

    def _listen(self):
        try:
            self._server.start()
        except Exception as error:
            LOG.error('No messages are taken: %s', error)
            self._listening.set_exception(error)
        else:
            self._listening.set_result(None)

    def _listens(self):
        return self._listening.done() and not self._listening.exception()

    def stop(self):
        """Take no more messages; what is being worked on goes on."""
        if self._end is not None:
            self._end()
        self._search.stop()
        if self._listens():
            self._server.stop()

    def wait(self):
        """Wait until what was being worked on is done."""
        self._search.wait()
        if self._listens():
            # The broker may have come since the stop.
            self._server.stop()
            self._server.wait()
        if self._wait is not None:
            self._wait()
        self._heartbeat.stop()
        self._heartbeat.wait()
        sender.flush_all()

    def hand_back(self):
        """Leave what is being worked on to another process."""
        if self._hand_back is not None:
            utils.call_logging_errors(self._hand_back)

    def reset(self):
        """Take over what has changed in the configuration."""
        if self._reload is not None:
            self._reload()
        self._heartbeat.reset()
        self._search.reset()


class _Loop:
    """Calls a method again and again, never twice at the same time.

    :param seconds: says after how many seconds
    """

    def __init__(self, seconds: Callable[[], float], method: Callable):
        self._seconds, self._method = seconds, method
        self._at_work = threading.Lock()

    def start(self):
        """Call the method now, and from now on."""
        self._calls = loopingcall.FixedIntervalLoopingCall(self._call)
        self._calls.start(interval=self._seconds())

    def _call(self):
        with self._at_work:
            utils.call_logging_errors(self._method)

    def reset(self):
        """Begin anew; a call that is at work is not waited for."""
        self._calls.stop()
        self.start()

    def stop(self):
        """Begin no more calls."""
        self._calls.stop()

    def wait(self):
        """Wait until the last call has ended."""
        self._calls.wait()
