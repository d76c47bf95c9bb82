# SPDX-License-Identifier: Apache-2.0
"""A scheduler or a back end as something that starts and stops."""

from collections.abc import Callable

from oslo_log import log
from oslo_service import loopingcall
from oslo_service import service

from manila_groups import rpc

LOG = log.getLogger(__name__)


class Service(service.ServiceBase):
    """An RPC server, with what is done again and again beside it.

    :param topic: of the messages that the server takes
    :param host: the server's name within the topic
    :param manager: has the methods that messages call
    :param loops: (seconds, method) pairs; each is called at the start, and
        then again after so many seconds
    """

    def __init__(
        self,
        transport,
        topic: str,
        host: str,
        manager,
        loops: list[tuple[float, Callable[[], None]]],
    ):
        self._server = rpc.server(transport, topic, host, manager)
        self._loops = [
            (seconds, loopingcall.FixedIntervalLoopingCall(quietly, method))
            for seconds, method in loops
        ]

    def start(self):
        """Begin to take messages."""
        self._server.start()
        for seconds, loop in self._loops:
            loop.start(interval=seconds)

    def stop(self):
        """Take no more messages; what is being worked on goes on."""
        for _seconds, loop in self._loops:
            loop.stop()
        self._server.stop()

    def wait(self):
        """Wait until what was being worked on is done."""
        self._server.wait()

    def reset(self):
        """Do nothing: the configuration is read at the start only."""


def quietly(method: Callable, *args) -> None:
    """Call a method; an error goes to the log, and the work waits."""
    try:
        method(*args)
    except Exception:
        LOG.exception(
            '%s%s failed; it is tried again', method.__qualname__, args
        )
