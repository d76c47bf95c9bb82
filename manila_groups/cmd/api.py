# SPDX-License-Identifier: Apache-2.0
"""manila-groups-api: the API on a small WSGI server of its own."""

import functools
import importlib
import sys

from manila_groups import policy
from manila_groups.api import app
from manila_groups.api import collaborators
from manila_groups.cmd import http_server
from manila_groups.cmd import process
from manila_groups.db import api as db_api
from manila_groups.domain import idempotency
from manila_groups.domain import placements
from manila_groups.domain.events import listeners
from manila_groups.rpc import base as rpc
from manila_groups.rpc import wakes

_DESCRIPTION = (
    'Serves the share group API with a small web server of its own, for '
    'development and small installations.'
)


def assemble(conf, db, transport):
    """Build the WSGI application on what the process has made."""
    db = db.heard_by(*listeners.of(conf, 'api', conf.host))
    db = db.recorded_by(idempotency.record)
    return app.load(
        collaborators.Collaborators(
            conf=conf,
            db=db,
            unavailable=db_api.UNAVAILABLE,
            enforcer=policy.Enforcer(conf),
            transport=transport,
            waker=wakes.Wakes(transport),
            explain=explainer(conf, db),
        )
    )


def explainer(conf, db) -> placements.Explain:
    """Make what decides as schedulers do, when it is asked the first time.

    What it needs uses much memory.
    """

    @functools.cache
    def load():
        module = importlib.import_module('manila_groups.scheduler.explaining')
        return module.Explainer(conf, db)

    return lambda row_id, waiting: load()(row_id, waiting)


def main() -> int:
    """Run the API until a signal ends it."""
    return process.main(
        _services, sys.argv[1:], _DESCRIPTION, with_pipeline=True
    )


def _services(conf):
    db, transport = db_api.Database(conf, wait=False), rpc.transport(conf)
    return [http_server.HttpServer(conf, assemble(conf, db, transport))]
