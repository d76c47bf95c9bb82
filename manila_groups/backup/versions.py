# SPDX-License-Identifier: Apache-2.0
"""What which version of restic can do."""

import dataclasses
import re

from manila_groups import exception

Version = tuple[int, int]

OLDEST: Version = (0, 14)
#: The oldest one with all that backups need.
COMPLETE: Version = (0, 17)

HOW_TO_GET = (
    'Debian 13 has a package "restic" that is new enough, '
    'restic offers a program for download, and "restic self-update" replaces '
    'that by the newest one'
)

#: What is missing before a version.
_LIMITS = (
    (
        (0, 15),
        'a restore fills the holes of sparse files with blocks of zeros',
    ),
    ((0, 16), 'a restore shows no progress'),
    (
        (0, 17),
        'a backup of an unchanged directory of another snapshot is stored '
        'anew, and sizes are a little too large',
    ),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Features:
    """What a version can do, by its number.

    :ivar sparse: write holes
    :ivar restore_progress: tell how far a restore is
    :ivar retry_lock: wait for the end of another process's lock
    """

    version: Version

    @property
    def sparse(self) -> bool:
        return self.version >= (0, 15)

    @property
    def restore_progress(self) -> bool:
        return self.version >= (0, 16)

    @property
    def retry_lock(self) -> bool:
        return self.version >= (0, 16)

    def limits(self) -> list[str]:
        """Say what this version can't do, in a phrase each."""
        return [text for since, text in _LIMITS if self.version < since]

    def __str__(self) -> str:
        return '.'.join(map(str, self.version))


def parse(output: str, command: str) -> Features:
    """Read the output of "restic version".

    :param command: the option's value, for the message
    :raises DriverError: it is not restic, or too old
    """
    found = re.match(r'restic v?(\d+)\.(\d+)', output)
    if found is None:
        raise exception.DriverError(
            f'[backup] command = {command} is not restic: "{command} version" '
            f'says "{output.strip()[:100]}"'
        )
    features = Features((int(found[1]), int(found[2])))
    if features.version < OLDEST:
        raise exception.DriverError(
            f'[backup] command = {command} is restic {features}, and backups '
            f'need 0.{OLDEST[1]} or later: {HOW_TO_GET}'
        )
    return features
