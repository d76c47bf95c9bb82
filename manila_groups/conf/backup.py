# SPDX-License-Identifier: Apache-2.0
"""Options of backups: where they are kept, their key, and the engine."""

from oslo_config import cfg

from manila_groups.conf import values

OPTS = [
    cfg.Opt(
        'repository',
        type=values.Text(
            'be an absolute path, or a repository as restic names it, such '
            'as sftp:HOST:/PATH, rest:URL, s3:URL or swift:CONTAINER:/PATH, '
            'and have no password in it',
            r'^(?!.*//[^/]*:[^/]*@)((local:)?/.*|(sftp|rest|s3|rclone):.+'
            r'|(swift|b2|gs|azure):[^:]+:.*)$',
        ),
        help='Where backups of share groups are kept: an absolute path, or '
        'what restic takes for a repository. Each project gets a repository '
        'of its own below it, named by the id of the project. All back ends '
        'should have the same. If not set, there are no backups.',
    ),
    cfg.StrOpt(
        'secret_file',
        help='A file with the secret from which the key of each repository '
        'is made: at least 32 characters, which only the user of the process '
        'may read. Keep a copy of it elsewhere: without it no backup can be '
        'read. This, or secret_id, is required for backups.',
    ),
    cfg.StrOpt(
        'secret_id',
        help='The id of that secret in a key manager such as Barbican, in '
        'place of secret_file. castellan must be installed: its sections '
        '[key_manager] and [barbican] say which key manager it is, and who '
        'asks.',
    ),
    cfg.StrOpt(
        'credentials_file',
        help='A file with lines NAME=value, which become environment '
        'variables of restic: AWS_ACCESS_KEY_ID, RESTIC_REST_USERNAME, '
        'OS_APPLICATION_CREDENTIAL_ID and others that it documents; with '
        'local_privileges = privsep none that names a program. Only the user '
        'of the process may read it.',
    ),
    cfg.StrOpt(
        'command',
        default='restic',
        help='The program restic: a name in the path, or an absolute path. '
        'With local_privileges = privsep the name begins with "restic", and '
        'only root may be able to change the program. '
        'Version 0.17 or later has all that backups need; from 0.14 on they '
        'work with limits.',
    ),
    cfg.StrOpt(
        'cache_directory',
        help='The directory in which restic keeps copies of the metadata of '
        'repositories, encrypted as they are. If not set, it is '
        '.cache/restic in the home directory of the user that restic runs '
        'as.',
    ),
    cfg.IntOpt(
        'stall_timeout',
        default=600,
        min=10,
        help='The number of seconds without any progress after which restic '
        'is ended, and the backup or restore is tried again.',
    ),
    cfg.IntOpt(
        'upload_limit',
        default=0,
        min=0,
        help='The maximum number of KiB that one process of restic sends to '
        'a repository in a second; 0 for no limit.',
    ),
    cfg.IntOpt(
        'download_limit',
        default=0,
        min=0,
        help='The maximum number of KiB that one process of restic receives '
        'from a repository in a second; 0 for no limit.',
    ),
    cfg.IntOpt(
        'max_copies',
        default=2,
        min=1,
        help='The maximum number of backups and restores that one back end '
        'does at the same time. Others wait.',
    ),
    cfg.IntOpt(
        'shortest_interval',
        default=3600,
        min=60,
        mutable=True,
        help='The least number of seconds that the schedule of a backup '
        'policy may have between two backups.',
    ),
    cfg.MultiOpt(
        'options',
        item_type=values.Text(
            'be NAME=value, such as sftp.command=...', r'^[a-z0-9.-]+=.+$'
        ),
        help='An extended option of restic (its -o), as NAME=value. May be '
        'given several times. Those that name programs, such as sftp.command '
        'and rclone.program, have them run with the rights of restic: as '
        'root with local_privileges = privsep.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options of this file on a configuration."""
    conf.register_opts(OPTS, group='backup')


def list_opts() -> list:
    """Name the options for the sample configuration: (group, options)."""
    return [('backup', OPTS)]
