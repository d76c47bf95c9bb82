# SPDX-License-Identifier: Apache-2.0
"""Unix sockets, by which back ends of one machine connect to each other."""

from collections.abc import Iterator
import contextlib
import hashlib
import os
import pathlib
import socket
import stat
import struct

from manila_groups import exception

#: struct ucred: process, user, group.
_CREDENTIALS = struct.Struct('3i')


class Directory:
    """The directory of the sockets, which only the own user may use.

    :param path: of the directory; it is made if it is missing
    :raises ConfigurationError: it can't be used, or others may use it
    """

    def __init__(self, path: str):
        self.path = pathlib.Path(path)
        if not self.path.is_absolute():
            raise self._refused('must be an absolute path')
        try:
            self.path.mkdir(0o700, parents=True, exist_ok=True)
            with _opened(self.path) as directory:
                found = os.fstat(directory)
        except OSError as error:
            raise self._refused(error.strerror or str(error)) from error
        if found.st_uid != os.geteuid():
            raise self._refused(
                f'belongs to the user {found.st_uid}, and the process runs as '
                f'{os.geteuid()}'
            )
        if stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise self._refused('others may use it; "chmod 700" it')

    def _refused(self, text: str) -> exception.ConfigurationError:
        return exception.ConfigurationError(
            f'[migration] socket_dir = {self.path}: {text}'
        )

    def socket_of(self, host: str) -> pathlib.Path:
        """Return the path of a back end's socket.

        :param host: host@backend, which may be too long for the name of a file
        """
        name = hashlib.sha256(host.encode()).hexdigest()[:16]
        return self.path / f'{name}.sock'

    def listen(self, host: str) -> socket.socket:
        """Listen on a back end's socket, in place of a process before it.

        :raises ConfigurationError: it can't
        """
        path = self.socket_of(host)
        listener = socket.socket(socket.AF_UNIX)
        try:
            path.unlink(missing_ok=True)
            with _short(path) as name:
                listener.bind(name)
            listener.listen()
        except OSError as error:
            listener.close()
            raise self._refused(error.strerror or str(error)) from error
        return listener


def connect(path: str, seconds: float) -> socket.socket:
    """Connect to a socket of another back end of this machine.

    :param seconds: the maximum time
    :raises OSError: there is none, or it is another user's
    """
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(seconds)
        with _short(pathlib.Path(path)) as name:
            connection.connect(name)
        check_peer(connection)
    except OSError:
        connection.close()
        raise
    return connection


def check_peer(connection: socket.socket) -> None:
    """Make sure that the other side runs as the own user, or as root.

    :raises PermissionError: it does not
    """
    found = connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
    )
    _process, user, _group = _CREDENTIALS.unpack(found)
    if user not in (0, os.geteuid()):
        raise PermissionError(
            f'the process at the other end runs as the user {user}, and this '
            f'one as {os.geteuid()}'
        )


@contextlib.contextmanager
def _opened(directory: pathlib.Path) -> Iterator[int]:
    flags = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW
    number = os.open(directory, flags)
    try:
        yield number
    finally:
        os.close(number)


@contextlib.contextmanager
def _short(path: pathlib.Path) -> Iterator[str]:
    """Name a file in another way: a socket's name has at most 107 bytes."""
    with _opened(path.parent) as directory:
        yield f'/proc/self/fd/{directory}/{path.name}'
