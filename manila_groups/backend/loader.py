# SPDX-License-Identifier: Apache-2.0
"""Loads the drivers of the configured back ends."""

from collections.abc import Iterable
import inspect

from oslo_config import cfg
from stevedore import named

from manila_groups import exception
from manila_groups.backend import driver
from manila_groups.conf import backend as options

NAMESPACE = 'manila_groups.backend.drivers'

#: The drivers whose options every back end's section has: processes that run
#: no back end need not import them.
_OWN = ('fake', 'local')


def enabled(conf: cfg.ConfigOpts) -> list[str]:
    """List the back ends that this process has to run.

    :raises ConfigurationError: there is none, or one is named twice; to
        oslo.config, sections that differ only in case are the same
    """
    names = conf.enabled_backends
    if not names:
        raise exception.ConfigurationError(
            '[DEFAULT] enabled_backends names no back end'
        )
    if len({name.lower() for name in names}) < len(names):
        raise exception.ConfigurationError(
            '[DEFAULT] enabled_backends names a back end twice: '
            + ', '.join(names)
        )
    return names


def load(conf: cfg.ConfigOpts, name: str) -> driver.Driver:
    """Make the driver of one back end, without calling its setup().

    Registers the options of the back end's section and of its driver.

    :param name: the name of the back end and of its section
    :raises ConfigurationError: the section or its driver cannot be used
    """
    options.register_backend(conf, name)
    plugin = _plugin(name, conf[name].driver)
    try:
        options.register_backend(conf, name, plugin.opts)
    except cfg.DuplicateOptError as error:
        raise _refused(name, conf[name].driver, str(error)) from error
    return plugin(name, conf[name])


def options_of(name: str) -> Iterable[cfg.Opt] | None:
    """List the options that a driver adds to the section of a back end.

    :param name: of the driver
    :returns: None for a driver that is not installed
    """
    if name in _OWN:
        return ()
    try:
        return _plugin('', name).opts
    except exception.ConfigurationError:
        return None


def _plugin(section, value):
    def not_loaded(manager, entry_point, error):
        raise _refused(section, value, f'it cannot be loaded: {error}')

    manager = named.NamedExtensionManager(
        NAMESPACE,
        [value],
        on_load_failure_callback=not_loaded,
        on_missing_entrypoints_callback=None,
    )
    if not manager.extensions:
        there = ', '.join(sorted(set(manager.entry_points_names())))
        raise _refused(section, value, f'the drivers are: {there or "none"}')
    if len(manager.extensions) > 1:
        where = ', '.join(
            found.entry_point_target for found in manager.extensions
        )
        raise _refused(section, value, f'several drivers have it: {where}')
    plugin = manager.extensions[0].plugin
    if not (inspect.isclass(plugin) and issubclass(plugin, driver.Driver)):
        raise _refused(section, value, 'it is not a Driver class')
    return plugin


def _refused(section, value, reason):
    return exception.ConfigurationError(
        f'[{section}] driver = {value}: {reason}'
    )
