# SPDX-License-Identifier: Apache-2.0
"""Where a share group would go."""

import argparse
from collections.abc import Callable

from manila_groups.client import axis
from manila_groups.client import creations
from manila_groups.client import lines

#: The version that tells where a share group would go.
SINCE = (1, 3)


def _weight(one: dict) -> str:
    return '' if one['weight'] is None else f', weight {one["weight"]:g}'


#: How one of each list is told to people; administrators have all lists.
_LINES: dict[str, Callable[[dict], str]] = {
    'reasons': lambda one: (
        f'{one["filter"]} turned away {one["pools"]}: {one["reason"]}'
    ),
    'candidates': lambda one: one['pool'] + _weight(one),
    'refusals': lambda one: (
        f'{one["pool"]}, {one["filter"]}: {one["reason"]}; {one["found"]}'
    ),
}


def show(client: axis.Client, parsed_args: argparse.Namespace) -> tuple:
    """Ask where the share group would go.

    :param parsed_args: of ``share group create``
    :returns: the names and the values of what is printed
    """
    found = client.ask(
        creations.since(parsed_args) or SINCE,
        'post',
        '/share-groups/placement',
        share_group=creations.wanted(client, parsed_args),
    )['placement']
    return tuple(found), tuple(
        lines.Lines(value, _LINES[name]) if name in _LINES else value
        for name, value in found.items()
    )
