# SPDX-License-Identifier: Apache-2.0
"""Waits until what works on a share group, or on a backup, has ended."""

import time
from typing import Any
from urllib import parse

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.client import bars
from manila_groups.client import operations
from manila_groups.client import sizes

#: Seconds between two looks.
INTERVAL = 1.0

#: What an error calls what it is about.
GROUP, BACKUP = 'Share group', 'Share group backup'


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
        if not operations.is_gone(error):
            raise
        raise _failed(GROUP, group_id, verb, 'it is gone.') from None
    _check(client, GROUP, group_id, group.status, verb, request_id)
    return group


def _watch(client: axis.Client, group_id: str, verb: str) -> None:
    with bars.Bar() as bar:
        while found := _look(client, group_id):
            if found['status'] == operations.FAILED:
                raise _failed(GROUP, group_id, verb, found['reason'])
            words = f'{found["verb"]}: {found["step"]}'
            far = sizes.far(found.get('done_bytes'), found.get('total_bytes'))
            bar.show(words, found['progress'], far)
            time.sleep(INTERVAL)


def _look(client: axis.Client, group_id: str) -> dict | None:
    """What is at work, or has failed; None when neither is there."""
    found = operations.read(client, group_id)
    return next((o for o in found if o['resource_id'] == group_id), None)


def until_backed_up(
    client: axis.Client, backup_id: str, verb: str, request_id: str
) -> dict[str, Any]:
    """Wait until nothing is at work on a backup.

    :param verb: what has begun on it
    :param request_id: of the request that has begun it
    :returns: the backup
    :raises Failed: it has failed, or the backup is gone
    """
    backup = _watch_backup(client, backup_id, verb)
    if backup is None:
        raise _failed(BACKUP, backup_id, verb, 'it is gone.')
    _check(client, BACKUP, backup_id, backup['status'], verb, request_id)
    return backup


def until_deleted(
    client: axis.Client, backup_id: str, request_id: str
) -> None:
    """Wait until a backup is gone.

    :param request_id: of the request that deletes it
    :raises Failed: it stays
    """
    backup = _watch_backup(client, backup_id, 'delete')
    if backup is not None:
        status = backup['status']
        _check(client, BACKUP, backup_id, status, 'delete', request_id)
        raise _failed(BACKUP, backup_id, 'delete', f'its status is {status}.')


def _watch_backup(
    client: axis.Client, backup_id: str, verb: str
) -> dict[str, Any] | None:
    """Wait until a backup is at rest; returns it, or None if it is gone."""
    with bars.Bar() as bar:
        while (found := _read_backup(client, backup_id)) is not None:
            if found['status'] not in backups.MOVING:
                break
            bar.show(verb, *backups.progress(found))
            time.sleep(INTERVAL)
    return found


def _read_backup(client: axis.Client, backup_id: str) -> dict[str, Any] | None:
    try:
        return backups.get(client, backup_id)
    except Exception as error:
        if not operations.is_gone(error):
            raise
        return None


def _check(
    client: axis.Client,
    noun: str,
    resource_id: str,
    status: str,
    verb: str,
    request_id: str,
) -> None:
    """Look for signs of a failure.

    :raises Failed: there are some
    """
    for message in _messages(client, resource_id, request_id):
        raise _failed(noun, resource_id, verb, message['user_message'])
    if 'error' in status:
        # There is no user message any more that would say why.
        raise _failed(noun, resource_id, verb, f'its status is {status}.')


def _messages(
    client: axis.Client, resource_id: str, request_id: str
) -> list[dict]:
    """The user messages of a request."""
    if not request_id:
        return []
    query = parse.urlencode(
        {'request_id': request_id, 'resource_id': resource_id}
    )
    path = f'/messages?{query}'
    found: list[dict] = client.ask(operations.SINCE, 'get', path)['messages']
    return found


def _failed(noun: str, resource_id: str, verb: str, reason: str) -> Failed:
    return Failed(f'{noun} {resource_id}: {verb} failed: {reason}')
