# SPDX-License-Identifier: Apache-2.0
"""Options of what shares and share groups are made of."""

from oslo_config import cfg
from oslo_config import types

OPTS = [
    cfg.StrOpt(
        'default_share_type',
        help='The name of the share type that applies when a request names '
        'none: to create a share or a share group type, or a share group '
        'whose group type allows it.',
    ),
    cfg.ListOpt(
        'enabled_share_protocols',
        default=['NFS'],
        mutable=True,
        item_type=types.String(
            choices=['NFS', 'CIFS', 'CEPHFS', 'GLUSTERFS', 'HDFS', 'MAPRFS'],
            ignore_case=True,
        ),
        help='The protocols that new shares may have.',
    ),
    cfg.StrOpt(
        'default_share_group_type',
        help='The name of the share group type that applies when the request '
        'to create a share group names none.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_opts(OPTS)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(None, OPTS)]
