# SPDX-License-Identifier: Apache-2.0
"""Access rules as clients of an NFS-Ganesha export."""

from collections.abc import Iterable
import ipaddress

from manila_groups import addresses
from manila_groups import exception
from manila_groups.backend import driver

#: The network or the address as text, and whether it may write.
Client = tuple[str, bool]

ACCESS_TYPES = {True: 'RW', False: 'RO'}

#: The parser of NFS-Ganesha accepts only two digits for an IPv6 prefix length.
_LONGEST_V6 = 99
#: Networks with a longer prefix have so few addresses that each is listed.
_NAMED_V6 = 120


def clients(rules: Iterable[driver.AccessRule]) -> list[Client]:
    """Translate access rules; in NFS-Ganesha, the first match counts.

    So the rule for the smallest network comes first, and of two rules for the
    same network the one that allows less.

    :raises DriverError: if NFS-Ganesha cannot express a rule
    """
    networks = [(_network(rule), rule) for rule in rules]
    networks.sort(
        key=lambda pair: (
            -pair[0].prefixlen,
            str(pair[0]),
            pair[1].access_level,
        )
    )
    return [
        (str(part), rule.access_level == 'rw')
        for network, rule in networks
        for part in _parts(network, rule)
    ]


def shown(client: tuple) -> Client:
    """Read a client as NFS-Ganesha shows it on the bus.

    Its first item is the network; the last two are the permission bits and a
    mask of the bits that count.
    """
    permissions, counting = client[-2:]
    return (
        _text(client[0]),
        _WRITES & permissions & counting == _WRITES,
    )


#: Writing data, and writing metadata.
_WRITES = 0x140


def _text(network):
    """Return a network as in an export; any other text unchanged."""
    try:
        network = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return network
    return str(_address_or_network(network))


def _network(rule):
    if rule.access_level not in ('rw', 'ro'):
        raise _refused(rule, 'the level must be rw or ro')
    try:
        network = addresses.parse(rule.access_to, strict=False)
    except ValueError as error:
        raise _refused(rule, str(error)) from error
    # NFS-Ganesha would allow all clients for 0.0.0.0.
    reason = addresses.why_no_client(network)
    if reason:
        raise _refused(rule, reason)
    return network


def _parts(network, rule):
    """Return a network in parts that NFS-Ganesha can parse."""
    if network.prefixlen == 0:
        return list(network.subnets())
    if network.version == 4 or network.prefixlen <= _LONGEST_V6:
        return [_address_or_network(network)]
    if network.prefixlen >= _NAMED_V6:
        return list(network)
    raise _refused(
        rule,
        f'NFS-Ganesha supports IPv6 prefix lengths up to {_LONGEST_V6} and '
        f'from {_NAMED_V6} on',
    )


def _address_or_network(network):
    if network.prefixlen == network.max_prefixlen:
        return network.network_address
    return network


def _refused(rule, reason):
    return exception.DriverError(
        f'access rule {rule.access_level} for {rule.access_to!r}: {reason}'
    )
