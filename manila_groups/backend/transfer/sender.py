# SPDX-License-Identifier: Apache-2.0
"""Sends streams to other back ends."""

from collections.abc import Callable
import contextlib
import socket
import time
from typing import BinaryIO

from oslo_config import cfg

from manila_groups import exception
from manila_groups.backend.transfer import answers
from manila_groups.backend.transfer import bandwidth
from manila_groups.backend.transfer import endpoints
from manila_groups.backend.transfer import local
from manila_groups.backend.transfer import offers
from manila_groups.backend.transfer import streams
from manila_groups.backend.transfer import tcp
from manila_groups.backend.transfer import wire as wires

#: Writes a stream to a file, and returns when it is whole.
Write = Callable[[BinaryIO], None]

#: Is told how many bytes were sent so far.
Report = Callable[[int], None]

#: How many seconds a connection may take to be made.
_PATIENCE = 10.0

#: How many seconds go by between two reports.
_INTERVAL = 1.0


class Sender:
    """Sends streams; a process has one, for all its back ends.

    :param conf: the configuration, with the limit of what is sent
    """

    def __init__(self, conf: cfg.ConfigOpts):
        self._conf = conf
        self._limit = bandwidth.Limit(
            lambda: conf.migration.bandwidth_limit * 2**20
        )

    def deliver(
        self,
        endpoint: endpoints.Endpoint,
        offer: offers.Offer,
        write: Write,
        report: Report,
    ) -> None:
        """Send a stream to a back end, and wait until it is received.

        :param endpoint: of the back end
        :param write: called once, when the back end has accepted the offer
        :param report: called at most once a second, while the back end makes
            it wait, too. What it raises ends the connection and is raised on
        :raises Refused: the back end does not take it, with its reason
        :raises TransientDriverError: it can't be reached, the connection was
            cut or has stalled, or the back end can't receive it now
        """
        stall = self._conf.migration.stall_timeout
        wire = wires.Wire(self._connect(endpoint), stall)
        with contextlib.closing(wire):
            _Delivery(wire, stall, self._limit, report).run(offer, write)

    def _connect(self, endpoint: endpoints.Endpoint) -> socket.socket:
        reason = 'it is on another machine, and has no address'
        if endpoint.machine == endpoints.this_machine():
            try:
                return local.connect(endpoint.socket, _PATIENCE)
            except OSError as error:
                reason = f'{endpoint.socket}: {wires.reason(error)}'
        if endpoint.address is None or endpoint.port is None:
            raise exception.TransientDriverError(
                f'the other back end cannot be reached: {reason}'
            )
        return tcp.connect(
            self._conf, endpoint.address, endpoint.port, _PATIENCE
        )


class _Delivery:
    """Sends one stream on one connection.

    :param stall: the maximum number of seconds without an answer
    """

    def __init__(
        self,
        wire: wires.Wire,
        stall: float,
        limit: bandwidth.Limit,
        report: Report,
    ):
        self._wire, self._stall, self._report = wire, stall, report
        self._sink = streams.Sink(wire, self._before, self._after)
        self._limit = limit
        self._sent = 0
        self._reported = -_INTERVAL

    def run(self, offer: offers.Offer, write: Write) -> None:
        self._wire.send(offer.line())
        self._expect(answers.READY)
        file = streams.writer(self._sink)
        try:
            self._write(file, write)
        finally:
            self._sink.abandon()
        self._sink.end()
        self._expect(answers.DONE)

    def _write(self, file: BinaryIO, write: Write) -> None:
        try:
            write(file)
            if not file.closed:
                file.flush()
        except Exception as error:
            # A program may stand between the two, and fail for this reason.
            if self._sink.failure not in (None, error):
                raise self._sink.failure from error
            raise
        self._sink.check()

    def _before(self, size: int) -> None:
        self._limit.take(size)
        if self._wire.is_readable():
            self._expect(answers.DONE)
            raise exception.TransientDriverError(
                'the other back end has answered before the end of the stream'
            )

    def _after(self, total: int) -> None:
        self._sent = total
        self._tell()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._reported >= _INTERVAL:
            self._reported = now
            self._report(self._sent)

    def _expect(self, wanted: str) -> None:
        """Wait for an answer, and go on to report meanwhile."""
        end = time.monotonic() + self._stall
        while not self._wire.is_readable(_INTERVAL):
            self._tell()
            if time.monotonic() > end:
                raise exception.TransientDriverError(
                    'the other back end has not answered for '
                    f'{self._stall:.3g} seconds'
                )
        answers.expect(
            wanted, self._wire.line(answers.MOST_BYTES, self._stall)
        )
