# SPDX-License-Identifier: Apache-2.0
"""The configuration: every option of the service, a file per section."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from importlib import metadata
import logging
from typing import Any

from oslo_config import cfg
from oslo_db import options as db_options
from oslo_log import log
import oslo_messaging
from oslo_messaging import opts as messaging_opts
from oslo_messaging._metrics import client as messaging_metrics
from oslo_messaging._tracing import client as messaging_tracing
from oslo_policy import opts as policy_opts
from oslo_reports import opts as report_opts

from manila_groups import exception
from manila_groups.conf import api
from manila_groups.conf import backend
from manila_groups.conf import backup
from manila_groups.conf import files as config_files
from manila_groups.conf import http_basic
from manila_groups.conf import log_failures
from manila_groups.conf import log_levels
from manila_groups.conf import messaging
from manila_groups.conf import quota
from manila_groups.conf import scheduler
from manila_groups.conf import service
from manila_groups.conf import types
from manila_groups.conf import values

PROJECT = 'manila-groups'

#: oslo.messaging registers these on the global configuration only, and reads
#: them from the one that it is given.
GLOBAL_MESSAGING_OPTS = (
    ('oslo_messaging_metrics', messaging_metrics.oslo_messaging_metrics),
    ('oslo_messaging_tracing', messaging_tracing.oslo_messaging_tracing),
)


def set_library_defaults() -> None:
    """Give options of libraries the defaults that they have here."""
    oslo_messaging.set_transport_defaults(PROJECT)
    messaging.set_library_defaults()
    log_levels.set_library_defaults()


def new(with_pipeline: bool = True) -> cfg.ConfigOpts:
    """Make a configuration with every option registered and no file read.

    :param with_pipeline: register also what only the API's pipeline reads
    """
    set_library_defaults()
    conf = cfg.ConfigOpts()
    for section in (
        api,
        backend,
        backup,
        http_basic,
        messaging,
        quota,
        scheduler,
        service,
        types,
    ):
        section.register(conf)
    conf.register_opts(db_options.database_opts, 'database')
    for group, opts in (*messaging_opts.list_opts(), *GLOBAL_MESSAGING_OPTS):
        conf.register_opts(opts, group)
    policy_opts.set_defaults(conf, policy_file='policy.yaml')
    log.register_options(conf)
    report_opts.set_defaults(conf)
    if with_pipeline:
        _register_pipeline(conf)
    return conf


def _register_pipeline(conf):
    # Imported only here: the libraries of the API's pipeline would be a sixth
    # of a daemon's memory.
    from manila_groups.conf import middleware
    from manila_groups.conf import profiler

    middleware.register(conf)
    profiler.register(conf)


def load(
    args: list[str] | None = None,
    files: list[str] | None = None,
    defaults: Mapping[str, Mapping[str, Any]] | None = None,
    program: str | None = None,
    commands: Iterable[cfg.Opt] = (),
    description: str | None = None,
    with_pipeline: bool = True,
) -> cfg.ConfigOpts:
    """Read the configuration of a process.

    :param args: command line arguments, without the program's name
    :param files: configuration files; None looks for manila-groups.conf in
        the usual places
    :param defaults: section to option to the value where no file has one
    :param program: the process's name; None takes the command's
    :param commands: what the command line takes besides the usual options
    :param description: what the command is, for its help
    :param with_pipeline: as in :func:`new`
    :raises ConfigurationError: in one line, naming the option, when a file
        or a value can't be used
    """
    conf = new(with_pipeline)
    conf.register_cli_opts(commands)
    try:
        _set_defaults(conf, defaults or {})
        conf(
            args if args is not None else [],
            project=PROJECT,
            prog=program,
            version=metadata.version(PROJECT),
            default_config_files=files,
            description=description,
            epilog=config_files.WHERE,
        )
        for name in values.get(conf, 'DEFAULT', 'enabled_backends'):
            backend.register_backend(conf, name)
        _set_defaults(conf, defaults or {})
        values.check(conf)
        log_levels.check(conf)
    except (cfg.Error, ValueError) as error:
        raise exception.ConfigurationError(
            ' '.join(str(error).split())
        ) from error
    return conf


def _set_defaults(conf, defaults):
    for group, options in defaults.items():
        if group == 'DEFAULT' or group in conf:
            for name, value in options.items():
                conf.set_default(
                    name, value, None if group == 'DEFAULT' else group
                )


def reload(conf: cfg.ConfigOpts, read: Callable[[], cfg.ConfigOpts]) -> None:
    """Read the files again: options that may change get their new values.

    :param conf: what :func:`load` returned
    :param read: reads the configuration as the process did at its start
    :raises ConfigurationError: there is a mistake; nothing has changed
    """
    read()
    try:
        conf.mutate_config_files()
    except (cfg.Error, ValueError) as error:
        raise exception.ConfigurationError(str(error)) from error
    finally:
        # Another thread may have read an old value meanwhile, which
        # oslo.config keeps until something is registered.
        conf.register_opts(())


def setup_logging(conf: cfg.ConfigOpts) -> None:
    """Set the process's logging up as the configuration tells.

    :param conf: what :func:`load` returned
    """
    if conf.log_dir and not conf.log_file:
        # oslo.log would take the name of the outermost file that Python runs,
        # which in a WSGI server is the server's, or none at all.
        conf.set_default('log_file', f'{conf.prog}.log')
    log.setup(conf, PROJECT)
    log_levels.follow(conf)
    log_failures.watch(logging.getLogger())
    logging.captureWarnings(True)
