# SPDX-License-Identifier: Apache-2.0
"""The configuration: every option of the service, a file per section."""

from collections.abc import Mapping
import logging
from typing import Any

from oslo_config import cfg
from oslo_db import options as db_options
from oslo_log import log
import oslo_messaging
from oslo_messaging import opts as messaging_opts
from oslo_messaging._metrics import client as messaging_metrics
from oslo_messaging._tracing import client as messaging_tracing
from oslo_middleware import http_proxy_to_wsgi
from oslo_policy import opts as policy_opts

from manila_groups import exception
from manila_groups.conf import api
from manila_groups.conf import backend
from manila_groups.conf import quota
from manila_groups.conf import scheduler
from manila_groups.conf import service
from manila_groups.conf import types

PROJECT = 'manila-groups'

_LOG_LEVELS = [
    *log.get_default_log_levels(),
    'alembic=WARN',
    'waitress.queue=ERROR',
]

#: oslo.messaging registers these on the global configuration only, and reads
#: them from the one that it is given.
_GLOBAL_MESSAGING_OPTS = (
    ('oslo_messaging_metrics', messaging_metrics.oslo_messaging_metrics),
    ('oslo_messaging_tracing', messaging_tracing.oslo_messaging_tracing),
)


def set_library_defaults() -> None:
    """Give options of libraries the defaults that they have here.

    The generator of sample configurations calls it too.
    """
    oslo_messaging.set_transport_defaults(PROJECT)
    log.set_defaults(default_log_levels=_LOG_LEVELS)


def new() -> cfg.ConfigOpts:
    """Make a configuration with every option registered and no file read."""
    set_library_defaults()
    conf = cfg.ConfigOpts()
    for section in (api, backend, quota, scheduler, service, types):
        section.register(conf)
    conf.register_opts(db_options.database_opts, 'database')
    for group, opts in (*messaging_opts.list_opts(), *_GLOBAL_MESSAGING_OPTS):
        conf.register_opts(opts, group)
    conf.register_opts(http_proxy_to_wsgi.OPTS, 'oslo_middleware')
    policy_opts.set_defaults(conf, policy_file='policy.yaml')
    log.register_options(conf)
    return conf


def load(
    args: list[str] | None = None,
    files: list[str] | None = None,
    defaults: Mapping[str, Mapping[str, Any]] | None = None,
) -> cfg.ConfigOpts:
    """Read the configuration of a process.

    :param args: command line arguments, without the program's name
    :param files: configuration files; None looks for manila-groups.conf in
        the usual places
    :param defaults: section to option to the value where no file has one
    :raises ConfigurationError: in one line, naming the option, when a file
        or a value can't be used
    """
    conf = new()
    try:
        _set_defaults(conf, defaults or {})
        conf(
            args if args is not None else [],
            project=PROJECT,
            default_config_files=files,
        )
        for name in conf.enabled_backends:
            backend.register_backend(conf, name)
        _set_defaults(conf, defaults or {})
        _check(conf)
    except (cfg.Error, ValueError) as error:
        raise exception.ConfigurationError(
            ' '.join(str(error).split())
        ) from error
    return conf


def _set_defaults(conf, defaults):
    for group, values in defaults.items():
        if group == 'DEFAULT' or group in conf:
            for name, value in values.items():
                conf.set_default(
                    name, value, None if group == 'DEFAULT' else group
                )


def _check(conf):
    """Read each option once, so that a mistake is found at the start."""
    for group in conf:
        value = conf[group]
        if isinstance(value, cfg.ConfigOpts.GroupAttr):
            for option in value:
                value[option]


def setup_logging(conf: cfg.ConfigOpts) -> None:
    """Set the process's logging up as the configuration tells.

    :param conf: what :func:`load` returned
    """
    log.setup(conf, PROJECT)
    logging.captureWarnings(True)
