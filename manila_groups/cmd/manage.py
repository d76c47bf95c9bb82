# SPDX-License-Identifier: Apache-2.0
"""manila-groups-manage: what an operator does to the database by hand."""

import datetime
import sys

from oslo_config import cfg
from oslo_utils import timeutils

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups.cmd import backup
from manila_groups.cmd import operation_list
from manila_groups.cmd import process
from manila_groups.cmd import tables
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import pools
from manila_groups.db import services
from manila_groups.domain.quotas import check as quota_check
from manila_groups.domain.services import api as services_domain
from manila_groups.domain.types import spec_check

_DAY = 24 * 60 * 60

_DESCRIPTION = (
    'Prepares the database, and lists and repairs what is in it: services, '
    'pools, quotas, operations in progress and repositories of backups. The '
    'services need not run.'
)


def main() -> int:
    """Run one command.

    :returns: the exit code
    """
    commands = cfg.SubCommandOpt(
        'command', title='commands', handler=_add_commands
    )
    with process.starting():
        conf = configuration.load(
            sys.argv[1:], commands=[commands], description=_DESCRIPTION
        )
        configuration.setup_logging(conf)
        process.warn_of_unknown(conf)
        return conf.command.run(conf, db_api.Database(conf)) or 0


def _add_commands(nouns):
    nouns.metavar = 'COMMAND'
    for noun, noun_help, verbs in _COMMANDS:
        _add_verbs(nouns.add_parser(noun, help=noun_help), verbs)


def _add_verbs(parser, verbs):
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    for verb, run, text, arguments in verbs:
        command = commands.add_parser(verb, help=text, description=text)
        command.set_defaults(run=run)
        for name, settings in arguments.items():
            command.add_argument(name, **settings)


def _sync(_conf, db):
    migrations.upgrade(db.engine)


def _version(_conf, db):
    print(migrations.version(db.engine) or 'empty')


def _check(_conf, db):
    found, newest = migrations.version(db.engine), migrations.newest()
    if found == newest:
        print(f'The schema is at {newest}, the newest revision.')
        return 0
    print(
        f'The schema is at {found or "no revision"}, the code needs {newest}: '
        'run "manila-groups-manage db sync".'
    )
    return 1


def _print(headers, rows):
    print(tables.text(headers, rows))


def _list_services(conf, db):
    with db.reader() as conn:
        found = services.list_all(conn)
    _print(
        ['HOST', 'BINARY', 'ZONE', 'STATUS', 'STATE', 'LAST_SEEN', 'REASON'],
        [
            (
                one.host,
                one.binary,
                one.zone,
                'disabled' if one.disabled else 'enabled',
                'up' if services_domain.is_up(conf, one) else 'down',
                f'{one.updated_at:%Y-%m-%dT%H:%M:%SZ}',
                # The one with several words is the last.
                one.down_reason,
            )
            for one in found
        ],
    )


def _clean_services(conf, db):
    seconds = max(conf.command.older_than, conf.service.down_time)
    before = timeutils.utcnow() - datetime.timedelta(seconds=seconds)
    for one in services_domain.remove_unused(db, before):
        name = f'{one.service.binary} on {one.service.host}'
        if one.removed:
            print(f'Removed {name}.')
        else:
            print(
                f'Kept {name}: {one.in_use} share groups and shares are on '
                'it. If it is gone for good, use "service remove".'
            )


@db_api.retry_on_deadlock
def _remove_service(conf, db):
    host, binary = conf.command.service_host, conf.command.service_binary
    name = f'{binary} on {host}'
    with db.writer() as conn:
        found = services.get(conn, host, binary)
        if found is None:
            raise exception.NotFound(f'There is no service {name}.')
        if services_domain.is_up(conf, found):
            raise exception.Conflict(
                f'The service {name} is up; stop it first, and wait for '
                f'{conf.service.down_time:g} seconds.'
            )
        services.delete(conn, host, binary)


