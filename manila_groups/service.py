# SPDX-License-Identifier: Apache-2.0
"""A scheduler or a back end as something that starts and stops."""

from collections.abc import Callable

from oslo_log import log
from oslo_service import loopingcall
from oslo_service import service

from manila_groups import outbox
from manila_groups import rpc

LOG = log.getLogger(__name__)


class Service(service.ServiceBase):
    """An RPC server, with what is done again and again beside it.

    :param topic: of the messages that the server takes
    :param host: the server's name within the topic
    :param manager: has the methods that messages call
    :param loops: (seconds, method) pairs: the method is called at the start,
        at each reset, and after as many seconds as the function seconds says
    :param reload: called when the configuration was read again
    :param end: called when no more work is to be begun
    """

    def __init__(
        self,
        transport,
        topic: str,
        host: str,
        manager,
        loops: list[tuple[Callable[[], float], Callable[[], None]]],
        reload: Callable[[], None] | None = None,
        end: Callable[[], None] | None = None,
    ):
        self._server = rpc.server(transport, topic, host, manager)
        self._methods = loops
        self._reload = reload
        self._end = end
        self._loops = []

    def start(self):
        """Begin to take messages."""
        self._server.start()
        self._start_loops()

    def _start_loops(self):
        for seconds, method in self._methods:
            loop = loopingcall.FixedIntervalLoopingCall(quietly, method)
            loop.start(interval=seconds())
            self._loops.append(loop)

    def _end_loops(self):
        for loop in self._loops:
            loop.stop()
        for loop in self._loops:
            loop.wait()
        self._loops.clear()

    def stop(self):
        """Take no more messages; what is being worked on goes on."""
        if self._end is not None:
            self._end()
        for loop in self._loops:
            loop.stop()
        self._server.stop()

    def wait(self):
        """Wait until what was being worked on is done."""
        self._end_loops()
        self._server.wait()
        outbox.flush_all()

    def reset(self):
        """Take over what has changed in the configuration."""
        if self._reload is not None:
            self._reload()
        self._end_loops()
        self._start_loops()


def quietly(method: Callable, *args) -> None:
    """Call a method; an error goes to the log, and the work waits."""
    try:
        method(*args)
    except Exception:
        LOG.exception(
            '%s%s failed; it is tried again', method.__qualname__, args
        )
