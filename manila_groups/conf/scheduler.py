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
The filters that a pool must pass to be given a share group.

The filter capacity is always one of them, listed or not: a pool can't give
what it does not have. Every filter judges every pool, so their order changes
nothing but the order in which reasons are told. A name is that of an entry
point in the namespace ``manila_groups.scheduler.filters``; packages beside
this one can add some. A name that no installed package has stops the
scheduler from starting.
""",
    ),
    cfg.ListOpt(
        'enabled_weighers',
        default=['free_capacity', 'share_groups'],
        mutable=True,
        help="""
The weighers that order the pools which pass all filters.

Each weigher's values are divided by the largest of their absolute values and
multiplied by the weigher's multiplier; the pool with the largest sum is tried
first. Pools with the same sum take turns. A name is that of an entry point in
the namespace ``manila_groups.scheduler.weighers``. An empty list spreads the
groups over all pools that fit.
""",
    ),
    cfg.FloatOpt(
        'free_capacity_weight_multiplier',
        default=1.0,
        mutable=True,
        help="""
How much the free capacity of a pool counts.

A negative number fills the fullest pool first, 0 ignores the capacity.
""",
    ),
    cfg.FloatOpt(
        'share_groups_weight_multiplier',
        default=1.0,
        mutable=True,
        help="""
How much it counts that a pool holds few share groups.

A negative number collects the groups in the pools that hold most, 0 ignores
their number.
""",
    ),
    cfg.IntOpt(
        'max_attempts',
        default=3,
        min=1,
        mutable=True,
        help="""
In how many pools the creation of one share group is tried.

When a back end fails to create a group, the next pool that fits is tried. The
group goes to ``error`` when this many pools failed or no further pool fits. 1
tries only the best pool.
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
