# SPDX-License-Identifier: Apache-2.0
"""Waits until what works on a share group has ended."""

import time
from typing import Any

from manila_groups.client import axis
from manila_groups.client import bars
from manila_groups.client import operations

#: Seconds between two looks.
INTERVAL = 1.0


class Failed(Exception):
    """What was waited for has failed."""


def until_done(client: axis.Client, group_id: str, verb: str) -> Any:
    """Wait until a verb that has begun on a share group has ended.

    :returns: the share group, as python-manilaclient finds it
    :raises Failed: it has failed, or the share group is gone
    """
    try:
        with bars.Bar() as bar:
            while found := _look(client, group_id, verb):
                bar.show(found)
                time.sleep(INTERVAL)
        group = client.share.share_groups.get(group_id)
    except Exception as error:
        if not operations.is_of_group_that_is_gone(error):
            raise
        raise _failed(group_id, verb, 'it is gone.') from None
    if 'error' in group.status:
        # There is no user message any more that would say why.
        raise _failed(group_id, verb, f'its status is {group.status}.')
    return group


def _look(client: axis.Client, group_id: str, verb: str) -> dict | None:
    """The operation; None when it has ended, and none has failed."""
    for one in operations.read(client, group_id):
        if (one['resource_id'], one['verb']) == (group_id, verb):
            if one['status'] == operations.FAILED:
                raise _failed(group_id, verb, one['reason'])
            return one
    return None


def _failed(group_id: str, verb: str, reason: str) -> Failed:
    return Failed(f'Share group {group_id}: {verb} failed: {reason}')
