# SPDX-License-Identifier: Apache-2.0
"""Listens for other back ends that have a stream to send."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import logging
import socket
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log

from manila_groups import exception
from manila_groups.backend.transfer import certificates
from manila_groups.backend.transfer import endpoints
from manila_groups.backend.transfer import local
from manila_groups.backend.transfer import peers
from manila_groups.backend.transfer import reception
from manila_groups.backend.transfer import tcp
from manila_groups.backend.transfer import wire as wires

LOG = log.getLogger(__name__)

#: How many connections may be there whose header was not read yet.
MOST_NEW = 32

#: How many seconds to wait when a connection could not be taken.
_PAUSE = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """One way to a back end.

    :ivar trust: makes sure who has connected, or raises; returns what to talk
        by
    :ivar name: names who has connected, by the address
    """

    listener: socket.socket
    trust: Callable[[socket.socket], socket.socket]
    name: Callable[[Any], str]


class Listener:
    """Receives the streams for one back end, in threads of its own.

    :param host: host@backend
    :param accept: decides on each stream; called in several threads
    :param log: where to write what goes wrong with a connection
    :ivar endpoint: where others reach it
    :raises ConfigurationError: naming the option, it can't listen
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        host: str,
        accept: reception.Accept,
        log: peers.PeerLog | None = None,
    ):
        section = conf.migration
        self._stall = section.stall_timeout
        self._receiver = reception.Receiver(accept, section.max_streams)
        self._log = log or peers.PeerLog(LOG)
        self._new = threading.BoundedSemaphore(MOST_NEW)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._open: set[socket.socket] = set()
        certificates.check(conf)
        self._doors, self.endpoint = _open_doors(conf, host)

    def start(self) -> None:
        """Begin to take connections."""
        for door in self._doors:
            self._run(self._take_all, door)

    def stop(self) -> None:
        """Take no more connections, and end those that are there."""
        with self._lock:
            self._stopping.set()
            for one in (*(door.listener for door in self._doors), *self._open):
                _shut_down(one)

    def wait(self) -> None:
        """Wait until all threads have ended, which read what is no more."""
        while threads := self._copy_threads():
            for thread in threads:
                thread.join()
        for door in self._doors:
            door.listener.close()

    def _copy_threads(self) -> list[threading.Thread]:
        with self._lock:
            return list(self._threads)

    def _run(self, function: Callable, *arguments: object) -> None:
        thread = threading.Thread(
            target=self._until_end,
            args=(function, *arguments),
            name='transfer',
            daemon=True,
        )
        with self._lock:
            thread.start()
            self._threads.add(thread)

    def _until_end(self, function: Callable, *arguments: object) -> None:
        try:
            function(*arguments)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _take_all(self, door: Door) -> None:
        while not self._stopping.is_set():
            try:
                self._take(door)
            except (OSError, RuntimeError) as error:
                # There are too many files or threads, or it is the end.
                if not self._stopping.is_set():
                    self._log.write(logging.ERROR, 'another back end', error)
                    self._stopping.wait(_PAUSE)

    def _take(self, door: Door) -> None:
        connection, address = door.listener.accept()
        peer = door.name(address)
        if not self._new.acquire(blocking=False):
            connection.close()
            self._log.write(
                logging.WARNING, peer, f'{MOST_NEW} others have just connected'
            )
            return
        try:
            self._run(self._serve, door, connection, peer)
        except RuntimeError:
            self._new.release()
            connection.close()
            raise

    def _serve(self, door: Door, connection: socket.socket, peer: str) -> None:
        with contextlib.ExitStack() as stack:
            is_new = stack.enter_context(contextlib.ExitStack())
            is_new.callback(self._new.release)
            try:
                stack.enter_context(self._ended_by_stop(connection))
                trusted = door.trust(connection)
                stack.callback(trusted.close)
                wire = wires.Wire(trusted, self._stall)
                self._receiver.serve(wire, is_new.close)
            except Exception as error:
                self._note(peer, error)

    @contextlib.contextmanager
    def _ended_by_stop(self, connection: socket.socket) -> Iterator[None]:
        """Let stop() end a connection, whatever TLS makes of its socket."""
        with connection, connection.dup() as twin:
            with self._lock:
                if self._stopping.is_set():
                    raise exception.TransientDriverError('this process ends')
                self._open.add(twin)
            try:
                yield
            finally:
                with self._lock:
                    self._open.discard(twin)
                _shut_down(twin)

    def _note(self, peer: str, error: Exception) -> None:
        if self._stopping.is_set():
            return
        level, cause = logging.WARNING, None
        if isinstance(error, OSError):
            text = wires.reason(error)
        elif isinstance(error, exception.InternalError):
            text = error.message
        else:
            level, text, cause = logging.ERROR, repr(error), error
        self._log.write(level, peer, text, cause)


def serve(
    conf: cfg.ConfigOpts, host: str, accept: reception.Accept
) -> Listener:
    """Make a listener of a back end, and start it.

    :param host: host@backend
    :param accept: decides on each stream; called in several threads
    :raises ConfigurationError: naming the option, it can't listen
    """
    listener = Listener(conf, host, accept)
    listener.start()
    return listener


def _open_doors(
    conf: cfg.ConfigOpts, host: str
) -> tuple[list[Door], endpoints.Endpoint]:
    section = conf.migration
    directory = local.Directory(section.socket_dir)
    doors = [_local_door(directory.listen(host))]
    port = None
    if section.address:
        try:
            doors.append(_tcp_door(conf))
        except exception.ConfigurationError:
            doors[0].listener.close()
            raise
        port = doors[1].listener.getsockname()[1]
    return doors, endpoints.Endpoint(
        endpoints.this_machine(),
        str(directory.socket_of(host)),
        section.address,
        port,
    )


def _local_door(listener: socket.socket) -> Door:
    def trust(connection: socket.socket) -> socket.socket:
        local.check_peer(connection)
        return connection

    return Door(listener, trust, lambda _address: 'this machine')


def _tcp_door(conf: cfg.ConfigOpts) -> Door:
    section = conf.migration
    address = section.listen_address or section.address

    def trust(connection: socket.socket) -> socket.socket:
        connection.settimeout(reception.PATIENCE)
        return tcp.guard(conf, connection)

    return Door(
        tcp.listen(address, section.listen_ports),
        trust,
        lambda address: str(address[0]),
    )


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
