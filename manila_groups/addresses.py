# SPDX-License-Identifier: Apache-2.0
"""IP addresses and networks of clients, each written in one way."""

import ipaddress
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED = ipaddress.IPv6Network('::ffff:0:0/96')

#: No client sends from these; servers take some of them for all clients.
_NO_CLIENTS = (
    (ipaddress.IPv4Network('0.0.0.0/8'), 'which stands for no address'),
    (ipaddress.IPv4Network('224.0.0.0/4'), 'which is for multicast'),
    (ipaddress.IPv4Network('255.255.255.255'), 'which is for broadcasts'),
    (ipaddress.IPv6Network('::'), 'which stands for no address'),
    (ipaddress.IPv6Network('ff00::/8'), 'which is for multicast'),
)


def parse(text: str, strict: bool = True) -> Network:
    """Read an address or a network in CIDR notation.

    An address is a network of one. What is mapped from IPv4 to IPv6
    (``::ffff:192.0.2.1``) is the IPv4 that servers see.

    :param strict: refuse a network with bits of a host
    :raises ValueError: it is neither; the message says why
    """
    if '%' in text:
        raise ValueError('a zone means something on one host only')
    network = ipaddress.ip_network(text, strict)
    if network.version == 6 and network.subnet_of(_MAPPED):
        address = network.network_address.ipv4_mapped
        return ipaddress.IPv4Network((address, network.prefixlen - 96))
    return network


def canonical(network: Network) -> str:
    """Write a network; one of a single address as that address."""
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address if single else network)


def _is_in(network: Any, block: Any) -> bool:
    is_same = network.version == block.version
    return is_same and bool(network.subnet_of(block))


def why_no_client(network: Network) -> str | None:
    """Say why no client can have an address of a network; None if one can."""
    for block, reason in _NO_CLIENTS:
        if _is_in(network, block):
            return f'no client has an address of {canonical(block)}, {reason}'
    return None
