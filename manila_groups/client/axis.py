# SPDX-License-Identifier: Apache-2.0
"""Requests on the axis share-groups, by the client of python-manilaclient."""

from typing import Any

#: The name of the axis.
AXIS = 'share-groups'
#: The microversion of all requests on the axis.
MICROVERSION = '2.99'

#: A version on the axis, such as (1, 2).
Version = tuple[int, int]


class Unsupported(Exception):
    """The service does not have what a command needs of it."""


def ask(
    share: Any, since: Version, method: str, path: str, **body: Any
) -> Any:
    """Ask the service for what is on the axis.

    :param share: the client, a manilaclient.v2.client.Client
    :param since: the version that the request needs
    :param method: 'get', 'post' or 'put'
    :param path: below the endpoint
    :param body: the members of the request's body, if it has one
    :returns: the body of the answer
    :raises Unsupported: the service does not have this version
    """
    more = {'body': body} if body else {}
    _response, found = getattr(share.client, method)(
        path, headers=_headers(share, since), **more
    )
    return found


def _headers(share: Any, since: Version) -> dict[str, str]:
    """The headers of a request that needs a version on the axis."""
    oldest, newest = _range(share)
    if not oldest <= since <= newest:
        raise Unsupported(
            f'This needs version {_dotted(since)} of {AXIS}; the service has '
            f'{_dotted(oldest)} to {_dotted(newest)}.'
        )
    return {
        # Both, as the client would add its own version to either.
        'X-OpenStack-Manila-API-Version': MICROVERSION,
        'OpenStack-API-Version': f'shared-file-system {MICROVERSION}, '
        f'{AXIS} {_dotted(since)}',
    }


def _range(share: Any) -> tuple[Version, Version]:
    """The oldest and the newest version on the axis that the service has."""
    _response, found = share.client.get('/extensions')
    for one in found['extensions']:
        if one['alias'] == AXIS:
            return _numbers(one['min_version']), _numbers(one['version'])
    raise Unsupported(
        'This needs manila-groups, in a release with versions of '
        f'{AXIS}; the service at this endpoint has none.'
    )


def _numbers(text: str) -> Version:
    major, minor = text.split('.')
    return int(major), int(minor)


def _dotted(version: Version) -> str:
    return '{}.{}'.format(*version)
