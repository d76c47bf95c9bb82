# SPDX-License-Identifier: Apache-2.0
"""``openstack share group operation list``."""

import argparse
import time
from typing import Any

from cliff import lister

from manila_groups.client import axis
from manila_groups.client import operations
from manila_groups.client import resources
from manila_groups.client import sizes

#: Seconds between two looks, unless the user says otherwise.
INTERVAL = 2.0

SHORT = (
    'verb',
    'resource_type',
    'resource_id',
    'step',
    'status',
    'progress',
    'tries',
    'reason',
)
_SIZES = ('done_bytes', 'total_bytes')
LONG = (
    *SHORT,
    *_SIZES,
    'request_id',
    'message_id',
    'created_at',
    'updated_at',
    'host',
    'worker',
)


class List(lister.Lister):
    """List what is at work on a share group, and what has failed last."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'share_group',
            metavar='<share-group>',
            help='Name or ID of the share group',
        )
        parser.add_argument(
            '--long', action='store_true', help='List more fields'
        )
        parser.add_argument(
            '--watch',
            metavar='<seconds>',
            nargs='?',
            type=_seconds,
            const=INTERVAL,
            help='Look again after this time (2 seconds by default), until '
            'nothing is at work; print the list whenever it has changed',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple:
        client = resources.client(self)
        groups = client.share.share_groups
        group = resources.find(groups, parsed_args.share_group)
        names = LONG if parsed_args.long else SHORT
        titles = [resources.title(name) for name in names]
        rows = _read(client, group.id, names)
        while parsed_args.watch and any(map(_is_open, rows)):
            self.produce_output(parsed_args, titles, rows)
            self.app.stdout.flush()
            rows = _changed(client, group.id, names, rows, parsed_args.watch)
        return titles, rows


def _read(
    client: axis.Client, group_id: str, names: tuple[str, ...]
) -> list[tuple]:
    return [
        # Only administrators are shown all fields.
        tuple(_printed(name, one.get(name)) for name in names)
        for one in operations.read(client, group_id)
    ]


def _printed(name: str, value: Any) -> Any:
    return sizes.Size(value) if name in _SIZES else value


def _is_open(row: tuple) -> bool:
    return row[SHORT.index('status')] in operations.OPEN


def _changed(
    client: axis.Client,
    group_id: str,
    names: tuple[str, ...],
    rows: list[tuple],
    seconds: float,
) -> list[tuple]:
    """Wait until there are other rows; none when the group is gone."""
    while True:
        time.sleep(seconds)
        try:
            found = _read(client, group_id, names)
        except Exception as error:
            if not operations.is_gone(error):
                raise
            return []
        if found != rows:
            return found


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0
    if not 0.1 <= found <= 3600:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a number from 0.1 to 3600"
        )
    return found
