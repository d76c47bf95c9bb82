# SPDX-License-Identifier: Apache-2.0
"""A back end as a service."""

from collections.abc import Callable
from concurrent import futures
import functools

from manila_groups import service
from manila_groups.backend import loader
from manila_groups.backend import manager
from manila_groups.backup import loader as engines
from manila_groups.db import api as db_api
from manila_groups.domain.events import listeners
from manila_groups.domain.operations import standard
from manila_groups.rpc import base as rpc
from manila_groups.rpc import wakes


def build(
    conf,
    db: db_api.Database,
    transport,
    name: str,
    watch: Callable[[str, str | None], None] = lambda _name, _reason: None,
) -> service.Service:
    """Make one back end of this host, ready to be started.

    Sets up its driver and reports its pools.  If that fails, each heartbeat
    tries again, and the back end is down until then.

    :param name: the name of the back end and of its section
    :param watch: called after each report with the name and the reason why
        the back end is down, or None
    :raises ConfigurationError: the section or its driver cannot be used
    """
    driver = loader.load(conf, name)
    zone = conf[name].backend_availability_zone
    host = f'{conf.host}@{name}'
    db = db.heard_by(*listeners.of(conf, 'backend', host))
    backend = manager.BackendManager(
        conf,
        db,
        host,
        zone or conf.service.availability_zone,
        driver,
        standard.build(),
        wakes.Wakes(transport),
        futures.ThreadPoolExecutor(conf.service.worker_threads, 'driver'),
        functools.partial(watch, name),
        _engine(conf, driver),
    )
    backend.report()
    return service.Service(conf, transport, rpc.BACKEND_TOPIC, host, backend)


def _engine(conf, driver):
    """Make what keeps the files of backups; None where there are none."""
    if conf.backup.repository is None or not driver.readable:
        return None
    return engines.build(conf, driver.run_command())
