# SPDX-License-Identifier: Apache-2.0
"""What NFS-Ganesha can be told, and asked, on the D-Bus."""

from collections.abc import Callable
import dataclasses

import jeepney
from jeepney.io import blocking

from manila_groups import exception
from manila_groups.backend.drivers.local import ganesha_clients

#: How long an answer may take, in seconds; and a sign that somebody is there.
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

#: What the bus says in place of an NFS-Ganesha that is not there, that has
#: ended before it has answered, or that has only just begun.
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
    :param clients: who may use it, in the order in which they are matched
    """

    path: str
    clients: list[ganesha_clients.Client]


class _Connection(blocking.DBusConnection):
    """One that never waits without an end, also when it is being made."""

    def __init__(self, socket, longest):
        self._longest = longest
        super().__init__(socket)

    def receive(self, *, timeout=None):
        return super().receive(
            timeout=self._longest if timeout is None else timeout
        )


class Bus:
    """The export manager of the NFS-Ganesha on one bus.

    :param address: of the bus, such as ``unix:path=/run/dbus/...``
    :param refused: makes an error of its class and a reason; for a bus that
        can't be used
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

    def check(self) -> None:
        """Make sure that NFS-Ganesha answers, within some seconds.

        :raises TransientDriverError: if it does not
        """
        # It writes nothing to its log for this.
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
        # Of 4.3 the second of these is the first again, not the pseudo path.
        _id, path, _pseudo, _tag, shown = self._body(reply)
        return Shown(path, [ganesha_clients.shown(one) for one in shown])

    def add(self, export_id: int, file: str) -> None:
        """Have an export of a file served that is not served yet.

        :raises TransientDriverError: if NFS-Ganesha does not answer; it may
            have done it nevertheless
        :raises DriverError: if it refuses
        """
        self._take_in('AddExport', export_id, file)

    def update(self, export_id: int, file: str) -> None:
        """Have an export served as a file says now, in one step.

        :raises TransientDriverError: if NFS-Ganesha does not answer; it may
            have done it nevertheless
        :raises DriverError: if it refuses
        """
        self._take_in('UpdateExport', export_id, file)

    def remove(self, export_id: int) -> None:
        """End an export; one that is not served has ended.

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
        try:
            socket = blocking.prep_socket(
                blocking.get_bus(self._address), timeout=timeout
            )
            with _Connection(socket, timeout) as connection:
                return connection.send_and_get_reply(message, timeout=timeout)
        except TimeoutError as error:
            raise self._refused(
                exception.TransientDriverError,
                f'no answer within {timeout} seconds',
            ) from error
        except (OSError, RuntimeError, ValueError) as error:
            raise self._refused(
                exception.TransientDriverError, f'no answer: {error!r}'
            ) from error

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
