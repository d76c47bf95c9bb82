# SPDX-License-Identifier: Apache-2.0
"""Options of the driver "local", which each back end's section has."""

from oslo_config import cfg
from oslo_config import types

from manila_groups.conf import values

OPTS = [
    cfg.StrOpt(
        'local_path',
        help='The directory in which the driver "local" keeps share groups: '
        'an absolute path that is not a symbolic link. The driver creates it '
        'if it is missing, and uses it if it is empty or its own. It refuses '
        'a directory with other content, or of another back end. The file '
        'system must have hard links. On Btrfs a share group is a '
        'subvolume, and the driver enables quotas on that file system; on '
        'any other one it is a directory.',
    ),
    cfg.StrOpt(
        'local_privileges',
        default='direct',
        choices=[
            ('direct', 'as the user that the process runs as'),
            ('privsep', 'through a helper process, see local_privsep_command'),
            ('none', 'without; directories instead of Btrfs subvolumes'),
        ],
        help='How the driver "local" gets the rights to create subvolumes, '
        "set limits, and copy, measure and remove other users' files. On "
        'Btrfs and with exports, "direct" requires that the process runs as '
        'root.',
    ),
    cfg.StrOpt(
        'local_privsep_command',
        default='sudo privsep-helper',
        help='The command that starts the helper process of oslo.privsep as '
        'root, for local_privileges = privsep. A process has one helper '
        'for all its back ends, so set the same command for each.',
    ),
    cfg.IntOpt(
        'local_command_timeout',
        default=3600,
        min=1,
        help='The number of seconds after which a command of the driver '
        '"local" (btrfs, cp, du, rm, ...) is killed and its operation fails. '
        'If share groups are directories, copying one must take less.',
    ),
    cfg.StrOpt(
        'export',
        default='none',
        choices=[
            ('none', 'shares are directories of this machine only'),
            ('ganesha', 'each share is an NFSv4 export of NFS-Ganesha'),
        ],
        help='How the driver "local" exports shares to clients.',
    ),
    cfg.ListOpt(
        'ganesha_addresses',
        default=[],
        item_type=types.HostAddress(),
        help='The addresses of NFS-Ganesha from which clients mount shares, '
        'the preferred one first. Each share has an export location for each '
        'address. Required if export = ganesha.',
    ),
    cfg.Opt(
        'ganesha_pseudo_root',
        type=values.Text(
            'be a path such as /manila-groups, of letters, digits and _ . -',
            r'^(/[A-Za-z0-9_.-]+)+$',
        ),
        default='/manila-groups',
        help='The path of the exports in the pseudo file system of the '
        "server: a share is mounted as <address>:<this>/<share's id>.",
    ),
    cfg.StrOpt(
        'ganesha_config_dir',
        default='/var/lib/manila-groups/exports',
        help='The directory to which the driver writes the exports: an '
        'absolute path. The configuration of NFS-Ganesha must include it: '
        '%dir <the directory>. Back ends with the same NFS-Ganesha must have '
        'the same directory.',
    ),
    cfg.StrOpt(
        'ganesha_config_file',
        default='/etc/ganesha/ganesha.conf',
        help='The configuration file of NFS-Ganesha. The driver reads it to '
        'check that it includes ganesha_config_dir; if not, the exports '
        'would be lost when NFS-Ganesha restarts.',
    ),
    cfg.StrOpt(
        'ganesha_mount_dir',
        default='/run/manila-groups/volumes',
        help='The directory in which the driver mounts Btrfs subvolumes for '
        'NFS-Ganesha, which finds them only as mounts: an absolute path. It '
        'should be on a file system that is empty after a boot, as the '
        'mounts are gone then, too.',
    ),
    cfg.StrOpt(
        'ganesha_dbus_address',
        default='unix:path=/run/dbus/system_bus_socket',
        help='The address of the D-Bus that NFS-Ganesha listens on.',
    ),
]
