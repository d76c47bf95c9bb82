# SPDX-License-Identifier: Apache-2.0
"""manila-groups-manage backup: looks after the repositories of backups."""

from collections.abc import Callable
import os
import pathlib
import pwd
import re
import sys

from oslo_config import cfg

from manila_groups import exception
from manila_groups.backup import engine as engines
from manila_groups.backup import loader
from manila_groups.backup import running
from manila_groups.cmd import bars
from manila_groups.db import api as db_api
from manila_groups.db import quotas as quota_rows
from manila_groups.db import share_group_backups as rows
from manila_groups.domain.quotas import counts as quotas

#: Does something with the repository of a project; tells whether all is well.
_Work = Callable[[engines.Engine, str], bool]

_PROJECT = {
    '--project': {
        'metavar': 'PROJECT',
        'dest': 'project_id',
        'help': 'only of this project, by its id (default: of each project '
        'that has or had backups)',
    }
}


def _part(value: str) -> str:
    if not re.fullmatch(r'\d+/\d+|\d+(\.\d+)?%|\d+[KMGT]?', value):
        raise ValueError(value)
    return value


#: The name of each argument to what argparse has to know of it.
CHECK = {
    **_PROJECT,
    '--read-data-subset': {
        'metavar': 'SUBSET',
        'type': _part,
        'help': 'read the content of files too: a part of all as N/M, a '
        'random share as N%%, or a size as 5G; 100%% is all',
    },
}
PRUNE = _PROJECT
UNLOCK = {
    **_PROJECT,
    '--all': {
        'action': 'store_true',
        'dest': 'everything',
        'help': 'remove locks of processes that may be at work too: stop all '
        'back ends before',
    },
}


def check(conf: cfg.ConfigOpts, db: db_api.Database) -> int:
    """Look for damage in repositories.

    :returns: 1 if there is some, or a repository can't be read
    """

    def work(engine: engines.Engine, project_id: str) -> bool:
        with bars.bar(f'Checking {project_id}') as report:
            found = engine.check(
                project_id, report, conf.command.read_data_subset
            )
        _print_checked(project_id, found)
        return not found.problems

    return _each(conf, db, work)


def _print_checked(project_id: str, found: engines.Checked) -> None:
    if not found.problems:
        print(f'Project {project_id}: no damage was found.')
        return
    named = ', '.join(found.backup_ids) or 'not known'
    print(f'Project {project_id}: DAMAGED. Backups with damage: {named}.')
    for one in found.problems:
        print(f'  {one}')


def prune(conf: cfg.ConfigOpts, db: db_api.Database) -> int:
    """Free the space of deleted backups.

    :returns: 1 if that could not be done in a repository
    """

    def work(engine: engines.Engine, project_id: str) -> bool:
        with bars.bar(f'Pruning {project_id}') as report:
            engine.prune(project_id, report)
        print(f'Project {project_id}: pruned.')
        return True

    return _each(conf, db, work)


def unlock(conf: cfg.ConfigOpts, db: db_api.Database) -> int:
    """Remove locks that ended processes have left.

    :returns: 1 if that could not be done in a repository
    """

    def work(engine: engines.Engine, project_id: str) -> bool:
        engine.unlock(project_id, conf.command.everything)
        print(f'Project {project_id}: unlocked.')
        return True

    return _each(conf, db, work)


def _each(conf: cfg.ConfigOpts, db: db_api.Database, work: _Work) -> int:
    """Work on each project's repository, also when one can't be used."""
    engine = loader.build(conf, running.Direct())
    if engine is None:
        raise exception.ConfigurationError('[backup] repository: is not set')
    engine.setup()
    results = [
        _one(conf, engine, project_id, is_there, work)
        for project_id, is_there in sorted(_projects(conf, db).items())
    ]
    return 0 if all(results) else 1


def _projects(conf: cfg.ConfigOpts, db: db_api.Database) -> dict[str, bool]:
    """Find projects that may have a repository.

    What a project has once had, its quotas still know.

    :returns: their ids, each to whether there has to be one
    """
    if conf.command.project_id is not None:
        return {conf.command.project_id: True}
    with db.reader() as conn:
        had = quota_rows.project_ids(conn, quotas.SHARE_GROUP_BACKUPS)
        have = rows.project_ids(conn)
    return {**dict.fromkeys(had, False), **dict.fromkeys(have, True)}


def _one(
    conf: cfg.ConfigOpts,
    engine: engines.Engine,
    project_id: str,
    is_there: bool,
    work: _Work,
) -> bool:
    try:
        _check_user(conf.backup.repository, project_id)
        return work(engine, project_id)
    except exception.NoRepository as error:
        if is_there:
            print(f'Project {project_id}: {error}', file=sys.stderr)
        return not is_there
    except exception.DriverError as error:
        print(f'Project {project_id}: {error}', file=sys.stderr)
        return False


def _check_user(repository: str, project_id: str) -> None:
    """Refuse to write files that the back ends could not read then."""
    place = pathlib.Path(repository.removeprefix('local:'), project_id)
    if not place.is_absolute() or not place.exists():
        return
    owner = place.stat().st_uid
    if owner != os.geteuid():
        raise exception.DriverError(
            f'{place} belongs to the user {_name(owner)}: run this command '
            'as that user'
        )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
