# SPDX-License-Identifier: Apache-2.0
"""The methods of NFS-Ganesha on the D-Bus."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import threading

import jeepney
from jeepney.io import blocking

from manila_groups import exception
from manila_groups.backend.drivers.local import ganesha_clients

#: The maximum seconds for an answer, and for a check that NFS-Ganesha runs.
TIMEOUT = 30
CHECK_TIMEOUT = 5

_EXPORTS = jeepney.DBusAddress(
    '/org/ganesha/nfsd/ExportMgr',
    bus_name='org.ganesha.nfsd',
    interface='org.ganesha.nfsd.exportmgr',
)
_INTROSPECTION = jeepney.DBusAddress(
    _EXPORTS.object_path,
    bus_name=_EXPORTS.bus_name,
    interface='org.freedesktop.DBus.Introspectable',
)
_SIGNATURES = {
    'AddExport': 'ss',
    'UpdateExport': 'ss',
    'RemoveExport': 'q',
    'DisplayExport': 'q',
}
_NO_SUCH_EXPORT = 'org.freedesktop.DBus.Error.InvalidArgs'

#: Errors of the bus if NFS-Ganesha does not run, has ended before it answered,
#: or has only just started.
_NO_ANSWER = {
    f'org.freedesktop.DBus.Error.{name}'
    for name in (
        'Disconnected',
        'NameHasNoOwner',
        'NoReply',
        'ServiceUnknown',
        'Timeout',
        'TimedOut',
        'UnknownMethod',
        'UnknownObject',
    )
}


@dataclasses.dataclass(frozen=True)
class Shown:
    """An export as NFS-Ganesha has it.

    :param path: the directory
    :param clients: the clients, in the order in which they are matched
    """

    path: str
    clients: list[ganesha_clients.Client]


class _Connection(blocking.DBusConnection):
    """A connection with a time limit, also while it is being opened."""

    def __init__(self, socket, longest):
        self._longest = longest
        super().__init__(socket)

    def receive(self, *, timeout=None):
        return super().receive(
            timeout=self._longest if timeout is None else timeout
        )


class _Thread(threading.local):
    """What one thread has.

    :ivar connection: for its next call; None if there is none
    :ivar keeps: whether the connection is kept after a call
    """

    connection: _Connection | None = None
    keeps = False


class Bus:
    """The export manager of the NFS-Ganesha on one bus.

    :param address: of the bus, such as ``unix:path=/run/dbus/...``
    :param refused: makes an error from its class and a reason, if the bus
        cannot be used
    """

    def __init__(
        self,
        address: str,
        refused: Callable[
            [type[exception.DriverError], str], exception.DriverError
        ],
    ):
        self._address = address
        self._refused = refused
        self._thread = _Thread()

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """Let the calls of this thread share a connection.

        Making one takes longer than a call.
        """
        self._thread.keeps = True
        try:
            yield
        finally:
            self._thread.keeps = False
            self._hang_up()

    def check(self) -> None:
        """Make sure that NFS-Ganesha answers within a few seconds.

        :raises TransientDriverError: if it does not
        """
        # NFS-Ganesha logs nothing for this method.
        message = jeepney.new_method_call(_INTROSPECTION, 'Introspect')
        self._body(self._send(message, CHECK_TIMEOUT))

    def display(self, export_id: int) -> Shown | None:
        """Ask for an export; None if there is none with this id.

        :raises TransientDriverError: if NFS-Ganesha does not answer
        :raises DriverError: if it refuses
        """
        reply = self._call('DisplayExport', export_id)
        if _error_name(reply) == _NO_SUCH_EXPORT:
            return None
        # NFS-Ganesha 4.3 repeats the path instead of the pseudo path.
        _id, path, _pseudo, _tag, shown = self._body(reply)
        return Shown(path, [ganesha_clients.shown(one) for one in shown])

    def add(self, export_id: int, file: str) -> None:
        """Serve the export in a file, which is not served yet.

        :raises TransientDriverError: if NFS-Ganesha does not answer; it may
            have done it nevertheless
        :raises DriverError: if it refuses
        """
        self._take_in('AddExport', export_id, file)

    def update(self, export_id: int, file: str) -> None:
        """Update a served export from its file, atomically.

        :raises TransientDriverError: if NFS-Ganesha does not answer; it may
            have done it nevertheless
        :raises DriverError: if it refuses
        """
        self._take_in('UpdateExport', export_id, file)

    def remove(self, export_id: int) -> None:
        """End an export, if it is served.

        :raises TransientDriverError: if NFS-Ganesha does not answer; it may
            have done it nevertheless
        :raises DriverError: if it refuses
        """
        reply = self._call('RemoveExport', export_id)
        if _error_name(reply) != _NO_SUCH_EXPORT:
            self._body(reply)

    def _take_in(self, method, export_id, file):
        which = f'EXPORT(Export_Id={export_id})'
        self._body(self._call(method, file, which))

    def _call(self, method, *arguments):
        message = jeepney.new_method_call(
            _EXPORTS, method, _SIGNATURES[method], arguments
        )
        return self._send(message, TIMEOUT)

    def _send(self, message, timeout):
        usable = False
        try:
            reply = self._connection(timeout).send_and_get_reply(
                message, timeout=timeout
            )
            usable = True
            return reply
        except TimeoutError as error:
            raise self._refused(
                exception.TransientDriverError,
                f'no answer within {timeout} seconds',
            ) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise self._refused(
                exception.TransientDriverError, f'no answer: {error!r}'
            ) from error
        finally:
            if not (usable and self._thread.keeps):
                self._hang_up()

    def _connection(self, timeout):
        if self._thread.connection is None:
            socket = blocking.prep_socket(
                blocking.get_bus(self._address), timeout=timeout
            )
            self._thread.connection = _Connection(socket, timeout)
        return self._thread.connection

    def _hang_up(self):
        connection, self._thread.connection = self._thread.connection, None
        if connection:
            connection.close()

    def _body(self, reply):
        name = _error_name(reply)
        if not name:
            return reply.body
        reason = f'{name}: {" ".join(map(str, reply.body))}'
        if name in _NO_ANSWER:
            raise self._refused(
                exception.TransientDriverError,
                f'it is not running, or does not answer ({reason})',
            )
        raise self._refused(exception.DriverError, reason)


def _error_name(reply):
    return reply.header.fields.get(jeepney.HeaderFields.error_name)
