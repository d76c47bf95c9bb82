# SPDX-License-Identifier: Apache-2.0
"""One connection: bytes that come in time, or an error."""

from collections.abc import Iterator
import contextlib
import select
import socket
import ssl
import time
from typing import NoReturn

from manila_groups import exception

_PIECE = 65536


class Wire:
    """A connected socket, with or without TLS, for one thread.

    :param stall: the number of seconds that may go by without a byte
    """

    def __init__(self, sock: socket.socket, stall: float):
        self._sock, self._stall = sock, stall
        self._read = bytearray()
        sock.settimeout(stall)

    def line(self, most: int, seconds: float) -> bytes:
        """Read a line, with its end.

        :param most: the maximum number of bytes
        :param seconds: the maximum time for all of it
        :returns: of a longer one, more bytes than that, without an end
        :raises TransientDriverError: it did not come, or not in time
        """
        end = time.monotonic() + seconds
        while (found := self._read.find(b'\n')) < 0:
            if len(self._read) > most:
                return bytes(self._read)
            self._sock.settimeout(max(end - time.monotonic(), 0.001))
            self._read += self._receive_some() or _cut()
        self._sock.settimeout(self._stall)
        line = bytes(self._read[: found + 1])
        del self._read[: found + 1]
        return line

    def receive_into(self, buffer: memoryview) -> int:
        """Read what there is, at least a byte.

        :returns: the number of bytes; 0 if no more will come
        :raises TransientDriverError: the connection is lost or stalled
        """
        if self._read:
            some = min(len(buffer), len(self._read))
            buffer[:some] = self._read[:some]
            del self._read[:some]
            return some
        with self._translated():
            return self._sock.recv_into(buffer)

    def receive_exactly(self, size: int) -> bytes:
        """Read so many bytes.

        :raises TransientDriverError: they did not come
        """
        found = bytearray(size)
        rest = memoryview(found)
        while rest:
            rest = rest[self.receive_into(rest) or _cut() :]
        return bytes(found)

    def discard(self, seconds: float) -> None:
        """Read and forget what comes, until the other side ends.

        So that it reads why not, rather than that the connection was reset.

        :param seconds: the maximum time
        """
        end = time.monotonic() + seconds
        with contextlib.suppress(exception.TransientDriverError):
            while (left := end - time.monotonic()) > 0:
                self._sock.settimeout(left)
                if not self._receive_some():
                    return

    def send(self, data: bytes | memoryview) -> None:
        """Write all of it.

        :raises TransientDriverError: the connection is lost or stalled
        """
        rest = memoryview(data)
        with self._translated():
            while rest:
                rest = rest[self._sock.send(rest) :]

    def is_readable(self, seconds: float = 0) -> bool:
        """Wait until there is something to read, or an end.

        :param seconds: the maximum time
        """
        sock = self._sock
        if self._read or (isinstance(sock, ssl.SSLSocket) and sock.pending()):
            return True
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def close(self) -> None:
        """End the connection at once."""
        self._sock.close()

    def _receive_some(self) -> bytes:
        with self._translated():
            return self._sock.recv(_PIECE)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise exception.TransientDriverError(
                'the other back end has not sent or taken a byte for '
                f'{self._sock.gettimeout():.3g} seconds'
            ) from error
        except OSError as error:
            raise exception.TransientDriverError(
                f'the connection is lost: {reason(error)}'
            ) from error


def _cut() -> NoReturn:
    raise exception.TransientDriverError(
        'the connection was cut before its end'
    )


def reason(error: OSError) -> str:
    """Say what an error of a socket or of TLS is, in a few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f'its certificate is refused: {error.verify_message}'
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace('_', ' ').lower()
    return error.strerror or str(error)
