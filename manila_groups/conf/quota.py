# SPDX-License-Identifier: Apache-2.0
"""Options of the quotas that projects have by default."""

import copy

from oslo_config import cfg

GROUP = cfg.OptGroup('quota', title='Default quotas')

OPTS = [
    cfg.IntOpt(
        'share_groups',
        default=50,
        min=-1,
        help='How many share groups a project may have; -1 is unlimited.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(GROUP, OPTS)]
