# SPDX-License-Identifier: Apache-2.0
"""``openstack share group backup policy``: backups by a schedule."""

import argparse
from typing import Any

from cliff import command
from cliff import show

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.client import operations
from manila_groups.client import resources

_NOUN = 'backup_policy'
_KEPT = ('daily', 'weekly', 'monthly')
_FIELDS = ('schedule', *(f'keep_{name}' for name in _KEPT))


def _add_group(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        'share_group',
        metavar='<share-group>',
        type=resources.name,
        help='Name or ID of the share group',
    )


def _find(
    command: Any, parsed_args: argparse.Namespace
) -> tuple[axis.Client, str]:
    """The client, and the path of the share group's policy."""
    client = resources.client(command)
    group = resources.find(client.share.share_groups, parsed_args.share_group)
    return client, f'/share-groups/{group.id}/backup-policy'


def _read(client: axis.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = client.ask(backups.POLICIES_SINCE, 'get', path)[
        _NOUN
    ]
    return found


class Set(command.Command):
    """Let the service back up a share group by a schedule.

    Also changes the schedule, or how many backups are kept.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        _add_group(parser)
        parser.add_argument(
            '--schedule',
            metavar='<schedule>',
            help="When to back up, as cron reads it, such as '0 3 * * *' for "
            'each night at three',
        )
        for name in _KEPT:
            parser.add_argument(
                f'--keep-{name}',
                metavar='<number>',
                type=int,
                help=f'How many {name} backups to keep',
            )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        client, path = _find(self, parsed_args)
        given = {
            name: value
            for name in _FIELDS
            if (value := getattr(parsed_args, name)) is not None
        }
        policy = {**_present(client, path), **given}
        client.ask(backups.POLICIES_SINCE, 'put', path, **{_NOUN: policy})


def _present(client: axis.Client, path: str) -> dict[str, Any]:
    """What the share group's policy says now; nothing if it has none."""
    try:
        found = _read(client, path)
    except Exception as error:
        if not operations.is_gone(error):
            raise
        return {}
    return {name: found[name] for name in _FIELDS}


class Unset(command.Command):
    """Let the service no longer back up a share group by a schedule.

    The backups that it has made stay.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        _add_group(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        client, path = _find(self, parsed_args)
        client.ask(backups.POLICIES_SINCE, 'delete', path)


class Show(show.ShowOne):
    """Show by which schedule the service backs up a share group."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        _add_group(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple:
        found = _read(*_find(self, parsed_args))
        return tuple(found), tuple(found.values())
