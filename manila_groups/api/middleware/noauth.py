# SPDX-License-Identifier: Apache-2.0
"""The pipeline noauth: trusts the identity in the request headers."""

import socket

from oslo_log import log

from manila_groups import exception
from manila_groups.api.middleware import auth
from manila_groups.api.middleware import web_pages

LOG = log.getLogger(__name__)

#: Headers that proxies add.  Behind a proxy on the same machine, every client
#: seems to be on this machine.
_PROXY_HEADERS = (
    'HTTP_FORWARDED',
    'HTTP_VIA',
    'HTTP_X_FORWARDED_FOR',
    'HTTP_X_FORWARDED_HOST',
    'HTTP_X_FORWARDED_PROTO',
    'HTTP_X_REAL_IP',
)
_OPTION = '[api] noauth_on_any_address'


class NoAuth(auth.Auth):
    """Trusts the headers X-User-Id, X-Project-Id and X-Roles.

    The defaults are an administrator of the project admin: see the contract,
    'HTTP in general'.
    """

    def __init__(self, application, made):
        super().__init__(application, made)
        self._from_anywhere = made.conf.api.noauth_on_any_address
        self._hosts = web_pages.Hosts(made.conf)
        self._origins = web_pages.Origins(made.conf)
        LOG.warning(
            'auth_strategy is noauth: everybody who can reach the API is an '
            'administrator'
        )

    def identify(self, request):
        """Read the caller from the headers."""
        self._hosts.check(request.environ)
        self._origins.check(request)
        if not self._from_anywhere:
            _check_sender(request.environ)
        roles = _header(request, 'X-Roles', 'admin').split(',')
        return auth.make_context(
            request,
            _header(request, 'X-User-Id', 'admin'),
            _header(request, 'X-Project-Id', 'admin'),
            [role.strip() for role in roles],
        )


def check_listening(conf) -> None:
    """Refuse to serve the pipeline noauth to other machines.

    :raises ConfigurationError: it would be served on an address that is not
        a loopback address, and no option allows it
    """
    if conf.api.auth_strategy != 'noauth' or conf.api.noauth_on_any_address:
        return
    host = conf.api.bind_host
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise exception.ConfigurationError(
            f'[api] bind_host: {host} cannot be used: {error}'
        ) from error
    if not all(
        web_pages.is_loopback(str(address[0])) for *_, address in found
    ):
        raise exception.ConfigurationError(
            f'[api] bind_host: {host} is not a loopback address, and with '
            'auth_strategy noauth everybody who can reach the API is an '
            f'administrator; set {_OPTION} = true to allow it'
        )


def _check_sender(environ):
    """Refuse requests from other machines, as far as they are recognizable.

    An application does not know the addresses that its server listens on.
    """
    if any(name in environ for name in _PROXY_HEADERS):
        raise exception.Forbidden(
            'With auth_strategy noauth, requests that come through a proxy '
            f'are refused unless {_OPTION} is true.'
        )
    if not web_pages.is_loopback(environ.get('REMOTE_ADDR', '')):
        raise exception.Forbidden(
            'With auth_strategy noauth, only requests from a loopback address '
            f'are accepted unless {_OPTION} is true.'
        )


def _header(request, name, default):
    try:
        value = request.headers.get(name, default)
        value = value.encode('latin-1').decode('utf-8')
    except UnicodeError:
        raise exception.Invalid(f'{name}: is not UTF-8.') from None
    if not 0 < len(value) <= 255:
        raise exception.Invalid(f'{name}: must have 1 to 255 characters.')
    return value
