# SPDX-License-Identifier: Apache-2.0
"""manila-groups-scheduler: finds a pool for each share group."""

import sys

from manila_groups.cmd import process
from manila_groups.db import api as db_api
from manila_groups.rpc import base as rpc
from manila_groups.scheduler import service

_DESCRIPTION = (
    'Runs a scheduler, which chooses the pool of each share group and share.'
)


def main() -> int:
    """Run the scheduler until a signal ends it."""
    return process.main(_services, sys.argv[1:], _DESCRIPTION)


def _services(conf):
    return [service.build(conf, db_api.Database(conf), rpc.transport(conf))]
