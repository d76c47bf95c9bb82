# SPDX-License-Identifier: Apache-2.0
"""``openstack share group backup``: make, read, change and restore backups."""

import argparse
from typing import Any

from cliff import command
from cliff import show

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.client import resources
from manila_groups.client import share_group_backup_values as values
from manila_groups.client import waiting


def add_backup(parser: argparse.ArgumentParser, **settings: Any) -> None:
    """Add the argument that names a backup."""
    parser.add_argument(
        'share_group_backup',
        metavar='<share-group-backup>',
        type=resources.name,
        **{'help': 'Name or ID of the share group backup', **settings},
    )


class Create(show.ShowOne):
    """Back up all shares of a share group, as they are at one moment.

    The share group stays in use meanwhile.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            'share_group',
            metavar='<share-group>',
            nargs='?',
            type=resources.name,
            help='Name or ID of the share group, which is backed up as it is '
            'now',
        )
        source.add_argument(
            '--snapshot',
            metavar='<share-group-snapshot>',
            type=resources.name,
            help='Name or ID of a share group snapshot, which is backed up '
            'instead',
        )
        parser.add_argument(
            '--name', metavar='<name>', help='Name of the share group backup'
        )
        parser.add_argument(
            '--description',
            metavar='<description>',
            help='Description of the share group backup',
        )
        parser.add_argument(
            '--wait', action='store_true', help='Wait until it is available'
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple:
        client = resources.client(self)
        request_id, answer = client.begin(
            backups.SINCE,
            'post',
            backups.PATH,
            share_group_backup=_wanted(client.share, parsed_args),
        )
        backup = answer['share_group_backup']
        if parsed_args.wait:
            backup = waiting.until_backed_up(
                client, backup['id'], 'create', request_id
            )
        return values.shown(backup)


def _wanted(share: Any, parsed_args: argparse.Namespace) -> dict[str, str]:
    """What is sent for the options of a creation."""
    if parsed_args.snapshot:
        found = resources.find(
            share.share_group_snapshots, parsed_args.snapshot
        )
        source = {'share_group_snapshot_id': found.id}
    else:
        found = resources.find(share.share_groups, parsed_args.share_group)
        source = {'share_group_id': found.id}
    return {**source, **_texts(parsed_args)}


def _texts(parsed_args: argparse.Namespace) -> dict[str, str]:
    return {
        name: text
        for name in ('name', 'description')
        if (text := getattr(parsed_args, name)) is not None
    }


class Show(show.ShowOne):
    """Show a share group backup."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        add_backup(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple:
        client = resources.client(self)
        return values.shown(
            backups.find(client, parsed_args.share_group_backup)
        )


class Set(command.Command):
    """Change the name or the description of a share group backup."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        add_backup(parser)
        parser.add_argument('--name', metavar='<name>', help='New name')
        parser.add_argument(
            '--description', metavar='<description>', help='New description'
        )
        parser.add_argument(
            '--status',
            metavar='<status>',
            help='Status that it is to have, such as available or error; '
            'changes nothing else (administrators only)',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        client = resources.client(self)
        found = backups.find(client, parsed_args.share_group_backup)
        if changes := _texts(parsed_args):
            _update(client, found, changes)
        if parsed_args.status is not None:
            client.ask(
                backups.SINCE,
                'post',
                backups.path(found['id'], '/action'),
                reset_status={'status': parsed_args.status},
            )


def _update(
    client: axis.Client, backup: dict[str, Any], changes: dict[str, Any]
) -> None:
    client.ask(
        backups.SINCE,
        'put',
        backups.path(backup['id']),
        share_group_backup=changes,
    )


class Unset(command.Command):
    """Remove the name or the description of a share group backup."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        add_backup(parser)
        parser.add_argument(
            '--name', action='store_true', help='Remove the name'
        )
        parser.add_argument(
            '--description', action='store_true', help='Remove the description'
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        client = resources.client(self)
        found = backups.find(client, parsed_args.share_group_backup)
        changes = {
            name: None
            for name in ('name', 'description')
            if getattr(parsed_args, name)
        }
        if changes:
            _update(client, found, changes)


class Delete(command.Command):
    """Delete share group backups."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        add_backup(
            parser,
            nargs='+',
            help='Names or IDs of the share group backups',
        )
        parser.add_argument(
            '--force',
            action='store_true',
            help='Delete them whatever their status is (administrators only)',
        )
        parser.add_argument(
            '--wait', action='store_true', help='Wait until they are gone'
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        client = resources.client(self)
        failures = []
        for name in parsed_args.share_group_backup:
            try:
                _delete(client, name, parsed_args)
            except Exception as error:
                failures.append(error)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise resources.error('\n'.join(map(str, failures)))


def _delete(
    client: axis.Client, name: str, parsed_args: argparse.Namespace
) -> None:
    found = backups.find(client, name)
    request_id = _begin_deletion(client, found['id'], parsed_args.force)
    if parsed_args.wait:
        waiting.until_deleted(client, found['id'], request_id)


def _begin_deletion(
    client: axis.Client, backup_id: str, is_forced: bool
) -> str:
    """Begin a deletion; returns the id of the request."""
    if is_forced:
        path = backups.path(backup_id, '/action')
        return client.begin(backups.SINCE, 'post', path, force_delete=None)[0]
    return client.begin(backups.SINCE, 'delete', backups.path(backup_id))[0]


class Restore(command.Command):
    """Give all shares of a share group the content of a backup again.

    What has been written to the shares since the backup was made is lost.
    ``share group create --share-group-backup`` makes a new share group of the
    backup instead.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        add_backup(parser)
        parser.add_argument(
            '--share-group',
            metavar='<share-group>',
            type=resources.name,
            help='Name or ID of the share group to restore, instead of the '
            'one that was backed up; what has been written to its shares is '
            'lost',
        )
        parser.add_argument(
            '--wait', action='store_true', help='Wait until it is restored'
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        client = resources.client(self)
        found = backups.find(client, parsed_args.share_group_backup)
        request_id, answer = client.begin(
            backups.SINCE,
            'post',
            backups.path(found['id'], '/action'),
            restore=_target(client.share, parsed_args.share_group),
        )
        group_id = answer['restore']['share_group_id']
        if parsed_args.wait:
            waiting.until_done(client, group_id, 'restore', request_id)


def _target(share: Any, name: str | None) -> dict[str, str] | None:
    """What is sent for the share group that is to be restored."""
    if name is None:
        return None
    group = resources.find(share.share_groups, name)
    return {'share_group_id': group.id}
