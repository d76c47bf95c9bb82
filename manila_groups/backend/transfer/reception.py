# SPDX-License-Identifier: Apache-2.0
"""The receiver's part of what two back ends say to each other."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import threading
from typing import BinaryIO

from manila_groups import exception
from manila_groups.backend.transfer import answers
from manila_groups.backend.transfer import offers
from manila_groups.backend.transfer import streams
from manila_groups.backend.transfer import wire as wires

#: How many seconds a header may take, and reading on after an error.
PATIENCE = 10.0


@dataclasses.dataclass(frozen=True, slots=True)
class Reception:
    """What a back end does with a stream that it has accepted.

    :ivar receive: reads the stream to its end: read(n) returns fewer bytes
        than n only there, and raises when the stream was cut or is too long
    :ivar most_bytes: how many bytes the stream may have; None for any number
    """

    receive: Callable[[BinaryIO], None]
    most_bytes: int | None


#: Decides on an offer, of a connection that is trusted; raises Refused, or
#: TransientDriverError when it may be accepted later.
Accept = Callable[[offers.Offer], Reception]


class Receiver:
    """Receives streams, of several connections at the same time.

    :param max_streams: how many streams there may be at the same time
    """

    def __init__(self, accept: Accept, max_streams: int):
        self._accept, self._most = accept, max_streams
        self._places = threading.BoundedSemaphore(max_streams)

    def serve(self, wire: wires.Wire, on_header: Callable[[], object]) -> None:
        """Receive what one connection brings.

        :param on_header: called when the header was read
        :raises Exception: the stream was not received; the sender knows why
        """
        try:
            self._serve(wire, on_header)
        except Exception as error:
            with contextlib.suppress(exception.TransientDriverError):
                wire.send(answers.of_error(error))
            wire.discard(PATIENCE)
            raise

    def _serve(
        self, wire: wires.Wire, on_header: Callable[[], object]
    ) -> None:
        offer = offers.parse(wire.line(offers.MOST_BYTES, PATIENCE))
        on_header()
        with self._place():
            reception = self._accept(offer)
            wire.send(answers.line(answers.READY))
            _receive(wire, reception)
        wire.send(answers.line(answers.DONE))

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise exception.TransientDriverError(
                f'it receives {self._most} streams already, the maximum of '
                '[migration] max_streams'
            )
        try:
            yield
        finally:
            self._places.release()


def _receive(wire: wires.Wire, reception: Reception) -> None:
    source = streams.Source(wire, reception.most_bytes)
    file = streams.reader(source)
    try:
        reception.receive(file)
    except Exception as error:
        # A program may stand between the two, and fail for this reason.
        if source.failure not in (None, error):
            raise source.failure from error
        raise
    source.finish(file)
