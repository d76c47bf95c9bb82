# SPDX-License-Identifier: Apache-2.0
"""TCP connections with TLS, between back ends of different machines."""

from collections.abc import Iterable
import socket
import ssl

from oslo_config import cfg

from manila_groups import exception
from manila_groups.backend.transfer import tls
from manila_groups.backend.transfer import wire

#: So the kernel finds out within a minute that the other machine is gone.
_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)


def _keep_alive(connection: socket.socket) -> None:
    """Have the kernel look whether the other side is still there."""
    for level, option, value in _OPTIONS:
        connection.setsockopt(level, option, value)


def connect(
    conf: cfg.ConfigOpts, address: str, port: int, seconds: float
) -> ssl.SSLSocket:
    """Connect to a back end whose certificate names the address.

    :param seconds: the maximum time, each for the connection and for TLS
    :raises TransientDriverError: that can't be done now
    """
    where = f'the other back end, at {address} port {port},'
    try:
        context = tls.client(conf)
        connection = socket.create_connection((address, port), seconds)
    except exception.ConfigurationError as error:
        raise exception.TransientDriverError(error.message) from error
    except OSError as error:
        raise exception.TransientDriverError(
            f'{where} cannot be reached: {wire.reason(error)}'
        ) from error
    try:
        _keep_alive(connection)
        return context.wrap_socket(connection, server_hostname=address)
    except (OSError, ValueError) as error:
        connection.close()
        text = wire.reason(error) if isinstance(error, OSError) else str(error)
        raise exception.TransientDriverError(
            f'{where} cannot be trusted: {text}'
        ) from error


def guard(conf: cfg.ConfigOpts, connection: socket.socket) -> ssl.SSLSocket:
    """Make sure that who has connected has a certificate of the CA.

    :raises OSError: it has not
    :raises ConfigurationError: naming the option, a file can't be used
    """
    _keep_alive(connection)
    return tls.server(conf).wrap_socket(connection, server_side=True)


def listen(address: str, ports: Iterable[int]) -> socket.socket:
    """Listen on the first port that is free.

    :raises ConfigurationError: there is none, or the address is not of this
        machine
    """
    reason = 'there are no ports'
    for port in ports:
        try:
            return _listen(address, port)
        except OSError as error:
            reason = wire.reason(error)
    raise exception.ConfigurationError(
        f'[migration] listen_address, address = {address}: cannot listen on '
        f'any of listen_ports: {reason}'
    )


def _listen(address: str, port: int) -> socket.socket:
    family, _type, _protocol, _name, place = socket.getaddrinfo(
        address, port, type=socket.SOCK_STREAM
    )[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
