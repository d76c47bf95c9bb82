# SPDX-License-Identifier: Apache-2.0
"""manila-groups-manage operation list: what has not ended, once or always."""

import signal
import sys
from typing import Any

from oslo_config import cfg

from manila_groups.cmd import tables
from manila_groups.db import api as db_api
from manila_groups.db import records
from manila_groups.domain.operations import engine
from manila_groups.domain.operations import listing
from manila_groups.domain.operations import registry as registries
from manila_groups.domain.operations import standard

#: Seconds between two looks, unless the command line has others.
INTERVAL = 2.0
#: Lets a terminal go to its first line, and clear all.
_CLEAR = '\033[H\033[2J'

_HEADERS = (
    'ID',
    'KIND',
    'RESOURCE',
    'VERB',
    'STEP',
    'RUNS_AT',
    'SINCE',
    'TRIES',
    'PROGRESS',
    'WORKER',
    # The one with several words is the last.
    'REASON',
)


def _seconds(value: str) -> float:
    found = float(value)
    if not 0.1 <= found <= 86400:
        raise ValueError(value)
    return found


#: The name of each argument to what argparse has to know of it.
ARGUMENTS = {
    '--kind': {'help': 'only of this kind, such as share_group'},
    '--verb': {'help': 'only of this verb, such as create'},
    '--backend': {
        'help': 'only of this back end, as NAME or HOST@NAME; or "schedulers"'
    },
    '--older-than': {
        'metavar': 'SECONDS',
        'type': float,
        'help': 'only those that began so many seconds ago',
    },
    '--watch': {
        'metavar': 'SECONDS',
        'nargs': '?',
        'type': _seconds,
        'const': INTERVAL,
        'help': 'list them again every SECONDS (default: %(const)g), until '
        'Ctrl-C',
    },
}


def run(conf: cfg.ConfigOpts, db: db_api.Database) -> None:
    """List the operations that have not ended, as the command line wants."""
    registry = standard.build()
    if conf.command.watch is None:
        print(_table(conf, db, registry))
        return
    # Taken up while it waits, and nowhere else: Python may lose an exception
    # that a signal raises in the midst of other code.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        _watch(conf, db, registry)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watch(conf, db, registry):
    ended = None
    while ended is None:
        found = _table(conf, db, registry)
        clear = _CLEAR if sys.stdout.isatty() else ''
        print(clear + found, flush=True)
        ended = signal.sigtimedwait({signal.SIGINT}, conf.command.watch)


def _table(conf, db, registry):
    wanted = {
        name: value
        for name in ('kind', 'verb', 'backend')
        if (value := getattr(conf.command, name)) is not None
    }
    found = listing.under_way(db, wanted, conf.command.older_than)
    return tables.text(_HEADERS, (_row(registry, one) for one in found))


def _row(
    registry: registries.Registry, operation: records.Operation
) -> tuple[Any, ...]:
    return (
        operation.id,
        operation.kind,
        operation.resource_id,
        operation.verb,
        operation.step,
        operation.runs_at,
        f'{operation.created_at:%Y-%m-%dT%H:%M:%SZ}',
        operation.tries,
        _progress(operation),
        operation.worker,
        _reason(registry, operation),
    )


def _progress(operation):
    known = operation.progress
    if not known:
        return None
    # A newer release may count otherwise.
    return f'{known.get("done", "?")}/{known.get("total", "?")}'


def _reason(registry, operation):
    """Say why it waits; nobody may have tried what is unknown here."""
    if registry.find(operation) is None:
        return engine.unknown(operation)
    return operation.reason
