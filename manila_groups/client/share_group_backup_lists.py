# SPDX-License-Identifier: Apache-2.0
"""``openstack share group backup list``."""

import argparse
import itertools
from typing import Any

from cliff import lister
from oslo_utils import uuidutils

from manila_groups.client import axis
from manila_groups.client import backups
from manila_groups.client import resources
from manila_groups.client import share_group_backup_values as values

SHORT = (
    'id',
    'name',
    'status',
    'share_group_id',
    'size',
    'taken_at',
)
LONG = (
    *SHORT,
    'description',
    'progress',
    'restore_progress',
    'data_size',
    'sent_size',
    'is_incremental',
    'consistent',
    'source_share_group_snapshot_id',
    'availability_zone',
    'project_id',
    'created_at',
    'updated_at',
)

#: Options whose text is sent as it is, and the helps.
_TEXTS = (
    ('status', 'have this status'),
    ('name', 'have this name'),
    ('name~', 'have this in their name'),
    ('description', 'have this description'),
    ('description~', 'have this in their description'),
)


class List(lister.Lister):
    """List share group backups, the newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            '--long', action='store_true', help='List more fields'
        )
        _add_filters(parser)
        _add_page(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple:
        client = resources.client(self)
        names = LONG if parsed_args.long else SHORT
        found = itertools.islice(
            backups.every(client, _query(client, parsed_args)),
            parsed_args.limit,
        )
        rows = [
            tuple(values.printed(name, one[name]) for name in names)
            for one in found
        ]
        return [resources.title(name) for name in names], rows


def _add_filters(parser: argparse.ArgumentParser) -> None:
    for name, metavar, what in (
        ('--share-group', '<share-group>', 'share group'),
        ('--snapshot', '<share-group-snapshot>', 'share group snapshot'),
    ):
        parser.add_argument(
            name,
            metavar=metavar,
            type=resources.name,
            help=f'List those that were made of this {what} (name or ID)',
        )
    for name, what in _TEXTS:
        parser.add_argument(
            f'--{name}', metavar=f'<{name}>', help=f'List those that {what}'
        )
    parser.add_argument(
        '--project',
        metavar='<project-id>',
        help='List those of this project (administrators only)',
    )
    parser.add_argument(
        '--all-projects',
        action='store_true',
        help='List those of all projects (administrators only)',
    )


def _add_page(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--sort',
        metavar='<key>[:<direction>]',
        type=_order,
        default={},
        help='Sort by this field, such as name or created_at; the direction '
        'is asc (the default) or desc',
    )
    parser.add_argument(
        '--limit',
        metavar='<number>',
        type=_number,
        help='List only so many',
    )
    parser.add_argument(
        '--marker',
        metavar='<share-group-backup-id>',
        help='List those after the one with this ID',
    )


def _order(text: str) -> dict[str, str]:
    key, _colon, direction = text.partition(':')
    if direction not in ('', 'asc', 'desc'):
        raise argparse.ArgumentTypeError(
            f"'{direction}' is not a direction: it is asc or desc"
        )
    return {'sort_key': key, 'sort_dir': direction or 'asc'}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number")
    return int(text)


def _query(
    client: axis.Client, parsed_args: argparse.Namespace
) -> dict[str, Any]:
    """What is sent for the options; nothing for those that are not used."""
    found = {
        **parsed_args.sort,
        'project_id': parsed_args.project,
        'all_tenants': 'true' if parsed_args.all_projects else None,
        'limit': parsed_args.limit,
        'marker': parsed_args.marker,
        **{name: getattr(parsed_args, name) for name, _help in _TEXTS},
        **_sources(client, parsed_args),
    }
    return {name: one for name, one in found.items() if one is not None}


def _sources(
    client: axis.Client, parsed_args: argparse.Namespace
) -> dict[str, str]:
    """What is sent for the options that name what was backed up."""
    share = client.share
    return {
        name: _id(manager, given)
        for name, manager, given in (
            ('share_group_id', share.share_groups, parsed_args.share_group),
            (
                'source_share_group_snapshot_id',
                share.share_group_snapshots,
                parsed_args.snapshot,
            ),
        )
        if given is not None
    }


def _id(manager: Any, name_or_id: str) -> str:
    # What was backed up may be gone, and its backups are there.
    if uuidutils.is_uuid_like(name_or_id):
        return name_or_id
    found: str = resources.find(manager, name_or_id).id
    return found
