# SPDX-License-Identifier: Apache-2.0
"""The option ``--dry-run`` of ``openstack share group create``."""

import argparse
from collections.abc import Callable
from typing import Any

from cliff import columns

from manila_groups.client import axis
from manila_groups.client import hook
from manila_groups.client import resources

#: The version that tells where a share group would go.
SINCE = (1, 3)

#: Options whose text is sent as it is.
_TEXTS = ('name', 'description', 'availability_zone')
#: Options that name something: where to look for it, and what is sent.
_NAMES = (
    ('share_group_type', 'share_group_types', 'share_group_type_id'),
    ('share_network', 'share_networks', 'share_network_id'),
    (
        'source_share_group_snapshot',
        'share_group_snapshots',
        'source_share_group_snapshot_id',
    ),
)


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


class _Lines(columns.FormattableColumn):
    """A list: a line for each of them, or as the service sent it."""

    def __init__(self, value: list[dict], line: Callable[[dict], str]):
        super().__init__(value)
        self._line = line

    def human_readable(self) -> str:
        return '\n'.join(map(self._line, self._value))


class Create(hook.Hook):
    """Tells where a share group would go, instead of creating it."""

    def add_options(self, group: Any) -> None:
        group.add_argument(
            '--dry-run',
            action='store_true',
            help='Create nothing; show how many pools the share group fits '
            'in, and why not in the others',
        )

    def before(self, parsed_args: argparse.Namespace) -> argparse.Namespace:
        if parsed_args.dry_run:
            command: Any = self.cmd
            command.take_action = self._place
        return parsed_args

    def _place(self, parsed_args: argparse.Namespace) -> tuple:
        found = axis.ask(
            self.share,
            SINCE,
            'post',
            '/share-groups/placement',
            share_group=_wanted(self.share, parsed_args),
        )['placement']
        return tuple(found), tuple(
            _Lines(value, _LINES[name]) if name in _LINES else value
            for name, value in found.items()
        )


def _wanted(share: Any, parsed_args: argparse.Namespace) -> dict[str, Any]:
    """What ``share group create`` sends."""
    given = {name: value for name, value in vars(parsed_args).items() if value}
    found = {name: given[name] for name in _TEXTS if name in given}
    for option, manager, name in _NAMES:
        if option in given:
            one = resources.find(getattr(share, manager), given[option])
            found[name] = one.id
    if 'share_types' in given:
        found['share_types'] = [
            resources.find(share.share_types, name).id
            for name in given['share_types']
        ]
    return found
