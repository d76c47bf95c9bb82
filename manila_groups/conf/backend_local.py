# SPDX-License-Identifier: Apache-2.0
"""Options of the driver "local", which each back end's section has."""

from oslo_config import cfg
from oslo_config import types

from manila_groups.conf import values

OPTS = [
    cfg.StrOpt(
        'local_path',
        help='The directory that the driver "local" keeps share groups in: '
        'an absolute path, not a symbolic link. The driver makes it when it '
        'is missing, and takes it over when it is empty; a directory that '
        'holds something else, or belongs to another back end, is refused. '
        'Needs a file system with hard links. On Btrfs a share group is a '
        'subvolume, and the driver enables quotas on that file system; on '
        'any other one it is a directory.',
    ),
    cfg.StrOpt(
        'local_privileges',
        default='direct',
        choices=[
            ('direct', 'as the user that the process runs as'),
            ('privsep', 'through a helper process, see local_privsep_command'),
            ('none', 'not at all: directories, on Btrfs too'),
        ],
        help='How the driver "local" does what only root may do: make '
        "subvolumes, set limits, and copy, measure and remove other users' "
        'files. On Btrfs and with exports, "direct" needs a process of root.',
    ),
    cfg.StrOpt(
        'local_privsep_command',
        default='sudo privsep-helper',
        help='The command that starts the helper process of oslo.privsep as '
        'root, for local_privileges = privsep. There is one helper for all '
        'back ends of a process, so give them all the same command.',
    ),
    cfg.IntOpt(
        'local_command_timeout',
        default=3600,
        min=1,
        help='After how many seconds a command of the driver "local" (btrfs, '
        'cp, du, rm, ...) is killed and its operation fails. Where share '
        'groups are directories, copying one has to fit in.',
    ),
    cfg.StrOpt(
        'export',
        default='none',
        choices=[
            ('none', 'shares are directories of this machine only'),
            ('ganesha', 'each share is an NFSv4 export of NFS-Ganesha'),
        ],
        help='How the driver "local" lets clients mount shares.',
    ),
    cfg.ListOpt(
        'ganesha_addresses',
        default=[],
        item_type=types.HostAddress(),
        help='The addresses of NFS-Ganesha that clients mount from, the '
        'preferred one first: each share has an export location for each. '
        'Required with export = ganesha.',
    ),
    cfg.Opt(
        'ganesha_pseudo_root',
        type=values.Text(
            'be a path such as /manila-groups, of letters, digits and _ . -',
            r'^(/[A-Za-z0-9_.-]+)+$',
        ),
        default='/manila-groups',
        help='Where the exports are in what NFSv4 clients see of the server: '
        "a share is mounted as <address>:<this>/<share's id>.",
    ),
    cfg.StrOpt(
        'ganesha_config_dir',
        default='/var/lib/manila-groups/exports',
        help='The directory that the driver writes exports to, an absolute '
        'path. The configuration of NFS-Ganesha has to include it: %dir '
        '<the directory>. Back ends with the same NFS-Ganesha need the same '
        'directory.',
    ),
    cfg.StrOpt(
        'ganesha_config_file',
        default='/etc/ganesha/ganesha.conf',
        help='The configuration of NFS-Ganesha, which is only read: it has '
        'to include ganesha_config_dir, or the exports would be lost when '
        'NFS-Ganesha starts anew.',
    ),
    cfg.StrOpt(
        'ganesha_mount_dir',
        default='/run/manila-groups/volumes',
        help='The directory that the driver mounts Btrfs subvolumes in for '
        'NFS-Ganesha, which finds them nowhere else: an absolute path. It '
        'should be on a file system that is empty after a boot, since '
        'mounts are gone then, too.',
    ),
    cfg.StrOpt(
        'ganesha_dbus_address',
        default='unix:path=/run/dbus/system_bus_socket',
        help='The address of the D-Bus that NFS-Ganesha is on.',
    ),
]
