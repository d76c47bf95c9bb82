# SPDX-License-Identifier: Apache-2.0
"""The scheduler as a service."""

from manila_groups import service
from manila_groups.db import api as db_api
from manila_groups.domain.events import listeners
from manila_groups.domain.operations import standard
from manila_groups.rpc import base as rpc
from manila_groups.rpc import wakes
from manila_groups.scheduler import manager


def build(conf, db: db_api.Database, transport) -> service.Service:
    """Make the scheduler of this host, ready to be started.

    Writes its first heartbeat.

    :raises ConfigurationError: a filter or a weigher cannot be loaded
    """
    db = db.heard_by(*listeners.of(conf, 'scheduler', conf.host))
    scheduler = manager.SchedulerManager(
        conf, db, standard.build(), wakes.Wakes(transport)
    )

    scheduler.report()
    return service.Service(
        conf, transport, rpc.SCHEDULER_TOPIC, conf.host, scheduler
    )
