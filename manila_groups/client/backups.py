# SPDX-License-Identifier: Apache-2.0
"""Backups of share groups: where they are, and how they are found."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from urllib import parse

from oslo_utils import uuidutils

from manila_groups.client import axis
from manila_groups.client import operations
from manila_groups.client import resources
from manila_groups.client import sizes

#: The version that brings backups.
SINCE = (1, 7)
#: The version that brings their records.
RECORDS_SINCE = (1, 8)
#: The version that brings the policies by which they are made.
POLICIES_SINCE = (1, 9)

PATH = '/share-group-backups'

#: The statuses in which something is at work on a backup.
MOVING = ('creating', 'restoring', 'deleting')
#: Where some of them tell how far it is.
_PROGRESS = {'creating': 'progress', 'restoring': 'restore_progress'}


def path(backup_id: str, below: str = '') -> str:
    """The path of a backup, or of what is below it."""
    return f'{PATH}/{parse.quote(backup_id, safe="")}{below}'


def get(client: axis.Client, backup_id: str) -> dict[str, Any]:
    """Read a backup.

    :raises Unsupported: the service does not have this version
    """
    found: dict[str, Any] = client.ask(SINCE, 'get', path(backup_id))[
        'share_group_backup'
    ]
    return found


def every(
    client: axis.Client, query: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Read the backups of a list, page by page.

    :param query: the filters and the order
    """
    more = True
    while more:
        page = client.ask(
            SINCE, 'get', f'{PATH}/detail?{parse.urlencode(query)}'
        )
        found = page['share_group_backups']
        yield from found
        more = bool(found) and 'share_group_backups_links' in page
        query = {**query, 'marker': found[-1]['id']} if more else query


def find(client: axis.Client, name_or_id: str) -> dict[str, Any]:
    """Find a backup that a user names.

    :raises CommandError: there is none, or more than one
    """
    return _find_by_id(client, name_or_id) or _find_by_name(client, name_or_id)


def _find_by_id(client: axis.Client, wanted: str) -> dict[str, Any] | None:
    # Another name might be read as another path.
    if not uuidutils.is_uuid_like(wanted):
        return None
    try:
        return get(client, wanted)
    except Exception as error:
        if not operations.is_gone(error):
            raise
        return None


def _find_by_name(client: axis.Client, name: str) -> dict[str, Any]:
    # Administrators name those of all projects, as with other resources.
    found = list(every(client, {'name': name, 'all_tenants': 'true'}))
    if not found:
        raise resources.error(
            f"No share group backup with a name or ID of '{name}' exists."
        )
    if len(found) > 1:
        ids = ', '.join(one['id'] for one in found)
        raise resources.error(
            f"More than one share group backup exists with the name '{name}': "
            f'name it by its ID, which is one of {ids}.'
        )
    return found[0]


def progress(backup: Mapping[str, Any]) -> tuple[int | None, str]:
    """How far what is at work on a backup is.

    :returns: in percent, None if that is not known; and in bytes, for people
    """
    found = backup.get(_PROGRESS.get(backup['status'], ''))
    if found is None:
        return None, ''
    return int(found), sizes.far(backup['done_bytes'], backup['total_bytes'])