def _check_quotas(conf, db):
    fix = conf.command.fix
    found = quota_check.correct(db) if fix else quota_check.differences(db)
    if found:
        _print(
            ['PROJECT', 'USER', 'SHARE_TYPE', 'RESOURCE', 'COUNTED', 'USED'],
            [
                (
                    one.scope.project_id,
                    one.scope.user_id,
                    one.scope.share_type_id,
                    one.resource,
                    one.counted,
                    one.used,
                )
                for one in found
            ],
        )
    return 1 if found and not fix else 0


def _list_pools(conf, db):
    with db.snapshot() as conn:
        known = {one.id: one for one in services.list_all(conn)}
        found = pools.list_all(conn)
    _print(
        ['POOL', 'STATE', 'GROUPS', 'CLAIMED_GB', 'FREE_GB', 'TOTAL_GB'],
        [
            (
                one.name,
                'up'
                if services_domain.is_up(conf, known[one.service_id])
                else 'down',
                one.share_groups,
                one.claimed_gb,
                one.report['free_capacity_gb'],
                one.report['total_capacity_gb'],
            )
            for one in found
            if one.service_id in known
        ],
    )


def _check_specs(_conf, db):
    found = spec_check.unreported(db)
    if found:
        _print(
            ['SHARE_GROUP_TYPE', 'GROUP_SPEC', 'NEAREST_CAPABILITY'],
            [
                (
                    one.share_group_type,
                    one.key,
                    one.nearest and one.nearest.replace(' ', '_'),
                )
                for one in found
            ],
        )
    return 1 if found else 0


_COMMANDS: tuple = (
    (
        'db',
        'the schema of the database',
        (
            ('sync', _sync, 'create the tables, or upgrade them', {}),
            ('version', _version, 'print the revision of the schema', {}),
            (
                'check',
                _check,
                'check whether "db sync" is needed',
                {},
            ),
        ),
    ),
    (
        'service',
        'schedulers and back ends',
        (
            ('list', _list_services, 'list them', {}),
            (
                'cleanup',
                _clean_services,
                'remove unused services that have been down for long',
                {
                    '--older-than': {
                        'metavar': 'SECONDS',
                        'type': float,
                        'default': _DAY,
                        'help': 'without a heartbeat (default: one day)',
                    }
                },
            ),
            (
                'remove',
                _remove_service,
                'remove a service that is gone for good',
                {
                    'service_host': {
                        'metavar': 'HOST',
                        'help': 'such as host@backend',
                    },
                    'service_binary': {
                        'metavar': 'BINARY',
                        'help': 'such as manila-share',
                    },
                },
            ),
        ),
    ),
    (
        'quota',
        'quota usage',
        (
            (
                'check',
                _check_quotas,
                'compare recorded usage with actual usage',
                {
                    '--fix': {
                        'action': 'store_true',
                        'help': 'correct the recorded usage',
                    }
                },
            ),
        ),
    ),
    (
        'pool',
        'the pools of back ends',
        (('list', _list_pools, 'list them', {}),),
    ),
    (
        'spec',
        'the group specs of share group types',
        (
            (
                'check',
                _check_specs,
                'list those that name a capability which no pool reports',
                {},
            ),
        ),
    ),
    (
        'operation',
        'operations that have not ended',
        (
            (
                'list',
                operation_list.run,
                'list them, with who does their present step',
                operation_list.ARGUMENTS,
            ),
        ),
    ),
    (
        'backup',
        'the repositories of backups',
        (
            (
                'check',
                backup.check,
                'look for damage, and name the backups that it is in',
                backup.CHECK,
            ),
            (
                'prune',
                backup.prune,
                'free the space of deleted backups; others wait meanwhile',
                backup.PRUNE,
            ),
            (
                'unlock',
                backup.unlock,
                'remove the locks of processes that have ended',
                backup.UNLOCK,
            ),
        ),
    ),
)
