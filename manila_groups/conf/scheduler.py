# SPDX-License-Identifier: Apache-2.0
"""The options of the section ``[scheduler]``."""

import copy

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'scheduler',
    title='Scheduler',
    help='How the scheduler finds the pool that a share group is created in.',
)

OPTS = [
    cfg.ListOpt(
        'enabled_filters',
        default=[
            'availability_zone',
            'service',
            'driver_handles_share_servers',
            'extra_specs',
            'group_specs',
            'capacity',
        ],
        mutable=True,
        help="""
The filters that a pool must pass to receive a share group or share.

The filters ``capacity``, ``different_host``, ``same_host`` and ``only_host``
always apply, whether they are listed or not. Every filter examines every pool;
the order of the filters is only the order of the reasons in messages. Each
name is an entry point in the namespace ``manila_groups.scheduler.filters``;
other packages can add filters. The scheduler does not start if the filter of a
name is not installed.
""",
    ),
    cfg.ListOpt(
        'enabled_weighers',
        default=['free_capacity', 'share_groups'],
        mutable=True,
        help="""
The weighers that rank the pools that pass all filters.

Each weigher's values are divided by the largest of their absolute values and
multiplied by the weigher's multiplier. The pool with the largest sum is tried
first; among pools with the same sum, each is first in turn. Each name is an
entry point in the namespace ``manila_groups.scheduler.weighers``. With an
empty list, the groups are spread over all suitable pools.
""",
    ),
    cfg.FloatOpt(
        'free_capacity_weight_multiplier',
        default=1.0,
        mutable=True,
        help="""
Multiplier of the weigher ``free_capacity``.

A negative number prefers the pool with the least free capacity; 0 ignores
the free capacity.
""",
    ),
    cfg.FloatOpt(
        'share_groups_weight_multiplier',
        default=1.0,
        mutable=True,
        help="""
Multiplier of the weigher ``share_groups``, which prefers pools with few share
groups.

A negative number prefers pools with many share groups; 0 ignores their number.
""",
    ),
    cfg.IntOpt(
        'max_attempts',
        default=3,
        min=1,
        mutable=True,
        help="""
Maximum number of pools in which the creation of one share group is tried.

If a back end fails to create the group, the next suitable pool is tried. The
status of the group becomes ``error`` after so many failures, or when there is
no other suitable pool. With 1, only the best pool is tried.
""",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Make the options known to a configuration.

    A group keeps the values that are set for its options, and oslo.config
    copies it only in part: each configuration gets its own.
    """
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, group=GROUP.name)


def list_opts() -> list[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """Give the options to the generator of sample configurations."""
    return [(GROUP, OPTS)]
