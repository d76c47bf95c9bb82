# SPDX-License-Identifier: Apache-2.0
"""The text of one export, as NFS-Ganesha reads it from a file.

Its first line is the record that it was made from.
"""

import re

from manila_groups import exception
from manila_groups.backend.drivers.local import ganesha_bus
from manila_groups.backend.drivers.local import ganesha_clients
from manila_groups.backend.drivers.local import ganesha_files

_EXPORT = """\
# Written by manila-groups, which will overwrite what you change.
EXPORT {{
    Export_Id = {id};
    Path = "{path}";
    Pseudo = "{pseudo}";
    Access_Type = None;
    Protocols = 4;
    Transports = TCP;
    SecType = sys;
    Squash = No_Root_Squash;
    FSAL {{ Name = VFS; }}
{clients}}}
"""
_CLIENT = (
    '    CLIENT {{ Clients = {network}; Protocols = 4; '
    'Access_Type = {access}; }}\n'
)
_PATH = re.compile(r'^    Path = "(.*)";$', re.MULTILINE)
_CLIENTS = re.compile(r'^    CLIENT .*\n', re.MULTILINE)


def write(
    export_id: int, path: str, pseudo: str, record: ganesha_files.Record
) -> str:
    """Write an export.

    :param path: the directory to serve
    :param pseudo: the path that clients mount
    :raises DriverError: if NFS-Ganesha cannot express a rule of the record
    """
    clients = [
        _CLIENT.format(
            network=network, access=ganesha_clients.ACCESS_TYPES[writes]
        )
        for network, writes in ganesha_clients.clients(record.rules)
    ]
    return record.line() + _EXPORT.format(
        id=export_id, path=path, pseudo=pseudo, clients=''.join(clients)
    )


def shown(text: str) -> ganesha_bus.Shown:
    """Return what NFS-Ganesha shows of a correctly loaded export.

    :raises DriverError: if NFS-Ganesha cannot express a rule of it
    :raises ValueError: if the text is something else
    """
    path = _PATH.search(text)
    if not path:
        raise ValueError('not an export')
    rules = ganesha_files.Record.parse(text).rules
    return ganesha_bus.Shown(path[1], ganesha_clients.clients(rules))


def is_usable(text: str) -> bool:
    """Tell whether a text is an export that NFS-Ganesha can load."""
    try:
        return bool(shown(text))
    except (exception.DriverError, ValueError):
        return False


def closed(text: str) -> str:
    """Write the same export without clients.

    :raises ValueError: if the text is something else
    """
    record = ganesha_files.Record.parse(text)
    rest = text.partition('\n')[2]
    empty = ganesha_files.Record(record.path, ())
    return empty.line() + _CLIENTS.sub('', rest)
