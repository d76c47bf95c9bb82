# SPDX-License-Identifier: Apache-2.0
"""manila-groups-manage: what an operator does to the database by hand."""

import argparse

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.cmd import process
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import services
from manila_groups.groups import services as services_domain


def main() -> int:
    """Run one command."""
    arguments = _parser().parse_args()
    files = [arguments.config_file] if arguments.config_file else None
    with process.starting():
        conf = configuration.load(files=files)
        configuration.setup_logging(conf)
        return arguments.run(conf, db_api.Database(conf), arguments)


def _parser():
    parser = argparse.ArgumentParser(prog='manila-groups-manage')
    parser.add_argument('--config-file', metavar='FILE')
    nouns = parser.add_subparsers(required=True, metavar='db | service')
    _add(
        nouns.add_parser('db', help='the schema of the database'),
        [
            ('upgrade', _upgrade, 'bring the schema to the newest revision'),
            ('version', _version, 'print the revision of the schema'),
        ],
    )
    commands = _add(
        nouns.add_parser('service', help='schedulers and back ends'),
        [
            ('list', _list_services, 'list them'),
            ('remove', _remove_service, 'forget one that is gone for good'),
        ],
    )
    commands['remove'].add_argument('host', help='such as host@backend')
    commands['remove'].add_argument('binary', help='such as manila-share')
    return parser


def _add(noun, table):
    """Add the commands of a noun; returns their parsers by name."""
    commands = noun.add_subparsers(required=True, metavar='command')
    parsers = {}
    for name, run, text in table:
        parsers[name] = commands.add_parser(name, help=text)
        parsers[name].set_defaults(run=run)
    return parsers


def _upgrade(_conf, db, _arguments):
    migrations.upgrade(db.engine)
    return 0


def _version(_conf, db, _arguments):
    print(migrations.version(db.engine) or 'empty')
    return 0


def _list_services(_conf, db, _arguments):
    with db.reader() as session:
        for one in services.list_all(session):
            state = 'disabled' if one.disabled else 'enabled'
            print(
                f'{one.host} {one.binary} {one.zone} {state} '
                f'last seen {one.updated_at:%Y-%m-%d %H:%M:%S} UTC'
            )
    return 0


def _remove_service(conf, db, arguments):
    name = f'{arguments.binary} on {arguments.host}'
    with db.writer() as session:
        found = services.get(session, arguments.host, arguments.binary)
        if found is None:
            raise exception.NotFound(f'There is no service {name}.')
        if services_domain.is_up(conf, found):
            raise exception.Conflict(
                f'The service {name} is up; stop it first, and wait for '
                f'{conf.service.down_time:g} seconds.'
            )
        services.delete(session, arguments.host, arguments.binary)
    return 0
