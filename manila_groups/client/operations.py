# SPDX-License-Identifier: Apache-2.0
"""What is at work on a share group."""

from manila_groups.client import axis

#: The version that brings the operations of a share group.
SINCE = (1, 2)
#: The version that also tells how far they are in bytes.
BYTES_SINCE = (1, 7)

#: The statuses of those that have not ended.
OPEN = ('waiting', 'running')
FAILED = 'failed'


def read(client: axis.Client, group_id: str) -> list[dict]:
    """Read what is at work on a share group, and what has failed last.

    :raises Unsupported: the service does not have this version
    """
    since = BYTES_SINCE if client.has(BYTES_SINCE) else SINCE
    path = f'/share-groups/{group_id}/operations'
    found: list[dict] = client.ask(since, 'get', path)['operations']
    return found


def is_gone(error: Exception) -> bool:
    """Whether it says that there is no such resource, or no more."""
    return getattr(error, 'http_status', None) == 404
