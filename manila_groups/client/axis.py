# SPDX-License-Identifier: Apache-2.0
"""Requests on the axis share-groups, by the client of python-manilaclient."""

import functools
from typing import Any

#: The name of the axis.
AXIS = 'share-groups'
#: The microversion of all requests on the axis.
MICROVERSION = '2.99'

#: A version on the axis, such as (1, 2).
Version = tuple[int, int]


class Unsupported(Exception):
    """The service does not have what a command needs of it."""


class Client:
    """Asks the service for what is on the axis.

    It asks once which versions there are.

    :ivar share: what knows the rest, a manilaclient.v2.client.Client
    """

    def __init__(self, share: Any):
        self.share = share

    def has(self, since: Version) -> bool:
        """Whether the service has a version on the axis."""
        try:
            self._headers(since)
        except Unsupported:
            return False
        return True

    def ask(self, since: Version, method: str, path: str, **body: Any) -> Any:
        """Ask the service for something.

        :param since: the version that the request needs
        :param method: 'get', 'post', 'put' or 'delete'
        :param path: below the endpoint, with a query if there is one
        :param body: the members of the request's body, if it has one
        :returns: the body of the answer
        :raises Unsupported: the service does not have this version
        """
        return self._send(since, method, path, body)[1]

    def begin(
        self, since: Version, method: str, path: str, **body: Any
    ) -> tuple[str, Any]:
        """Ask the service to begin something; see ask.

        :returns: the id of the request, which its operation and its user
            messages have, and the body of the answer
        :raises Unsupported: the service does not have this version
        """
        response, found = self._send(since, method, path, body)
        return response.headers['X-OpenStack-Request-Id'], found

    def _send(
        self, since: Version, method: str, path: str, body: dict[str, Any]
    ) -> tuple[Any, Any]:
        """Send a request; returns the response and its body."""
        more = {'body': body} if body else {}
        found: tuple[Any, Any] = getattr(self.share.client, method)(
            path, headers=self._headers(since), **more
        )
        return found

    def _headers(self, since: Version) -> dict[str, str]:
        """The headers of a request that needs a version on the axis."""
        oldest, newest = self._range
        if not oldest <= since <= newest:
            raise Unsupported(
                f'This needs version {_dotted(since)} of {AXIS}; the service '
                f'has {_dotted(oldest)} to {_dotted(newest)}.'
            )
        return {
            # Both, as the client would add its own version to either.
            'X-OpenStack-Manila-API-Version': MICROVERSION,
            'OpenStack-API-Version': f'shared-file-system {MICROVERSION}, '
            f'{AXIS} {_dotted(since)}',
        }

    @functools.cached_property
    def _range(self) -> tuple[Version, Version]:
        """The oldest and the newest version that the service has."""
        _response, found = self.share.client.get('/extensions')
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
