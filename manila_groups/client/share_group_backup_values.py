# SPDX-License-Identifier: Apache-2.0
"""How the values of a share group backup are printed."""

from typing import Any

from manila_groups.client import lines
from manila_groups.client import sizes

#: The values that are sizes, and the bytes that the service counts as one.
_UNITS = {
    'size': sizes.GIB,
    'data_size': 1,
    'sent_size': 1,
    'done_bytes': 1,
    'total_bytes': 1,
}


def shown(backup: dict[str, Any]) -> tuple:
    """What is printed of one backup.

    :returns: the names and the values
    """
    found = {name: backup[name] for name in backup if name != 'links'}
    return tuple(found), tuple(printed(name, found[name]) for name in found)


def printed(name: str, value: Any) -> Any:
    """What is printed of a value."""
    if name in _UNITS:
        return sizes.Size(value, _UNITS[name])
    if name == 'members':
        return lines.Lines(value, _member)
    return value


def _member(one: dict[str, Any]) -> str:
    size = sizes.text(one['size'] * sizes.GIB)
    return f'{one["name"] or one["share_id"]}: {size}, {one["share_proto"]}'
