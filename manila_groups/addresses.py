# SPDX-License-Identifier: Apache-2.0
"""IP addresses and networks of clients, in a canonical form."""

import ipaddress
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED = ipaddress.IPv6Network('::ffff:0:0/96')

#: No client has these addresses; servers allow all clients for some of them.
_NO_CLIENTS = (
    (ipaddress.IPv4Network('0.0.0.0/8'), 'which is unspecified'),
    (ipaddress.IPv4Network('224.0.0.0/4'), 'which is for multicast'),
    (ipaddress.IPv4Network('255.255.255.255'), 'which is for broadcasts'),
    (ipaddress.IPv6Network('::'), 'which is unspecified'),
    (ipaddress.IPv6Network('ff00::/8'), 'which is for multicast'),
)


def parse(text: str, strict: bool = True) -> Network:
    """Read an address or a network in CIDR notation.

    An address is a network of one address. An IPv4-mapped IPv6 address
    (``::ffff:192.0.2.1``) becomes the IPv4 address that servers see.

    :param strict: refuse a network with host bits set
    :raises ValueError: the text is neither; the message says why
    """
    if '%' in text:
        raise ValueError('a zone is valid only on one host')
    network = ipaddress.ip_network(text, strict)
    if network.version == 6 and network.subnet_of(_MAPPED):
        address = network.network_address.ipv4_mapped
        return ipaddress.IPv4Network((address, network.prefixlen - 96))
    return network


def canonical(network: Network) -> str:
    """Write a network, or the address if it has only one."""
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address if single else network)


def _is_in(network: Any, block: Any) -> bool:
    is_same = network.version == block.version
    return is_same and bool(network.subnet_of(block))


def why_no_client(network: Network) -> str | None:
    """Say why no client can have an address in a network, or return None."""
    for block, reason in _NO_CLIENTS:
        if _is_in(network, block):
            return f'no client has an address of {canonical(block)}, {reason}'
    return None
