# SPDX-License-Identifier: Apache-2.0
"""A stream on a connection: pieces with their length, and an explicit end."""

from collections.abc import Callable
import io
import struct
from typing import Any

from manila_groups import exception
from manila_groups.backend.transfer import wire as wires

#: The maximum number of bytes of a piece.
MOST = 256 * 1024

#: What each piece begins with: the number of its bytes; 0 is the end.
_LENGTH = struct.Struct('>I')

_END = _LENGTH.pack(0)


class _Stream(io.RawIOBase):
    """What both ends of a stream have in common.

    :ivar failure: what has ended it too early; None if nothing has.  It may
        not reach who reads or writes here, with programs in between
    """

    def __init__(self, wire: wires.Wire):
        super().__init__()
        self._wire = wire
        self.failure: Exception | None = None

    def check(self) -> None:
        """Raise what has ended the stream too early, if anything has."""
        if self.failure is not None:
            raise self.failure

    def _guarded(self, function: Callable, *arguments: Any) -> Any:
        self.check()
        try:
            return function(*arguments)
        except Exception as error:
            self.failure = error
            raise


class Source(_Stream):
    """Reads a stream; use it through :func:`reader`.

    :param most_bytes: how many bytes it may have; None for any number
    """

    def __init__(self, wire: wires.Wire, most_bytes: int | None):
        super().__init__(wire)
        self._most = most_bytes
        self._total = self._left = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer.

        :returns: the number of bytes; 0 only at the explicit end
        :raises TransientDriverError: the stream was cut, or is stalled
        :raises DriverError: it is too long, or not a stream
        """
        return int(self._guarded(self._fill, memoryview(buffer).cast('B')))

    def finish(self, reader: io.BufferedReader) -> None:
        """Make sure that all was read, up to the end.

        :param reader: what has read it
        :raises DriverError: there is more
        """
        self.check()
        if not self._ended and (reader.closed or reader.read(1)):
            raise exception.DriverError('the stream goes on after its content')

    def _fill(self, buffer: memoryview) -> int:
        if not self._left and not self._ended:
            self._begin_piece()
        if self._ended or not buffer:
            return 0
        found = self._wire.receive_into(buffer[: self._left])
        if not found:
            raise exception.TransientDriverError(
                'the stream was cut before its end'
            )
        self._left -= found
        return found

    def _begin_piece(self) -> None:
        (size,) = _LENGTH.unpack(self._wire.receive_exactly(_LENGTH.size))
        if size > MOST:
            raise exception.DriverError(
                f'the stream has a piece of {size} bytes, and {MOST} is the '
                'maximum'
            )
        self._total += size
        if self._most is not None and self._total > self._most:
            raise exception.DriverError(
                f'the stream has more than {self._most} bytes, which is the '
                'maximum here'
            )
        self._left, self._ended = size, size == 0


class Sink(_Stream):
    """Writes a stream; use it through :func:`writer`.

    :param before: called before each piece with the number of its bytes
    :param after: called after each with the number of bytes so far
    """

    def __init__(
        self,
        wire: wires.Wire,
        before: Callable[[int], None],
        after: Callable[[int], None],
    ):
        super().__init__(wire)
        self._before, self._after = before, after
        self._total = 0
        self._abandoned = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Write at most a piece.

        :returns: the number of bytes that were written
        :raises TransientDriverError: the connection is lost or stalled
        """
        piece = memoryview(data).cast('B')[:MOST]
        if piece and not self._abandoned:
            self._guarded(self._send, piece)
        return len(piece)

    def end(self) -> None:
        """Write the end; what is written before must be flushed."""
        self._guarded(self._wire.send, _END)

    def abandon(self) -> None:
        """Write nothing more, also not what a buffer still has."""
        self._abandoned = True

    def _send(self, piece: memoryview) -> None:
        self._before(len(piece))
        self._wire.send(_LENGTH.pack(len(piece)) + piece)
        self._total += len(piece)
        self._after(self._total)


def reader(source: Source) -> io.BufferedReader:
    """Make a file of a source: read(n) has n bytes, or it is the end."""
    return io.BufferedReader(source, MOST)


def writer(sink: Sink) -> io.BufferedWriter:
    """Make a file of a sink, which collects what is written into pieces."""
    return io.BufferedWriter(sink, MOST)
