# SPDX-License-Identifier: Apache-2.0
"""Waits until what works on a share group has ended."""

import time
from typing import Any
from urllib import parse

from manila_groups.client import axis
from manila_groups.client import bars
from manila_groups.client import operations

#: Seconds between two looks.
INTERVAL = 1.0


class Failed(Exception):
    """What was waited for has failed."""


def until_done(
    client: axis.Client, group_id: str, verb: str, request_id: str = ''
) -> Any:
    """Wait until nothing is at work on a share group itself.

    :param verb: what has begun on it
    :param request_id: of the request that has begun it, which tells of
        failures that do not show in its status
    :returns: the share group, as python-manilaclient finds it
    :raises Failed: it has failed, or the share group is gone
    """
    try:
        _watch(client, group_id, verb)
        group = client.share.share_groups.get(group_id)
    except Exception as error:
        if not operations.is_of_group_that_is_gone(error):
            raise
        raise _failed(group_id, verb, 'it is gone.') from None
    if 'error' in group.status:
        # There is no user message any more that would say why.
        raise _failed(group_id, verb, f'its status is {group.status}.')
    for message in _messages(client, group_id, request_id):
        raise _failed(group_id, verb, message['user_message'])
    return group


def _watch(client: axis.Client, group_id: str, verb: str) -> None:
    with bars.Bar() as bar:
        while found := _look(client, group_id):
            if found['status'] == operations.FAILED:
                raise _failed(group_id, verb, found['reason'])
            bar.show(found)
            time.sleep(INTERVAL)


def _look(client: axis.Client, group_id: str) -> dict | None:
    """What is at work, or has failed; None when neither is there."""
    found = operations.read(client, group_id)
    return next((o for o in found if o['resource_id'] == group_id), None)


def _messages(
    client: axis.Client, group_id: str, request_id: str
) -> list[dict]:
    """The user messages of a request."""
    if not request_id:
        return []
    query = parse.urlencode(
        {'request_id': request_id, 'resource_id': group_id}
    )
    path = f'/messages?{query}'
    found: list[dict] = client.ask(operations.SINCE, 'get', path)['messages']
    return found


def _failed(group_id: str, verb: str, reason: str) -> Failed:
    return Failed(f'Share group {group_id}: {verb} failed: {reason}')
