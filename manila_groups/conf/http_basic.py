# SPDX-License-Identifier: Apache-2.0
"""Options of the pipeline http_basic."""

import copy

from oslo_config import cfg

GROUP = cfg.OptGroup('http_basic', title='Users without Keystone')

OPTS = [
    cfg.StrOpt(
        'htpasswd_file',
        default='/etc/manila-groups/htpasswd',
        help='The file with the bcrypt hashes of the passwords, as written by '
        '"htpasswd -B". A change applies to the next request.',
    ),
    cfg.StrOpt(
        'users_file',
        default='/etc/manila-groups/users.yaml',
        help='The YAML file with the project and the roles of each user. A '
        'change applies to the next request.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [(GROUP, OPTS)]
