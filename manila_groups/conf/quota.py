# SPDX-License-Identifier: Apache-2.0
"""Options of the quotas that projects have by default."""

import copy

from oslo_config import cfg

GROUP = cfg.OptGroup('quota', title='Default quotas')

#: Rows of (name, default, what it limits).
_TABLE = (
    ('shares', 50, 'The maximum number of shares of a project'),
    (
        'gigabytes',
        1000,
        'The maximum total size in GiB of the shares of a project',
    ),
    (
        'snapshots',
        50,
        'The maximum total number of members of the share group snapshots '
        'of a project',
    ),
    (
        'snapshot_gigabytes',
        1000,
        'The maximum total size in GiB of the members of the share group '
        'snapshots of a project',
    ),
    ('share_groups', 50, 'The maximum number of share groups of a project'),
    (
        'share_group_snapshots',
        50,
        'The maximum number of share group snapshots of a project',
    ),
    (
        'share_networks',
        10,
        'The maximum number of share networks of a project',
    ),
    ('per_share_gigabytes', -1, 'The maximum size of one share in GiB'),
    (
        'share_group_backups',
        50,
        'The maximum number of share group backups of a project',
    ),
    (
        'backups',
        50,
        'The maximum total number of members of the share group backups '
        'of a project',
    ),
    (
        'backup_gigabytes',
        1000,
        'The maximum total size in GiB of the members of the share group '
        'backups of a project',
    ),
)

OPTS = [
    cfg.IntOpt(
        name,
        default=default,
        min=-1,
        max=2**63 - 1,
        mutable=True,
        help=f'{text}; -1 means no limit.',
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
