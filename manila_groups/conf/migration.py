# SPDX-License-Identifier: Apache-2.0
"""Options of migrations: how back ends connect to each other."""

import copy

from oslo_config import cfg
from oslo_config import types

GROUP = cfg.OptGroup('migration', title='Connections between back ends')

OPTS = [
    cfg.Opt(
        'address',
        type=types.HostAddress(),
        help='The address at which back ends of other machines connect to the '
        'back ends of this process: an IP address or a host name. The '
        'certificate in tls_cert_file must name it. If not set, only back '
        'ends of this machine can connect.',
    ),
    cfg.Opt(
        'listen_address',
        type=types.HostAddress(),
        help='The address of this machine that the process listens on, if it '
        'is not the one in address, such as 0.0.0.0 or ::.',
    ),
    cfg.Opt(
        'listen_ports',
        type=types.Range(1, 65535),
        default='8930-8939',
        help='The ports that the process may listen on, as FIRST-LAST. Each '
        'of its back ends takes the first that is free.',
    ),
    cfg.StrOpt(
        'tls_ca_file',
        help='A file in PEM format with the certificates of the authority '
        'that has signed those of all back ends. Whoever has a certificate of '
        'it can connect, so let it sign nothing else. Required with address, '
        'as are tls_cert_file and tls_key_file.',
    ),
    cfg.StrOpt(
        'tls_cert_file',
        help='A file in PEM format with the certificate of this process, '
        'followed by any intermediate ones. It must be valid for servers and '
        'for clients. It is read anew for each connection, as are tls_ca_file '
        'and tls_key_file.',
    ),
    cfg.StrOpt(
        'tls_key_file',
        help='A file in PEM format with the key of tls_cert_file, without a '
        'password. Only the user of the process, and at most a group, may '
        'read it.',
    ),
    cfg.StrOpt(
        'socket_dir',
        default='/var/lib/manila-groups/sockets',
        help='The directory of the sockets by which back ends of this machine '
        'connect to each other: an absolute path. The process creates it if '
        'it is missing. It must belong to the user of the process, and nobody '
        'else may use it. All processes with back ends on a machine should '
        'run as the same user.',
    ),
    cfg.IntOpt(
        'max_streams',
        default=8,
        min=1,
        help='The maximum number of streams that one back end receives at the '
        'same time. Others are tried again later.',
    ),
    cfg.IntOpt(
        'bandwidth_limit',
        default=0,
        min=0,
        mutable=True,
        help='The maximum number of MiB that the process sends to other back '
        'ends in a second, over all connections; 0 for no limit.',
    ),
    cfg.IntOpt(
        'stall_timeout',
        default=600,
        min=1,
        help='The number of seconds without a single byte after which a '
        'connection is ended, and the stream is tried again.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_group(copy.deepcopy(GROUP))
    conf.register_opts(OPTS, GROUP.name)
