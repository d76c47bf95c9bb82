# SPDX-License-Identifier: Apache-2.0
"""``openstack share group backup record`` and ``import``."""

import argparse
import json
import pathlib
import sys
from typing import Any

from cliff import show

from manila_groups.client import backups
from manila_groups.client import resources
from manila_groups.client import share_group_backup_values as values
from manila_groups.client import share_group_backups
from manila_groups.client import waiting

_NOUN = 'share_group_backup_record'


class Record(show.ShowOne):
    """Show what a share group backup is imported with (administrators only).

    With its record a backup outlives the service's database, as long as its
    repository is there. ``-f json`` prints what ``share group backup import``
    reads.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        share_group_backups.add_backup(parser)
        parser.add_argument(
            '--file',
            metavar='<file>',
            type=resources.name,
            help='Also write the record to this file, as JSON',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple:
        client = resources.client(self)
        found = backups.find(client, parsed_args.share_group_backup)
        record = client.ask(
            backups.RECORDS_SINCE, 'get', backups.path(found['id'], '/record')
        )[_NOUN]
        if parsed_args.file is not None:
            text = json.dumps(record, indent=4) + '\n'
            pathlib.Path(parsed_args.file).write_text(text)
        return tuple(record), tuple(
            values.printed(name, record[name]) for name in record
        )


class Import(show.ShowOne):
    """Bring back a share group backup by its record (administrators only)."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'file',
            metavar='<file>',
            type=resources.name,
            help='File with the record, as share group backup record -f json '
            'prints it; - for the standard input',
        )
        parser.add_argument(
            '--wait', action='store_true', help='Wait until it is available'
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple:
        client = resources.client(self)
        request_id, answer = client.begin(
            backups.RECORDS_SINCE,
            'post',
            f'{backups.PATH}/import',
            **{_NOUN: _read(parsed_args.file)},
        )
        backup = answer['share_group_backup']
        if parsed_args.wait:
            backup = waiting.until_backed_up(
                client, backup['id'], 'import', request_id
            )
        return values.shown(backup)


def _read(file: str) -> dict[str, Any]:
    """Read a record; also the body in which the service sends one.

    :raises CommandError: there is none in the file
    """
    try:
        found = json.loads(_text(file))
    except ValueError as error:
        raise resources.error(
            f'{file}: is not a record in JSON, as share group backup record '
            f'-f json prints it: {error}'
        ) from None
    if not isinstance(found, dict):
        raise resources.error(f'{file}: is not a record, but other JSON.')
    record: dict[str, Any] = found.get(_NOUN, found)
    return record


def _text(file: str) -> str:
    if file == '-':
        return sys.stdin.read()
    return pathlib.Path(file).read_text()
