# SPDX-License-Identifier: Apache-2.0
"""manila-groups-backend: runs the back ends of a machine."""

import sys

from manila_groups.backend import loader
from manila_groups.backend import service
from manila_groups.cmd import process
from manila_groups.db import api as db_api
from manila_groups.rpc import base as rpc

_DESCRIPTION = (
    'Runs the back ends of this host that [DEFAULT] enabled_backends '
    'names: it creates and deletes share groups, shares and snapshots '
    'on storage.'
)


def main() -> int:
    """Run every enabled back end until a signal ends it.

    :returns: the exit code
    """
    return process.main(_services, sys.argv[1:], _DESCRIPTION)


def _services(conf):
    names = loader.enabled(conf)
    db, transport = db_api.Database(conf), rpc.transport(conf)
    return [service.build(conf, db, transport, name) for name in names]
