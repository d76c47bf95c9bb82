# SPDX-License-Identifier: Apache-2.0
"""Which programs run as root for who is not, and with what around them.

Whoever controls the process that asks for a program chooses its name and its
environment, so nothing of them is trusted here.
"""

from collections.abc import Mapping
import os
import pwd
import re
import shutil
import stat

from manila_groups import exception
from manila_groups.backup import process

#: Where programs are, and what they find others in, such as ssh.
_PATH = f'/usr/local/sbin:/usr/local/bin:{process.SYSTEM_PATH}'

#: What the names of programs begin with.
_NAMES = 'restic'

#: What restic documents for the servers of repositories, and its own.
_VARIABLES = re.compile(
    r'(RESTIC|AWS|OS|ST|B2|AZURE|GOOGLE|RCLONE_CONFIG)_[A-Za-z0-9_]+'
    r'|(HTTPS?|NO)_PROXY|SSH_AUTH_SOCK'
)

#: What of it names a program, or a file that can name one or is shown.
_NOT_PASSED = re.compile(
    r'.*(COMMAND|PROGRAM|EXECUTABLE|_SSH$).*'
    r'|RESTIC_.*_FILE|AWS_(CONFIG|SHARED_CREDENTIALS)_FILE',
    re.IGNORECASE,
)


def program(name: str) -> str:
    """Find a program that only root can have put there.

    :returns: its path, without symbolic links
    :raises NoProgram: there is no such program
    :raises DriverError: it must not run as root
    """
    if '/' in name and not os.path.isabs(name):
        raise exception.DriverError(
            f'[backup] command = {name}: must be a name or an absolute path'
        )
    found = shutil.which(name, path=_PATH)
    if found is None:
        raise process.NoProgram(name)
    path = os.path.realpath(found)
    if not os.path.basename(path).startswith(_NAMES):
        raise exception.DriverError(
            f'[backup] command = {name} does not run as root: the name of '
            f'{path} does not begin with "{_NAMES}"'
        )
    _check_owner(path)
    return path


def _check_owner(path):
    """Refuse what would let a user of this machine become root."""
    found = os.stat(path)
    is_shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    # In such a directory, nobody else replaces what is root's.
    is_sticky = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
    if found.st_uid or (is_shared and not is_sticky):
        raise exception.DriverError(
            f'{path} is not only for root to change, so that it does not run '
            'as root'
        )
    above = os.path.dirname(path)
    if above != path:
        _check_owner(above)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Make all of a program's environment.

    :param given: what it gets besides
    :raises DriverError: naming a variable that is not passed on
    """
    for name in given:
        if not _VARIABLES.fullmatch(name) or _NOT_PASSED.fullmatch(name):
            raise exception.DriverError(
                f'[backup] credentials_file: the variable {name} is not '
                'passed to a program that runs as root (local_privileges = '
                'privsep)'
            )
    home = pwd.getpwuid(os.geteuid()).pw_dir
    return {**given, 'PATH': _PATH, 'HOME': home, 'LC_ALL': 'C'}
