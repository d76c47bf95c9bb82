# SPDX-License-Identifier: Apache-2.0
"""manila-groups-standalone: the whole service in one process.

API, scheduler and back ends run as threads beside an SQLite database in a
state directory, for a first look and for development.
"""

import argparse
import fcntl
import functools
import os
import pathlib
import secrets
import shutil
import sys

from oslo_db import exception as db_exception
import sqlalchemy as sa

from manila_groups import conf as configuration
from manila_groups import exception
from manila_groups import paging
from manila_groups.backend import loader
from manila_groups.backend import service as backend_service
from manila_groups.cmd import api
from manila_groups.cmd import http_server
from manila_groups.cmd import process
from manila_groups.cmd import standalone_text
from manila_groups.cmd import terminal
from manila_groups.conf import unknown
from manila_groups.context import service_context
from manila_groups.db import api as db_api
from manila_groups.db import migrations
from manila_groups.db import types as type_rows
from manila_groups.domain.operations import listing
from manila_groups.domain.operations import standard
from manila_groups.domain.types import share_group_types
from manila_groups.domain.types import share_types
from manila_groups.rpc import base as rpc
from manila_groups.scheduler import service as scheduler_service

DEFAULT_TYPE = 'default'


def main() -> int:
    """Run the service until SIGINT or SIGTERM."""
    arguments = _parse(sys.argv[1:])
    with process.starting():
        state, lock = _open_state(arguments.state_dir)
        read = functools.partial(_configure, arguments, state)
        conf = process.begin(read)
        _write_owner(lock, f'{os.getpid()} {standalone_text.url(conf)}')
        for text in unknown.find(conf, loader.options_of):
            print(f'Warning: {text}', file=sys.stderr)
        user = terminal.Terminal(conf, state)
        services = _build(conf, state, user)
    process.run(conf, read, services, user)
    return 0


def _parse(args):
    parser = argparse.ArgumentParser(
        prog='manila-groups-standalone',
        description='Runs the whole share group service in one process, with '
        'an SQLite database and two back ends to try it out.',
        epilog='No configuration file is read unless --config-file names one.',
    )
    home = os.environ.get('XDG_STATE_HOME') or '~/.local/state'
    parser.add_argument(
        '--state-dir',
        metavar='DIR',
        type=pathlib.Path,
        default=pathlib.Path(home, 'manila-groups'),
        help='where the database, the log and the share groups are kept '
        '(default: %(default)s)',
    )
    parser.add_argument(
        '--bind',
        metavar='HOST:PORT',
        help='where the API listens (default: 127.0.0.1:8786)',
    )
    parser.add_argument(
        '--config-file',
        metavar='FILE',
        help='a configuration file; what it sets replaces the defaults',
    )
    return parser.parse_args(args)


def _open_state(path):
    """Make the directory, and see to it that no other process uses it."""
    path = path.expanduser().absolute()
    file = path / 'lock'
    try:
        path.mkdir(parents=True, exist_ok=True)
        # Stays open, and so locked, for as long as the process lives.
        lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
    except BlockingIOError:
        pid, _, url = file.read_text().strip().partition(' ')
        owner = (
            f'process {pid}, which serves at {url}'
            if url
            else ('another process')
        )
        raise exception.ConfigurationError(
            f'The state directory {path} is in use by {owner}. Stop it, or '
            'choose another directory with --state-dir.'
        ) from None
    except OSError as error:
        raise exception.ConfigurationError(
            f'The state directory {path} cannot be used: {error.strerror}.'
        ) from error
    return path, lock


def _write_owner(lock, text):
    """Let a second start say who has the directory."""
    os.pwrite(lock, f'{text}\n'.encode(), 0)


