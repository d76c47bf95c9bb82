# SPDX-License-Identifier: Apache-2.0
"""The command lines and the environment of restic."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import re

from oslo_config import cfg

from manila_groups import exception
from manila_groups.backup import versions

#: The snapshots of one group have the same host wherever they are made.
HOST = 'manila-groups'
MANIFEST = 'manifest.json'

#: A file in place of shares, with its name for content, since restic makes no
#: snapshots of nothing.
NO_SHARES = '.no-shares'

#: How long a command waits for the end of another process's lock.
_WAIT_FOR_LOCK = '20s'

#: The arguments that read what each repository has, and lock nothing.
LOOK = ('cat', 'config', '--no-lock')

_PROJECT_ID = re.compile(r'[A-Za-z0-9_-][A-Za-z0-9_.-]*')

#: A directory that is the same in the next snapshot is not stored again. It
#: is an experiment of restic's that a later version may not know.
FEATURES = 'device-id-for-hardlinks=true'


def tag_of(backup_id: str) -> str:
    """Name what the files of a backup are marked with."""
    return f'backup:{backup_id}'


def group_tag_of(group_id: str) -> str:
    """Name what the files of each backup of a group are marked with."""
    return f'group:{group_id}'


def manifest_tag_of(backup_id: str) -> str:
    """Name what the manifest of a backup is marked with."""
    return f'manifest:{backup_id}'


@dataclasses.dataclass(frozen=True, slots=True)
class Commands:
    """Makes what is run.

    :param section: the options of [backup]
    :param features: what the version can do
    :param credentials: variables of the repository's server
    :param flags: the value of RESTIC_FEATURES
    """

    section: cfg.ConfigOpts.GroupAttr
    features: versions.Features
    credentials: Mapping[str, str]
    flags: str

    def repository(self, project_id: str) -> str:
        """Name the repository of a project, as restic does.

        :raises NoRepository: the project's id can't be part of a path
        """
        if not _PROJECT_ID.fullmatch(project_id):
            raise exception.NoRepository(
                f'the project "{project_id:.255}" can have no backups: the '
                'id of a project with backups consists of letters, digits '
                'and _ . -, and does not begin with a dot'
            )
        return f'{self.section.repository.rstrip("/")}/{project_id}'

    def environment(self, project_id: str, key: str) -> dict[str, str]:
        """Give the variables of a command for a project's repository."""
        return {
            **self.credentials,
            'RESTIC_REPOSITORY': self.repository(project_id),
            'RESTIC_PASSWORD': key,
            'RESTIC_FEATURES': self.flags,
            # Also where the output is no terminal.
            'RESTIC_PROGRESS_FPS': '1',
        }

    def arguments(self, *arguments: str, wait: bool = False) -> list[str]:
        """Make a command line.

        :param wait: for the end of another process's lock
        """
        section = self.section
        settings = [f'--option={one}' for one in section.options or ()]
        for name, value in (
            ('cache-dir', section.cache_directory),
            ('limit-upload', section.upload_limit),
            ('limit-download', section.download_limit),
            ('retry-lock', wait and self.features.retry_lock),
        ):
            if value:
                text = _WAIT_FOR_LOCK if value is True else value
                settings.append(f'--{name}={text}')
        return [section.command, *settings, *arguments]


def save(
    backup_id: str, group_id: str, parent: str | None, share_ids: Sequence[str]
) -> list[str]:
    """Make the arguments that back up directories of the present one."""
    return [
        *('backup', '--json', f'--host={HOST}'),
        f'--tag={tag_of(backup_id)}',
        f'--tag={group_tag_of(group_id)}',
        # Otherwise restic would look for one by itself.
        f'--parent={parent}' if parent else '--force',
        *(('--', *share_ids) if share_ids else _stdin(NO_SHARES)),
    ]


def _stdin(name: str) -> tuple[str, ...]:
    return '--stdin', f'--stdin-filename={name}'


def save_manifest(backup_id: str) -> list[str]:
    """Make the arguments that back up the standard input as the manifest."""
    return [
        *('backup', '--json', f'--host={HOST}', '--force'),
        f'--tag={manifest_tag_of(backup_id)}',
        *_stdin(MANIFEST),
    ]


def restore(reference: str, path: str, sparse: bool) -> list[str]:
    """Make the arguments that write the files of a backup to a directory."""
    return [
        *('restore', '--json', f'--target={path}'),
        f'--exclude=/{NO_SHARES}',
        *(['--sparse'] if sparse else []),
        reference,
    ]


def snapshots(*tags: str) -> list[str]:
    """Make the arguments that list what has one of some tags, or all."""
    return ['snapshots', '--json', *(f'--tag={one}' for one in tags)]


def dump_manifest(backup_id: str) -> list[str]:
    """Make the arguments that print the newest manifest of a backup."""
    tag = f'--tag={manifest_tag_of(backup_id)}'
    return ['dump', tag, 'latest', MANIFEST]
