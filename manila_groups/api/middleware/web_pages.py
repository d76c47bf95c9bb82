# SPDX-License-Identifier: Apache-2.0
"""Prevents other web sites from using the API through a visitor's browser.

A browser sends a page's POST to any address that the visitor can reach, and
adds the password that the visitor has entered there before.  So a pipeline
that trusts the address or the password of a request must check which page has
sent it.
"""

from collections.abc import Iterator
import ipaddress
import re

from oslo_config import cfg
import webob

from manila_groups import exception
from manila_groups.api.middleware import proxy_headers

_HOST = re.compile(r'(\[[0-9a-f:.]+\]|[^\s:@/\\\[\]]+)(:\d*)?', re.IGNORECASE)
_FORWARDED_HOST = re.compile(
    r'(?:^|[;,])\s*host\s*=\s*"?([^";,]*)', re.IGNORECASE
)


class Hosts:
    """The names under which a service without passwords can be reached.

    After a page is loaded, its name can resolve to another address (DNS
    rebinding).  Its requests then reach the API with the page's name as Host,
    and the browser lets it read the responses.

    :param conf: the configuration
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        api = conf.api
        self._names = {'localhost', _normal(api.bind_host)} | {
            _normal(name) for name in api.allowed_hosts
        }
        # An address as Host is safe because it is never resolved.
        self._takes_addresses = api.noauth_on_any_address

    def check(self, environ: dict) -> None:
        """Refuse a request for a name that is not the service's.

        :raises Invalid: Host, or its value from a proxy, is another name
        """
        for header, value in _named(environ):
            if not self._is_known(value):
                raise exception.Invalid(
                    f"{header}: '{value:.255}' is not a name of this service. "
                    'With auth_strategy noauth it must be localhost, a '
                    'loopback address or one of [api] allowed_hosts.'
                )

    def _is_known(self, value: str) -> bool:
        match = _HOST.fullmatch(value)
        if match is None:
            return False
        name = _normal(match.group(1))
        if name in self._names or is_loopback(name):
            return True
        return bool(self._takes_addresses) and _address(name) is not None


def _named(environ: dict) -> Iterator[tuple[str, str]]:
    """Yield each header that names the service's host, and the name."""
    host = environ.get(proxy_headers.ORIGINAL_HOST, environ.get('HTTP_HOST'))
    if host is not None:
        yield 'Host', host
    for one in environ.get('HTTP_X_FORWARDED_HOST', '').split(','):
        if one.strip():
            yield 'X-Forwarded-Host', one.strip()
    for one in _FORWARDED_HOST.findall(environ.get('HTTP_FORWARDED', '')):
        yield 'Forwarded', one.strip()


def _normal(name: str) -> str:
    return name.strip('[]').removesuffix('.').lower()


def _address(
    text: str,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, 'ipv4_mapped', None) or found


def is_loopback(text: str) -> bool:
    """Tell whether text is a loopback address."""
    address = _address(text)
    return address is not None and address.is_loopback


class Origins:
    """The web sites whose pages may use the API.

    :param conf: the configuration
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._allowed = frozenset(conf.cors.allowed_origin or ())

    def check(self, request: webob.Request) -> None:
        """Refuse a request that a page of another web site sends.

        Programs other than browsers send no Origin.

        :raises Forbidden: Origin is neither the service's nor allowed
        """
        origin = request.headers.get('Origin')
        if origin is None or not self._allowed.isdisjoint((origin, '*')):
            return
        # Whether a proxy has taken the request by HTTPS may not be known.
        own = request.host.lower()
        if origin.lower() in (f'http://{own}', f'https://{own}'):
            return
        raise exception.Forbidden(
            f"Origin: pages of '{origin:.255}' may not use this service; "
            '[cors] allowed_origin lists the origins that may.'
        )