def _configure(arguments, state):
    files = [arguments.config_file] if arguments.config_file else []
    conf = configuration.load(files=files, defaults=_defaults(state))
    if arguments.bind:
        host, _, port = arguments.bind.rpartition(':')
        try:
            conf.set_override('bind_host', host.strip('[]'), 'api')
            conf.set_override('bind_port', int(port), 'api')
        except ValueError:
            raise exception.ConfigurationError(
                f'--bind {arguments.bind}: is not HOST:PORT.'
            ) from None
    return conf


def _defaults(state):
    """What the configuration is where no file says otherwise.

    Two back ends of different group capabilities: one makes directories, and
    one simulates storage that takes consistent snapshots.
    """
    return {
        'DEFAULT': {
            'transport_url': 'fake:///',
            'enabled_backends': ['alpha', 'beta'],
            'default_share_type': DEFAULT_TYPE,
            'default_share_group_type': DEFAULT_TYPE,
            'log_file': str(state / 'manila-groups.log'),
        },
        'database': {'connection': _connection(state)},
        'backup': _backups(state),
        'api': {'auth_strategy': 'noauth'},
        'alpha': {
            'driver': 'local',
            'local_path': str(state / 'alpha'),
            # A home directory may well be on Btrfs.
            'local_privileges': 'direct' if os.geteuid() == 0 else 'none',
        },
        'beta': {
            'driver': 'fake',
            'fake_pools': [{'name': 'one'}, {'name': 'two'}],
            'fake_group_capabilities': {'consistent_snapshot_support': 'pool'},
        },
    }


def _backups(state):
    """Where backups are kept, if the program that makes them is there."""
    if shutil.which('restic') is None:
        return {}
    secret = state / 'backup-secret'
    if not secret.exists():
        with open(secret, 'x', opener=_private) as file:
            file.write(f'{secrets.token_urlsafe(48)}\n')
    return {'repository': str(state / 'backups'), 'secret_file': str(secret)}


def _private(path, flags):
    return os.open(path, flags, 0o600)


def _build(conf, state, user):
    db, transport = db_api.Database(conf), rpc.transport(conf)
    server = http_server.HttpServer(
        conf, api.assemble(conf, db, transport), 'with --bind HOST:PORT'
    )
    _prepare_database(conf, db)
    _take_over(conf, db, state, user)
    return [
        *(
            backend_service.build(conf, db, transport, name, user.back_end)
            for name in loader.enabled(conf)
        ),
        scheduler_service.build(conf, db, transport),
        server,
    ]


def _take_over(conf, db, state, user):
    """Have the work taken up at once that a crashed process had.

    Whoever has the lock on the state directory is alone with the database in
    it; with another one there may be other processes at work.
    """
    if conf.database.connection == _connection(state):
        listing.end_all_leases(db)
    user.watch(functools.partial(listing.unfinished, db, standard.build()))


def _connection(state):
    return f'sqlite:///{state}/manila-groups.sqlite'


def _prepare_database(conf, db):
    # As text, a URL hides its password.
    url = sa.make_url(conf.database.connection)
    try:
        migrations.upgrade(db.engine)
    except (db_exception.DBError, sa.exc.SQLAlchemyError) as error:
        raise exception.ConfigurationError(
            f'The database {url} cannot be used: {error}'
        ) from error
    _make_default_types(conf, db)


def _make_default_types(conf, db):
    """Make the default types where there are none of their kind."""
    one = paging.Page(limit=1)
    with db.reader() as conn:
        has_types, _ = type_rows.SHARE_TYPES.list_page(conn, one)
        has_group_types, _ = type_rows.SHARE_GROUP_TYPES.list_page(conn, one)
    types = share_types.ShareTypes(conf, db)
    if not has_types:
        specs = {share_types.DHSS: 'False', 'snapshot_support': 'True'}
        types.create(DEFAULT_TYPE, specs)
    if not has_group_types:
        group_types = share_group_types.ShareGroupTypes(conf, db, types)
        group_types.create(service_context(), DEFAULT_TYPE, [DEFAULT_TYPE], {})
