# SPDX-License-Identifier: Apache-2.0
"""``openstack share group revert``, and more options of ``create``."""

import argparse
from collections.abc import Callable
import functools
from typing import Any

from cliff import command

from manila_groups.client import axis
from manila_groups.client import creations
from manila_groups.client import hook
from manila_groups.client import lines
from manila_groups.client import operations
from manila_groups.client import placements
from manila_groups.client import resources
from manila_groups.client import waiting

#: The version that reverts share groups.
REVERTED_SINCE = (1, 5)

#: The options that keep a share group apart from others, or together.
_HINTS = (
    ('--different-host', 'on another back end than'),
    ('--same-host', 'on the back end of'),
)


class Create(hook.Hook):
    """Also copies and restores, and tells where a group would go, or not."""

    def add_options(self, group: Any) -> None:
        for option, where in _HINTS:
            group.add_argument(
                option,
                metavar='<share-group-or-share>',
                action='append',
                help=f'Create the share group {where} this share group or '
                'share (name or ID; may be used several times)',
            )
        group.add_argument(
            '--only-host',
            metavar='<host>',
            help='Create the share group in this pool, host@backend#pool, or '
            'on this back end, host@backend (administrators only)',
        )
        group.add_argument(
            '--source-share-group',
            metavar='<share-group>',
            type=resources.name,
            help='Name or ID of a share group; the new one gets copies of all '
            'shares in it, as they are now',
        )
        group.add_argument(
            '--share-group-backup',
            metavar='<share-group-backup>',
            type=resources.name,
            help='Name or ID of a share group backup; the new share group '
            'gets all shares in it, with their content',
        )
        group.add_argument(
            '--dry-run',
            action='store_true',
            help='Create nothing; show how many pools the share group fits '
            'in, and why not in the others',
        )

    def before(self, parsed_args: argparse.Namespace) -> argparse.Namespace:
        cmd: Any = self.cmd
        if parsed_args.dry_run:
            cmd.take_action = functools.partial(placements.show, self.client)
        elif (version := creations.since(parsed_args)) is not None:
            cmd.take_action = functools.partial(self._create, version)
        elif parsed_args.wait and self.client.has(operations.SINCE):
            cmd.take_action = functools.partial(
                self._create_and_wait, cmd.take_action
            )
        return parsed_args

    def _create(
        self, version: axis.Version, parsed_args: argparse.Namespace
    ) -> tuple:
        """Create what python-manilaclient can't ask for."""
        group = self.client.ask(
            version,
            'post',
            '/share-groups',
            share_group=creations.wanted(self.client, parsed_args),
        )['share_group']
        if parsed_args.wait:
            waiting.until_done(self.client, group['id'], 'create')
            path = f'/share-groups/{group["id"]}'
            group = self.client.ask(version, 'get', path)['share_group']
        return self._shown(group)

    def _create_and_wait(
        self, create: Callable[..., tuple], parsed_args: argparse.Namespace
    ) -> tuple:
        parsed_args.wait = False
        titles, values = create(parsed_args)
        group_id = dict(zip(titles, values, strict=True))['id']
        group = waiting.until_done(self.client, group_id, 'create')
        return self._shown(group.to_dict())

    def _shown(self, group: dict[str, Any]) -> tuple:
        """What the command itself prints of a share group."""
        cmd: Any = self.cmd
        group.pop('links', None)
        shown: tuple = cmd.dict2columns(
            {**group, 'share_types': lines.Lines(group['share_types'])}
        )
        return shown


class Revert(command.Command):
    """Give all shares of a share group the content of a snapshot again.

    What has been written to the shares since the share group snapshot was
    taken is lost.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'share_group',
            metavar='<share-group>',
            type=resources.name,
            help='Name or ID of the share group; what has been written to its '
            'shares since the snapshot is lost',
        )
        parser.add_argument(
            'share_group_snapshot',
            metavar='<share-group-snapshot>',
            type=resources.name,
            help='Name or ID of the share group snapshot',
        )
        parser.add_argument(
            '--wait', action='store_true', help='Wait until it is reverted'
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        client = resources.client(self)
        share = client.share
        group = resources.find(share.share_groups, parsed_args.share_group)
        snapshot = resources.find(
            share.share_group_snapshots, parsed_args.share_group_snapshot
        )
        request_id, _answer = client.begin(
            REVERTED_SINCE,
            'post',
            f'/share-groups/{group.id}/action',
            revert={'share_group_snapshot_id': snapshot.id},
        )
        if parsed_args.wait:
            waiting.until_done(client, group.id, 'revert', request_id)
