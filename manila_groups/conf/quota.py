# SPDX-License-Identifier: Apache-2.0
"""Options of the quotas that projects have by default."""

import copy

from oslo_config import cfg

GROUP = cfg.OptGroup('quota', title='Default quotas')

#: Rows of (name, default, what it limits).
_TABLE = (
    ('shares', 50, 'How many shares a project may have'),
    (
        'gigabytes',
        1000,
        'How many GiB the shares of a project may have together',
    ),
    (
        'snapshots',
        50,
        'How many members the share group snapshots of a project may have '
        'together',
    ),
    (
        'snapshot_gigabytes',
        1000,
        'How many GiB the members of the share group snapshots of a project '
        'may have together',
    ),
    ('share_groups', 50, 'How many share groups a project may have'),
    (
        'share_group_snapshots',
        50,
        'How many share group snapshots a project may have',
    ),
    ('share_networks', 10, 'How many share networks a project may have'),
    ('per_share_gigabytes', -1, 'How many GiB one share may have'),
)

OPTS = [
    cfg.IntOpt(
        name,
        default=default,
        min=-1,
        max=2**63 - 1,
        mutable=True,
        help=f'{text}; -1 is unlimited.',
    )
    for name, default, text in _TABLE
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(GROUP, OPTS)]
