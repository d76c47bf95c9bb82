# SPDX-License-Identifier: Apache-2.0
"""Loads the filters and weighers that the operator listed."""

from collections.abc import Iterable

from oslo_config import cfg
from stevedore import named

from manila_groups import exception
from manila_groups.scheduler import filters
from manila_groups.scheduler import weighers
from manila_groups.scheduler.filters import capacity
from manila_groups.scheduler.filters import different_host
from manila_groups.scheduler.filters import only_host
from manila_groups.scheduler.filters import same_host

FILTERS = 'manila_groups.scheduler.filters'
WEIGHERS = 'manila_groups.scheduler.weighers'

#: The filters that are added where they are not listed: a pool without enough
#: capacity cannot be claimed, so it must not be chosen; and hints that the API
#: has accepted must not be ignored.
_ALWAYS = (
    capacity.CapacityFilter,
    different_host.DifferentHostFilter,
    same_host.SameHostFilter,
    only_host.OnlyHostFilter,
)


def load_filters(conf: cfg.ConfigOpts) -> list[filters.Filter]:
    """Load the filters of ``[scheduler] enabled_filters``, in its order.

    Those that always apply are added.

    :raises ConfigurationError: a name is unknown or listed twice, or its
        plug-in cannot be loaded
    """
    found = _load(conf, 'enabled_filters', FILTERS)
    listed = {one.name for one in found}
    missing = [make(conf) for make in _ALWAYS if make.name not in listed]
    return [*found, *missing]


def load_weighers(conf: cfg.ConfigOpts) -> list[weighers.Weigher]:
    """Load the weighers of ``[scheduler] enabled_weighers``, in its order.

    :raises ConfigurationError: a name is unknown or listed twice, or its
        plug-in cannot be loaded
    """
    return _load(conf, 'enabled_weighers', WEIGHERS)


def _load(conf: cfg.ConfigOpts, option: str, namespace: str) -> list:
    names = conf.scheduler[option]

    def refuse(name: str, why: str):
        raise exception.ConfigurationError(
            f"[scheduler] {option} has '{name}', {why}."
        )

    for name in names:
        if names.count(name) > 1:
            refuse(name, 'which is listed more than once')

    def missing(unknown: Iterable[str]):
        refuse(min(unknown), f'but no plug-in of {namespace} has that name')

    def broken(_manager, entry_point, error: BaseException):
        refuse(entry_point.name, f'which could not be loaded: {error}')

    manager = named.NamedExtensionManager(
        namespace,
        names,
        invoke_on_load=True,
        invoke_args=(conf,),
        name_order=True,
        on_load_failure_callback=broken,
        on_missing_entrypoints_callback=missing,
    )
    for extension in manager:
        name = getattr(extension.obj, 'name', None)
        if name != extension.name:
            refuse(extension.name, f"which calls itself '{name}'")
    return [extension.obj for extension in manager]
