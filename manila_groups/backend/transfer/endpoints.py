# SPDX-License-Identifier: Apache-2.0
"""Where a back end can be reached by others, as it says in its reports."""

import dataclasses
import pathlib
from typing import Any

from manila_groups import exception

_TYPES = {
    'machine': str,
    'socket': str,
    'address': str | None,
    'port': int | None,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a back end listens.

    :ivar machine: an id of the machine, until that starts again
    :ivar socket: the path of a Unix socket on it
    :ivar address: an IP address or a host name, which the certificate of the
        back end names; None if it can't be reached from elsewhere
    :ivar port: the TCP port there; None likewise
    """

    machine: str
    socket: str
    address: str | None = None
    port: int | None = None

    def as_report(self) -> dict[str, str | int | None]:
        """Return the endpoint as JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_report(cls, report: Any) -> 'Endpoint':
        """Read what :meth:`as_report` returned.

        :raises TransientDriverError: it is something else: the back end does
            not listen yet, or is of another release
        """
        if not isinstance(report, dict) or not all(
            isinstance(report.get(name), kind) for name, kind in _TYPES.items()
        ):
            raise exception.TransientDriverError(
                'the other back end does not say where it can be reached'
            )
        return cls(*(report[name] for name in _TYPES))


def this_machine() -> str:
    """Return the id of this machine: not even its copy has the same."""
    path = pathlib.Path('/proc/sys/kernel/random/boot_id')
    return path.read_text('ascii').strip()
